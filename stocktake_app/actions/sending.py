"""The outbox: packages leave it only against HQ's signed receipt."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from stocktake_app.actions.encrypting import (
    Addressees,
    addressees,
    encrypted_copy,
    encrypted_name,
)
from stocktake_app.actions.identity import own_signer
from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import trust_of
from stocktake_app.errors import MachineError, NetworkError, RefusedError, UserFileError
from stocktake_app.exchange.receipts import BadReceiptError, read_receipt
from stocktake_app.model.codes import Verdict
from stocktake_app.store import outbox as stored
from stocktake_app.store.packages import copy_package, reading_package
from stocktake_app.store.workspace import Workspace

RECEIPT_SUFFIX = ".receipt"
ACCEPTED = (Verdict.VALID, Verdict.RESAVED)
LATER = timedelta(minutes=5)


@dataclass(frozen=True)
class OutboxRow(Result):
    """One package on its way: ``state`` is waiting, sending, received or refused."""

    sha256: str
    name: str
    size: int
    state: str
    created: str
    attempts: int
    note: str


@dataclass(frozen=True)
class Sent(Result):
    """What a round of sending did, by package names; ``notes`` are sentences.

    ``reached`` is False when HQ could not be reached or the connection broke.
    """

    received: tuple[str, ...]
    refused: tuple[str, ...]
    waiting: tuple[str, ...]
    copied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reached: bool = True

    @property
    def complete(self) -> bool:
        """Whether nothing was refused, and nothing waits but for the receipt of a copy."""
        return not self.refused and set(self.waiting) <= set(self.copied) and not self.notes

    def sentence(self) -> str:
        """Return what was done, for people."""
        counts = f"{len(self.received)} received by now, {len(self.refused)} refused, "
        lines = [f"{counts}{len(self.waiting)} waiting for a receipt.", *self.notes]
        lines += [f"{name} is copied." for name in self.copied]
        return "\n".join(lines)


def outbox(workspace: Workspace) -> tuple[OutboxRow, ...]:
    """Return the packages made here, oldest first, with where they stand."""
    return tuple(
        OutboxRow(
            sha256=row.sha256,
            name=row.file,
            size=row.size,
            state=row.state.value,
            created=row.created,
            attempts=row.attempts,
            note=row.problem,
        )
        for row in stored.list_outbox(workspace)
    )


def send(
    workspace: Workspace,
    url: str,
    *,
    passphrase: str | None,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _size: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send every waiting package to HQ's address and keep the receipts; ``progress`` gets bytes.

    What could not be sent stays in the outbox with the reason; nothing is sent twice.

    Raises:
        PassphraseNeededError: the key is locked.
        RefusedError: this workspace has no root of HQ to know HQ by.
    """
    from stocktake_app.exchange.client import Hq, HqRefusesError, deliver

    signer = own_signer(workspace, passphrase, now=now())
    trust = trust_of(workspace)
    if not trust.anchors:
        raise RefusedError("HQ cannot be known yet: install the answer to your request first")
    hq = Hq(url, signer, trust, now, cancelled=cancelled)
    notes, reached = [], True
    for row in stored.list_outbox(workspace, waiting=True):
        try:
            with reading_package(workspace, row.file) as file:
                data = deliver(hq, file, row.sha256, progress=progress)
        except (NetworkError, HqRefusesError, UserFileError) as error:
            notes.append(f"{row.file}: {error}")
            stored.note_attempt(
                workspace, row.sha256, offset=row.offset, next_try=now() + LATER, problem=str(error)
            )
            if isinstance(error, NetworkError):
                reached = False
                break  # the next one would not get through either
            continue
        _note_receipt(workspace, row.sha256, data, now())
    return replace(_summary(workspace, tuple(notes)), reached=reached)


def send_to_folder(
    workspace: Workspace, folder: Path, *, encrypt_to: Sequence[str] = (), now: datetime
) -> Sent:
    """Copy every waiting package to a USB stick or shared folder, and take receipts found there.

    Encrypted to the offices that ``encrypt_to`` names, and to those for whom a package was
    encrypted when it was exported.

    Raises:
        RefusedError: no key of such an office is known.
        MachineError: the folder cannot be written.
    """
    if not folder.is_dir():
        raise MachineError(f"{folder} is not there; is the stick in?")
    notes = tuple(take_receipts(workspace, folder, now=now))
    copied = []
    for row in stored.list_outbox(workspace, waiting=True):
        offices = (*encrypt_to, *stored.encrypted_offices(workspace, row.file))
        to = addressees(workspace, offices, now)
        if to.recipients:
            _copy_encrypted(workspace, row, folder, to)
        else:
            _copy(workspace, row, folder / row.file)
        copied.append(row.file)
    return replace(_summary(workspace, notes), copied=tuple(copied))


def take_receipts(workspace: Workspace, folder: Path, *, now: datetime) -> list[str]:
    """Take HQ's receipts from a folder; returns a sentence for every one that does not count."""
    problems = []
    for row in stored.list_outbox(workspace, waiting=True):
        path = folder / f"{row.file}{RECEIPT_SUFFIX}"
        if path.is_file():
            try:
                _note_receipt(workspace, row.sha256, path.read_bytes(), now)
            except BadReceiptError as error:
                problems.append(f"{path.name}: {error}")
    return problems


def _note_receipt(workspace: Workspace, sha256: str, data: bytes, now: datetime) -> None:
    receipt = read_receipt(data, trust_of(workspace), now)
    if receipt.package != sha256:
        raise BadReceiptError("this receipt is for another package")
    stored.note_receipt(workspace, sha256, data, accepted=receipt.verdict in ACCEPTED)


def _copy_encrypted(
    workspace: Workspace, row: stored.OutboxRow, folder: Path, to: Addressees
) -> None:
    target = folder / encrypted_name(row.file, to)
    if not target.exists():  # it stands under its name only when it is whole
        encrypted_copy(workspace, row.file, to, target)


def _copy(workspace: Workspace, row: stored.OutboxRow, target: Path) -> None:
    """Copy a package so that it stands under its name only when it is whole on the stick."""
    if target.exists() and target.stat().st_size == row.size:
        return
    if shutil.disk_usage(target.parent).free < row.size:
        raise MachineError(f"{target.parent} has not enough room for {row.file}")
    copy_package(workspace, row.file, target)


def _summary(workspace: Workspace, notes: tuple[str, ...]) -> Sent:
    rows = stored.list_outbox(workspace)

    def names(*states: stored.OutboxState) -> tuple[str, ...]:
        return tuple(row.file for row in rows if row.state in states)

    state = stored.OutboxState
    return Sent(
        names(state.RECEIVED),
        names(state.REFUSED),
        names(state.WAITING, state.SENDING),
        notes=notes,
    )
