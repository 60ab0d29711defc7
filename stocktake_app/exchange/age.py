"""Files that only their addressee can read: age encryption (age-encryption.org/v1) by pyrage.

A package is signed first and then encrypted, so what comes out is judged like any other file.
Only X25519 recipients: no passphrases, whose work factor a hostile file could choose, and no
plugins. The header is read here, strictly and bounded, before the library sees a byte, as each
kind of trouble needs a sentence of its own. Such a header does not say for whom a file is; that
stands, as a hint and no more, in the name that an export gives it (``…for-HQ.xlsx.age``).
"""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from stocktake_app.errors import UserFileError
from stocktake_app.settings import MAX_PACKAGE_BYTES
from stocktake_app.translations import Sentence

SUFFIX = ".age"
BEGIN = b"age-encryption.org/"
VERSION = b"age-encryption.org/v1"
ARMOUR = b"-----BEGIN AGE ENCRYPTED FILE-----"

MAX_HEADER_BYTES = 16 * 1024
MAX_STANZAS = 64
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_HINT = re.compile(r"\.for-([A-Za-z0-9-]{1,16})\.")
_PASSPHRASE = b"scrypt"
_OURS = b"X25519"
_GREASE = b"-grease"


class NotForUsError(UserFileError):
    """The file is encrypted for somebody else; only they can open it."""


class DamagedAgeFileError(UserFileError):
    """The encrypted file is damaged or cut short; ask the sender for it again."""


class ForeignAgeFileError(UserFileError):
    """The file is encrypted in a way that Stocktake does not use."""


def new_secret() -> str:
    """Make the secret half of a key pair, as age writes it (``AGE-SECRET-KEY-1…``)."""
    from pyrage import x25519

    return str(x25519.Identity.generate())


def recipient_of(secret: str) -> str:
    """Return the public half of a secret, to which others encrypt (``age1…``)."""
    from pyrage import x25519

    return str(x25519.Identity.from_str(secret).to_public())


def check_recipient(text: str) -> str:
    """Return the text if it is a recipient of the one kind used here.

    Raises:
        UserFileError: it is none.
    """
    from pyrage import RecipientError, x25519

    try:
        if _RECIPIENT.fullmatch(text):
            return str(x25519.Recipient.from_str(text))
    except RecipientError:
        pass
    raise UserFileError(f"{text[:20]!r} is not a recipient of age (age1 and 58 letters more)")


def is_encrypted(begin: bytes) -> bool:
    """Say whether a file that begins like this claims to be encrypted with age."""
    return begin.startswith((BEGIN, ARMOUR))


def encrypt(source: BinaryIO, out: IO[bytes], recipients: Sequence[str]) -> None:
    """Encrypt all that ``source`` gives to these recipients, block by block.

    Raises:
        UserFileError: one of them is no recipient.
        OSError: source or target failed.
    """
    import pyrage

    known = [pyrage.x25519.Recipient.from_str(check_recipient(one)) for one in recipients]
    try:
        pyrage.encrypt_io(source, out, known)
    except pyrage.EncryptError as error:  # recipients are checked: what is left is the disk
        raise OSError(str(error)) from error


def decrypt(data: bytes, secrets: Sequence[str], name: str) -> bytes:
    """Decrypt a file in memory, so that nothing of it touches a disk; ``name`` is for sentences.

    What comes out is smaller than what goes in: age compresses nothing.

    Raises:
        NotForUsError: none of the secrets opens it.
        DamagedAgeFileError: it is not as it was encrypted.
        ForeignAgeFileError: a newer age, a passphrase, another kind of recipient, or too large.
    """
    import pyrage

    check_header(data, name)
    keys = [pyrage.x25519.Identity.from_str(one) for one in secrets]
    out = BytesIO()
    try:
        pyrage.decrypt_io(BytesIO(data), out, keys)
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise NotForUsError(_not_for_us(name)) from None
        raise _damaged(name) from None
    except OSError:  # so the library says that a block is not as it was encrypted
        raise _damaged(name) from None
    return out.getvalue()


def check_header(data: bytes, name: str) -> None:
    """Check that a file is encrypted in the one way used here, before anything is computed.

    Raises:
        DamagedAgeFileError, ForeignAgeFileError: as ``decrypt``.
    """
    if len(data) > MAX_PACKAGE_BYTES:
        raise ForeignAgeFileError(
            Sentence(
                "{name} is larger than any package may be ({megabytes} MB); it was not opened.",
                name=name,
                megabytes=MAX_PACKAGE_BYTES // 2**20,
            )
        )
    if data.startswith(ARMOUR):
        raise ForeignAgeFileError(
            Sentence(
                "{name} is an encrypted file written as text; ask for it as Stocktake writes it.",
                name=name,
            )
        )
    lines = _header_lines(data, name)
    if next(lines) != VERSION:
        raise ForeignAgeFileError(
            Sentence(
                "{name} was encrypted with a newer age than this program knows; update Stocktake, "
                "or ask the sender for version 1.",
                name=name,
            )
        )
    _check_kinds([line.split(b" ")[1] for line in lines if line.startswith(b"-> ")], name)


def age_name(name: str, hint: str) -> str:
    """Name the encrypted copy of a file: ``a.xlsx`` for ``HQ`` becomes ``a.for-HQ.xlsx.age``."""
    path = Path(name)
    return f"{path.stem}.for-{hint}{path.suffix}{SUFFIX}" if hint else f"{name}{SUFFIX}"


def plain_name(name: str) -> str:
    """Return the name of what comes out of an encrypted file: ``a.xlsx.age`` gives ``a.xlsx``."""
    return _HINT.sub(".", name.removesuffix(SUFFIX)) if name.endswith(SUFFIX) else name


def _header_lines(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the version line and the lines of the stanzas, up to the line with the MAC."""
    end = data.find(b"\n--- ", 0, MAX_HEADER_BYTES)
    if end < 0:
        raise _damaged(name)
    yield from data[:end].split(b"\n")


def _check_kinds(kinds: Sequence[bytes], name: str) -> None:
    if not kinds or len(kinds) > MAX_STANZAS:
        raise _damaged(name)
    if _PASSPHRASE in kinds:
        raise ForeignAgeFileError(
            Sentence(
                "{name} is encrypted with a passphrase. Ask the sender to encrypt it to your "
                "office (export --encrypt-to).",
                name=name,
            )
        )
    if _OURS not in kinds:
        known = b", ".join(kind for kind in kinds if not kind.endswith(_GREASE))[:60]
        raise ForeignAgeFileError(
            Sentence(
                "{name} is encrypted for a kind of key that Stocktake does not use ({known}). Ask "
                "the sender to encrypt it to your office.",
                name=name,
                known=known.decode("ascii", "replace"),
            )
        )


def _not_for_us(name: str) -> Sentence:
    found = _HINT.search(name)
    if found:
        return Sentence(
            "{name} is encrypted for somebody else: for {office}, as its name says. Only they can "
            "open it.",
            name=name,
            office=found.group(1),
        )
    return Sentence(
        "{name} is encrypted for somebody else, and such a file does not say for whom. Ask the "
        "sender to encrypt it to your office.",
        name=name,
    )


def _damaged(name: str) -> DamagedAgeFileError:
    return DamagedAgeFileError(
        Sentence(
            "{name} is encrypted, but damaged or cut short. Ask the sender for it again.", name=name
        )
    )
