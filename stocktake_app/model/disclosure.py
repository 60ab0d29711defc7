"""Confidential content beside the seal: salted hashes in changes, disclosures that they name.

A change says ``urn:stocktake:digest:1:<64 hex>`` where the questionnaire marks an answer as
confidential or asks for a file. That is the SHA-256 of the answer's disclosure, which travels
beside the seals or is withheld; the signature covers the digest alone (as SD-JWT does, RFC 9901).
The salt keeps short contents from being guessed out of their digest.

The disclosure of a value is the JSON array ``["<salt>","<value>"]``; that of an attachment the
line ``["<salt>","<file name>","<media type>"]``, a line feed, and then the file's bytes.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "urn:stocktake:digest:1:"
SALT_DIGITS: Final = 32
MAX_NAME_CHARS: Final = 200
MAX_HEAD_BYTES: Final = 2048
MAX_VALUE_BYTES: Final = 6 * 1024 * 1024
"""Upper bound of a value's disclosure: a million characters and what JSON escapes in them."""

MAX_ATTACHMENT_BYTES: Final = 25 * 1024 * 1024
"""Upper bound of an attachment's disclosure."""

_DIGEST = re.compile(re.escape(PREFIX) + r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+\-]{0,99}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Between JSON values there stands `":"`; inside of one every quotation mark has a backslash
# before it, so this never finds what somebody merely wrote.
_MENTION = re.compile(rb'":"' + re.escape(PREFIX).encode() + rb'([0-9a-f]{64})"[,}]')


MENTION_BYTES: Final = len(PREFIX) + 68
"""How long a mention is at most, for those who look into a stream block by block."""


class BadDisclosureError(ValueError):
    """Bytes that are no disclosure in canonical form; the message says why."""


@dataclass(frozen=True)
class Value:
    """The disclosure of a confidential answer; ``salt`` is 32 hexadecimal digits."""

    salt: str
    value: str

    @property
    def encoded(self) -> bytes:
        """The disclosure's bytes."""
        return _json([self.salt, self.value])


@dataclass(frozen=True)
class Attachment:
    """The disclosure of a file; ``name`` is without folders, ``data`` the file's bytes."""

    salt: str
    name: str
    media_type: str
    data: bytes

    @property
    def encoded(self) -> bytes:
        """The disclosure's bytes."""
        return _json([self.salt, self.name, self.media_type]) + b"\n" + self.data


Disclosure = Value | Attachment


def digest_of(disclosure: bytes) -> str:
    """Return the digest of a disclosure: 64 hexadecimal digits."""
    return hashlib.sha256(disclosure).hexdigest()


def as_answer(digest: str) -> str:
    """Return how a change names a digest (64 hexadecimal digits)."""
    return PREFIX + digest


def is_digest(value: str | None) -> bool:
    """Say whether an answer of a change names a disclosure instead of saying something itself."""
    return value is not None and value.startswith(PREFIX) and bool(_DIGEST.fullmatch(value))


def digest_in(value: str) -> str:
    """Return the 64 digits of an answer that names a disclosure."""
    return value[len(PREFIX) :]


def mentioned(lines: bytes) -> Iterator[str]:
    """Yield the digests that canonical change lines give as answers, repeated ones too."""
    if PREFIX.encode() not in lines:
        return iter(())
    return (found.group(1).decode() for found in _MENTION.finditer(lines))


def read_disclosure(data: bytes) -> Disclosure:
    """Read a disclosure of either kind, strictly.

    Raises:
        BadDisclosureError: it is not what our writer writes, or beyond the limits.
    """
    head, line_feed, rest = (
        data.partition(b"\n") if b"\n" in data[:MAX_HEAD_BYTES] else (data, b"", b"")
    )
    return _attachment(head, rest, len(data)) if line_feed else _value(data)


def is_name(name: str) -> bool:
    """Say whether an attachment may be called so: one line, no folders, no tricks of direction."""
    plain = 0 < len(name) <= MAX_NAME_CHARS and not _UNFIT.search(name)
    return plain and name.strip(" .") != "" and name == name.strip()


def is_media_type(text: str) -> bool:
    """Say whether this is a media type without parameters, in small letters."""
    return bool(_MEDIA_TYPE.fullmatch(text))


def pack(values: Mapping[str, bytes]) -> bytes:
    """Return the disclosures of values as lines, in the order of their digests."""
    return b"".join(values[digest] + b"\n" for digest in sorted(values))


def unpack(lines: bytes) -> dict[str, bytes]:
    """Split what ``pack`` wrote; the disclosures by digest, not yet read.

    ``read_disclosure`` reads each, which takes ten times as long: first it should be known that
    somebody named it.

    Raises:
        BadDisclosureError: out of order, twice, too long, or cut short.
    """
    if not lines.endswith(b"\n"):
        raise BadDisclosureError("the confidential answers are cut short")
    found: dict[str, bytes] = {}
    last = ""
    for line in lines[:-1].split(b"\n"):
        digest = digest_of(line)
        if digest <= last or not line:
            raise BadDisclosureError("the confidential answers are not in order, or one is twice")
        found[digest] = line
        last = digest
    return found


def _value(data: bytes) -> Value:
    if len(data) > MAX_VALUE_BYTES:
        raise BadDisclosureError("a confidential answer is too long")
    salt, value = _texts(data, 2)
    return Value(salt, value)


def _attachment(head: bytes, data: bytes, size: int) -> Attachment:
    if size > MAX_ATTACHMENT_BYTES:
        raise BadDisclosureError("an attachment is too large")
    salt, name, media_type = _texts(head, 3)
    if not is_name(name):
        raise BadDisclosureError(f"{name!r:.80} is no name of an attachment")
    if not is_media_type(media_type):
        raise BadDisclosureError(f"{media_type!r:.80} is no media type")
    return Attachment(salt, name, media_type, data)


def _texts(data: bytes, count: int) -> list[str]:
    """Return the texts of a canonical JSON array, the first of them a salt."""
    try:
        found = json.loads(data)
        canonical = _json(found)
    except (ValueError, RecursionError):
        raise BadDisclosureError("a confidential answer cannot be read") from None
    texts = isinstance(found, list) and all(isinstance(one, str) for one in found)
    if not texts or len(found) != count or not _SALT.fullmatch(found[0]):
        raise BadDisclosureError("a confidential answer is not salted as it should be")
    if canonical != data:
        raise BadDisclosureError("a confidential answer is not in canonical form")
    return [str(one) for one in found]


def _json(texts: object) -> bytes:
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
