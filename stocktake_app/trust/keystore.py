"""The keystore: ``keys.json``, where private keys lie encrypted and nothing lies in the clear.

One random data key of 32 bytes is wrapped once per slot (``slots.py``); any slot opens it. From it
are derived the key that encrypts the private keys and, where wanted, the key of the store. A
further kind of slot is one more way to get the key that wraps the data key; nothing else changes,
and kinds that this version does not know are left as they are. All wrapping is AES-256-GCM, bound
to the kind of slot and to this keystore.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stocktake_app.errors import MachineError, RefusedError, WrongUseError
from stocktake_app.trust.keys import PrivateKey, accept_key
from stocktake_app.trust.private_file import write_private
from stocktake_app.trust.slots import (
    KEY_BYTES,
    KEYRING,
    PASSPHRASE,
    DamagedKeystoreError,
    NoSlotError,
    WrongPassphraseError,
    keyring_available,
    keyring_slot,
    open_keyring_slot,
    open_passphrase_slot,
    passphrase_slot,
    unwrap,
    wrap,
)

__all__ = [
    "AUTHORITY",
    "SIGNING",
    "DamagedKeystoreError",
    "Keystore",
    "NoSlotError",
    "Unlocked",
    "WrongPassphraseError",
    "create_keystore",
    "has_keystore",
    "keyring_available",
    "open_keystore",
]

FILE_NAME = "keys.json"
FORMAT = "stocktake-keys/1"
MAX_BYTES = 1024 * 1024

SIGNING = "signing"
"""Name of the key that signs packages."""

AUTHORITY = "authority"
"""Name of the key with which a bureau or HQ issues certificates."""


@dataclass(frozen=True)
class Keystore:
    """A keystore as it lies on disk, locked. ``slots`` are the kinds of ways to open it."""

    path: Path
    id: str
    slots: tuple[str, ...]
    encrypts_store: bool

    def unlock(self, passphrase: str | None = None) -> "Unlocked":
        """Open it: by the passphrase if one is given, else by the operating system's keyring.

        Raises:
            WrongPassphraseError: the passphrase is not the right one.
            NoSlotError: there is no slot of that kind, or no keyring on this computer.
            DamagedKeystoreError: the file is not as it was written.
        """
        kind = KEYRING if passphrase is None else PASSPHRASE
        slot = _read(self.path)["slots"].get(kind)
        if slot is None:
            raise NoSlotError(f"The keys in {self.path} {_advice(self.slots)}.")
        context = _context(self, kind)
        if passphrase is None:
            data_key = open_keyring_slot(slot, self.id, context)
        else:
            data_key = open_passphrase_slot(slot, passphrase, context)
        return Unlocked(self, data_key)


@dataclass(frozen=True)
class Unlocked:
    """An open keystore."""

    keystore: Keystore
    data_key: bytes = field(repr=False)

    @property
    def store_key(self) -> bytes | None:
        """The 32 bytes that open the store, or None when the store is not encrypted."""
        return _derive(self.data_key, "store") if self.keystore.encrypts_store else None

    def key_names(self) -> tuple[str, ...]:
        """Return the names of the private keys."""
        return tuple(sorted(self._private_keys()))

    def private_key(self, name: str) -> PrivateKey:
        """Return a private key, such as ``SIGNING``.

        Raises:
            RefusedError: there is no key of that name.
        """
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        found = self._private_keys().get(name)
        if found is None:
            raise RefusedError(f"There is no key named {name} in {self.keystore.path}.")
        key = load_der_private_key(found, None)
        accept_key(key.public_key())
        return key  # type: ignore[return-value]  # accept_key let only our two kinds pass

    def add_key(self, name: str, key: PrivateKey) -> None:
        """Keep a private key under a new name.

        Raises:
            RefusedError: there is one of that name.
        """
        from cryptography.hazmat.primitives import serialization

        keys = self._private_keys()
        if name in keys:
            raise RefusedError(f"There is a key named {name} in {self.keystore.path} already.")
        encoded = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        body = _read(self.keystore.path)
        _write(self.keystore.path, body | {"keys": _wrap_keys(self, keys | {name: encoded})})

    def set_passphrase(self, passphrase: str) -> "Unlocked":
        """Add a passphrase or replace it; the other slots and the keys stay as they are.

        Raises:
            WrongUseError: it is empty.
        """
        context = _context(self.keystore, PASSPHRASE)
        return self._with_slot(PASSPHRASE, passphrase_slot(passphrase, self.data_key, context))

    def add_keyring(self) -> "Unlocked":
        """Let the operating system's keyring open it from now on.

        Raises:
            NoSlotError: this computer has none.
        """
        context = _context(self.keystore, KEYRING)
        return self._with_slot(KEYRING, keyring_slot(self.keystore.id, self.data_key, context))

    def _with_slot(self, kind: str, slot: Mapping[str, object]) -> "Unlocked":
        body = _read(self.keystore.path)
        _write(self.keystore.path, body | {"slots": body["slots"] | {kind: slot}})
        return Unlocked(open_keystore(self.keystore.path.parent), self.data_key)

    def _private_keys(self) -> dict[str, bytes]:
        box = _read(self.keystore.path)["keys"]
        data = unwrap(_derive(self.data_key, "keys"), box, _context(self.keystore, "keys"))
        if data is None:
            raise DamagedKeystoreError(
                f"{self.keystore.path} is damaged; restore it from a backup."
            )
        return {name: b64decode(text) for name, text in json.loads(data).items()}


def has_keystore(folder: Path) -> bool:
    """Say whether there are keys in this folder."""
    return (folder / FILE_NAME).exists()


def create_keystore(
    folder: Path,
    *,
    passphrase: str | None = None,
    use_keyring: bool = False,
    encrypts_store: bool = False,
) -> Unlocked:
    """Make a keystore with at least one slot and open it.

    With a passphrase, a keyring that does not work is done without.

    Raises:
        WrongUseError: neither passphrase nor working keyring, an empty passphrase, or there is a
            keystore already.
        MachineError: the folder cannot be written.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise WrongUseError(f"There are keys in {path} already; they are not replaced.")
    keystore = Keystore(path, secrets.token_hex(16), (), encrypts_store)
    unlocked = Unlocked(keystore, secrets.token_bytes(KEY_BYTES))
    slots = _first_slots(unlocked, passphrase, use_keyring=use_keyring)
    body = {
        "format": FORMAT,
        "id": keystore.id,
        "encrypts_store": encrypts_store,
        "slots": slots,
        "keys": _wrap_keys(unlocked, {}),
    }
    _write(path, body)
    return Unlocked(open_keystore(folder), unlocked.data_key)


