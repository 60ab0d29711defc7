"""Taking packages in: judged first, then one transaction; a dry run is the same, undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.model.codes import Verdict
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class FileOutcome(Result):
    """What one file brings, in entries: ``conflicting`` got differing versions by it.

    ``refused`` counts changes that are set aside, with ``reasons``.
    """

    name: str
    verdict: Verdict
    reasons: tuple[str, ...]
    signer: str = ""
    new: int = 0
    same: int = 0
    newer: int = 0
    conflicting: int = 0
    refused: int = 0
    entries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported(Result):
    """What an import did, or would do."""

    files: tuple[FileOutcome, ...]
    dry_run: bool
    accepted: bool


def import_files(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    dry_run: bool,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Take packages in, in any order and with any repetition; ``progress`` gets (done, all) files.

    A file that cannot be used is refused with its reason and the others go in.
    """
    raise NotImplementedError
