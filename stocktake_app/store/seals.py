"""Seals as they are stored, ours and others', and what a package of ours has to carry."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from stocktake_app.errors import RefusedError
from stocktake_app.model import paths
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import Seal, decode_seal
from stocktake_app.store import rows
from stocktake_app.store.database import Connection, Row
from stocktake_app.store.forms import store_objects
from stocktake_app.store.incoming import Signer
from stocktake_app.store.lines import canonical_line
from stocktake_app.store.outbox import OutgoingPackage, insert_outgoing
from stocktake_app.store.settling import settle_all
from stocktake_app.store.taking import (
    entries_of_seal,
    insert_seal,
    moment,
    object_kinds,
    signer_key,
)
from stocktake_app.store.workspace import Workspace, remember_seals

__all__ = [
    "Closure",
    "OutgoingPackage",
    "OwnPackage",
    "Signer",
    "StoredSeal",
    "Unsealed",
    "closure",
    "get_seal",
    "list_own_packages",
    "list_seals",
    "next_seal",
    "seals_of_entry",
    "set_verdicts",
    "store_own_seal",
    "unsealed",
    "write_verdicts",
]

Verdicts = Mapping[str, tuple[Verdict, str, Signer | None]]
"""New verdicts by seal id: the verdict, its reason, and who signed (None: as known)."""

_NO_OBJECTS: Mapping[str, bytes] = MappingProxyType({})

_LIST = (
    "SELECT s.id, a.identity, s.device, s.number, s.previous, s.created, s.verdict, s.reason,"
    " s.received, s.live, s.own, s.changes, a.name, a.role, a.bureau, a.office, a.fingerprint"
    " FROM seal s JOIN author a ON a.key = s.author {condition} ORDER BY s.device, s.number, s.id"
)


@dataclass(frozen=True)
class StoredSeal:
    """One seal. ``received`` is when it first came here (UTC); ``counted`` says that it counts."""

    id: str
    identity: str
    device: str
    number: int
    previous: str
    created: str
    verdict: Verdict
    reason: str
    received: str
    counted: bool
    own: bool
    changes: int
    signer: Signer


@dataclass(frozen=True)
class Unsealed:
    """Frozen changes of our own that no seal holds yet: ids, canonical lines, entries, forms."""

    changes: tuple[str, ...]
    lines: tuple[bytes, ...]
    entries: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Closure:
    """What a package that shows some entries must carry and show.

    ``seals`` in order of first receipt, ``entries`` all entries touched by them or asked for
    (sorted), ``objects`` what the seals name, by SHA-256, and the XForms that entries name.
    """

    seals: tuple[Seal, ...]
    entries: tuple[str, ...]
    objects: Mapping[str, bytes]


@dataclass(frozen=True)
class OwnPackage:
    """A package that was made here: its name, its SHA-256, the id of its closing seal."""

    name: str
    sha256: str
    seal: str


def next_seal(workspace: Workspace) -> tuple[int, str]:
    """Return number and previous id for this device's next seal: (1, "") at first."""
    with workspace.store.reading() as connection:
        return _next_seal(connection, workspace.device)


def unsealed(workspace: Workspace, entries: Iterable[str] | None = None) -> Unsealed:
    """Return our own unsealed changes, of these entries or of all, in order of their numbers."""
    wanted = None if entries is None else rows.as_json(entries)
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT c.id, e.id, d.id, e.id, c.lamport, c.number, c.replaces, c.answers, c.time"
            " FROM change c JOIN device d ON d.key = c.device JOIN entry e ON e.key = c.entry"
            " WHERE c.seal IS NULL AND c.counted = 1"
            " AND (?1 IS NULL OR e.id IN (SELECT value FROM json_each(?1)))"
            " ORDER BY d.key, c.number, c.id",
            (wanted,),
        )
        touched = sorted({row[1] for row in found})
        forms = _forms_of(connection, touched) | {
            form for row in found if (form := json.loads(row[7]).get(paths.FORM))
        }
    return Unsealed(
        tuple(row[0] for row in found),
        tuple(canonical_line(row[2:]) for row in found),
        tuple(touched),
        tuple(sorted(forms)),
    )


