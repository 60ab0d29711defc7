"""Erasing confidential content for good, on a legal request: a signed trace stays, nothing else.

The change that erases travels like any other. Wherever it counts, the content is removed and not
taken again; the salted hash stays in the signed records, so every signature holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.errors import MachineError, RefusedError, StocktakeError, WrongUseError
from stocktake_app.exchange.verify import verify_package
from stocktake_app.model import paths
from stocktake_app.store import scrubbing
from stocktake_app.store.changes import append_change, may_erase_of
from stocktake_app.store.confidential import answer_of, question_of
from stocktake_app.store.disclosures import digests_by_path, known_of
from stocktake_app.store.entries import find_entry
from stocktake_app.store.outbox import OutboxState
from stocktake_app.store.packages import package_path, reading_package
from stocktake_app.store.scrubbing import Carrier, Traces
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.chain import Trust

MAX_REASON_CHARS = 500


@dataclass(frozen=True)
class Copy(Result):
    """A copy of erased content that is not here: a package that was sent, or that came.

    ``state`` is that of the outbox, "" for a file that came; ``party`` the receiver or the sender.
    """

    name: str
    party: str
    state: str


@dataclass(frozen=True)
class Erased(Result):
    """What was erased: answers (paths) and how many contents; ``copies`` are out of reach.

    ``scrubbed`` is False while another program holds the files open; what is left goes later.
    """

    entry: str
    change: str
    paths: tuple[str, ...]
    contents: int
    removed: tuple[str, ...]
    copies: tuple[Copy, ...]
    scrubbed: bool

    def sentence(self) -> str:
        """Return what was done and what could not be, for people."""
        lines = [f"{self.contents} confidential contents of {self.entry} are erased for good."]
        lines += [f"Removed here: the package {name}." for name in self.removed]
        lines += [f"Out of reach: {_told(copy)}." for copy in self.copies]
        lines.append(
            "Out of reach, too: copies that you saved or sent yourself, and backups. Your next "
            "package tells everybody who receives it to erase it as well."
        )
        if not self.scrubbed:
            lines.append(
                "Another program has this workspace open; the last traces in its files go as soon "
                "as it is closed and something is exported or taken in."
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class Prospect(Result):
    """What can be erased of an entry: answers (paths), and the copies that would stay.

    ``copies`` are packages that hold the entry, with its confidential content or without.
    """

    paths: tuple[str, ...]
    copies: tuple[Copy, ...]


def prospect(workspace: Workspace, entry: str) -> Prospect | None:
    """Return what this workspace may erase of an entry, None when there is nothing.

    Raises:
        RefusedError: there is no such entry.
    """
    with workspace.store.reading() as connection:
        key, name = find_entry(connection, entry)
        if not may_erase_of(connection, workspace, name):
            return None
        erased = known_of(connection, key).erased
        every = digests_by_path(connection, key)
    found = {answer_of(path) for path, digests in every.items() if digests - erased}
    if not found:
        return None
    carriers = scrubbing.carriers(workspace, key)
    copies = [Copy(one.name, one.target, one.state) for one in carriers if not _waits(one)]
    return Prospect(tuple(sorted(found)), tuple(dict.fromkeys(copies)))


def erasable(workspace: Workspace, entry: str, path: str | None = None) -> tuple[str, ...]:
    """Return the paths of an entry whose confidential content can be erased.

    Raises:
        RefusedError: there is no such entry, or nothing of it is confidential there.
    """
    return tuple(sorted(_named(workspace, entry, path)[1]))


def erase(
    workspace: Workspace, entry: str, path: str | None = None, *, reason: str, now: datetime
) -> Erased:
    """Erase what an answer (None: every confidential one of the entry) ever said, and attachments.

    There is no undo. Every version that the answer had is erased, in this workspace, in packages
    that wait here, and with the next package wherever this change counts.

    Raises:
        RefusedError: not confidential, not ours to erase, erased already, or being edited.
        WrongUseError: no reason is given, or a very long one.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON_CHARS:
        raise WrongUseError(
            f"give the reason in 1 to {MAX_REASON_CHARS} characters; it is signed and travels on"
        )
    name, named = _named(workspace, entry, path)
    if scrubbing.open_draft(workspace, name) is not None:
        raise RefusedError("This entry is being edited; finish or discard its draft first.")
    digests = sorted(set().union(*named.values()))
    marks = {paths.join(paths.ERASED, digest): reason for digest in digests}
    change = append_change(workspace, name, marks, now)
    removed, copies, scrubbed = _remove_traces(workspace, now)
    found = tuple(sorted(named))
    return Erased(name, change.id, found, len(digests), removed, copies, scrubbed)


