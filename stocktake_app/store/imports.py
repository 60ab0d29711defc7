"""Taking seals in: tried and applied by the same code, undone by import."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Verdict
from stocktake_app.store.database import Connection, Row
from stocktake_app.store.files import make_ballast, require_room
from stocktake_app.store.freshness import Standing, StandingReport, standing
from stocktake_app.store.incoming import (
    Brought,
    Effect,
    EntryEffect,
    ImportResult,
    IncomingSeal,
    PackageFile,
    Refusal,
    Signer,
)
from stocktake_app.store.settling import Progress, Settled, settle
from stocktake_app.store.taking import Taking, entries_of_seal, moment
from stocktake_app.store.workspace import BALLAST_BYTES, Workspace
from stocktake_app.translations import N_

__all__ = [
    "Effect",
    "EntryEffect",
    "ImportResult",
    "IncomingSeal",
    "PackageFile",
    "Refusal",
    "SetAside",
    "Signer",
    "Standing",
    "StandingReport",
    "StoredImport",
    "Take",
    "apply_seals",
    "list_imports",
    "list_set_aside",
    "standing",
    "trial",
    "undo_import",
]

_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_BIG_BYTES = 1024 * 1024
_ROOM_PER_BYTE = 3  # lines, indexes and the log, measured; the projections come later


@dataclass(frozen=True)
class StoredImport:
    """An import as it is listed; ``sent_on`` says that a seal of it went into a package of ours."""

    id: int
    file: PackageFile
    imported: str
    undone: bool
    new: int
    newer: int
    conflicting: int
    same: int
    refused: int
    sent_on: bool


@dataclass(frozen=True)
class SetAside:
    """A change that does not count now, and why; it counts as soon as the reason is gone."""

    entry: str
    change: str
    seal: str
    signer_name: str
    time: str
    reason: str


class Take(Protocol):
    """``apply_seals`` with its workspace given."""

    def __call__(
        self,
        opened: Sequence[IncomingSeal],
        file: PackageFile,
        now: datetime,
        *,
        objects: Mapping[str, bytes] = _NOTHING,
        disclosures: Mapping[str, bytes] = _NOTHING,
        progress: Progress | None = None,
    ) -> ImportResult:
        """Take seals in."""


@contextmanager
def trial(workspace: Workspace) -> Iterator[Take]:
    """Give a function like ``apply_seals``; at the end, what it did for all files is undone.

    So a dry run of many files says of each what it would bring after those before it.
    """
    with workspace.store.trying() as connection:

        def take(
            opened: Sequence[IncomingSeal],
            file: PackageFile,
            now: datetime,
            *,
            objects: Mapping[str, bytes] = _NOTHING,
            disclosures: Mapping[str, bytes] = _NOTHING,
            progress: Progress | None = None,
        ) -> ImportResult:
            _check(workspace, opened)
            connection.execute("SAVEPOINT one_file")
            try:
                brought = Brought(objects, disclosures)
                result = Taking(connection, workspace, progress).run(opened, file, brought, now)
            except BaseException:
                connection.execute("ROLLBACK TO one_file")
                raise
            return replace(result, id=0)

        yield take


def apply_seals(
    workspace: Workspace,
    opened: Sequence[IncomingSeal],
    file: PackageFile,
    now: datetime,
    *,
    objects: Mapping[str, bytes] = _NOTHING,
    disclosures: Mapping[str, bytes] = _NOTHING,
    progress: Progress | None = None,
) -> ImportResult:
    """Take seals in, in one transaction; what does not count is set aside with its reason.

    ``objects`` are forms and the like by SHA-256, ``disclosures`` confidential content by digest:
    it is stored for the entries whose changes in this package name it, and stays known when the
    import is undone. ``progress`` may raise ``CancelledError``, which
    undoes everything. Projections follow by ``projections.refresh_projections``.

    Raises:
        RefusedError: a practice package in real work, or the other way round; lines that are not
            as the manifest says.
        MachineError: no room or no access; nothing was changed.
    """
    _check(workspace, opened)
    with workspace.store.writing() as connection:
        brought = Brought(objects, disclosures)
        return Taking(connection, workspace, progress).run(opened, file, brought, now)


def list_imports(workspace: Workspace) -> list[StoredImport]:
    """Return all imports, latest first."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT key, sha256, name, kind, size, verdict, signer_name, imported, undone,"
            " new, newer, conflicting, same, refused, EXISTS ("
            "  SELECT 1 FROM import_seal i JOIN seal s ON s.key = i.seal"
            "  JOIN carried_seal c ON c.seal = s.id WHERE i.package_import = package_import.key"
            " ) FROM package_import ORDER BY key DESC"
        )
    return [_stored_import(row) for row in found]