def store_own_seal(
    workspace: Workspace,
    seal: Seal,
    changes: Sequence[str],
    signer: Signer,
    *,
    package: OutgoingPackage | None,
    now: datetime,
    objects: Mapping[str, bytes] = _NO_OBJECTS,
) -> None:
    """Store a seal of ours, mark its changes (ids) as sealed and fill the outbox, all or nothing.

    ``objects`` has at least the labels and notices that its manifest names: they are kept, as
    later packages carry the seal too.

    Raises:
        RefusedError: its number or its changes went into another seal meanwhile; make it again.
    """
    manifest = seal.manifest
    with workspace.store.writing() as connection:
        if (manifest.number, manifest.previous) != _next_seal(connection, workspace.device):
            raise RefusedError("Another package was made meanwhile; make this one again.")
        author = signer_key(connection, signer)
        judged = (author, Verdict.VALID.value, "", moment(now))
        key = insert_seal(connection, manifest, seal.encode(), judged, own=True)
        sealed = connection.execute(
            "UPDATE change SET seal = ? WHERE seal IS NULL"
            " AND id IN (SELECT value FROM json_each(?))",
            (key, rows.as_json(changes)),
        ).rowcount
        if sealed != len(set(changes)):
            raise RefusedError("A change was packed elsewhere meanwhile; make the package again.")
        kinds = object_kinds([manifest])
        store_objects(connection, {name: objects[name] for name in kinds}, kinds, now)
        if package is not None:
            insert_outgoing(connection, package, key, now)
    remember_seals(workspace, manifest.number)


def closure(workspace: Workspace, entries: Iterable[str]) -> Closure:
    """Return every stored seal that counts and touches these entries, and all that follows.

    Each carried seal may touch further entries, whose seals are then carried too.
    """
    with workspace.store.reading() as connection:
        shown = _entry_keys(connection, entries)
        seals: set[int] = set()
        fresh = shown
        while fresh:
            found = _counted_seals(connection, fresh) - seals
            seals |= found
            touched: set[int] = set()
            fresh = touched.union(*(entries_of_seal(connection, seal) for seal in found)) - shown
            shown = shown | fresh
        parts = _seal_parts(connection, seals)
        names = _entry_names(connection, shown)
        named = _forms_of(connection, names).union(*(one.manifest.named_objects for one in parts))
        objects = _object_bytes(connection, named)
    return Closure(parts, tuple(names), objects)


def not_sent_on(workspace: Workspace) -> list[str]:
    """Return the entries that others' records touch which no package of ours has carried yet."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT DISTINCT e.id FROM change c JOIN entry e ON e.key = c.entry"
            " JOIN seal s ON s.key = c.seal WHERE s.own = 0 AND s.live = 1 AND NOT EXISTS ("
            "  SELECT 1 FROM carried_seal k WHERE k.seal = s.id) ORDER BY e.id"
        )
    return [entry for (entry,) in found]


def get_seal(workspace: Workspace, seal: str) -> Seal:
    """Return a stored seal's parts.

    Raises:
        RefusedError: there is no such seal.
    """
    with workspace.store.reading() as connection:
        data = connection.value(
            "SELECT d.data FROM seal_data d JOIN seal s ON s.key = d.seal WHERE s.id = ?", (seal,)
        )
    if data is None:
        raise RefusedError(f"There is no signed record {seal[:12]}… here.")
    return decode_seal(data)


def list_seals(workspace: Workspace) -> list[StoredSeal]:
    """Return all seals, by device and number."""
    with workspace.store.reading() as connection:
        return _listed(connection, "", ())


def first_receipts(workspace: Workspace, seals: Iterable[str]) -> dict[str, datetime]:
    """Return when these seals (ids) first came here, of those that did; our own are left out."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT id, received FROM seal WHERE own = 0"
            " AND id IN (SELECT value FROM json_each(?))",
            (rows.as_json(seals),),
        )
        return {seal: datetime.fromisoformat(received) for seal, received in found}


def seals_of_entry(workspace: Workspace, entry: str) -> list[StoredSeal]:
    """Return the seals that hold changes of this entry (id)."""
    condition = (
        "WHERE s.key IN (SELECT c.seal FROM change c JOIN entry e ON e.key = c.entry"
        " WHERE e.id = ?1 UNION SELECT x.seal FROM extra_seal x JOIN change c ON c.key = x.change"
        " JOIN entry e ON e.key = c.entry WHERE e.id = ?1)"
    )
    with workspace.store.reading() as connection:
        return _listed(connection, condition, (entry,))


