"""Protecting a workspace: its passphrase, the other ways to open it, encryption of all its files.

Most of it takes the workspace's folder, because it is wanted while the store is closed: before it
is encrypted, or when the passphrase is forgotten. A window locks its workspace (``lock``) before
it calls ``protect``, and opens it again with the passphrase.

What can open the keys are *ways*: ``passphrase``, ``keyring`` (this computer's), ``recovery`` (the
printed recovery key), ``escrow`` (the bureau, or HQ for a bureau, can help).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from stocktake_app.actions import capture
from stocktake_app.actions.escrow import leave_box, want_escrow
from stocktake_app.actions.identity import PassphraseNeededError, unlock
from stocktake_app.actions.recipients import TRANSPORT
from stocktake_app.actions.recovery_page import recovery_page
from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import trust_of, withdrawn_certificates
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.settings import FREEZE_AFTER_MINUTES
from stocktake_app.store import workspace as stored
from stocktake_app.store.drafts import list_drafts
from stocktake_app.store.encrypting import encrypt_workspace, settle_encryption
from stocktake_app.store.files import atomic_write
from stocktake_app.store.workspace import Workspace, is_workspace
from stocktake_app.translations import N_
from stocktake_app.trust import recovery
from stocktake_app.trust.certificates import subject_of
from stocktake_app.trust.escrow import NotForUsError
from stocktake_app.trust.keystore import Unlocked, create_keystore, has_keystore, open_keystore
from stocktake_app.trust.passphrases import check_passphrase
from stocktake_app.trust.slots import ESCROW, KEYRING

TRACES = N_(
    "The unencrypted files were overwritten. A solid-state drive can keep traces of them all the "
    "same, and so can older backups and copies: destroy those yourself."
)


@dataclass(frozen=True)
class Ways(Result):
    """How a workspace can be opened. ``ways`` as above; ``protected``: its files are encrypted.

    ``keeper`` is the office that can help when the passphrase is forgotten, or "".
    """

    folder: Path
    ways: tuple[str, ...]
    protected: bool
    keeper: str


@dataclass(frozen=True)
class Protected(Result):
    """A workspace that was encrypted; ``packages`` are files of packages, ``notes`` sentences."""

    folder: Path
    entries: int
    packages: int
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Return what was done, for people."""
        counts = f"{self.entries} entries and {self.packages} packages"
        return "\n".join([f"{self.folder} is encrypted now: {counts}.", *self.notes])


@dataclass(frozen=True)
class RecoveryKey(Result):
    """A new recovery key, shown once: ``groups`` to write down, ``page`` a page to print."""

    groups: tuple[str, ...]
    page: str


@dataclass(frozen=True)
class RecoveryAsked(Result):
    """A recovery request that was written; ``fingerprint`` is read aloud, ``keeper`` answers it."""

    path: Path
    fingerprint: str
    keeper: str


