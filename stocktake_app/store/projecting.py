"""From an entry's answers to rows of the projections, by the names of ``docs/vocabulary.md``.

Pure: what a finding leaves open is taken from its entry here, so that reports need not know how.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from stocktake_app.model import paths
from stocktake_app.store.disclosures import Disclosed

Answers = Mapping[str, str]
Rows = dict[str, list[tuple[str, dict[str, str]]]]

INHERITED = {
    "finding_countries": ("countries", "country"),
    "finding_stakeholders": ("stakeholder_groups",),
    "themes": ("event_themes",),
    "pledges": ("pledge",),
    "initiatives": ("initiative",),
    "objectives": ("pledge_objectives",),
}
"""What a finding takes from its entry when its own answer is blank."""

_FINDING_LISTS = (
    "finding_countries", "subject", "objectives", "indicators", "themes", "finding_stakeholders",
    "pledges", "initiatives",
)  # fmt: skip
_UNSEARCHED = {paths.FORM, paths.STATE, paths.ORDER, paths.DELETED}
_MAX_ORDER_CHARS = 60


@dataclass
class Projected:
    """Rows of the projections, each beginning with the entry's key, in the tables' column order."""

    findings: list[tuple[object, ...]] = field(default_factory=list)
    interventions: list[tuple[object, ...]] = field(default_factory=list)
    pledge_updates: list[tuple[object, ...]] = field(default_factory=list)
    indicator_readings: list[tuple[object, ...]] = field(default_factory=list)


def project(found: Projected, entry: int, form_id: str, answers: Answers) -> None:
    """Add what one entry (key) says to the projections."""
    top, rows = _top_level(answers), rows_of(answers)
    for position, (row, said) in enumerate(rows.get("findings", ()), start=1):
        if said.get("text") or said.get("kind"):
            found.findings.append(_finding(entry, (row, position), said, top))
    for position, (row, said) in enumerate(rows.get("interventions", ()), start=1):
        found.interventions.append(_intervention(entry, (row, position), said))
    if form_id == "pledge_update":
        found.pledge_updates.append(_pledge_update(entry, answers, top))
    for _, said in rows.get("readings", ()) if "indicator" in top else ():
        found.indicator_readings.append(_indicator_reading(entry, said, answers))


def searchable(read: Disclosed) -> Iterator[str]:
    """Yield the texts of an entry that are searched: answers, comments, names of files."""
    for path, value in read.words.items():
        if path.rpartition("/")[2] not in _UNSEARCHED:
            yield value


def rows_of(answers: Answers) -> Rows:
    """Return the rows of each outermost repeat in order, with answers by path below the row.

    A repeat is named by the last part of its path; rows of which only order or deletion is known
    are left out.
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    for path, value in answers.items():
        end = path.find("]")
        if end < 0:
            continue
        row, below = path[: end + 1], path[end + 2 :]
        repeat = row[row.rfind("/") + 1 : row.index("[")]
        found.setdefault(repeat, {}).setdefault(row, {})[below] = value
    return {repeat: _in_order(rows) for repeat, rows in found.items()}


def _in_order(rows: Mapping[str, dict[str, str]]) -> list[tuple[str, dict[str, str]]]:
    said = [(row, one) for row, one in rows.items() if one.keys() - {paths.DELETED, paths.ORDER}]
    return sorted(said, key=lambda one: (_order(one[1].get(paths.ORDER, "")), one[0]))


def _finding(entry: int, place: tuple[str, int], said: Answers, top: Answers) -> tuple[object, ...]:
    names = _by_name(said)
    lists = [_inherited(name, names, top) for name in _FINDING_LISTS]
    kind, text = names.get("kind", ""), names.get("text", "")
    return (entry, *place, kind, text, *lists, _json(said))


def _inherited(name: str, names: Answers, top: Answers) -> str:
    own = names.get(name)
    if own:
        return own
    return next((top[other] for other in INHERITED.get(name, ()) if other in top), "")


def _intervention(entry: int, place: tuple[str, int], said: Answers) -> tuple[object, ...]:
    row, position = place
    given = said.get("intervention_order", "")
    order = int(given) if given.isdecimal() and len(given) <= 9 else position  # noqa: PLR2004 - digits of a sane number
    words = [said.get(name, "") for name in ("speaker_type", "delegation", "points")]
    return (entry, row, order, *words, _json(said))


def _pledge_update(entry: int, answers: Answers, top: Answers) -> tuple[object, ...]:
    pledge = top.get("pledge") or top.get("pledge_reference", "")
    words = [top.get(name, "") for name in ("stage", "update_date", "narrative")]
    return (entry, pledge, *words, _json(answers))


def _indicator_reading(entry: int, said: Answers, answers: Answers) -> tuple[object, ...]:
    top = _top_level(answers)
    year, value = said.get("reading_year", ""), said.get("reading_value", "")
    whole = {path: one for path, one in answers.items() if "[" not in path}
    country = top.get("country", "")
    return (entry, top["indicator"], country, year, value, _json({**whole, **said}))


def _top_level(answers: Answers) -> dict[str, str]:
    """Return the answers outside repeats by the last part of their path."""
    found: dict[str, str] = {}
    for path, value in answers.items():
        if "[" not in path and "@" not in path:
            found.setdefault(path.rpartition("/")[2], value)
    return found


def _by_name(said: Answers) -> dict[str, str]:
    """Return a row's own answers by the last part of their path; rows inside it are left out."""
    return {
        path.rpartition("/")[2]: value
        for path, value in said.items()
        if "[" not in path and "@" not in path
    }


def _order(text: str) -> Decimal:
    """Return the number that a row is sorted by; a row without one comes last."""
    try:
        number = Decimal(text) if len(text) <= _MAX_ORDER_CHARS else None
    except InvalidOperation:
        number = None
    return number if number is not None and number.is_finite() else Decimal("Infinity")


def _json(answers: Answers) -> str:
    plain = {path: value for path, value in answers.items() if not paths.reserved(path)}
    return json.dumps(plain, ensure_ascii=False)