def list_own_packages(workspace: Workspace) -> list[OwnPackage]:
    """Return the packages made here that nobody refused, the newest first."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT o.file, o.sha256, s.id FROM outbox o JOIN seal s ON s.key = o.seal"
            " WHERE o.state != 'refused' ORDER BY o.key DESC"
        )
    return [OwnPackage(*row) for row in found]


def set_verdicts(workspace: Workspace, verdicts: Verdicts) -> int:
    """Store new verdicts by seal id, after trust changed; return how many entries were judged anew.

    Each seal is to be judged as of its ``received`` time. Without a signer the known one stays.
    """
    with workspace.store.writing() as connection:
        return write_verdicts(connection, workspace, verdicts)


def write_verdicts(connection: Connection, workspace: Workspace, verdicts: Verdicts) -> int:
    """Store new verdicts as ``set_verdicts`` does, inside the caller's transaction."""
    entries: set[int] = set()
    for seal, (verdict, reason, signer) in verdicts.items():
        key = connection.value("SELECT key FROM seal WHERE id = ?", (seal,))
        if key is None:
            raise RefusedError(f"There is no signed record {seal[:12]}… here.")
        connection.execute(
            "UPDATE seal SET verdict = ?, reason = ? WHERE key = ?", (verdict, reason, key)
        )
        if signer is not None:
            author = signer_key(connection, signer)
            connection.execute("UPDATE seal SET author = ? WHERE key = ?", (author, key))
        entries |= entries_of_seal(connection, key)
    return settle_all(connection, workspace, entries)


def _next_seal(connection: Connection, device: str) -> tuple[int, str]:
    last = connection.row(
        "SELECT number, id FROM seal WHERE device = ? AND own = 1 ORDER BY number DESC LIMIT 1",
        (device,),
    )
    return (last[0] + 1, last[1]) if last else (1, "")


def _entry_keys(connection: Connection, entries: Iterable[str]) -> set[int]:
    found = connection.rows(
        "SELECT key FROM entry WHERE id IN (SELECT value FROM json_each(?))",
        (rows.as_json(entries),),
    )
    return {key for (key,) in found}


def _entry_names(connection: Connection, keys: Iterable[int]) -> list[str]:
    found = connection.rows(
        "SELECT id FROM entry WHERE key IN (SELECT value FROM json_each(?)) ORDER BY id",
        (rows.as_json(keys),),
    )
    return [name for (name,) in found]


def _counted_seals(connection: Connection, entries: Iterable[int]) -> set[int]:
    found = connection.rows(
        "SELECT s.key FROM seal s WHERE s.live = 1 AND s.verdict = 'valid' AND s.key IN ("
        " SELECT c.seal FROM change c WHERE c.entry IN (SELECT value FROM json_each(?1)) UNION"
        " SELECT x.seal FROM extra_seal x JOIN change c ON c.key = x.change"
        " WHERE c.entry IN (SELECT value FROM json_each(?1)))",
        (rows.as_json(entries),),
    )
    return {key for (key,) in found}


def _seal_parts(connection: Connection, seals: Iterable[int]) -> tuple[Seal, ...]:
    found = connection.rows(
        "SELECT d.data FROM seal_data d JOIN seal s ON s.key = d.seal"
        " WHERE s.key IN (SELECT value FROM json_each(?)) ORDER BY s.received, s.device, s.number,"
        " s.id",
        (rows.as_json(seals),),
    )
    return tuple(decode_seal(data) for (data,) in found)


def _forms_of(connection: Connection, entries: Iterable[str]) -> set[str]:
    found = connection.rows(
        "SELECT DISTINCT f.sha256 FROM entry e JOIN form f ON f.key = e.form"
        " WHERE e.id IN (SELECT value FROM json_each(?))",
        (rows.as_json(entries),),
    )
    return {sha256 for (sha256,) in found}


def _object_bytes(connection: Connection, names: Iterable[str]) -> dict[str, bytes]:
    wanted = sorted(names)
    found: dict[str, bytes] = dict(
        connection.rows(
            "SELECT sha256, data FROM object WHERE sha256 IN (SELECT value FROM json_each(?))",
            (rows.as_json(wanted),),
        )
    )
    for sha256 in wanted:
        if hashlib.sha256(found.get(sha256, b"")).hexdigest() != sha256:
            raise RefusedError(
                f"The form {sha256[:12]}… (or another object) that an entry came with is not here, "
                "so the entry cannot be sent on; import the package that it came with again."
            )
    return found


def _listed(
    connection: Connection, condition: str, parameters: tuple[object, ...]
) -> list[StoredSeal]:
    found = connection.rows(_LIST.format(condition=condition), parameters)
    return [_stored_seal(row) for row in found]


def _stored_seal(row: Row) -> StoredSeal:
    """Return a seal from the columns of ``_listed``."""
    name, identity, device, number, previous, created, verdict, reason = row[:8]
    received, live, own, changes, person, role, bureau, office, fingerprint = row[8:]
    return StoredSeal(
        id=name,
        identity=identity,
        device=device,
        number=number,
        previous=previous,
        created=created,
        verdict=Verdict(verdict),
        reason=reason,
        received=received,
        counted=bool(live) and verdict == Verdict.VALID,
        own=bool(own),
        changes=changes,
        signer=Signer(identity, person, Role(role), bureau, office, fingerprint),
    )
