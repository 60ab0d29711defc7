"""Taking packages in: judged first, then one transaction; a dry run is the same, undone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from stocktake_app.actions import erasing
from stocktake_app.actions.checking import arrival, judge, odd_notes, read_package
from stocktake_app.actions.encrypting import open_encrypted
from stocktake_app.actions.laptops import note_words
from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import (
    known_chains,
    newer_lists,
    remember_chains,
    seal_reason,
    signer_of,
    take_notices,
    trust_of,
    with_lists,
)
from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.exchange.age import plain_name
from stocktake_app.exchange.seals import SealReport, mentions_by_entry, open_seal, seal_lines
from stocktake_app.exchange.verify import Report
from stocktake_app.model.codes import Verdict
from stocktake_app.store.freshness import Arrival, known_seals, notes_together
from stocktake_app.store.imports import (
    ImportResult,
    IncomingSeal,
    PackageFile,
    Take,
    apply_seals,
    list_imports,
    trial,
    undo_import,
)
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.seals import first_receipts
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import sentence_of
from stocktake_app.trust.certificates import is_provisional
from stocktake_app.trust.chain import Chain, Trust

USELESS = (Verdict.ALTERED, Verdict.UNREADABLE)
MAX_REASONS = 20


@dataclass(frozen=True)
class EntryOutcome(Result):
    """What happens to one entry: ``effect`` is new, newer, same, conflicting or refused."""

    entry: str
    title: str
    effect: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class FileOutcome(Result):
    """What one file brings. Counts are of entries, but ``refused`` counts changes set aside.

    ``newer`` entries get changes that nobody contradicts; ``conflicting`` ones get differing
    versions; ``reasons`` say why the file or something in it is refused. ``number`` names the
    import for ``undo``; it is 0 when nothing was taken in. ``notes`` are sentences about what is
    odd and changes nothing.
    """

    name: str
    verdict: Verdict
    signer: str
    reasons: tuple[str, ...]
    new: int = 0
    same: int = 0
    newer: int = 0
    conflicting: int = 0
    refused: int = 0
    changes: int = 0
    number: int = 0
    accepted: bool = False
    entries: tuple[EntryOutcome, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported(Result):
    """What an import did, or would do; ``accepted`` when every file could be taken in."""

    files: tuple[FileOutcome, ...]
    dry_run: bool

    @property
    def accepted(self) -> bool:
        """Whether every file could be taken in."""
        return all(file.accepted for file in self.files)

    def as_json(self) -> dict[str, object]:
        """Return the fields and whether all was accepted."""
        return super().as_json() | {"accepted": self.accepted}


@dataclass(frozen=True)
class Undone(Result):
    """An import that was undone: entries that changed, entries that are gone.

    ``sent_on`` says that its records went on to others, who keep them.
    """

    number: int
    name: str
    changed: int
    gone: int
    sent_on: bool

    def sentence(self) -> str:
        """Return what was done, for people."""
        done = f"{self.name} is taken out: {self.gone} entries gone, {self.changed} changed."
        warning = "Its records were sent on already; who has them keeps them."
        return f"{done}\n{warning}" if self.sent_on else done


def _ignore(_done: int, _all: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True)
class _Judged:
    """A file that may be taken in: its name, its size in bytes, and what the verifier said.

    ``clock_was_wrong`` are records whose earlier receipt here is not to count.
    """

    name: str
    size: int
    report: Report
    clock_was_wrong: frozenset[str] = frozenset()


class _Batch:
    """The files that come together: what is odd about their numbers and times is said at the end.

    So no package is missed that a later file brings, and a dry run says what the import will say.
    """

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self._workspace = workspace
        self._now = now
        self._arrivals: list[Arrival] = []
        self._known: set[str] = set()
        self._fresh: set[str] = set()

    def add(self, report: Report | None) -> None:
        """Note what a file brings, before it is taken in; None for one that brings nothing."""
        found = Arrival((), {}, {}) if report is None else arrival(report)
        ids = {one.id for one in found.manifests}
        self._known |= known_seals(self._workspace, ids) - self._fresh
        self._fresh |= ids - self._known
        self._arrivals.append(found)

    def with_notes(self, outcomes: Sequence[FileOutcome]) -> tuple[FileOutcome, ...]:
        """Return what became of the files, each with what is odd about it."""
        known = frozenset(self._known)
        found = notes_together(self._workspace, self._arrivals, known, self._now)
        return tuple(
            replace(one, notes=(*map(note_words, odd_notes(notes)), *one.notes))
            for one, notes in zip(outcomes, found, strict=True)
        )


def import_files(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    dry_run: bool,
    passphrase: str | None = None,
    now: datetime,
    progress: Callable[[int, int], None] = _ignore,
) -> Imported:
    """Take packages in, in any order and with any repetition.

    A file that cannot be used is refused with its reason and the others go in. ``progress`` is
    told how many files of how many are done, and may raise ``CancelledError`` between files. A dry
    run says of each file what it would bring after those before it.

    Raises:
        PassphraseNeededError: a file is encrypted for this office and the key is locked.
    """
    batch = _Batch(workspace, now)
    judged = _judge_files(workspace, files, passphrase, now, progress, batch)
    if dry_run:
        ready = list(judged)  # so that the store is not held while files are read
        with trial(workspace) as take:
            outcomes = [_take_in(take, one, now) for one in ready]
        return Imported(batch.with_notes(outcomes), dry_run=True)
    outcomes = [_import(workspace, one, now) for one in judged]
    erasing.complete(workspace, now)
    refresh_projections(workspace)
    return Imported(batch.with_notes(outcomes), dry_run=False)


def import_bytes(workspace: Workspace, data: bytes, name: str, *, now: datetime) -> FileOutcome:
    """Judge and take in one package that is in memory."""
    trust = trust_of(workspace)
    report = judge(data, trust, now)
    trust = with_lists(trust, newer_lists(report.objects, trust)).knowing(*_approved(report))
    batch = _Batch(workspace, now)
    usable = _usable(workspace, (name, len(data)), report, trust, batch)
    outcome = _import(workspace, usable, now)
    erasing.complete(workspace, now)
    return batch.with_notes([outcome])[0]


def undo(workspace: Workspace, number: int, *, now: datetime) -> Undone:
    """Take one import out again: what came only by it stops counting, later work stays.

    Raises:
        RefusedError: there is no such import, or it is undone already.
    """
    stored = {one.id: one for one in list_imports(workspace)}
    result = undo_import(workspace, number, now)
    refresh_projections(workspace)
    return Undone(
        number=number,
        name=stored[number].file.name,
        changed=result.newer + result.conflicting,
        gone=result.refused,
        sent_on=stored[number].sent_on,
    )


def _judge_files(
    workspace: Workspace,
    files: Sequence[Path],
    passphrase: str | None,
    now: datetime,
    progress: Callable[[int, int], None],
    batch: _Batch,
) -> Iterator[_Judged | FileOutcome]:
    """Judge file by file; signers that one file shows to be approved are known for the next."""
    trust = trust_of(workspace)  # and what the files bring: in a dry run nothing is learnt
    for done, path in enumerate(files):
        progress(done, len(files))
        try:
            data = open_encrypted(workspace, read_package(path), path.name, passphrase)
        except UserFileError as error:
            batch.add(None)
            yield FileOutcome(path.name, Verdict.UNREADABLE, "", (sentence_of(error),))
            continue
        report = judge(data, trust, now)
        trust = with_lists(trust, newer_lists(report.objects, trust)).knowing(*_approved(report))
        yield _usable(workspace, (plain_name(path.name), len(data)), report, trust, batch)
    progress(len(files), len(files))


def _as_first_received(
    workspace: Workspace, report: Report, trust: Trust
) -> tuple[Report, frozenset[str]]:
    """Judge records that came before as of then: how often they come decides nothing.

    Unless this computer's clock stood before the certificate began; then it was wrong, and the
    ids of those records are returned too.
    """
    received = first_receipts(workspace, (one.id for one in report.seals))
    wrong = {one.id for one in report.seals if _clock_was_wrong(one, received.get(one.id))}
    seals = tuple(
        open_seal(one.seal, trust, received[one.id]) if one.id in received.keys() - wrong else one
        for one in report.seals
    )
    return replace(report, seals=seals), frozenset(wrong)


def _clock_was_wrong(report: SealReport, at: datetime | None) -> bool:
    return at is not None and any(at < one.not_valid_before_utc for one in report.chain)


def _usable(
    workspace: Workspace, file: tuple[str, int], report: Report, trust: Trust, batch: _Batch
) -> _Judged | FileOutcome:
    if report.verdict in USELESS:
        batch.add(None)
        return FileOutcome(file[0], report.verdict, _signer_name(report), report.reasons)
    batch.add(report)
    return _Judged(*file, *_as_first_received(workspace, report, trust))


def _import(workspace: Workspace, one: _Judged | FileOutcome, now: datetime) -> FileOutcome:
    outcome = _take_in(partial(apply_seals, workspace), one, now)
    if isinstance(one, _Judged):
        return replace(outcome, notes=_remember(workspace, one.report, now))
    return outcome


def _take_in(take: Take, one: _Judged | FileOutcome, now: datetime) -> FileOutcome:
    if isinstance(one, FileOutcome):
        return one
    report, signer = one.report, _signer_name(one.report)
    file = PackageFile(report.sha256, one.name, report.kind, one.size, report.verdict, signer)
    seals = [
        _incoming(seal, now if seal.id in one.clock_was_wrong else None)
        for seal in report.seals
        if seal.verdict not in USELESS
    ]
    try:
        result = take(seals, file, now, objects=report.objects, disclosures=report.disclosures)
    except RefusedError as error:
        return FileOutcome(one.name, report.verdict, signer, (sentence_of(error),))
    return _outcome(one.name, report, signer, result)


def _signer_name(report: Report) -> str:
    return report.subject.name if report.subject else ""


def _approved(report: Report) -> set[Chain]:
    """Return the chains that lead to a trusted root, of whom somebody has approved.

    Those that ended or were withdrawn too: what their keys signed before may count.
    """
    chains = {one.chain for one in report.seals if one.author is not None}
    return {chain for chain in chains if not is_provisional(chain[0])}


def _remember(workspace: Workspace, report: Report, now: datetime) -> tuple[str, ...]:
    """Keep trusted signers' chains and the notices; judge anew what they concern."""
    fresh = _approved(report) - set(known_chains(workspace))
    if fresh:
        remember_chains(workspace, fresh, now)
    return take_notices(workspace, report.objects, now)


def _incoming(report: SealReport, received: datetime | None) -> IncomingSeal:
    return IncomingSeal(
        data=report.seal.encode(),
        manifest=report.seal.manifest,
        verdict=report.verdict,
        reason=seal_reason(report),
        signer=signer_of(report),
        lines=seal_lines(report.seal),
        mentions=partial(mentions_by_entry, report.seal),
        received=received,
    )


def _outcome(name: str, report: Report, signer: str, result: ImportResult) -> FileOutcome:
    # The store gives back English text; what was judged just now can be said in any language.
    fresh = {one: one for one in map(seal_reason, report.seals)}
    refused = (fresh.get(one.reason, one.reason) for one in result.refusals)
    reasons = dict.fromkeys([*report.reasons, *refused])
    return FileOutcome(
        name=name,
        verdict=report.verdict,
        signer=signer,
        reasons=tuple(reasons)[:MAX_REASONS],
        new=result.new,
        same=result.same,
        newer=result.newer,
        conflicting=result.conflicting,
        refused=result.refused,
        changes=result.changes,
        number=result.id,
        accepted=result.refused == 0,
        entries=tuple(
            EntryOutcome(one.entry, one.title, one.effect.value, one.paths)
            for one in result.effects
        ),
    )
