"""What is derived from entries for reports and search, off the save path and rebuilt at will.

Whatever changes an entry marks it as stale; ``refresh_projections`` works the queue off in blocks.
An action calls it after its change; the window calls it in the writer's lane when idle.
"""

from collections.abc import Sequence

from stocktake_app.store import rows
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import read_answers
from stocktake_app.store.folding import fold_text, stems
from stocktake_app.store.projecting import Projected, project, searchable
from stocktake_app.store.settling import Progress
from stocktake_app.store.workspace import Workspace

BLOCK = 200
"""Entries per transaction: short, so that a save of the window never waits long for it."""

_CLEARED = (
    "DELETE FROM finding",
    "DELETE FROM intervention",
    "DELETE FROM pledge_update",
    "DELETE FROM indicator_reading",
    "INSERT INTO entry_text (entry_text) VALUES ('delete-all')",
    "INSERT INTO finding_text (finding_text) VALUES ('delete-all')",
    "UPDATE entry SET stale = 1",
)
_FORGET = (
    (
        "DELETE FROM finding_text WHERE rowid IN"
        " (SELECT key FROM finding WHERE entry IN (SELECT value FROM json_each(?)))"
    ),
    "DELETE FROM finding WHERE entry IN (SELECT value FROM json_each(?))",
    "DELETE FROM intervention WHERE entry IN (SELECT value FROM json_each(?))",
    "DELETE FROM pledge_update WHERE entry IN (SELECT value FROM json_each(?))",
    "DELETE FROM indicator_reading WHERE entry IN (SELECT value FROM json_each(?))",
    "DELETE FROM entry_text WHERE rowid IN (SELECT value FROM json_each(?))",
)
_INSERT_FINDING = (
    "INSERT INTO finding (key, entry, row, position, kind, text, countries, subjects, objectives,"
    " indicators, themes, stakeholders, pledges, initiatives, answers)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_INTERVENTION = (
    "INSERT INTO intervention (entry, row, position, speaker_type, delegation, points, answers)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_PLEDGE_UPDATE = (
    "INSERT INTO pledge_update (entry, pledge, stage, date, text, answers)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_READING = (
    "INSERT INTO indicator_reading (entry, indicator, country, date, value, answers)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


def stale_entries(workspace: Workspace) -> int:
    """Count the entries whose projections are behind."""
    with workspace.store.reading() as connection:
        count: int = connection.value("SELECT count(*) FROM entry WHERE stale = 1")
    return count


def refresh_projections(
    workspace: Workspace, limit: int | None = None, *, progress: Progress | None = None
) -> int:
    """Bring at most ``limit`` entries (None: all) up to date in short transactions.

    Returns how many were.
    """
    total = stale_entries(workspace) if limit is None else limit
    done = 0
    while done < total:
        if progress is not None:
            progress(done, total)
        with workspace.store.writing() as connection:
            count = _refresh_block(connection, min(BLOCK, total - done))
        done += count
        if not count:
            break
    return done


def rebuild_projections(workspace: Workspace) -> int:
    """Drop every projection and make it again from the entries; return how many entries."""
    with workspace.store.writing() as connection:
        for statement in _CLEARED:
            connection.execute(statement)
    return refresh_projections(workspace)


def _refresh_block(connection: Connection, limit: int) -> int:
    found = connection.rows(
        "SELECT e.key, coalesce(f.form_id, ''), coalesce(e.answers, c.answers),"
        " e.present AND NOT e.deleted FROM entry e LEFT JOIN form f ON f.key = e.form"
        " LEFT JOIN change c ON c.key = e.sole WHERE e.stale = 1 ORDER BY e.key LIMIT ?",
        (limit,),
    )
    _forget(connection, [row[0] for row in found])
    projected = Projected()
    texts = []
    for key, form_id, answers, shown in found:
        if shown:
            read = read_answers(connection, key, answers)
            project(projected, key, form_id, read.answers)
            texts.append((key, *_folded("\n".join(searchable(read)))))
    _insert(connection, projected)
    connection.executemany("INSERT INTO entry_text (rowid, text, stems) VALUES (?, ?, ?)", texts)
    connection.executemany("UPDATE entry SET stale = 0 WHERE key = ?", [row[:1] for row in found])
    return len(found)


def _forget(connection: Connection, entries: Sequence[int]) -> None:
    wanted = rows.as_json(entries)
    for statement in _FORGET:
        connection.execute(statement, (wanted,))


def _insert(connection: Connection, projected: Projected) -> None:
    first = 1 + (connection.value("SELECT max(key) FROM finding") or 0)
    keyed = list(enumerate(projected.findings, start=first))
    connection.executemany(_INSERT_FINDING, [(key, *row) for key, row in keyed])
    connection.executemany(
        "INSERT INTO finding_text (rowid, text, stems) VALUES (?, ?, ?)",
        [(key, *_folded(str(row[4]))) for key, row in keyed],
    )
    connection.executemany(_INSERT_INTERVENTION, projected.interventions)
    connection.executemany(_INSERT_PLEDGE_UPDATE, projected.pledge_updates)
    connection.executemany(_INSERT_READING, projected.indicator_readings)


def _folded(text: str) -> tuple[str, str]:
    folded = fold_text(text)
    return folded, stems(folded)
