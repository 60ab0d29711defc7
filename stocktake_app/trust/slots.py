"""The ways to open a keystore. Each gives a wrapping key; what it wraps is the same data key."""

import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress

from stocktake_app.errors import RefusedError, UserFileError, WrongUseError

PASSPHRASE = "passphrase"  # noqa: S105 - the name of a slot
KEYRING = "keyring"
RECOVERY = "recovery"
ESCROW = "escrow"
KEY_BYTES = 32
NONCE_BYTES = 12

# Argon2id as RFC 9106 recommends where memory is short; half a second on a field laptop.
MEMORY_KIB = 64 * 1024
PASSES = 3
LANES = 4
SALT_BYTES = 16
MAX_MEMORY_KIB = 1024 * 1024
MAX_PASSES = MAX_LANES = 16

SERVICE = "stocktake"


class NoSlotError(WrongUseError):
    """These keys cannot be opened in this way."""


class WrongPassphraseError(RefusedError):
    """The passphrase does not open the keys; try again."""


class DamagedKeystoreError(UserFileError):
    """The file with the keys is damaged; restore it from a backup."""


def wrap(key: bytes, data: bytes, context: bytes) -> str:
    """Encrypt with AES-256-GCM; return base64 text. ``context`` must be the same to unwrap."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, data, context)).decode("ascii")


def unwrap(key: bytes, box: object, context: bytes) -> bytes | None:
    """Decrypt what ``wrap`` gave; None if key or context are not the same, or a byte is changed.

    Raises:
        DamagedKeystoreError: it is not such a text at all.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data = _bytes(box)
    if len(data) < 2 * NONCE_BYTES:
        raise DamagedKeystoreError
    try:
        return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], context)
    except InvalidTag:
        return None


def passphrase_slot(passphrase: str, data_key: bytes, context: bytes) -> dict[str, object]:
    """Make a slot that a passphrase opens.

    Raises:
        WrongUseError: the passphrase is empty.
    """
    if not passphrase:
        raise WrongUseError("An empty passphrase protects nothing; choose another one.")
    slot: dict[str, object] = {
        "salt": b64encode(secrets.token_bytes(SALT_BYTES)).decode("ascii"),
        "memory_kib": MEMORY_KIB,
        "passes": PASSES,
        "lanes": LANES,
    }
    return slot | {"box": wrap(_stretch(passphrase, slot), data_key, context)}


def open_passphrase_slot(slot: Mapping[str, object], passphrase: str, context: bytes) -> bytes:
    """Return the data key.

    Raises:
        WrongPassphraseError: the passphrase is not the right one.
        DamagedKeystoreError: the slot is not as it was written.
    """
    data_key = unwrap(_stretch(passphrase, slot), slot.get("box"), context)
    if data_key is None:
        raise WrongPassphraseError
    return data_key


def _stretch(passphrase: str, slot: Mapping[str, object]) -> bytes:
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    # Keyboards of different systems write an accent as one sign or as two.
    secret = unicodedata.normalize("NFC", passphrase).encode()
    try:
        return hash_secret_raw(
            secret,
            _bytes(slot.get("salt")),
            time_cost=_number(slot.get("passes"), MAX_PASSES),
            memory_cost=_number(slot.get("memory_kib"), MAX_MEMORY_KIB),
            parallelism=_number(slot.get("lanes"), MAX_LANES),
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except HashingError:  # a salt or numbers that nobody would write
        raise DamagedKeystoreError from None


def keyring_slot(name: str, data_key: bytes, context: bytes) -> dict[str, object]:
    """Make a slot that the operating system's keyring opens; the keyring keeps the wrapping key.

    Raises:
        NoSlotError: this computer has no keyring that works.
    """
    import keyring
    from keyring.errors import KeyringError

    secret = secrets.token_bytes(KEY_BYTES)
    try:
        keyring.set_password(SERVICE, name, b64encode(secret).decode("ascii"))
    except KeyringError:
        raise NoSlotError(
            "This computer has no keyring to keep the key in; choose a passphrase."
        ) from None
    return {"box": wrap(secret, data_key, context)}


def open_keyring_slot(slot: Mapping[str, object], name: str, context: bytes) -> bytes:
    """Return the data key.

    Raises:
        NoSlotError: the keyring does not work, or does not know these keys.
        DamagedKeystoreError: the slot is not as it was written.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        kept = keyring.get_password(SERVICE, name)
    except KeyringError:
        kept = None
    if kept is None:
        raise NoSlotError("This computer's keyring does not know these keys; give the passphrase.")
    secret = _bytes(kept)
    data_key = unwrap(secret, slot.get("box"), context) if len(secret) == KEY_BYTES else None
    if data_key is None:
        raise DamagedKeystoreError
    return data_key


def forget_keyring_slot(name: str) -> None:
    """Let the keyring forget its wrapping key, as far as it still has one."""
    import keyring
    from keyring.errors import KeyringError

    with suppress(KeyringError):  # gone already, or no keyring at all: the slot goes anyway
        keyring.delete_password(SERVICE, name)


def keyring_available() -> bool:
    """Say whether this computer seems to have a keyring; only using it shows whether it works."""
    import keyring

    return keyring.get_keyring().priority > 0


def _bytes(text: object) -> bytes:
    try:
        return b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        return b""


def _number(value: object, most: int) -> int:
    if type(value) is not int or not 0 < value <= most:
        raise DamagedKeystoreError
    return value
