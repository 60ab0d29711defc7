"""What a package carries, whatever its kind: seals, objects that they name, and disclosures."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from stocktake_app import settings
from stocktake_app.exchange.seals import mentions
from stocktake_app.model.disclosure import (
    MAX_ATTACHMENT_BYTES,
    BadDisclosureError,
    digest_of,
    read_disclosure,
)
from stocktake_app.model.seal import BadSealError, Seal
from stocktake_app.translations import Sentence
from stocktake_app.trust.chain import Chain
from stocktake_app.trust.cms import BadSignatureError, Signer, open_detached

PACKAGE_FORMAT = "stocktake-package/1"
"""Stands in every outer signature; a newer format gets a newer number."""


@dataclass(frozen=True)
class Contents:
    """The seals of a package and the objects that their manifests name: forms, labels, notices.

    The last seal is the exporter's own, the closing seal: its manifest's ``seals`` names all the
    others, in order, and its author also signs the package. ``objects`` are bytes by the SHA-256
    that names them (64 lower-case hexadecimal digits). ``disclosures`` are confidential answers
    and attachments by the digest that a line of a seal names (``model.disclosure``); those that
    are named and not here are withheld.
    """

    seals: tuple[Seal, ...]
    objects: Mapping[str, bytes] = field(default_factory=dict)
    disclosures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def closing(self) -> Seal:
        """The exporter's own seal."""
        return self.seals[-1]

    @property
    def values(self) -> dict[str, bytes]:
        """The disclosures of confidential answers by digest, in order."""
        return dict(sorted(self._split()[0].items()))

    @property
    def attachments(self) -> dict[str, bytes]:
        """The disclosures of attachments by digest, in order."""
        return dict(sorted(self._split()[1].items()))

    def _split(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """Part the disclosures: a value's has no line feed, an attachment's has one."""
        values: dict[str, bytes] = {}
        files: dict[str, bytes] = {}
        for digest, data in self.disclosures.items():
            (files if b"\n" in data else values)[digest] = data
        return values, files


@dataclass(frozen=True)
class Opened:
    """What a package's container gave, before seals and signer are judged.

    ``seals`` are seal files, ``objects`` bytes by the name that they claim, ``disclosures`` bytes
    by their digest. ``chain`` is the outer signer's, checked to have signed all this; empty when
    there is no outer signature left.
    """

    kind: Literal["xlsx", "pdf"]
    seals: tuple[bytes, ...]
    objects: Mapping[str, bytes]
    chain: Chain = ()
    signed_at: datetime | None = None
    disclosures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """What the verifier is willing to read; everything is checked before it is believed.

    Sizes are bytes. ``inflated_bytes`` bounds all parts together, and so does ``inflated_ratio``
    times the file, from ``inflated_free`` on; ``ratio`` bounds each single part (inflated to
    stored; small parts are free), ``parsed_bytes`` each part that is parsed.
    Seals and objects as encoded may take ``carried_bytes``, or ``carried_ratio`` times the file.
    ``values_bytes`` bounds the confidential answers together, and so does ``values_ratio`` times
    what they take packed (each holds a salt, which nothing packs), ``attachment_bytes`` each
    attachment.
    """

    file_bytes: int = settings.MAX_PACKAGE_BYTES
    entries: int = 20_000
    inflated_bytes: int = 4 * 1024**3
    inflated_free: int = 256 * 1024**2
    inflated_ratio: int = 60
    ratio: int = 400
    parsed_bytes: int = 16 * 1024**2
    seals: int = 5_000
    carried_bytes: int = 64 * 1024**2
    carried_ratio: int = 4
    values_bytes: int = 128 * 1024**2
    values_ratio: int = 50
    attachment_bytes: int = MAX_ATTACHMENT_BYTES

    def inflated(self, file_bytes: int) -> int:
        """Return how much the parts of a file of this size may inflate to together."""
        room = max(self.inflated_free, self.inflated_ratio * file_bytes)
        return min(self.inflated_bytes, room)

    def values(self, packed_bytes: int) -> int:
        """Return how much confidential answers that take so much packed may inflate to."""
        return min(self.values_bytes, max(1024**2, self.values_ratio * packed_bytes))

    def carried(self, file_bytes: int) -> int:
        """Return how much the seals and objects of a file of this size may take together."""
        return max(self.carried_bytes, self.carried_ratio * file_bytes)


def check_format(text: str) -> None:
    """Check that a signature's remark names no format that only a newer program can read.

    Raises:
        ForeignFileError: it does.
    """
    found = _FORMAT.search(text)
    if found and found.group() != PACKAGE_FORMAT:
        raise ForeignFileError(
            Sentence(
                "This file was made by a newer Stocktake ({format}); update this program to read "
                "it.",
                format=found.group(),
            )
        )


_FORMAT = re.compile(r"stocktake-package/[1-9]\d{0,8}(?!\d)")


class ForeignFileError(ValueError):
    """The file is no package, or cannot be read at all; the message is a ``Sentence``."""


SWELLS = Sentence("The file would swell beyond all measure when opened.")


class AlteredFileError(ValueError):
    """The file is a package but not as it was signed; the message is a clause: "the part … is"."""


class BadContentsError(ValueError):
    """Seals and objects that do not fit together; the message says which."""


def check_contents(contents: Contents) -> None:
    """Check that the closing seal names the other seals and that the objects are the forms named.

    Raises:
        BadContentsError: something is missing, too much, or not what it is named.
    """
    if not contents.seals:
        raise BadContentsError("there is no signed record in it")
    named = contents.closing.manifest.seals
    carried = tuple(seal.id for seal in contents.seals[:-1])
    if named != carried:
        raise BadContentsError("the signed records in it are not those that its last one names")
    if len(set(carried) | {contents.closing.id}) != len(contents.seals):
        raise BadContentsError("it holds the same signed record twice")
    if len({seal.manifest.practice for seal in contents.seals}) > 1:
        raise BadContentsError("practice and real records are mixed in it")
    _check_objects(contents)


def check_disclosures(contents: Contents) -> int:
    """Check that each disclosure is named by a line of a seal; return how many are withheld.

    Call ``check_contents`` first: the lines are inflated here.

    Raises:
        BadContentsError: a disclosure that nobody named, not canonical, or beyond the limits.
    """
    try:
        named = frozenset().union(*map(mentions, contents.seals))
    except BadSealError as error:
        raise BadContentsError(str(error)) from None
    for digest, data in contents.disclosures.items():
        if digest not in named or digest_of(data) != digest:
            raise BadContentsError("it holds confidential content that no signed record names")
        try:
            read_disclosure(data)
        except BadDisclosureError as error:
            raise BadContentsError(str(error)) from None
    return len(named - contents.disclosures.keys())


def check_signer(contents: Contents, signer: Signer) -> None:
    """Check that the signer of a package is the author of its closing seal.

    Raises:
        BadContentsError: it is somebody else, or the closing seal is damaged.
    """
    closing = contents.closing
    try:
        chain = open_detached(closing.manifest.encoded, closing.cms).chain
    except BadSignatureError as error:
        raise BadContentsError(f"its last signed record is damaged: {error}") from None
    if chain != signer.chain:
        raise BadContentsError("somebody else than the signer made its last signed record")


def _check_objects(contents: Contents) -> None:
    named = frozenset().union(*(seal.manifest.named_objects for seal in contents.seals))
    for name in sorted(named - contents.objects.keys()):
        raise BadContentsError(f"the object {name[:12]}… that a signed record names is missing")
    for name in sorted(contents.objects.keys() - named):
        raise BadContentsError(f"it holds an object {name[:12]}… that no signed record names")
    for name, data in contents.objects.items():
        if hashlib.sha256(data).hexdigest() != name:
            raise BadContentsError(f"the object {name[:12]}… is not the one that was signed")
