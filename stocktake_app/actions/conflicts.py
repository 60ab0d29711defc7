"""Differing versions of an answer: listing them side by side, and a person's decision."""

from dataclasses import dataclass
from datetime import datetime

from stocktake_app.actions.forms import form_of
from stocktake_app.actions.result import Result
from stocktake_app.errors import WrongUseError
from stocktake_app.model import paths
from stocktake_app.model.fold import fold
from stocktake_app.model.ids import new_row_id
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.store import conflicts as stored
from stocktake_app.store import forms, registers
from stocktake_app.store.changes import append_change, changes_of
from stocktake_app.store.entries import get_entry
from stocktake_app.store.judging import may_count
from stocktake_app.store.lines import reserved_segments
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Version(Result):
    """One version: its value (None: blank), who wrote it, where and when, in which change.

    ``stored`` is what to decide for: the value itself, or the digest of a confidential one, whose
    ``value`` is None when its content is ``withheld`` and a file's name when it is an attachment.
    """

    value: str | None
    stored: str | None
    withheld: bool
    author: str
    office: str
    device: str
    time: str
    change: str


@dataclass(frozen=True)
class Conflict(Result):
    """An answer with several live values, the provisionally shown one first.

    ``against`` are the paths that somebody wrote in while another deleted the row around them.
    """

    entry: str
    title: str
    path: str
    versions: tuple[Version, ...]
    against: tuple[str, ...] = ()


def pending(workspace: Workspace, entry: str | None = None) -> tuple[Conflict, ...]:
    """Return every undecided answer (of one entry, or of all), by entry and path."""
    return tuple(_plain(found) for found in stored.list_conflicts(workspace, entry))


def one(workspace: Workspace, entry: str, path: str) -> Conflict:
    """Return one undecided answer; the entry may be given by the beginning of its id.

    Raises:
        WrongUseError: nothing is to be decided there.
    """
    whole = get_entry(workspace, entry).id
    found = [conflict for conflict in pending(workspace, whole) if conflict.path == path]
    if not found:
        raise WrongUseError(f"there are no differing versions at {path!r} of entry {whole}")
    return found[0]


def needs_answer(workspace: Workspace, conflict: Conflict, *, now: datetime) -> bool:
    """Say whether the questionnaire requires an answer there, so that a blank leaves a gap."""
    if paths.reserved(conflict.path):
        return False
    found = get_entry(workspace, conflict.entry)
    session = FormSession(
        form_of(forms.get_form(workspace, found.form)),
        found.answers,
        rows=lambda name: registers.register_rows(workspace, name),
        now=lambda: now,
        new_row=new_row_id,
        language=workspace.profile.language,
    )
    return session.is_required(conflict.path)


def resolve(
    workspace: Workspace, entry: str, path: str, value: str | None, *, now: datetime
) -> str:
    """Decide: a new change replaces all live values of the answer; returns the change's id.

    ``value`` is a content, or a version's ``stored``, which decides for one that is withheld too.
    For a deletion that somebody wrote against, a value keeps it deleted and None keeps the row:
    what the deletion took away is set back.
    """
    conflict = one(workspace, entry, path)
    values: dict[str, str | None] = {path: value}
    if path.endswith(paths.DELETED):
        values |= (
            _taken_away(workspace, conflict.entry, path)
            if value is None
            else dict.fromkeys(conflict.against)
        )
    change = append_change(workspace, conflict.entry, values, now)
    refresh_projections(workspace)
    return change.id


def version(conflict: Conflict, number: int) -> Version:
    """Return one version, counted from 1.

    Raises:
        WrongUseError: there is no such version.
    """
    if not 1 <= number <= len(conflict.versions):
        raise WrongUseError(f"there is no version {number}, but 1 to {len(conflict.versions)}")
    return conflict.versions[number - 1]


def _taken_away(workspace: Workspace, entry: str, deletion: str) -> dict[str, str]:
    """Return the answers that this deletion replaced, nobody set since, and we may set."""
    changes = changes_of(workspace, entry)
    row = deletion.removesuffix(paths.DELETED).rstrip("/")
    before = fold(change for change in changes if deletion not in change.set).answers
    shown = fold(changes).answers
    return {
        path: value
        for path, value in before.items()
        if paths.under(row, path)
        and path not in shown
        and may_count(reserved_segments([path]), workspace.role) is None
    }


def _plain(found: stored.Conflict) -> Conflict:
    versions = tuple(
        Version(
            one.value,
            one.stored,
            one.withheld,
            one.author_name,
            one.office,
            one.device,
            one.time,
            one.change,
        )
        for one in found.versions
    )
    return Conflict(found.entry, found.title, found.path, versions, found.against)
