"""Removing the last traces of erased content: drafts, indexes, free pages, packages of ours.

A change that erases removes content from its table at once. What this module does may take longer
and is repeated until it is done: a setting remembers the entries.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stocktake_app.store import rows
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import UNSCRUBBED, digests_by_path
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace

RESEND = "resend"
"""Setting: entries (ids) of packages that were removed unsent; the next export takes them."""


@dataclass(frozen=True)
class Traces:
    """What is still to be scrubbed of an entry: erased digests, and the paths that had them."""

    key: int
    entry: str
    digests: frozenset[str]
    paths: frozenset[str]


@dataclass(frozen=True)
class Carrier:
    """A package file that shows an entry, so may carry content of it.

    ``state`` is that of the outbox, "" for a file that came from somebody else.
    """

    sha256: str
    name: str
    target: str
    state: str
    receipt: str


def unscrubbed(workspace: Workspace) -> list[Traces]:
    """Return of which entries content was erased whose last traces are still to be removed."""
    with workspace.store.reading() as connection:
        keys = rows.setting(connection, UNSCRUBBED) or []
        return [_traces(connection, key) for key in keys]


def carriers(workspace: Workspace, entry: int) -> list[Carrier]:
    """Return the packages, made here or taken in, whose seals touch an entry (key)."""
    with workspace.store.reading() as connection:
        seals = rows.as_json(
            key
            for (key,) in connection.rows(
                "SELECT seal FROM change WHERE entry = ?1 AND seal IS NOT NULL UNION"
                " SELECT x.seal FROM extra_seal x JOIN change c ON c.key = x.change"
                " WHERE c.entry = ?1",
                (entry,),
            )
        )
        found = connection.rows(
            "SELECT o.sha256, o.file, o.target, o.state, o.receipt FROM outbox o"
            " WHERE o.seal IN (SELECT value FROM json_each(?1)) OR o.seal IN"
            " (SELECT c.closing FROM carried_seal c JOIN seal s ON s.id = c.seal"
            "  WHERE s.key IN (SELECT value FROM json_each(?1))) UNION"
            " SELECT p.sha256, p.name, p.signer_name, '', '' FROM package_import p"
            " JOIN import_seal i ON i.package_import = p.key"
            " WHERE i.seal IN (SELECT value FROM json_each(?1)) ORDER BY 2, 1",
            (seals,),
        )
    return [Carrier(*row) for row in found]


def forget_unsent(workspace: Workspace, sha256: str) -> None:
    """Take a package that was not sent out of the outbox; its records go with the next export."""
    with workspace.store.writing() as connection:
        found = connection.rows(
            "SELECT DISTINCT e.id FROM outbox o JOIN change c ON c.seal = o.seal"
            " JOIN entry e ON e.key = c.entry WHERE o.sha256 = ?",
            (sha256,),
        )
        known = rows.setting(connection, RESEND) or []
        rows.set_setting(connection, RESEND, sorted({*known, *(name for (name,) in found)}))
        connection.execute(
            "DELETE FROM outbox WHERE sha256 = ? AND state IN ('waiting', 'sending')", (sha256,)
        )


def to_resend(workspace: Workspace) -> list[str]:
    """Return the entries (ids) of packages that were removed unsent."""
    with workspace.store.reading() as connection:
        found: list[str] = rows.setting(connection, RESEND) or []
    return found


def resent(workspace: Workspace, entries: Iterable[str]) -> None:
    """Note that a package carries these entries, so they are not to be sent again."""
    with workspace.store.writing() as connection:
        known = rows.setting(connection, RESEND) or []
        if known:
            rows.set_setting(connection, RESEND, sorted(set(known) - set(entries)))


def scrub(workspace: Workspace, traces: Iterable[Traces]) -> bool:
    """Remove the traces in drafts, projections, indexes and free pages of both files.

    False when another program still holds the files open: call it again later.
    """
    wanted = list(traces)
    with workspace.drafts.writing() as connection:
        for one in wanted:
            _scrub_drafts(connection, one)
    refresh_projections(workspace)
    with workspace.store.writing() as connection:
        # Deleted rows of an index stay in its segments until these are merged.
        connection.execute("INSERT INTO entry_text (entry_text) VALUES ('optimize')")
        connection.execute("INSERT INTO finding_text (finding_text) VALUES ('optimize')")
    if not (workspace.store.compact() and workspace.drafts.compact()):
        return False
    with workspace.store.writing() as connection:
        known = rows.setting(connection, UNSCRUBBED) or []
        done = {one.key for one in wanted}
        rows.set_setting(connection, UNSCRUBBED, [key for key in known if key not in done])
    return True


def discarded_drafts(workspace: Workspace, entry: str) -> list[str]:
    """Return the drafts of an entry (id) that were put away."""
    with workspace.drafts.reading() as connection:
        found = connection.rows("SELECT id FROM draft WHERE entry = ? AND discarded = 1", (entry,))
    return [name for (name,) in found]


def open_draft(workspace: Workspace, entry: str) -> str | None:
    """Return the draft in which an entry (id) is being edited, or None."""
    with workspace.drafts.reading() as connection:
        found: str | None = connection.value(
            "SELECT id FROM draft WHERE entry = ? AND discarded = 0", (entry,)
        )
    return found


def _traces(connection: Connection, key: int) -> Traces:
    digests = {
        one for (one,) in connection.rows("SELECT digest FROM erasure WHERE entry = ?", (key,))
    }
    named = digests_by_path(connection, key)
    entry = connection.value("SELECT id FROM entry WHERE key = ?", (key,))
    gone = frozenset(path for path, ones in named.items() if ones & digests)
    return Traces(key, entry, frozenset(digests), gone)


def _scrub_drafts(connection: Connection, traces: Traces) -> None:
    """Take erased answers out of the drafts of their entry; those put away go altogether."""
    connection.execute("DELETE FROM draft WHERE entry = ? AND discarded = 1", (traces.entry,))
    for key, base in connection.rows(
        "SELECT key, base FROM draft WHERE entry = ?", (traces.entry,)
    ):
        kept = {path: value for path, value in json.loads(base).items() if not _gone(path, traces)}
        connection.execute(
            "UPDATE draft SET base = ? WHERE key = ?", (json.dumps(kept, ensure_ascii=False), key)
        )
        connection.executemany(
            "DELETE FROM draft_attachment WHERE draft = ? AND digest = ?",
            [(key, digest) for digest in sorted(traces.digests)],
        )
        for number, answers in connection.rows(
            "SELECT number, answers FROM draft_step WHERE draft = ? AND kind = 'save'", (key,)
        ):
            _scrub_step(connection, (key, number), json.loads(answers), traces)


def _scrub_step(
    connection: Connection, place: tuple[int, int], said: Mapping[str, str | None], traces: Traces
) -> None:
    if any(_gone(path, traces) for path in said):
        kept = {path: None if _gone(path, traces) else value for path, value in said.items()}
        connection.execute(
            "UPDATE draft_step SET answers = ? WHERE draft = ? AND number = ?",
            (json.dumps(kept, ensure_ascii=False), *place),
        )


def _gone(path: str, traces: Traces) -> bool:
    return path in traces.paths
