"""The contents of a seal: its manifest and its lines, as plain data (design, section 7).

A seal file is ``STKSEAL1`` followed by three parts, each behind its length as eight big-endian
bytes: the manifest (canonical JSON), the CMS signature over the manifest (DER), and the lines
(zstd). The manifest names the SHA-256 of the compressed lines, so the signature covers them too.
A seal's id is the SHA-256 of its manifest.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

FORMAT = "stocktake-seal/1"
MAGIC = b"STKSEAL1"
MAX_MANIFEST_BYTES = 1024 * 1024
MAX_CMS_BYTES = 256 * 1024


class BadSealError(ValueError):
    """Bytes that are not a seal; the message says why."""


@dataclass(frozen=True)
class Manifest:
    """What the author signs.

    ``identity`` is the author's id (survives renewals of the certificate); ``number`` counts the
    device's seals from 1 and ``previous`` is the id of the one before ("" for the first);
    ``created`` is RFC 3339; ``forms`` are the SHA-256 of the questionnaires named by the changes;
    ``seals`` are the ids of the earlier seals that travel in the same package; ``to`` is the
    identity or role it is meant for; ``layout`` names how the readable part was laid out
    (``xlsx/1 fr``), ``labels`` the object that holds the names of things which that part shows
    and no program ships ("" for none), ``notices`` the objects of trust that it brings along:
    revocation lists, keys to encrypt to. Objects are named by SHA-256; sizes are bytes.
    """

    identity: str
    device: str
    number: int
    previous: str
    created: str
    changes: int
    objects: int
    lines_sha256: str
    lines_size: int
    raw_size: int
    forms: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    to: str = "hq"
    layout: str = ""
    labels: str = ""
    notices: tuple[str, ...] = ()
    practice: bool = False
    format: str = FORMAT

    @cached_property
    def encoded(self) -> bytes:
        """Canonical JSON: the bytes that are signed."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()

    @property
    def named_objects(self) -> frozenset[str]:
        """The objects that travel with the seal, by SHA-256: forms, labels and notices."""
        return frozenset({*self.forms, *self.notices, self.labels} - {""})

    @cached_property
    def id(self) -> str:
        """The seal's id: SHA-256 of the manifest, 64 hexadecimal digits."""
        return hashlib.sha256(self.encoded).hexdigest()


@dataclass(frozen=True)
class Seal:
    """A manifest, the signature over it, and the compressed lines it names."""

    manifest: Manifest
    cms: bytes
    lines: bytes

    @property
    def id(self) -> str:
        """The seal's id."""
        return self.manifest.id

    def encode(self) -> bytes:
        """Return the seal file's bytes."""
        parts = (self.manifest.encoded, self.cms, self.lines)
        return MAGIC + b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def decode_seal(data: bytes) -> Seal:
    """Read a seal file, strictly; signature and hashes are not judged here.

    Raises:
        BadSealError: the framing or the manifest is not what our writer writes.
    """
    if not data.startswith(MAGIC):
        raise BadSealError("it does not begin like a seal")
    parts = []
    position = len(MAGIC)
    for limit in (MAX_MANIFEST_BYTES, MAX_CMS_BYTES, len(data)):
        size = int.from_bytes(data[position : position + 8], "big")
        part = data[position + 8 : position + 8 + size]
        if size > limit or len(part) != size:
            raise BadSealError("a part is cut short or too long")
        parts.append(part)
        position += 8 + size
    if position != len(data):
        raise BadSealError("there are bytes behind the last part")
    return Seal(parse_manifest(parts[0]), parts[1], parts[2])


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest, strictly.

    Raises:
        BadSealError: wrong members, types or form.
    """
    try:
        body = json.loads(data)
        body["forms"] = tuple(body["forms"])
        body["notices"] = tuple(body["notices"])
        body["seals"] = tuple(body["seals"])
        manifest = Manifest(**body)
        canonical = manifest.encoded
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadSealError(f"the manifest cannot be read: {error}") from None
    if not _well_typed(manifest):
        raise BadSealError("the manifest has a member of the wrong type")
    if manifest.format != FORMAT:
        raise BadSealError(f"the manifest's format is {manifest.format!r}, not {FORMAT!r}")
    if canonical != data:
        raise BadSealError("the manifest is not in canonical form")
    return manifest


def _well_typed(manifest: Manifest) -> bool:
    texts = [manifest.identity, manifest.device, manifest.previous, manifest.created]
    texts += [
        manifest.lines_sha256,
        manifest.to,
        manifest.layout,
        manifest.labels,
        manifest.format,
        *manifest.forms,
        *manifest.notices,
        *manifest.seals,
    ]
    numbers = [manifest.number, manifest.changes, manifest.objects]
    numbers += [manifest.lines_size, manifest.raw_size]
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(number) is int and number >= 0 for number in numbers)
        and type(manifest.practice) is bool
    )