def open_keystore(folder: Path) -> Keystore:
    """Read the keystore of a folder without opening it.

    Raises:
        RefusedError: there is none.
        DamagedKeystoreError: the file is not as it was written.
        MachineError: it cannot be read.
    """
    path = folder / FILE_NAME
    body = _read(path)
    return Keystore(path, body["id"], tuple(sorted(body["slots"])), body["encrypts_store"])


def _first_slots(
    unlocked: Unlocked, passphrase: str | None, *, use_keyring: bool
) -> dict[str, object]:
    keystore, data_key = unlocked.keystore, unlocked.data_key
    slots: dict[str, object] = {}
    if passphrase is not None:
        context = _context(keystore, PASSPHRASE)
        slots[PASSPHRASE] = passphrase_slot(passphrase, data_key, context)
    if use_keyring and (keyring_available() or not slots):
        slots[KEYRING] = keyring_slot(keystore.id, data_key, _context(keystore, KEYRING))
    if not slots:
        raise WrongUseError("Keys need a passphrase or this computer's keyring; choose one.")
    return slots


def _wrap_keys(unlocked: Unlocked, keys: Mapping[str, bytes]) -> str:
    texts = {name: b64encode(data).decode("ascii") for name, data in keys.items()}
    data = json.dumps(texts, sort_keys=True).encode()
    return wrap(_derive(unlocked.data_key, "keys"), data, _context(unlocked.keystore, "keys"))


def _derive(data_key: bytes, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, None, f"stocktake {purpose}".encode()).derive(data_key)


def _context(keystore: Keystore, purpose: str) -> bytes:
    """Return what a wrapped text is bound to, so that none fits elsewhere."""
    return json.dumps([FORMAT, keystore.id, keystore.encrypts_store, purpose]).encode()


def _advice(slots: tuple[str, ...]) -> str:
    if PASSPHRASE in slots:
        return "are opened by a passphrase; give it"
    return "are opened by this computer's keyring, without a passphrase"


def _read(path: Path) -> dict[str, Any]:
    """Read the file and check its shape; what the texts in it hold is checked where it is used."""
    try:
        with path.open("rb") as file:
            body = json.loads(file.read(MAX_BYTES))
    except FileNotFoundError:
        raise RefusedError(f"There are no keys in {path.parent} yet.") from None
    except OSError as error:
        raise MachineError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError):
        body = None
    if not _well_shaped(body):
        raise DamagedKeystoreError(f"{path} is damaged; restore it from a backup.")
    return dict(body)


def _well_shaped(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and body.get("format") == FORMAT
        and isinstance(body.get("id"), str)
        and isinstance(body.get("encrypts_store"), bool)
        and isinstance(body.get("keys"), str)
        and isinstance(body.get("slots"), dict)
        and all(isinstance(slot, dict) for slot in body["slots"].values())
    )


def _write(path: Path, body: Mapping[str, object]) -> None:
    write_private(path, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())
