"""Undecided answers as people read them: the question's words, the values by their labels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stocktake_app.model import paths
from stocktake_app.ui.texts import _
from stocktake_app.ui.titles import Title, titles_in

if TYPE_CHECKING:
    from stocktake_app.actions.conflicts import Conflict
    from stocktake_app.questionnaire.form import Form
    from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Side:
    """One version: the stored value, how it reads, and who wrote it, where and when."""

    value: str | None
    words: str
    author: str
    office: str
    time: str
    withheld: bool = False


@dataclass(frozen=True)
class Undecided:
    """An answer to decide. ``free`` says that another text than these may be written."""

    entry: str
    path: str
    title: str
    question: str
    sides: tuple[Side, ...]
    free: bool
    deletion: bool


def undecided(workspace: "Workspace", language: str) -> "list[Undecided]":
    """Return every answer with differing versions; runs in a worker."""
    from stocktake_app.actions.conflicts import pending

    title = titles_in(workspace, language)
    return [_undecided(workspace, one, language, title) for one in pending(workspace)]


def _undecided(
    workspace: "Workspace", conflict: "Conflict", language: str, title: Title
) -> Undecided:
    from stocktake_app.actions.forms import form_of
    from stocktake_app.store.entries import get_entry
    from stocktake_app.store.forms import get_form

    form = form_of(get_form(workspace, get_entry(workspace, conflict.entry).form))
    spoken = form.language_of(language)
    deletion = conflict.path.endswith(paths.DELETED)
    free, words = _reader(form, conflict.path, spoken)
    sides = [
        Side(
            one.stored,
            _("(withheld)") if one.withheld else words(one.value),
            one.author,
            one.office,
            one.time,
            one.withheld,
        )
        for one in conflict.versions
    ]
    if deletion:
        first = conflict.versions[0]
        sides = [
            Side("1", _("Leave it deleted"), first.author, first.office, first.time),
            Side(None, _("Keep it, with what was written in it"), "", "", ""),
        ]
    return Undecided(
        entry=conflict.entry,
        path=conflict.path,
        title=title(conflict.title),
        question=_question(form, conflict.path, spoken),
        sides=tuple(sides),
        free=free and not deletion,
        deletion=deletion,
    )


def _question(form: "Form", path: str, language: str) -> str:
    generic = paths.generic(path.removesuffix(f"/{paths.DELETED}"))
    reserved = {paths.STATE: _("Where it stands"), paths.DELETED: _("The entry was deleted")}
    if path in reserved:
        return reserved[path]
    words = form.label(generic, language) if generic in form.nodes else generic
    if path.endswith(paths.ORDER):
        return _("Order of the rows")
    if path.endswith(paths.DELETED):
        return _("“{title}”: one row was deleted").format(title=words)
    return words or generic


def _reader(form: "Form", path: str, language: str) -> tuple[bool, Callable[[str | None], str]]:
    """Return whether a question is free text, and how one of its values reads."""
    from stocktake_app.questionnaire.form import Kind, Question

    node = form.nodes.get(paths.generic(path))
    if not isinstance(node, Question):
        return False, lambda value: value or _("(left empty)")
    question = node
    chosen = question.kind in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK}

    def words(value: str | None) -> str:
        if value is None:
            return _("(left empty)")
        if not chosen:
            return value
        names = value.split()
        return ", ".join(form.choice_label(question.path, one, language) or one for one in names)

    return question.kind in {Kind.TEXT, Kind.LONG_TEXT}, words
