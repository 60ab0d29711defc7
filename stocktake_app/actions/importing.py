"""Taking packages in: judged first, then one transaction; a dry run is the same, undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.checking import judge, read_package, seal_reason, signer_of
from stocktake_app.actions.identity import known_chains, remember_chains, trust_of
from stocktake_app.actions.result import Result
from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.exchange.seals import SealReport, open_seal, seal_lines
from stocktake_app.exchange.verify import Report
from stocktake_app.model.codes import Verdict
from stocktake_app.store.imports import (
    ImportResult,
    IncomingSeal,
    PackageFile,
    apply_seals,
    plan_seals,
)
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.seals import get_seal, list_seals, set_verdicts
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.certificates import is_provisional

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
    versions; ``reasons`` say why the file or something in it is refused.
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
    accepted: bool = False
    entries: tuple[EntryOutcome, ...] = ()


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


def _ignore(_done: int, _all: int) -> None:
    """Nobody wants to know how far it is."""


def import_files(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    dry_run: bool,
    now: datetime,
    progress: Callable[[int, int], None] = _ignore,
) -> Imported:
    """Take packages in, in any order and with any repetition.

    A file that cannot be used is refused with its reason and the others go in. ``progress`` is
    told how many files of how many are done, and may raise ``CancelledError`` between files.
    """
    outcomes = []
    for done, path in enumerate(files):
        progress(done, len(files))
        outcomes.append(_import_file(workspace, path, dry_run=dry_run, now=now))
    progress(len(files), len(files))
    if not dry_run:
        refresh_projections(workspace)
    return Imported(tuple(outcomes), dry_run)


def _import_file(workspace: Workspace, path: Path, *, dry_run: bool, now: datetime) -> FileOutcome:
    try:
        data = read_package(path)
    except UserFileError as error:
        return FileOutcome(path.name, Verdict.UNREADABLE, "", (str(error),))
    return import_bytes(workspace, data, path.name, dry_run=dry_run, now=now)


def import_bytes(
    workspace: Workspace, data: bytes, name: str, *, dry_run: bool, now: datetime
) -> FileOutcome:
    """Judge and take in one package that is in memory."""
    report = judge(data, trust_of(workspace), now)
    signer = report.subject.name if report.subject else ""
    if report.verdict in USELESS:
        return FileOutcome(name, report.verdict, signer, report.reasons)
    take = plan_seals if dry_run else apply_seals
    file = PackageFile(report.sha256, name, report.kind, len(data), report.verdict, signer)
    seals = [_incoming(one) for one in report.seals if one.verdict not in USELESS]
    try:
        result = take(workspace, seals, file, now, objects=report.objects)
    except RefusedError as error:
        return FileOutcome(name, report.verdict, signer, (str(error),))
    if not dry_run:
        _remember(workspace, report)
    return _outcome(name, report, signer, result)


def _remember(workspace: Workspace, report: Report) -> None:
    """Keep the chains of trusted signers and judge earlier records of theirs anew."""
    before = known_chains(workspace)
    chains = {one.chain for one in report.seals if one.verdict is Verdict.VALID}
    fresh = tuple(chain for chain in chains - set(before) if not is_provisional(chain[0]))
    if fresh:
        remember_chains(workspace, fresh)
        rejudge(workspace)


def rejudge(workspace: Workspace) -> int:
    """Judge again, as of their first receipt, all records that do not count yet.

    Returns how many entries changed by it.
    Called whenever trust grows: a certificate that comes later makes earlier records count.
    """
    trust = trust_of(workspace)
    verdicts = {}
    for stored in list_seals(workspace):
        if stored.verdict is not Verdict.VALID and not stored.own:
            at = datetime.fromisoformat(stored.received)
            report = open_seal(get_seal(workspace, stored.id), trust, at)
            if report.verdict is not stored.verdict:
                verdicts[stored.id] = (report.verdict, seal_reason(report), signer_of(report))
    return set_verdicts(workspace, verdicts) if verdicts else 0


def _incoming(report: SealReport) -> IncomingSeal:
    return IncomingSeal(
        data=report.seal.encode(),
        manifest=report.seal.manifest,
        verdict=report.verdict,
        reason=seal_reason(report),
        signer=signer_of(report),
        lines=seal_lines(report.seal),
    )


def _outcome(name: str, report: Report, signer: str, result: ImportResult) -> FileOutcome:
    reasons = dict.fromkeys([*report.reasons, *(one.reason for one in result.refusals)])
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
        accepted=result.refused == 0,
        entries=tuple(
            EntryOutcome(one.entry, one.title, one.effect.value, one.paths)
            for one in result.effects
        ),
    )