def undo_import(
    workspace: Workspace, number: int, now: datetime, *, progress: Progress | None = None
) -> ImportResult:
    """Undo an import here: its seals stop counting unless another import brought them too.

    Later work stays. Of the counts, ``newer`` are entries that changed, ``refused`` those that
    are gone, ``conflicting`` those where differing versions arose by it.

    Raises:
        RefusedError: there is no such import, or it is undone already.
    """
    with workspace.store.writing() as connection:
        undone = connection.value("SELECT undone FROM package_import WHERE key = ?", (number,))
        if undone is None:
            raise RefusedError(f"There is no import {number}; the list of imports has the numbers.")
        if undone:
            raise RefusedError(f"Import {number} was undone already, on {undone}.")
        connection.execute(
            "UPDATE package_import SET undone = ? WHERE key = ?", (moment(now), number)
        )
        entries = _let_go(connection, number)
        settled = list(settle(connection, workspace, entries, progress))
        return _undone(number, settled)


def list_set_aside(workspace: Workspace, *, offset: int = 0, limit: int = 1000) -> list[SetAside]:
    """Return changes, then unreadable lines, that do not count, with their reasons."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT * FROM (SELECT e.id, c.id, coalesce(s.id, ''), coalesce(a.name, ''), c.time,"
            " x.reason FROM set_aside x JOIN change c ON c.key = x.change"
            " JOIN entry e ON e.key = c.entry LEFT JOIN seal s ON s.key = c.seal"
            " LEFT JOIN author a ON a.key = s.author ORDER BY e.id, c.id)"
            " UNION ALL SELECT * FROM (SELECT '', '', s.id, a.name, s.created,"
            " 'line ' || b.line || ': ' || b.reason FROM bad_line b JOIN seal s ON s.key = b.seal"
            " JOIN author a ON a.key = s.author WHERE s.live = 1 ORDER BY s.id, b.line)"
            " LIMIT ? OFFSET ?",
            (limit, offset),
        )
    return [SetAside(*row) for row in found]


def _check(workspace: Workspace, opened: Sequence[IncomingSeal]) -> None:
    """Refuse what may not come in at all, and make sure that there is room for the rest."""
    if any(one.manifest.practice != workspace.practice for one in opened):
        raise RefusedError(
            N_("This workspace is for practice and the file is real work; open your own workspace.")
            if workspace.practice
            else N_("This file was made for practice; it is not taken into real work.")
        )
    size = sum(one.manifest.raw_size for one in opened)
    if size > _BIG_BYTES:
        make_ballast(workspace.folder / "ballast", BALLAST_BYTES)
        require_room(workspace.folder, size * _ROOM_PER_BYTE)


def _stored_import(row: Row) -> StoredImport:
    key, sha256, name, kind, size, verdict, signer_name, imported, undone = row[:9]
    new, newer, conflicting, same, refused, sent_on = row[9:]
    return StoredImport(
        id=key,
        file=PackageFile(sha256, name, kind, size, Verdict(verdict), signer_name),
        imported=imported,
        undone=bool(undone),
        new=new,
        newer=newer,
        conflicting=conflicting,
        same=same,
        refused=refused,
        sent_on=bool(sent_on),
    )


def _let_go(connection: Connection, number: int) -> set[int]:
    """End the life of seals that only this import brought; return the entries they touch."""
    alone = connection.rows(
        "SELECT s.key FROM import_seal i JOIN seal s ON s.key = i.seal"
        " WHERE i.package_import = ? AND s.own = 0 AND s.live = 1 AND NOT EXISTS ("
        "  SELECT 1 FROM import_seal o JOIN package_import p ON p.key = o.package_import"
        "  WHERE o.seal = s.key AND p.undone = '')",
        (number,),
    )
    connection.executemany("UPDATE seal SET live = 0 WHERE key = ?", alone)
    entries: set[int] = set()
    return entries.union(*(entries_of_seal(connection, key) for (key,) in alone))


def _undone(number: int, settled: Sequence[Settled]) -> ImportResult:
    gone = sum(1 for one in settled if one.was_present and not one.present)
    conflicting = sum(1 for one in settled if one.new_conflicts)
    moved = sum(1 for one in settled if one.counts_moved and one.present and not one.new_conflicts)
    return ImportResult(
        number, 0, moved, conflicting, len(settled) - gone - moved - conflicting, 0, gone
    )
