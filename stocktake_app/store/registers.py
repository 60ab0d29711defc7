"""Registers: the shipped tables, with entries of the ``register_*`` questionnaires over them."""

import csv
import json
from functools import lru_cache
from pathlib import PurePosixPath

from stocktake_app import settings
from stocktake_app.model.disclosure import is_digest
from stocktake_app.store.workspace import Workspace

Row = dict[str, str]


def register_rows(workspace: Workspace, name: str) -> list[Row]:
    """Return the rows of a register such as ``events.csv``: dicts with ``name`` and labels.

    An entry of ``register_events`` that HQ began replaces the shipped row of the same ``name``;
    new ones follow in the order of their names. Of two entries of one name the later updated
    stands. Nobody else publishes: others' entries of it are entries only. An unknown register has
    no rows.
    """
    stem = PurePosixPath(name).stem
    found = {row["name"]: dict(row) for row in shipped_rows(stem)}
    found |= _published(workspace, stem)
    return list(found.values())


@lru_cache(maxsize=64)
def shipped_rows(stem: str) -> tuple[Row, ...]:
    """Return the rows of a register as it ships with the program, such as ``countries``."""
    try:
        path = settings.resource(f"resources/registers/{stem}.csv")
    except FileNotFoundError:
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(row for row in csv.DictReader(file) if row.get("name"))


def _published(workspace: Workspace, stem: str) -> dict[str, Row]:
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT coalesce(e.answers, c.answers) FROM entry e JOIN form f ON f.key = e.form"
            " JOIN author a ON a.key = e.creator AND a.role = 'hq'"
            " LEFT JOIN change c ON c.key = e.sole"
            " WHERE f.form_id = ? AND e.present = 1 AND e.deleted = 0 AND e.state != 'withdrawn'"
            " ORDER BY e.updated, e.id",
            (f"register_{stem}",),
        )
    rows = {}
    for (answers,) in found:
        row = {
            path.rpartition("/")[2]: value
            for path, value in json.loads(answers).items()
            if value is not None and "@" not in path and not is_digest(value)
        }
        if "name" in row:
            rows[row["name"]] = row
    return dict(sorted(rows.items()))
