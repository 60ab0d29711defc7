"""Findings and the other projections of entries that reports and screens count and list."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from stocktake_app.store.database import Row
from stocktake_app.store.folding import match_expression
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Finding:
    """One thing that was said. ``row`` is its path (``findings[k3x9]``); the rest are its answers.

    What the finding leaves open is inherited from its entry, as ``docs/vocabulary.md`` says.
    ``answers`` holds every answer of the row itself by its path below the row; ``state`` is the
    entry's.
    """

    entry: str
    row: str
    kind: str
    text: str
    title: str
    form_id: str
    state: str
    event: str
    bureau: str
    language: str
    countries: tuple[str, ...]
    subjects: tuple[str, ...]
    objectives: tuple[str, ...]
    indicators: tuple[str, ...]
    themes: tuple[str, ...]
    stakeholders: tuple[str, ...]
    pledges: tuple[str, ...]
    initiatives: tuple[str, ...]
    author: str
    author_name: str
    updated: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Intervention:
    """One intervention of a consultation; ``order`` counts from 1; ``answers`` as in Finding."""

    entry: str
    row: str
    order: int
    speaker_type: str
    delegation: str
    points: str
    event: str
    bureau: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class PledgeUpdate:
    """What one entry of the pledge update questionnaire says of a pledge.

    ``date`` is the day it stands for, ``answers`` are all of the entry's by path.
    """

    entry: str
    pledge: str
    stage: str
    date: str
    text: str
    bureau: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class IndicatorReading:
    """One value of an indicator; ``date`` is its year, ``country`` "" for wider areas.

    ``answers`` are the row's by path below the row and the entry's outside repeats by path.
    """

    entry: str
    indicator: str
    country: str
    date: str
    value: str
    bureau: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class FindingFilter:
    """Which findings: every condition that is given must hold; "" means any."""

    kind: str = ""
    bureau: str = ""
    event: str = ""
    country: str = ""
    subject: str = ""
    objective: str = ""
    form_id: str = ""
    entry: str = ""
    text: str = ""


_BUREAU = "coalesce(nullif(e.bureau, ''), a.bureau, '')"
_ENTRY = (
    "JOIN entry e ON e.key = p.entry LEFT JOIN form f ON f.key = e.form"
    " LEFT JOIN author a ON a.key = e.creator"
)
_BY_ENTRY = (
    # CROSS JOIN makes SQLite walk the entries by id, so that a page costs no sorting of the rest.
    "entry e CROSS JOIN finding p INDEXED BY ix_finding_entry ON p.entry = e.key"
    " LEFT JOIN form f ON f.key = e.form"
    " LEFT JOIN author a ON a.key = e.creator"
)
_PAGE = "ORDER BY e.id, p.position LIMIT ? OFFSET ?"
_HEARD = "e.present = 1 AND e.deleted = 0 AND e.state != 'withdrawn'"
_FINDING_COLUMNS = (
    "e.id, p.row, p.kind, p.text, e.title, coalesce(f.form_id, ''), e.state, e.event,"
    f" {_BUREAU}, e.language, p.countries, p.subjects, p.objectives, p.indicators, p.themes,"
    " p.stakeholders, p.pledges, p.initiatives, coalesce(a.identity, ''), coalesce(a.name, ''),"
    " e.updated, p.answers"
)
_LISTS = slice(10, 18)


def list_findings(
    workspace: Workspace,
    chosen: FindingFilter = FindingFilter(),
    *,
    offset: int = 0,
    limit: int | None = 100,
) -> list[Finding]:
    """Return findings of entries that are not deleted or withdrawn, by entry id and row order.

    ``limit`` None returns all.
    """
    where, parameters = _where(chosen)
    source = f"finding p {_ENTRY}" if chosen.text else _BY_ENTRY
    sql = f"SELECT {_FINDING_COLUMNS} FROM {source} {where} {_PAGE}"  # noqa: S608 - constants; values are parameters
    with workspace.store.reading() as connection:
        found = connection.rows(sql, (*parameters, -1 if limit is None else limit, offset))
    return [_finding(row) for row in found]


def count_findings(workspace: Workspace, chosen: FindingFilter = FindingFilter()) -> int:
    """Count the chosen findings."""
    where, parameters = _where(chosen)
    sql = f"SELECT count(*) FROM finding p {_ENTRY} {where}"  # noqa: S608 - as above
    with workspace.store.reading() as connection:
        count: int = connection.value(sql, parameters)
    return count


def list_interventions(workspace: Workspace, entry: str = "") -> list[Intervention]:
    """Return the interventions of one entry or of all, by entry id and order."""
    sql = (
        "SELECT e.id, p.row, p.position, p.speaker_type, p.delegation, p.points, e.event,"  # noqa: S608 - constants; values are parameters
        f" {_BUREAU}, p.answers FROM intervention p {_ENTRY}"
        f" WHERE {_HEARD} AND (?1 = '' OR e.id = ?1) ORDER BY e.id, p.position, p.row"
    )
    with workspace.store.reading() as connection:
        found = connection.rows(sql, (entry,))
    return [Intervention(*_decoded(row)) for row in found]


def list_pledge_updates(workspace: Workspace) -> list[PledgeUpdate]:
    """Return all pledge updates, by pledge, date and entry id."""
    sql = (
        f"SELECT e.id, p.pledge, p.stage, p.date, p.text, {_BUREAU}, p.answers"  # noqa: S608 - constants; values are parameters
        f" FROM pledge_update p {_ENTRY} WHERE {_HEARD} ORDER BY p.pledge, p.date, e.id"
    )
    with workspace.store.reading() as connection:
        found = connection.rows(sql)
    return [PledgeUpdate(*_decoded(row)) for row in found]


def list_indicator_readings(workspace: Workspace) -> list[IndicatorReading]:
    """Return all indicator readings, by indicator, country, year and entry id."""
    sql = (
        f"SELECT e.id, p.indicator, p.country, p.date, p.value, {_BUREAU}, p.answers"  # noqa: S608 - constants; values are parameters
        f" FROM indicator_reading p {_ENTRY} WHERE {_HEARD}"
        " ORDER BY p.indicator, p.country, p.date, e.id"
    )
    with workspace.store.reading() as connection:
        found = connection.rows(sql)
    return [IndicatorReading(*_decoded(row)) for row in found]


def _finding(row: Row) -> Finding:
    lists = [tuple(text.split()) for text in row[_LISTS]]
    return Finding(*_decoded((*row[: _LISTS.start], *lists, *row[_LISTS.stop :])))


def _decoded(row: Row) -> Row:
    """Return a row whose last column, answers as JSON, is read."""
    return (*row[:-1], json.loads(row[-1]))


def _where(chosen: FindingFilter) -> tuple[str, tuple[str, ...]]:
    """Return the condition and its parameters."""
    members = {
        "p.kind = ?": chosen.kind,
        f"{_BUREAU} = ?": chosen.bureau,
        "e.event = ?": chosen.event,
        "instr(' ' || p.countries || ' ', ?) > 0": _padded(chosen.country),
        "instr(' ' || p.subjects || ' ', ?) > 0": _padded(chosen.subject),
        "instr(' ' || p.objectives || ' ', ?) > 0": _padded(chosen.objective),
        "f.form_id = ?": chosen.form_id,
        "e.id = ?": chosen.entry,
    }
    if chosen.text.strip():
        # A query without a word finds nothing: the expression "" matches no text.
        members["p.key IN (SELECT rowid FROM finding_text WHERE finding_text MATCH ?)"] = (
            match_expression(chosen.text) or '""'
        )
    given = {condition: value for condition, value in members.items() if value}
    return " AND ".join([f"WHERE {_HEARD}", *given]), tuple(given.values())


def _padded(code: str) -> str:
    return f" {code} " if code else ""
