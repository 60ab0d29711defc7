"""An entry as a page to read: answers with their labels, and where they come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from stocktake_app.model import paths
from stocktake_app.questionnaire.form import Group, Kind, Node, Question, Repeat
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.ui.capture.row_words import CHOSEN_FROM_LIST
from stocktake_app.ui.capture.sections import shown
from stocktake_app.ui.moments import day, when
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens

if TYPE_CHECKING:
    from stocktake_app.store.conflicts import Trace

DATES = frozenset({Kind.DATE})


@dataclass(frozen=True)
class Marks:
    """What is to be said of answers: the paths that differ, and a word for what is not here."""

    differing: frozenset[str]
    missing: Mapping[str, str]


def entry_html(session: FormSession, trace: "Trace", marks: Marks, tokens: Tokens) -> str:
    """Return the page; everything that people typed is escaped."""
    body = "".join(_nodes(session.form.root, "", session, marks, tokens))
    return f"{_style(tokens)}{body}{_origin(trace)}"


def _style(tokens: Tokens) -> str:
    return (
        f"<style>h2 {{ color: {tokens.accent}; }} .q {{ color: {tokens.muted}; }}"
        f" .differing {{ background: {tokens.warn_soft}; }} td {{ padding: 3px 10px 3px 0; }}"
        f" th {{ color: {tokens.muted}; padding: 3px 14px 3px 0; text-align: left; }}</style>"
    )


def _nodes(
    group: Group, base: str, session: FormSession, marks: Marks, tokens: Tokens
) -> Iterator[str]:
    rows = []
    for node in group.children:
        if isinstance(node, Question):
            rows.append(_answer(node, paths.join(base, node.name), session, marks))
            continue
        yield _table(rows)
        rows = []
        yield from _part(node, paths.join(base, node.name), session, marks, tokens)
    yield _table(rows)


def _part(
    node: Node, path: str, session: FormSession, marks: Marks, tokens: Tokens
) -> Iterator[str]:
    assert isinstance(node, Group)
    bases = session.row_paths(path) if isinstance(node, Repeat) else (path,)
    title = escape(session.label(path))
    parts = ["".join(_nodes(node, base, session, marks, tokens)) for base in bases]
    if not any(parts):
        return
    if title:
        yield f"<h3>{title}</h3>" if paths.row_of(path) else f"<h2>{title}</h2>"
    for number, part in enumerate(parts, start=1):
        if part:
            yield f"<p><b>{number}</b></p>{part}" if isinstance(node, Repeat) else part


def _table(rows: list[str]) -> str:
    body = "".join(rows)
    return f'<table width="100%">{body}</table>' if body else ""


def _answer(question: Question, path: str, session: FormSession, marks: Marks) -> str:
    value = session.value(path)
    if not value or not shown(question) or question.kind is Kind.NOTE:
        return ""
    if path in marks.missing:
        value = marks.missing[path]
    elif question.kind in CHOSEN_FROM_LIST:
        labels = {choice.name: choice.label for choice in session.choices(path)}
        value = ", ".join(labels.get(name, name) for name in value.split())
    elif question.kind in DATES:
        value = day(value)
    said = escape(value).replace("\n", "<br>")
    if path in marks.missing:
        said = f'<i class="q">{said}</i>'
    mark = ' class="differing"' if path in marks.differing else ""
    note = f" <i>({escape(_('differing versions'))})</i>" if path in marks.differing else ""
    label = escape(session.label(path) or question.name)
    return (
        f'<tr><td width="32%" class="q" valign="top">{label}</td><td{mark}>{said}{note}</td></tr>'
    )


def _origin(trace: "Trace") -> str:
    heads = (_("When"), _("Who"), _("Office"), _("Signed record"), _("Fingerprint"), _("File"))
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>"
            for cell in (
                when(one.time),
                one.signer_name,
                one.office or one.bureau,
                str(one.seal_number) if one.seal else _("not signed yet"),
                one.fingerprint,
                one.package or _("this laptop"),
            )
        )
        + "</tr>"
        for one in trace.changes
    )
    title = escape(_("Where this comes from"))
    return f"<h2>{title}</h2><table><tr>{head}</tr>{rows}</table>"
