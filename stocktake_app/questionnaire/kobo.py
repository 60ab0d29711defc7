"""KoboToolbox's own question blocks (scores, ranks, matrices), rewritten as plain XLSForm.

Kobo's server does the same before it publishes a form, so the names are the ones its data has.
"""

import re
from collections.abc import Callable

from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.questionnaire.sheets import Row, Workbook, cell, heading, plain_heading

Expand = Callable[[Workbook, Row, list[Row]], list[Row]]
_LABELS = re.compile(r"(?:label|hint)(?:::?.*)?")


def expand_kobo(workbook: Workbook) -> list[Problem]:
    """Rewrite the blocks in place and return what was rewritten."""
    rows = workbook.rows("survey")
    made: list[Row] = []
    found: list[Problem] = []
    place = 0
    while place < len(rows):
        block = _BLOCKS.get(cell(rows[place], "type").replace(" ", "_"))
        if block is None:
            made.append(rows[place])
            place += 1
            continue
        end_type, expand = block
        end = place + 1
        while end < len(rows) and cell(rows[end], "type").replace(" ", "_") != end_type:
            end += 1
        made += expand(workbook, rows[place], rows[place + 1 : end])
        found.append(
            Problem("survey", place + 2, heading(rows[place], "type"), cell(rows[place], "type"),
                    "this block is KoboToolbox's own.", "It is asked as separate questions.",
                    Severity.REPAIRED)
        )  # fmt: skip
        place = end + 1
    if found:
        workbook.sheets["survey"] = made
        header = dict.fromkeys(key for row in made for key in row)
        workbook.headers["survey_header"] = [header]
    return found


def _group(start: Row, inside: list[Row]) -> list[Row]:
    kept = {
        key: value
        for key, value in start.items()
        if plain_heading(key) in {"name", "relevant"} or _LABELS.fullmatch(plain_heading(key))
    }
    return [{**kept, "type": "begin_group"}, *inside, {"type": "end_group"}]


def _score(_: Workbook, start: Row, inside: list[Row]) -> list[Row]:
    choices = cell(start, "kobo--score-choices")
    return _group(start, [_typed(row, f"select_one {choices}") for row in inside])


def _rank(_: Workbook, start: Row, inside: list[Row]) -> list[Row]:
    choices = cell(start, "kobo--rank-items")
    return _group(start, [_typed(row, f"select_one {choices}") for row in inside])


def _typed(row: Row, kind: str) -> Row:
    return {**row, heading(row, "type"): kind}


def _matrix(workbook: Workbook, start: Row, inside: list[Row]) -> list[Row]:
    """Ask every question of the matrix for every item of its list."""
    wanted = cell(start, "kobo--matrix_list")
    items = [row for row in workbook.rows("choices") if cell(row, "list_name") == wanted]
    name = cell(start, "name")
    made: list[Row] = []
    for item in items:
        labels = {key: value for key, value in item.items() if _LABELS.fullmatch(key.lower())}
        item_name = f"{name}_{cell(item, 'name')}"
        questions = [
            {**row, heading(row, "name"): f"{item_name}_{cell(row, 'name')}"} for row in inside
        ]
        made += [{"type": "begin_group", "name": item_name, **labels}, *questions]
        made.append({"type": "end_group"})
    return _group(start, made)


_BLOCKS: dict[str, tuple[str, Expand]] = {
    "begin_score": ("end_score", _score),
    "begin_rank": ("end_rank", _rank),
    "begin_kobomatrix": ("end_kobomatrix", _matrix),
}
