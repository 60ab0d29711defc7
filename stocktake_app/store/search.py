"""Full text: folded by us, so that accents, ligatures and Arabic spellings do not hide a word."""

from collections.abc import Mapping
from dataclasses import dataclass

from stocktake_app.model import paths
from stocktake_app.store.database import Row
from stocktake_app.store.disclosures import read_answers
from stocktake_app.store.folding import fold_text, match_expression, stem_of, words
from stocktake_app.store.workspace import Workspace

__all__ = ["Hit", "count_hits", "fold_text", "search"]

_EXCERPT_CHARS = 160


@dataclass(frozen=True)
class Hit:
    """One entry found; ``path`` and ``excerpt`` show the first answer that has a word of the query.

    Both are "" when the words are only in what the entry has inherited or in reserved answers.
    """

    entry: str
    title: str
    form_id: str
    updated: str
    path: str
    excerpt: str


def search(workspace: Workspace, query: str, *, offset: int = 0, limit: int = 50) -> list[Hit]:
    """Return entries that have all words of the query (beginnings count), latest first.

    Deleted and withdrawn entries are not searched. What was frozen or imported is found once
    ``projections.refresh_projections`` has seen it.
    """
    expression = match_expression(query)
    if not expression:
        return []
    with workspace.store.reading() as connection:
        found = connection.rows(
            # The page's keys first: only its answers are read, not those of every hit.
            "SELECT e.id, e.title, coalesce(f.form_id, ''), e.updated, e.key,"
            " coalesce(e.answers, c.answers) FROM entry e LEFT JOIN form f ON f.key = e.form"
            " LEFT JOIN change c ON c.key = e.sole WHERE e.key IN (SELECT key FROM entry"
            " WHERE deleted = 0 AND present = 1 AND state != 'withdrawn'"
            " AND key IN (SELECT rowid FROM entry_text WHERE entry_text MATCH ?)"
            " ORDER BY updated DESC, id LIMIT ? OFFSET ?) ORDER BY e.updated DESC, e.id",
            (expression, limit, offset),
        )
        read = [read_answers(connection, row[4], row[5]).words for row in found]
    sought = [{word, stem_of(word)} for word in words(query)]
    return [_hit(row, said, sought) for row, said in zip(found, read, strict=True)]


def count_hits(workspace: Workspace, query: str) -> int:
    """Count the entries that ``search`` would return."""
    expression = match_expression(query)
    if not expression:
        return 0
    with workspace.store.reading() as connection:
        count: int = connection.value(
            "SELECT count(*) FROM entry e WHERE e.deleted = 0 AND e.present = 1"
            " AND e.state != 'withdrawn'"
            " AND e.key IN (SELECT rowid FROM entry_text WHERE entry_text MATCH ?)",
            (expression,),
        )
    return count


def _hit(row: Row, answers: Mapping[str, str], sought: list[set[str]]) -> Hit:
    entry, title, form_id, updated = row[:4]
    for path, value in answers.items():
        place = -1 if paths.reserved(path) else _place(value, sought)
        if place >= 0:
            return Hit(entry, title, form_id, updated, path, _excerpt(value, place))
    return Hit(entry, title, form_id, updated, "", "")


def _place(value: str, sought: list[set[str]]) -> int:
    """Return about where in a text the first word sought stands, or -1."""
    position = 0
    for word in value.split():
        folded = words(word)
        if any(
            one.startswith(begin) or stem_of(one).startswith(begin)
            for one in folded
            for variants in sought
            for begin in variants
        ):
            return position
        position += len(word) + 1
    return -1


def _excerpt(value: str, place: int) -> str:
    """Return the text around a place, with … where it is cut."""
    text = " ".join(value.split())
    start = max(0, min(place - _EXCERPT_CHARS // 3, len(text) - _EXCERPT_CHARS))
    cut = text[start : start + _EXCERPT_CHARS]
    return f"{'…' if start else ''}{cut}{'…' if start + _EXCERPT_CHARS < len(text) else ''}"
