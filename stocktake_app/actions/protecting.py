"""Protecting a workspace: its passphrase, the other ways to open it, encryption of all its files.

Everything here takes the workspace's folder, because most of it is wanted while the store is
closed: before it is encrypted, or when the passphrase is forgotten. A window closes its workspace
(``lock``) before it calls ``protect`` and opens it again with the passphrase.

What can open the keys are *ways*: ``passphrase``, ``keyring`` (this computer's), ``recovery`` (the
printed recovery key), ``escrow`` (the bureau, or HQ for a bureau, can help).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Ways(Result):
    """How a workspace can be opened. ``ways`` as above; ``protected``: its files are encrypted.

    ``escrow_with`` names who can help when the passphrase is forgotten, or is "".
    """

    folder: Path
    ways: tuple[str, ...]
    protected: bool
    escrow_with: str


@dataclass(frozen=True)
class Protected(Result):
    """A workspace that was encrypted; ``packages`` are files of packages, ``notes`` sentences."""

    folder: Path
    entries: int
    packages: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RecoveryKey(Result):
    """A new recovery key, shown once: ``groups`` to write down, ``page`` a page to print."""

    groups: tuple[str, ...]
    page: str


@dataclass(frozen=True)
class RecoveryAsked(Result):
    """A recovery request: written (``path``), or read by who may answer it.

    ``name`` and ``identity`` are as the request's box says that was made at enrolment; they are
    "" on the side that asks, which cannot open it. ``fingerprint`` is compared aloud.
    """

    path: Path
    fingerprint: str
    name: str
    identity: str
    created: str


def ways(folder: Path) -> Ways:
    """Say how a workspace can be opened; needs no passphrase.

    Raises:
        RefusedError: it has no keys yet.
    """


def protect(
    folder: Path,
    passphrase: str,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Protected:
    """Encrypt store, drafts and packages of a workspace that was not; nobody may have it open.

    The passphrase is the one that its keys have, or a new one when there are no keys yet. A power
    cut at any moment leaves all of the old state or all of the new one.

    Raises:
        WrongUseError: it is protected already, or a new passphrase is too weak.
        WrongPassphraseError: it has keys, and this is not their passphrase.
        RefusedError: another program has it open.
        MachineError: the disk is full or cannot be written.
    """


def change_passphrase(folder: Path, old: str | None, new: str) -> Ways:
    """Give the keys another passphrase (``old`` None: the keyring opens them).

    Raises:
        WrongPassphraseError: ``old`` is not the right one.
        WeakPassphraseError: ``new`` is too easily guessed; the sentence says why.
    """


def make_recovery_key(folder: Path, passphrase: str | None, *, now: datetime) -> RecoveryKey:
    """Make a recovery key to print; an older one opens nothing any more."""


def use_recovery_key(folder: Path, recovery_key: str, new_passphrase: str) -> Ways:
    """Set a new passphrase with the printed recovery key.

    Raises:
        BadRecoveryKeyError: there is a slip in it; the sentence names the group.
        WrongRecoveryKeyError: it is the key of another workspace, or an older one.
        WeakPassphraseError: the new passphrase is too easily guessed.
    """


def use_keyring(folder: Path, passphrase: str | None, *, wanted: bool) -> Ways:
    """Let this computer's keyring open the workspace without a passphrase, or no longer."""


def remove_way(folder: Path, passphrase: str | None, way: str) -> Ways:
    """Take one way away; never the last one.

    Raises:
        RefusedError: it is the last one, or there is none of that kind.
    """


def keep_escrow(workspace: Workspace, passphrase: str | None, recipient: str, keeper: str) -> Ways:
    """Let the bureau (or HQ) named ``keeper`` help when the passphrase is forgotten.

    ``recipient`` is what ``own_recipient`` gave there. Called when an approval is installed.
    """


def own_recipient(workspace: Workspace, passphrase: str | None) -> str:
    """Return the recipient (``age1…``) to which others may leave their boxes; made when first asked.

    A bureau and HQ put it into their approvals.
    """


def request_recovery(folder: Path, out: Path, new_passphrase: str, *, now: datetime) -> RecoveryAsked:
    """Ask the bureau for help: write a request with nothing secret in it but the bureau's box.

    The new passphrase is chosen now; it protects the one-time key that opens the answer, and it
    becomes the workspace's when the answer is opened.

    Raises:
        RefusedError: this workspace has left no box with anybody.
        WeakPassphraseError: the new passphrase is too easily guessed.
    """


def read_recovery(workspace: Workspace, data: bytes, passphrase: str | None) -> RecoveryAsked:
    """Show a recovery request to who may answer it, before it is answered.

    Raises:
        RefusedError: its box is not for this office, or the file is no such request.
    """


def answer_recovery(
    workspace: Workspace, data: bytes, out: Path, *, passphrase: str | None, now: datetime
) -> RecoveryAsked:
    """Answer a recovery request, after its fingerprint was compared aloud.

    Raises:
        RefusedError: its box is not for this office, or the file is no such request.
    """


def open_recovery(folder: Path, data: bytes, new_passphrase: str) -> Ways:
    """Open the answer with the passphrase that was chosen for the request; it is the new one then.

    Raises:
        RefusedError: there is no request to answer, or this answers another one.
        WrongPassphraseError: it is not the passphrase that was chosen for the request.
    """


def lock(workspace: Workspace) -> None:
    """Close the databases and forget their key; the workspace has to be opened again."""


def freeze_idle(workspace: Workspace, *, now: datetime, minutes: int = 30) -> int:
    """Freeze the drafts in which nothing was typed for so long; returns how many were."""


def check_passphrase(passphrase: str, names: Sequence[str] = ()) -> None:
    """Refuse a new passphrase that is too easily guessed.

    Raises:
        WeakPassphraseError: the sentence says what is wrong.
    """
