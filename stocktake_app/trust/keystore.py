"""The keystore: ``keys.json``, where private keys lie encrypted and nothing lies in the clear.

One random data key of 32 bytes is wrapped once per slot (a passphrase by Argon2id, the operating
system's keyring); any slot opens it. From it are derived the key that encrypts the private keys
and, where wanted, the key of the store. A further kind of slot is one more way to get the key that
wraps the data key; nothing else changes. All wrapping is AES-256-GCM and bound to slot and file.
"""

import json
import os
import secrets
import sys
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.trust.keys import PrivateKey

FILE_NAME = "keys.json"
FORMAT = "stocktake-keys/1"
PASSPHRASE = "passphrase"  # noqa: S105 - the name of a slot
KEYRING = "keyring"
KEY_BYTES = 32


class WrongPassphraseError(RefusedError):
    """The passphrase does not open the keys; try again."""


class NoSlotError(WrongUseError):
    """There is no such way to open these keys."""


class DamagedKeystoreError(UserFileError):
    """The file with the keys is damaged; restore it from a backup."""


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
        raise NotImplementedError


@dataclass(frozen=True)
class Unlocked:
    """An open keystore."""

    keystore: Keystore
    data_key: bytes = field(repr=False)

    @property
    def store_key(self) -> bytes | None:
        """The 32 bytes that open the store, or None when the store is not encrypted."""
        raise NotImplementedError

    def key_names(self) -> tuple[str, ...]:
        """Return the names of the private keys."""
        raise NotImplementedError

    def private_key(self, name: str) -> PrivateKey:
        """Return a private key, such as ``signing`` or ``authority``.

        Raises:
            RefusedError: there is no key of that name.
        """
        raise NotImplementedError

    def add_key(self, name: str, key: PrivateKey) -> None:
        """Keep a private key under a new name.

        Raises:
            RefusedError: there is one of that name.
        """
        raise NotImplementedError

    def set_passphrase(self, passphrase: str) -> "Unlocked":
        """Add a passphrase or replace it; the other slots and the keys stay as they are."""
        raise NotImplementedError

    def add_keyring(self) -> "Unlocked":
        """Let the operating system's keyring open it from now on.

        Raises:
            NoSlotError: this computer has none.
        """
        raise NotImplementedError


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

    Raises:
        WrongUseError: neither passphrase nor keyring, an empty passphrase, or there is one already.
        MachineError: the folder cannot be written.
    """
    raise NotImplementedError


def open_keystore(folder: Path) -> Keystore:
    """Read the keystore of a folder without opening it.

    Raises:
        RefusedError: there is none.
        DamagedKeystoreError: the file is not as it was written.
        MachineError: it cannot be read.
    """
    raise NotImplementedError


def keyring_available() -> bool:
    """Say whether this computer has a keyring that can keep a secret."""
    raise NotImplementedError