def complete(workspace: Workspace, now: datetime) -> bool:
    """Remove what is left of content that a change erased, ours or one that came; True when done.

    It costs one look at a setting when there is nothing to do.
    """
    return _remove_traces(workspace, now)[2]


def _named(workspace: Workspace, entry: str, path: str | None) -> tuple[str, dict[str, set[str]]]:
    """Return the entry's id and the digests to erase by path, translations among them."""
    with workspace.store.reading() as connection:
        key, name = find_entry(connection, entry)
        every = digests_by_path(connection, key)
        erased = known_of(connection, key).erased
    wanted = {
        one: digests - erased
        for one, digests in every.items()
        if path is None or path in {one, answer_of(one)}
    }
    if not wanted:
        raise RefusedError(_nothing(path))
    left = {one: digests for one, digests in wanted.items() if digests}
    if not left:
        raise RefusedError("This was erased already; nothing of it is left here.")
    return name, left


def _nothing(path: str | None) -> str:
    if path is None:
        return "Nothing in this entry was recorded as confidential; there is nothing to erase."
    return (
        f"{path} was not recorded as confidential ({question_of(path)} is not marked so in its "
        "questionnaire): its words are part of the signed record and cannot be taken out."
    )


def _remove_traces(
    workspace: Workspace, now: datetime
) -> tuple[tuple[str, ...], tuple[Copy, ...], bool]:
    wanted = scrubbing.unscrubbed(workspace)
    if not wanted:
        return (), (), True
    removed: list[str] = []
    copies: list[Copy] = []
    for traces in wanted:
        for carrier in scrubbing.carriers(workspace, traces.key):
            gone, copy = _deal_with(workspace, carrier, traces, now)
            removed += [carrier.name] if gone else []
            copies += [copy] if copy else []
    scrubbed = scrubbing.scrub(workspace, wanted)
    return tuple(dict.fromkeys(removed)), tuple(dict.fromkeys(copies)), scrubbed


def _deal_with(
    workspace: Workspace, carrier: Carrier, traces: Traces, now: datetime
) -> tuple[bool, Copy | None]:
    """Remove a package that carries erased content; say where else a copy of it is."""
    waiting = _waits(carrier)
    copy = None if waiting else Copy(carrier.name, carrier.target, carrier.state)
    path = _file(workspace, carrier)
    if path is None:
        return False, copy
    if not _carries(workspace, carrier, path, traces.digests, now):
        return False, None
    if waiting:
        scrubbing.forget_unsent(workspace, carrier.sha256)
    try:
        path.unlink()
    except OSError as error:
        raise MachineError(
            f"{path} carries what was erased and cannot be removed ({error.strerror}); remove it "
            "yourself."
        ) from error
    return True, copy


def _waits(carrier: Carrier) -> bool:
    return carrier.state in {OutboxState.WAITING, OutboxState.SENDING}


def _file(workspace: Workspace, carrier: Carrier) -> Path | None:
    """Return where a package lies here: one of ours under its name, one that came by its hash."""
    own = package_path(workspace, carrier.name) if carrier.state else None
    known = [own] if own else [workspace.packages / carrier.sha256]
    return next((path for path in known if path is not None and path.is_file()), None)


def _carries(
    workspace: Workspace,
    carrier: Carrier,
    path: Path,
    digests: Iterable[str],
    now: datetime,
) -> bool:
    """Say whether a package carries one of these contents; what cannot be read may."""
    try:
        if carrier.state:
            with reading_package(workspace, carrier.name) as file:
                data = file.read()
        else:
            data = path.read_bytes()
    except (OSError, StocktakeError):
        return True
    return not verify_package(data, Trust(()), now).disclosures.keys().isdisjoint(digests)


def _told(copy: Copy) -> str:
    if not copy.state:
        return f"{copy.name}, which came from {copy.party or 'somebody unknown'}"
    return f"{copy.name}, sent to {copy.party}"
