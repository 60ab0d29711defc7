"""Filling a questionnaire: drafts that are on disk at once, finished entries, undo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from stocktake_app.actions.attaching import attach_file
from stocktake_app.actions.forms import form_of, xform_by_key
from stocktake_app.actions.result import Result
from stocktake_app.errors import UserFileError
from stocktake_app.model import paths
from stocktake_app.model.ids import new_row_id
from stocktake_app.questionnaire.nodes import ATTACHED, Question
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.store import drafts, forms, registers
from stocktake_app.store.drafts import Draft
from stocktake_app.store.entries import get_entry
from stocktake_app.store.freezing import freeze
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Finished(Result):
    """What became of a draft. ``entry`` and ``change`` are None while problems keep it a draft."""

    draft: str
    entry: str | None
    change: str | None
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was taken."""
        return not self.problems


def begin(workspace: Workspace, form_key: str, *, now: datetime) -> str:
    """Start a new entry of a questionnaire (``regional``, or a file) and return its draft's id."""
    sha256 = forms.add_form(workspace, xform_by_key(form_key), now)
    return drafts.start_draft(workspace, sha256, now=now).id


def edit(workspace: Workspace, entry: str, *, now: datetime) -> str:
    """Return the draft in which this entry is being edited, starting one when there is none."""
    found = get_entry(workspace, entry)
    return drafts.start_draft(workspace, found.form, found.id, now=now).id


def open_session(
    workspace: Workspace,
    draft: str,
    *,
    now: Callable[[], datetime],
    language: str | None = None,
) -> FormSession:
    """Open the questionnaire of a draft with what was typed so far."""
    found = drafts.get_draft(workspace, draft)
    session = FormSession(
        form_of(forms.get_form(workspace, found.form)),
        found.answers,
        rows=lambda name: registers.register_rows(workspace, name),
        now=now,
        new_row=new_row_id,
        language=language or workspace.profile.language,
        context={"deviceid": workspace.device, "username": workspace.profile.name},
    )
    if session.opening.stored:
        save(workspace, draft, session.opening.stored, now=now())
    return session


def save(
    workspace: Workspace, draft: str, stored: Mapping[str, str | None], *, now: datetime
) -> None:
    """Store what one step changed (``Changes.stored``); it is on disk when this returns."""
    drafts.save_answers(workspace, draft, stored, now=now)


def undo(workspace: Workspace, draft: str, *, now: datetime) -> dict[str, str | None]:
    """Take the last saved step back; return the answers that changed. Reopen the session then."""
    return drafts.undo(workspace, draft, now=now)


def redo(workspace: Workspace, draft: str, *, now: datetime) -> dict[str, str | None]:
    """Do again the last step taken back; return the answers that changed. Reopen the session."""
    return drafts.redo(workspace, draft, now=now)


def finish(workspace: Workspace, draft: str, *, now: datetime) -> Finished:
    """Finish a draft: with problems it stays a draft, else its change is frozen."""
    session = open_session(workspace, draft, now=lambda: now)
    problems = _open_problems(workspace, draft, session)
    if problems:
        return Finished(draft, None, None, problems)
    return _freeze(workspace, draft, session, now=now, finished=True)


def _open_problems(
    workspace: Workspace, draft: str, session: FormSession
) -> tuple[tuple[str, str], ...]:
    """Return the problems of a draft; an answer that is there but withheld is not missing."""
    found = tuple(session.problems())
    drafted = drafts.get_draft(workspace, draft) if found else None
    if drafted is None or drafted.is_new:
        return found
    withheld = set(get_entry(workspace, drafted.entry).withheld) - drafted.answers.keys()
    return tuple(one for one in found if one[0] not in withheld)


def leave(workspace: Workspace, draft: str, *, now: datetime) -> Finished:
    """Freeze what was typed without finishing: it can be exported, and edited on."""
    session = open_session(workspace, draft, now=lambda: now)
    return _freeze(workspace, draft, session, now=now, finished=False)


def leave_all(workspace: Workspace, *, now: datetime) -> int:
    """Freeze every draft as it stands; what an export of everything does first."""
    return sum(
        leave(workspace, draft.id, now=now).change is not None
        for draft in drafts.list_drafts(workspace)
    )


def capture(
    workspace: Workspace,
    form_key: str,
    answers: Mapping[str, Any],
    *,
    now: datetime,
    finish_it: bool = True,
    folder: Path | None = None,
) -> Finished:
    """Fill a questionnaire from nested answers by XForm names, as the window would.

    The answer of a picture, a recording or a file is a file's name relative to ``folder``. Answers
    that are not understood come back as problems and the entry stays a draft: nothing
    given is dropped silently.
    """
    draft = begin(workspace, form_key, now=now)
    session = open_session(workspace, draft, now=lambda: now)
    filled = session.fill(answers)
    stored, missing = _with_files(
        workspace, draft, session, filled.changes.stored, folder or Path()
    )
    save(workspace, draft, stored, now=now)
    misfits = tuple(
        (problem.column, f"{problem.message} {problem.advice}".strip())
        for problem in filled.problems
    )
    misfits += missing
    if misfits or not finish_it:
        return Finished(draft, None, None, misfits)
    return finish(workspace, draft, now=now)


def _with_files(
    workspace: Workspace,
    draft: str,
    session: FormSession,
    stored: Mapping[str, str | None],
    folder: Path,
) -> tuple[dict[str, str | None], tuple[tuple[str, str], ...]]:
    """Attach the files that answers name; return what to store, and what could not be attached."""
    saved = dict(stored)
    problems = []
    for path, name in stored.items():
        question = session.form.nodes.get(paths.generic(path))
        if name is None or not isinstance(question, Question) or question.kind not in ATTACHED:
            continue
        try:
            found = attach_file(workspace, draft, folder / name, kind=question.kind)
            saved[path] = found.answer
        except UserFileError as error:
            saved[path] = None
            problems.append((path, str(error)))
        saved |= session.answer(path, saved[path]).stored
    return saved, tuple(problems)


def revise(
    workspace: Workspace, entry: str, answers: Mapping[str, str | None], *, now: datetime
) -> Finished:
    """Change some answers (by path) of an entry through its questionnaire, and finish it."""
    draft = edit(workspace, entry, now=now)
    session = open_session(workspace, draft, now=lambda: now)
    for path, value in answers.items():
        save(workspace, draft, session.answer(path, value).stored, now=now)
    return finish(workspace, draft, now=now)


def _freeze(
    workspace: Workspace, draft: str, session: FormSession, *, now: datetime, finished: bool
) -> Finished:
    save(workspace, draft, session.finish().stored, now=now)
    found = drafts.get_draft(workspace, draft)
    answers = {**_kept(workspace, found), **session.sealed_answers()}
    change = freeze(workspace, draft, now, finished=finished, answers=answers)
    refresh_projections(workspace)
    return Finished(draft, found.entry, change.id if change else None)


def _kept(workspace: Workspace, draft: Draft) -> dict[str, str]:
    """Return untouched answers that stay although their questions seem to be hidden.

    Whether they are may depend on what is withheld: nobody here knows.
    """
    if draft.is_new or not get_entry(workspace, draft.entry).withheld:
        return {}
    mark = f"/{paths.DELETED}"
    gone = [path.removesuffix(mark) for path in draft.answers if path.endswith(mark)]
    return {
        path: value
        for path, value in draft.answers.items()
        if draft.base.get(path) == value and not any(paths.under(row, path) for row in gone)
    }
