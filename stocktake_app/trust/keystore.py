"""The keystore: ``keys.json``, where private keys lie encrypted and nothing lies in the clear.

One random data key of 32 bytes is wrapped once per slot; any slot opens it: the passphrase, this
computer's keyring (``slots.py``), the printed recovery key (``recovery_key.py``), the bureau's box
(``escrow.py``). From the data key are derived the one that encrypts the private keys and, where
wanted, the ones of the store and of files. Slots of kinds that this version does not know are left
as they are. All wrapping is AES-256-GCM, bound to the kind of slot and to this keystore; whether
the store is encrypted is bound to the private keys, which every opening checks.
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.trust import escrow
from stocktake_app.trust.keys import PrivateKey, accept_key
from stocktake_app.trust.keystore_file import (
    FILE_NAME,
    FORMAT,
    change_body,
    context,
    damaged,
    derive,
    read_body,
    unwrap_secrets,
    wrap_secrets,
    write_body,
)
from stocktake_app.trust.recovery_key import new_recovery_key, open_recovery_slot, recovery_slot
from stocktake_app.trust.slots import (
    ESCROW,
    KEY_BYTES,
    KEYRING,
    PASSPHRASE,
    RECOVERY,
    DamagedKeystoreError,
    NoSlotError,
    WrongPassphraseError,
    forget_keyring_slot,
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

SIGNING = "signing"
"""Name of the key that signs packages."""

AUTHORITY = "authority"
"""Name of the key with which a bureau or HQ issues certificates."""


@dataclass(frozen=True)
class Keystore:
    """A keystore as it lies on disk, locked. ``slots`` are the kinds of ways to open it.

    ``keeper`` names the office that holds the box of the slot ``escrow``, or is "".
    """

    path: Path
    id: str
    slots: tuple[str, ...]
    encrypts_store: bool
    keeper: str = ""

    def unlock(self, passphrase: str | None = None) -> "Unlocked":
        """Open it: by the passphrase if one is given, else by the operating system's keyring.

        Raises:
            WrongPassphraseError: the passphrase is not the right one.
            NoSlotError: there is no slot of that kind, or no keyring on this computer.
            DamagedKeystoreError: the file is not as it was written.
        """
        kind = KEYRING if passphrase is None else PASSPHRASE
        slot = self._slot(kind)
        if passphrase is None:
            data_key = open_keyring_slot(slot, self.id, self.context(kind))
        else:
            data_key = open_passphrase_slot(slot, passphrase, self.context(kind))
        return self._opened(data_key)

    def unlock_with_recovery_key(self, text: str) -> "Unlocked":
        """Open it by the printed recovery key.

        Raises:
            BadRecoveryKeyError, WrongRecoveryKeyError: there is a slip in it, or it is another's.
            NoSlotError: none was printed for these keys.
        """
        return self._opened(open_recovery_slot(self._slot(RECOVERY), text, self.context(RECOVERY)))

    def unlock_with_escrow(self, wrapping_key: bytes) -> "Unlocked":
        """Open it by the key from the box that the bureau holds.

        Raises:
            RefusedError: that key belongs to an older box or to other keys.
            NoSlotError: there is no such box.
        """
        box = self._slot(ESCROW).get("box")
        data_key = unwrap(wrapping_key, box, self.context(ESCROW))
        if data_key is None:
            raise RefusedError("This answer is for another workspace, or for an older request.")
        return self._opened(data_key)

    @property
    def escrow_box(self) -> bytes:
        """The box that only its keeper can open.

        Raises:
            NoSlotError: there is none.
        """
        return _decoded(self._slot(ESCROW).get("sealed"), self.path)

    def context(self, purpose: str) -> bytes:
        """Return what a wrapped text is bound to, so that none fits elsewhere."""
        return context(self.id, purpose)

    def _slot(self, kind: str) -> Mapping[str, object]:
        slot: Mapping[str, object] | None = read_body(self.path)["slots"].get(kind)
        if slot is None:
            raise NoSlotError(f"The keys in {self.path} {_advice(self.slots)}.")
        return slot

    def _opened(self, data_key: bytes) -> "Unlocked":
        unlocked = Unlocked(self, data_key)
        unlocked.key_names()  # refuses a file in which anything was changed
        return unlocked


@dataclass(frozen=True)
class Unlocked:
    """An open keystore."""

    keystore: Keystore
    data_key: bytes = field(repr=False)

    @property
    def store_key(self) -> bytes | None:
        """The 32 bytes that open the store, or None when the store is not encrypted."""
        return derive(self.data_key, "store") if self.keystore.encrypts_store else None

    def key_names(self) -> tuple[str, ...]:
        """Return the names of the private keys and other secrets."""
        return tuple(sorted(self._secrets()))

    def private_key(self, name: str) -> PrivateKey:
        """Return a private key, such as ``SIGNING``.

        Raises:
            RefusedError: there is no key of that name.
        """
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        key = load_der_private_key(self.secret(name), None)
        accept_key(key.public_key())
        return key  # type: ignore[return-value]  # accept_key let only our two kinds pass

    def secret(self, name: str) -> bytes:
        """Return a secret that is no signing key, such as the one that opens others' boxes.

        Raises:
            RefusedError: there is none of that name.
        """
        found = self._secrets().get(name)
        if found is None:
            raise RefusedError(f"There is no key named {name} in {self.keystore.path}.")
        return found

    def add_key(self, name: str, key: PrivateKey) -> None:
        """Keep a private key under a new name.

        Raises:
            RefusedError: there is one of that name.
        """
        self.add_secret(name, _plain(key))

    def add_secret(self, name: str, secret: bytes) -> None:
        """Keep a secret under a new name.

        Raises:
            RefusedError: there is one of that name.
        """
        self._add_secrets({name: secret})

    def set_passphrase(self, passphrase: str) -> "Unlocked":
        """Add a passphrase or replace it; the other slots and the keys stay as they are.

        Raises:
            WrongUseError: it is empty.
        """
        context = self.keystore.context(PASSPHRASE)
        return self._with_slot(PASSPHRASE, passphrase_slot(passphrase, self.data_key, context))

    def add_keyring(self) -> "Unlocked":
        """Let the operating system's keyring open it from now on.

        Raises:
            NoSlotError: this computer has none.
        """
        context = self.keystore.context(KEYRING)
        return self._with_slot(KEYRING, keyring_slot(self.keystore.id, self.data_key, context))

    def add_recovery_key(self) -> tuple["Unlocked", tuple[str, ...]]:
        """Make a recovery key that opens it from now on; an older one does no longer.

        Returns its groups too; nobody can show them again.
        """
        groups = new_recovery_key()
        slot = recovery_slot(groups, self.data_key, self.keystore.context(RECOVERY))
        return self._with_slot(RECOVERY, slot), groups

    def add_escrow(self, box: "escrow.Box", recipient: str, keeper: str) -> "Unlocked":
        """Lock a box for who keeps it (``recipient``, and ``keeper`` for people); replaces one.

        Raises:
            WrongUseError: the recipient is none.
        """
        escrow.check_recipient(recipient)
        sealed = escrow.lock_box(box, recipient)
        slot = {
            "keeper": keeper,
            "recipient": recipient,
            "sealed": b64encode(sealed).decode("ascii"),
            "box": wrap(box.key, self.data_key, self.keystore.context(ESCROW)),
        }
        return self._with_slot(ESCROW, slot)

    def remove_slot(self, kind: str) -> "Unlocked":
        """Take one way to open it away.

        Raises:
            RefusedError: there is none of that kind, or it is the last one.
        """

        def without(body: dict[str, Any]) -> Mapping[str, object]:
            left = {name: slot for name, slot in body["slots"].items() if name != kind}
            if len(left) == len(body["slots"]):
                raise RefusedError(f"These keys are not opened by {kind}.")
            if not {PASSPHRASE, KEYRING} & left.keys():
                raise RefusedError(
                    "This is the last way to open these keys day by day; add a passphrase first."
                )
            return {"slots": left}

        change_body(self.keystore.path, without)
        if kind == KEYRING:
            forget_keyring_slot(self.keystore.id)
        return self._again()

    def copy_encrypting_store(self, folder: Path) -> "Unlocked":
        """Write these keys into another folder, as they are for an encrypted store."""
        body = read_body(self.keystore.path) | {"encrypts_store": True}
        path = folder / FILE_NAME
        write_body(path, body | {"keys": wrap_secrets(self.data_key, body, self._secrets())})
        return Unlocked(open_keystore(folder), self.data_key)

    def _with_slot(self, kind: str, slot: Mapping[str, object]) -> "Unlocked":
        change_body(self.keystore.path, lambda body: {"slots": body["slots"] | {kind: slot}})
        return self._again()

    def _again(self) -> "Unlocked":
        return Unlocked(open_keystore(self.keystore.path.parent), self.data_key)

    def _add_secrets(self, added: Mapping[str, bytes]) -> None:
        def changed(body: dict[str, Any]) -> Mapping[str, object]:
            kept = self._secrets(body)
            for name in added.keys() & kept.keys():
                raise RefusedError(f"There is a key named {name} in {self.keystore.path} already.")
            return {"keys": wrap_secrets(self.data_key, body, {**kept, **added})}

        change_body(self.keystore.path, changed)

    def _secrets(self, body: Mapping[str, Any] | None = None) -> dict[str, bytes]:
        found = unwrap_secrets(self.data_key, body or read_body(self.keystore.path))
        if found is None:
            raise damaged(self.keystore.path)
        return found


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
    name, data_key = secrets.token_hex(16), secrets.token_bytes(KEY_BYTES)
    slots = _first_slots(name, data_key, passphrase, use_keyring=use_keyring)
    body = {"format": FORMAT, "id": name, "encrypts_store": encrypts_store, "slots": slots}
    write_body(path, body | {"keys": wrap_secrets(data_key, body, {})})
    return Unlocked(open_keystore(folder), data_key)


def open_keystore(folder: Path) -> Keystore:
    """Read the keystore of a folder without opening it.

    Raises:
        RefusedError: there is none.
        DamagedKeystoreError: the file is not as it was written.
        MachineError: it cannot be read.
    """
    path = folder / FILE_NAME
    body = read_body(path)
    keeper = str(body["slots"].get(ESCROW, {}).get("keeper", ""))
    return Keystore(path, body["id"], tuple(sorted(body["slots"])), body["encrypts_store"], keeper)


def _first_slots(
    name: str, data_key: bytes, passphrase: str | None, *, use_keyring: bool
) -> dict[str, object]:
    slots: dict[str, object] = {}
    if passphrase is not None:
        slots[PASSPHRASE] = passphrase_slot(passphrase, data_key, context(name, PASSPHRASE))
    if use_keyring and (keyring_available() or not slots):
        slots[KEYRING] = keyring_slot(name, data_key, context(name, KEYRING))
    if not slots:
        raise WrongUseError("Keys need a passphrase or this computer's keyring; choose one.")
    return slots


def _plain(key: PrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _decoded(text: object, path: Path) -> bytes:
    try:
        return b64decode(str(text), validate=True)
    except ValueError:
        raise damaged(path) from None


def _advice(slots: tuple[str, ...]) -> str:
    if PASSPHRASE in slots:
        return "are opened by a passphrase; give it"
    return "are opened by this computer's keyring, without a passphrase"
