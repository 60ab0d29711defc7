"""Escrow: a box at the bureau that helps when a passphrase is forgotten.

The officer's keystore wraps its data key once more with a random key, and locks that random key
into a box that only the bureau's recovery key opens. Whoever opens the box still needs the
officer's own ``keys.json``: neither the bureau alone nor a thief of the box reads anything.

Boxes are age files to an X25519 recipient (pyrage). Age is here already for confidential
transport, is specified in public, and has no choices that could be made wrong; the other way,
X25519 and HKDF put together by ourselves, would be a format of our own to be wrong about.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field

from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.trust.slots import KEY_BYTES

FORMAT = "stocktake-escrow/1"
MAX_BOX_BYTES = 16 * 1024
MAX_WORD_CHARS = 200


class NotForUsError(RefusedError):
    """This box was left with another office; only that one can open it."""


@dataclass(frozen=True)
class Box:
    """What is in a box: which keystore it helps to open, whose it is, and the wrapping key."""

    keystore: str
    identity: str
    name: str
    made: str
    key: bytes = field(repr=False)


def new_recovery_identity() -> bytes:
    """Make the secret half of a recipient, as age writes it."""
    from pyrage import x25519

    return str(x25519.Identity.generate()).encode()


def recipient_of(secret: bytes) -> str:
    """Return the public half (``age1…``) of what ``new_recovery_identity`` made."""
    from pyrage import x25519

    return str(x25519.Identity.from_str(secret.decode()).to_public())


def check_recipient(recipient: str) -> str:
    """Return a recipient that somebody else named, if it is one.

    Raises:
        WrongUseError: it is no X25519 recipient of age.
    """
    from pyrage import RecipientError, x25519

    try:
        return str(x25519.Recipient.from_str(recipient))
    except RecipientError:
        raise WrongUseError(
            f"{recipient[:20]!r} is no address for recovery boxes; ask for a new answer."
        ) from None


def lock_box(box: Box, recipient: str) -> bytes:
    """Lock a box so that only this recipient opens it."""
    body = {**asdict(box), "format": FORMAT, "key": b64encode(box.key).decode("ascii")}
    return lock_for(recipient, json.dumps(body, ensure_ascii=False, sort_keys=True).encode())


def open_box(data: bytes, secret: bytes) -> Box:
    """Open a box that was left with us.

    Raises:
        NotForUsError: it was locked for somebody else, or damaged.
        UserFileError: what is in it is not what we put into boxes.
    """
    opened = open_with(secret, data)
    if opened is None:
        raise NotForUsError
    try:
        body = json.loads(opened)
        known = body.pop("format") == FORMAT
        box = Box(**{**body, "key": b64decode(body["key"], validate=True)})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        known = False
    words = (box.keystore, box.identity, box.name, box.made) if known else ()
    if not known or len(box.key) != KEY_BYTES or not all(map(_is_word, words)):
        raise UserFileError("What is in this recovery box cannot be read; ask for a new request.")
    return box


def lock_for(recipient: str, data: bytes) -> bytes:
    """Encrypt to one recipient."""
    import pyrage

    locked: bytes = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient)])
    return locked


def open_with(secret: bytes, data: bytes) -> bytes | None:
    """Decrypt with the secret half; None if it was for somebody else or was changed."""
    import pyrage

    if len(data) > MAX_BOX_BYTES:
        return None
    try:
        opened: bytes = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(secret.decode())])
    except pyrage.DecryptError:
        return None
    return opened


def _is_word(value: object) -> bool:
    """Say whether this can be shown: anybody can lock a box for an office, and name anybody."""
    return isinstance(value, str) and len(value) <= MAX_WORD_CHARS and value.isprintable()
