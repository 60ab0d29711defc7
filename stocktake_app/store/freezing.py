"""Freezing: a draft becomes a change. Only then are number, Lamport time and id given.

Two files are written, ``store.db`` first. ``frozen_draft`` remembers which step of which draft
became which change, so a freeze that was cut short gives the same change when it is done again,
and what was typed meanwhile becomes a change after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from stocktake_app.errors import RefusedError
from stocktake_app.model import paths
from stocktake_app.model.change import Change
from stocktake_app.model.codes import EntryStatus
from stocktake_app.model.ids import Ids, new_salt
from stocktake_app.store.changes import OwnEdit, entry_changes, entry_key, insert_own
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import known_of
from stocktake_app.store.drafts import Draft, attached_to, last_step, list_drafts, read_draft
from stocktake_app.store.workspace import Workspace

_GIVEN = {paths.FORM, paths.STATE}
"""What freezing says itself; a draft of a new entry has neither."""


@dataclass(frozen=True)
class Edit:
    """What a change sets and what it replaces."""

    values: Mapping[str, str | None]
    replaces: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Typed:
    """A draft at a step with its files, and how it is to be frozen."""

    draft: Draft
    step: int
    attached: Mapping[str, bytes]
    answers: Mapping[str, str] | None
    finished: bool
    salts: Ids


def freeze(
    workspace: Workspace,
    draft: str,
    now: datetime,
    *,
    finished: bool,
    answers: Mapping[str, str] | None = None,
    salts: Ids = new_salt,
) -> Change | None:
    """Make the change of a draft and close the draft; None when it changes nothing.

    It sets only what differs from what the draft began with, and replaces only what the draft had
    seen. A repeat row that lost all its answers is marked as deleted. ``answers`` are those to
    freeze when they differ from the draft's (the form session's ``sealed_answers()``: irrelevant
    ones emptied); reserved ones stay as the draft has them. What the questionnaire marks
    confidential is frozen as a hash with a fresh one of ``salts``.

    Raises:
        RefusedError: the draft is closed or discarded, or its entry is not ours to change.
    """
    with workspace.store.writing() as store:
        with workspace.drafts.reading() as drafts:
            found, step = read_draft(drafts, draft), last_step(drafts, draft)
            attached = attached_to(drafts, draft)
        if found.discarded:
            raise RefusedError("This draft was discarded; bring it back first.")
        typed = _Typed(found, step, attached, answers, finished, salts)
        change = _freeze(store, workspace, typed, now)
    _close(workspace, draft, step)
    return change


def freeze_all(workspace: Workspace, now: datetime) -> list[Change]:
    """Freeze every draft as it stands, unfinished."""
    made = [freeze(workspace, one.id, now, finished=False) for one in list_drafts(workspace)]
    return [change for change in made if change is not None]


def make_edit(draft: Draft, answers: Mapping[str, str] | None, *, finished: bool) -> Edit:
    """Return what a draft sets and replaces; it sets nothing when it changes nothing."""
    said = dict(draft.answers) if answers is None else _with_reserved(draft, answers)
    gone = _gone_rows(draft, said)
    values: dict[str, str | None] = {
        path: said.get(path)
        for path in sorted({*said, *draft.base} - _GIVEN)
        if said.get(path) != draft.base.get(path) and not _inside(path, gone)
    }
    replaces = {path: draft.heads[path] for path in values if path in draft.heads}
    for row in gone:
        seen = {path: ids for path, ids in draft.heads.items() if paths.under(row, path)}
        if seen:  # of a row that was never frozen nothing is left to delete
            values[paths.join(row, paths.DELETED)] = "1"
            replaces |= seen
    return _with_form_and_state(draft, values, replaces, finished=finished)


def _freeze(store: Connection, workspace: Workspace, typed: _Typed, now: datetime) -> Change | None:
    found = typed.draft
    before = store.row("SELECT change, step FROM frozen_draft WHERE draft = ?", (found.id,))
    if before is not None:
        first = _change(store, found.entry, before[0])
        if before[1] == typed.step:
            return first
        found = _after(store, found, first)
    edit = make_edit(found, typed.answers, finished=typed.finished)
    if not edit.values:
        return None
    own = OwnEdit(edit.values, edit.replaces, typed.salts, typed.attached)
    change = insert_own(store, workspace, found.entry, own, now)
    store.execute(
        "INSERT INTO frozen_draft (draft, change, step) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (draft) DO UPDATE SET change = ?2, step = ?3",
        (found.id, change.id, typed.step),
    )
    return change


def _change(store: Connection, entry: str, name: str) -> Change:
    return next(one for one in entry_changes(store, entry) if one.id == name).change(entry)


def _after(store: Connection, draft: Draft, change: Change) -> Draft:
    """Return the draft as if it had begun after a change that was already made of it."""
    known = known_of(store, entry_key(store, draft.entry))
    said = {path: known.content(value) for path, value in change.set.items()}
    base = {**draft.base, **said}
    heads = {path: ids for path, ids in draft.heads.items() if path not in change.replaces}
    return replace(
        draft,
        is_new=False,
        base={path: value for path, value in base.items() if value is not None},
        heads={**heads, **dict.fromkeys(change.set, (change.id,))},
    )


def _close(workspace: Workspace, draft: str, step: int) -> None:
    """Remove a frozen draft, unless something was typed into it meanwhile."""
    workspace.drafts.execute_durably(
        "DELETE FROM draft WHERE id = ?1 AND ?2 ="
        " coalesce((SELECT max(number) FROM draft_step s WHERE s.draft = draft.key), 0)",
        (draft, step),
    )


def _with_reserved(draft: Draft, answers: Mapping[str, str]) -> dict[str, str]:
    """Add the draft's reserved answers that no form session knows: marks, reviews, comments."""
    kept = {
        path: value
        for path, value in draft.answers.items()
        if paths.reserved(path) and path.rpartition("/")[2] != paths.ORDER
    }
    return {**kept, **answers}


def _gone_rows(draft: Draft, said: Mapping[str, str]) -> list[str]:
    """Return the rows that are deleted now and were not before, without rows inside of others."""
    gone = _rows(draft.base) - _rows(said)
    gone |= {_row(path) for path in said if _is_mark(path) and path not in draft.base}
    return sorted(row for row in gone if not _inside(row, gone - {row}))


def _rows(answers: Iterable[str]) -> set[str]:
    return {row for path in answers if not _is_mark(path) for row in paths.rows_above(path)}


def _inside(path: str, rows: Iterable[str]) -> bool:
    return any(paths.under(row, path) for row in rows)


def _is_mark(path: str) -> bool:
    return path.rpartition("/")[2] == paths.DELETED


def _row(mark: str) -> str:
    return mark.removesuffix(paths.DELETED).rstrip("/")


def _with_form_and_state(
    draft: Draft,
    values: Mapping[str, str | None],
    replaces: Mapping[str, tuple[str, ...]],
    *,
    finished: bool,
) -> Edit:
    """Add ``@form`` and ``@state`` where they differ; leaving an entry untouched opens nothing."""
    state = EntryStatus.FINISHED if finished else EntryStatus.OPEN
    if not values and not (finished and draft.base.get(paths.STATE) != state):
        return Edit({}, {})
    wanted = {paths.FORM: draft.form, paths.STATE: state.value}
    added = {path: value for path, value in wanted.items() if draft.base.get(path) != value}
    seen = {path: draft.heads[path] for path in added if path in draft.heads}
    return Edit({**values, **added}, {**replaces, **seen})