@dataclass(frozen=True)
class RecoveryRead(Result):
    """A recovery request as its keeper sees it.

    ``name`` and ``identity`` stand in the box, which was locked when the person was approved, and
    ``made`` says when that was. ``created`` is when the request was made, by the asking laptop's
    clock. ``fingerprint`` is compared aloud. ``notes`` are warnings: a withdrawn certificate.
    """

    name: str
    identity: str
    made: str
    created: str
    fingerprint: str
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Return who asks and what to do first, for people."""
        call = (
            f"Call {self.name}, on a number that you know, and let them read this fingerprint "
            f"aloud: {self.fingerprint}"
        )
        asks = f"{self.name} asks for help with a forgotten passphrase."
        return "\n".join([asks, call, *self.notes])


def ways(folder: Path) -> Ways:
    """Say how a workspace can be opened; needs no passphrase.

    Raises:
        RefusedError: it has no keys yet.
    """
    settle_encryption(folder)
    keystore = open_keystore(folder)
    return Ways(folder, keystore.slots, keystore.encrypts_store, keystore.keeper)


def protect(
    folder: Path,
    passphrase: str | None,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Protected:
    """Encrypt store, drafts and packages of a workspace that was not; nobody may have it open.

    The passphrase is the one that its keys have, or a new one when there are no keys yet. A power
    cut at any moment leaves all of the old state or all of the new one. ``progress`` is told how
    many steps of how many are done.

    Raises:
        WrongUseError: it is protected already, or a new passphrase is too weak.
        PassphraseNeededError: none is given.
        WrongPassphraseError: it has keys, and this is not their passphrase.
        RefusedError: another program has it open.
        MachineError: the disk is full or cannot be written.
    """
    settle_encryption(folder)
    if not is_workspace(folder):
        raise RefusedError(f"There is no workspace in {folder}; make one with init.")
    unlocked = None
    if has_keystore(folder):
        if open_keystore(folder).encrypts_store:
            raise WrongUseError(f"{folder} is encrypted already")
        unlocked = _unlocked(folder, passphrase)
    if not passphrase and unlocked is None:
        raise PassphraseNeededError
    names = _names(folder, None)  # opens it once: an older store is migrated first
    if unlocked is None:
        check_passphrase(passphrase or "", names)

    def make_keys(stage: Path) -> bytes:
        if unlocked is None:
            made = create_keystore(stage, passphrase=passphrase, encrypts_store=True)
        else:
            made = unlocked.copy_encrypting_store(stage)
        assert made.store_key
        return made.store_key

    done = encrypt_workspace(folder, make_keys, progress)
    return Protected(folder, done.entries, done.packages, (TRACES,))


def change_passphrase(folder: Path, old: str | None, new: str) -> Ways:
    """Give the keys another passphrase (``old`` None: the keyring opens them).

    Raises:
        WrongPassphraseError: ``old`` is not the right one.
        WeakPassphraseError: ``new`` is too easily guessed; the sentence says why.
    """
    settle_encryption(folder)
    return _with_passphrase(folder, _unlocked(folder, old), new)


def make_recovery_key(
    folder: Path, passphrase: str | None, *, language: str = "en", now: datetime
) -> RecoveryKey:
    """Make a recovery key to print; an older one opens nothing any more.

    Raises:
        WrongPassphraseError: the passphrase is not the right one.
    """
    settle_encryption(folder)
    _, groups = _unlocked(folder, passphrase).add_recovery_key()
    return RecoveryKey(groups, recovery_page(folder, groups, language=language, now=now))


def use_recovery_key(folder: Path, recovery_key: str, new_passphrase: str) -> Ways:
    """Set a new passphrase with the printed recovery key.

    Raises:
        BadRecoveryKeyError: there is a slip in it; the sentence names the group.
        WrongRecoveryKeyError: it is the key of another workspace, or an older one.
        NoSlotError: none was printed for this workspace.
        WeakPassphraseError: the new passphrase is too easily guessed.
    """
    settle_encryption(folder)
    unlocked = open_keystore(folder).unlock_with_recovery_key(recovery_key)
    return _with_passphrase(folder, unlocked, new_passphrase)


def use_keyring(folder: Path, passphrase: str | None, *, wanted: bool) -> Ways:
    """Let this computer's keyring open the workspace without a passphrase, or no longer.

    Raises:
        WrongPassphraseError: the passphrase is not the right one.
        NoSlotError: this computer has no keyring that works.
        RefusedError: it would be the last way, or there is none.
    """
    settle_encryption(folder)
    unlocked = _unlocked(folder, passphrase)
    if wanted:
        unlocked.add_keyring()
    else:
        unlocked.remove_slot(KEYRING)
    return ways(folder)


def remove_way(folder: Path, passphrase: str | None, way: str) -> Ways:
    """Take one way away; a passphrase or the keyring always stays.

    Raises:
        RefusedError: it is the last one, or there is none of that kind.
    """
    settle_encryption(folder)
    _unlocked(folder, passphrase).remove_slot(way)
    return ways(folder)


def set_escrow(
    workspace: Workspace, passphrase: str | None, *, wanted: bool, now: datetime
) -> Ways:
    """Leave a box with the office that approved us, or take it away.

    Raises:
        RefusedError: nobody has approved us yet, or that office has not said where to leave it.
    """
    unlocked = unlock(workspace, passphrase)
    want_escrow(workspace, wanted=wanted)
    if not wanted and ESCROW in unlocked.keystore.slots:
        unlocked.remove_slot(ESCROW)
    if wanted and not leave_box(workspace, unlocked, now):
        raise RefusedError(
            "no office can keep a box for you yet: install the answer to your request first"
        )
    return ways(workspace.folder)


def request_recovery(
    folder: Path, out: Path, new_passphrase: str, *, now: datetime
) -> RecoveryAsked:
    """Ask the keeper for help: write a request with nothing secret in it but the locked box.

    The new passphrase is chosen now; it protects the one-time key that opens the answer, and it
    becomes the workspace's when the answer is opened.

    Raises:
        NoSlotError: this workspace has left no box with anybody.
        WeakPassphraseError: the new passphrase is too easily guessed.
    """
    settle_encryption(folder)
    check_passphrase(new_passphrase)
    keystore = open_keystore(folder)
    data = recovery.make_request(keystore, new_passphrase, now)
    out.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(out, data)
    return RecoveryAsked(out, recovery.read_request(data).fingerprint, keystore.keeper)


def read_recovery(workspace: Workspace, data: bytes, passphrase: str | None) -> RecoveryRead:
    """Show a recovery request to its keeper, before it is answered.

    Raises:
        RefusedError: its box is not for this office, or the file is no such request.
    """
    return _read(workspace, _opened(workspace, data, passphrase))


def answer_recovery(
    workspace: Workspace, data: bytes, out: Path, *, passphrase: str | None, now: datetime
) -> RecoveryRead:
    """Answer a recovery request, after its fingerprint was compared aloud.

    Raises:
        RefusedError: its box is not for this office, or the file is no such request.
    """
    opened = _opened(workspace, data, passphrase)
    out.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(out, recovery.make_answer(opened, now))
    return _read(workspace, opened)


def open_recovery(folder: Path, data: bytes, new_passphrase: str) -> Ways:
    """Open the answer with the passphrase that was chosen for the request; it is the new one then.

    Raises:
        RefusedError: there is no request to answer, or this answers another one.
        WrongPassphraseError: it is not the passphrase that was chosen for the request.
    """
    settle_encryption(folder)
    recovery.open_answer(open_keystore(folder), data, new_passphrase)
    return ways(folder)


def lock(workspace: Workspace) -> None:
    """Close the databases and forget their key; the workspace has to be opened again."""
    workspace.store.lock()
    workspace.drafts.lock()


def freeze_idle(workspace: Workspace, *, now: datetime, minutes: int = FREEZE_AFTER_MINUTES) -> int:
    """Freeze the drafts in which nothing was typed for so long; returns how many became changes."""
    limit = now - timedelta(minutes=minutes)
    idle = [
        draft.id
        for draft in list_drafts(workspace)
        if datetime.fromisoformat(draft.updated) <= limit
    ]
    frozen = [capture.leave(workspace, draft, now=now) for draft in idle]
    return sum(one.change is not None for one in frozen)


def _unlocked(folder: Path, passphrase: str | None) -> Unlocked:
    keystore = open_keystore(folder)
    if not passphrase and KEYRING not in keystore.slots:
        raise PassphraseNeededError
    return keystore.unlock(passphrase)


def _with_passphrase(folder: Path, unlocked: Unlocked, passphrase: str) -> Ways:
    check_passphrase(passphrase, _names(folder, unlocked.store_key))
    unlocked.set_passphrase(passphrase)
    return ways(folder)


def _names(folder: Path, key: bytes | None) -> tuple[str, ...]:
    """Return what a passphrase must not be made of: its owner's name and office."""
    workspace = stored.open_workspace(folder, key=key)
    try:
        return (workspace.profile.name, workspace.profile.office)
    finally:
        workspace.close()


def _opened(workspace: Workspace, data: bytes, passphrase: str | None) -> recovery.OpenedRequest:
    unlocked = unlock(workspace, passphrase)
    if TRANSPORT not in unlocked.key_names():
        raise NotForUsError("No boxes were left with this office; ask the right one.")
    return recovery.open_request(data, unlocked.secret(TRANSPORT))


def _read(workspace: Workspace, opened: recovery.OpenedRequest) -> RecoveryRead:
    withdrawn = [
        f"A certificate of {opened.box.name} was withdrawn ({why}). Answer only if you know that "
        "the laptop is in their own hands."
        for certificate, why in withdrawn_certificates(trust_of(workspace)).items()
        if subject_of(certificate).identity == opened.box.identity
    ]
    return RecoveryRead(
        notes=tuple(withdrawn),
        name=opened.box.name,
        identity=opened.box.identity,
        made=opened.box.made,
        created=opened.request.created,
        fingerprint=opened.request.fingerprint,
    )
