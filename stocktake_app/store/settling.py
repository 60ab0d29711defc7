"""Settling: entries whose set of changes moved are judged and folded again, in blocks.

Everything here runs inside the caller's writing transaction.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stocktake_app.model import paths
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.disclosure import PREFIX
from stocktake_app.model.fold import EntryState, Live, fold
from stocktake_app.model.scope import Author
from stocktake_app.store import rows
from stocktake_app.store.database import Connection, Row
from stocktake_app.store.disclosures import (
    NOTHING,
    Known,
    erased_in,
    known_of_each,
    note_erasures,
)
from stocktake_app.store.judging import SealFacts, StoredChange, judge
from stocktake_app.store.lines import (
    decode_replaces,
    decode_values,
    encode_answers,
    reserved_segments,
)
from stocktake_app.store.promoted import promote, utc
from stocktake_app.store.workspace import Workspace, own_author_key

BLOCK = 500
UNSEALED = 0

Progress = Callable[[int, int], None]
"""Told ``(done, total)``; may raise ``CancelledError``."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling did to one entry: was and is it there, and which answers differ newly."""

    key: int
    was_present: bool
    present: bool
    new_conflicts: tuple[str, ...]
    counts_moved: bool
    last_change: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What an entry shows: answers with a value, differing versions by path, is it deleted."""

    answers: dict[str, str]
    conflicts: Mapping[str, tuple[Live, ...]]
    deleted: bool


@dataclass
class _Block:
    """What settling a block of entries writes."""

    entries: list[tuple[object, ...]] = field(default_factory=list)
    counted: list[tuple[int, int]] = field(default_factory=list)
    reasons: list[tuple[int, str]] = field(default_factory=list)
    no_reasons: list[tuple[int]] = field(default_factory=list)
    conflicts: list[tuple[int, str, str, str | None]] = field(default_factory=list)
    erasures: list[tuple[int, str]] = field(default_factory=list)


def seal_facts(connection: Connection, workspace: Workspace) -> dict[int, SealFacts]:
    """Return what judging needs of every seal, and of our own unsealed changes under 0."""
    own = own_author_key(connection, workspace)
    facts = {UNSEALED: SealFacts(workspace.profile.author, own)}
    for key, verdict, reason, live, received, author, *names in connection.rows(
        "SELECT s.key, s.verdict, s.reason, s.live, s.received, a.key, a.identity, a.role, a.bureau"
        " FROM seal s JOIN author a ON a.key = s.author"
    ):
        counts = bool(live) and verdict == Verdict.VALID
        why = reason if live else "the import that brought it was undone"
        identity, role, bureau = names
        named = Author(identity, Role(role), bureau)
        facts[key] = SealFacts(named, author, "" if counts else why or verdict, received)
    return facts


def settle(
    connection: Connection,
    workspace: Workspace,
    entries: Iterable[int],
    progress: Progress | None = None,
) -> Iterator[Settled]:
    """Judge and fold entries (keys) again and write what changed; yield what happened to each."""
    seals = seal_facts(connection, workspace)
    keys = sorted(entries)
    for start in range(0, len(keys), BLOCK):
        if progress is not None:
            progress(start, len(keys))
        yield from _settle_block(connection, seals, keys[start : start + BLOCK])


def settle_all(connection: Connection, workspace: Workspace, entries: Iterable[int]) -> int:
    """Settle entries where nobody asks what happened; return how many there were."""
    return sum(1 for _ in settle(connection, workspace, entries))


def stored_changes(connection: Connection, entries: Sequence[int]) -> dict[int, list[StoredChange]]:
    """Return all changes of these entries by entry key, in order of their keys."""
    wanted = rows.as_json(entries)
    extra: dict[int, list[int]] = defaultdict(list)
    for change, seal in connection.rows(
        "SELECT x.change, x.seal FROM extra_seal x JOIN change c ON c.key = x.change"
        " WHERE c.entry IN (SELECT value FROM json_each(?)) ORDER BY x.seal",
        (wanted,),
    ):
        extra[change].append(seal)
    found: dict[int, list[StoredChange]] = defaultdict(list)
    for row in connection.rows(_CHANGES, (wanted,)):
        change = _stored(row)
        if change.key in extra:
            change = change._replace(seals=(*change.seals, *extra[change.key]))
        found[row[0]].append(change)
    return found


_CHANGES = (
    "SELECT c.entry, c.key, c.id, d.id, c.number, c.lamport, c.time, c.counted, c.seal,"
    " c.answers, c.replaces FROM change c JOIN device d ON d.key = c.device"
    " WHERE c.entry IN (SELECT value FROM json_each(?)) ORDER BY c.key"
)


def _stored(row: Row) -> StoredChange:
    """Return a change from a row of ``_CHANGES``."""
    _, key, name, device, number, lamport, time, counted, seal, answers, replaces = row
    values = decode_values(answers)
    replaced = {} if replaces == "{}" else decode_replaces(replaces)
    touched = reserved_segments([*values, *replaced])
    seals = (seal or UNSEALED,)
    return StoredChange(
        key, name, device, number, lamport, time, bool(counted), seals, values, replaced, touched
    )


def state_of(entry: str, changes: Iterable[StoredChange]) -> EntryState:
    """Fold the counted ones of these changes of an entry (id)."""
    return fold(one.change(entry) for one in changes if one.counted)


def shown_state(entry: str, counted: Sequence[StoredChange]) -> Shown:
    """Return what counted changes of an entry make of it, as folding all of them would.

    An answer that one change sets and none replaces is what that change says, so only the others
    are folded; with a deletion among them everything is, as it reaches beyond its own path.
    """
    if any(paths.DELETED in one.reserved for one in counted):
        state = fold(one.change(entry) for one in counted)
        return Shown(state.answers, state.conflicts, "" in state.deleted)
    said: dict[str, str | None] = {}
    contested: set[str] = set()
    for one in counted:
        contested |= said.keys() & one.values.keys()
        contested.update(one.replaced)
        said |= one.values
    state = fold(one.change(entry, contested) for one in counted)
    for path in contested:
        said.pop(path, None)
    plain = {path: value for path, value in said.items() if value is not None}
    return Shown(plain | state.answers, state.conflicts, deleted=False)


def _settle_block(
    connection: Connection, seals: dict[int, SealFacts], keys: Sequence[int]
) -> list[Settled]:
    changes = stored_changes(connection, keys)
    known = _known_conflicts(connection, keys)
    contents = _contents_of(connection, changes)
    block = _Block()
    settled = []
    for key, name, present in connection.rows(
        "SELECT key, id, present FROM entry WHERE key IN (SELECT value FROM json_each(?))"
        " ORDER BY key",
        (json.dumps(keys),),
    ):
        moved, conflicts, counted = _settle_entry(
            block, (key, name), changes[key], (seals, contents.get(key, NOTHING))
        )
        new = tuple(sorted(conflicts - known[key]))
        last = max((one.key for one in changes[key]), default=0)
        settled.append(Settled(key, bool(present), counted > 0, new, moved, last))
    _write(connection, block, keys)
    return settled


def _contents_of(
    connection: Connection, changes: Mapping[int, Sequence[StoredChange]]
) -> dict[int, Known]:
    """Return the confidential content of those of these entries that several changes speak of."""
    several = [
        entry for entry, ones in changes.items() if len(ones) > 1 and any(map(_names_digest, ones))
    ]
    return known_of_each(connection, several) if several else {}


def _names_digest(change: StoredChange) -> bool:
    return any(value is not None and value.startswith(PREFIX) for value in change.values.values())


def _known_conflicts(connection: Connection, keys: Sequence[int]) -> dict[int, set[str]]:
    known: dict[int, set[str]] = defaultdict(set)
    for entry, path in connection.rows(
        "SELECT DISTINCT entry, path FROM conflict WHERE entry IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    ):
        known[entry].add(path)
    return known


def _settle_entry(
    block: _Block,
    entry: tuple[int, str],
    changes: Sequence[StoredChange],
    facts: tuple[dict[int, SealFacts], Known],
) -> tuple[bool, set[str], int]:
    """Judge and fold one entry; return whether counts moved, its conflicts, how many count.

    Versions under different salts that say the same are no conflict to anybody.
    """
    key, name = entry
    seals, contents = facts
    judgement = judge(name, changes, seals)
    moved = _note_reasons(block, changes, judgement.reasons)
    counted = [one for one in changes if one.key not in judgement.reasons]
    shown = shown_state(name, counted)
    agreed = [
        path
        for path, live in shown.conflicts.items()
        if contents.agree(live) or path.startswith(paths.ERASED)
    ]
    if agreed:
        differing = {path: shown.conflicts[path] for path in shown.conflicts.keys() - {*agreed}}
        shown = Shown(shown.answers, differing, shown.deleted)
    said = [one.values for one in counted if paths.ERASED in one.reserved]
    block.erasures += [(key, digest) for digest in sorted(erased_in(said))]
    block.conflicts += [
        (key, path, live.change, live.value)
        for path, versions in shown.conflicts.items()
        for live in versions
    ]
    block.entries.append((*_columns(name, counted, shown), judgement.creator, key))
    return moved, set(shown.conflicts), len(counted)


def _note_reasons(
    block: _Block, changes: Sequence[StoredChange], reasons: Mapping[int, str]
) -> bool:
    """Note what counts and why the rest does not; return whether any of it is different now."""
    moved = False
    for change in changes:
        reason = reasons.get(change.key)
        if reason is not None:
            block.reasons.append((change.key, reason))
        elif not change.counted:
            block.no_reasons.append((change.key,))
        if (reason is None) != change.counted:
            moved = True
            block.counted.append((int(reason is None), change.key))
    return moved


def _columns(name: str, counted: Sequence[StoredChange], shown: Shown) -> tuple[object, ...]:
    """Return the columns of an entry (id) that its changes make, in the order of ``_UPDATE``."""
    plain = len(counted) == 1 and paths.DELETED not in counted[0].reserved
    promoted = promote(_said(name, counted, shown))
    return (
        promoted[0],
        counted[0].key if plain else None,
        None if plain else encode_answers(shown.answers),
        *promoted[1:],
        max((utc(one.time) for one in counted), default=""),
        len(counted),
        len(shown.conflicts),
        int(shown.deleted),
        int(bool(counted)),
    )


def _said(entry: str, counted: Sequence[StoredChange], shown: Shown) -> dict[str, str]:
    """Return the answers to promote: those from before it was deleted, for a deleted entry."""
    if not shown.deleted:
        return shown.answers
    before = [one for one in counted if paths.DELETED not in one.values]
    return fold(one.change(entry) for one in before).answers


_UPDATE = (
    "UPDATE entry SET form = (SELECT key FROM form WHERE sha256 = ?), sole = ?, answers = ?,"
    " title = ?, state = ?, event = ?, bureau = ?, countries = ?, language = ?, updated = ?,"
    " changes = ?, conflicts = ?, deleted = ?, present = ?, creator = ?, stale = 1 WHERE key = ?"
)


def _write(connection: Connection, block: _Block, keys: Sequence[int]) -> None:
    connection.execute(
        "DELETE FROM conflict WHERE entry IN (SELECT value FROM json_each(?))",
        (rows.as_json(keys),),
    )
    for form in {row[0] for row in block.entries if row[0]}:
        rows.form_key(connection, str(form))
    connection.executemany("INSERT INTO conflict VALUES (?, ?, ?, ?)", block.conflicts)
    note_erasures(connection, keys, block.erasures)
    connection.executemany("UPDATE change SET counted = ? WHERE key = ?", block.counted)
    connection.executemany("DELETE FROM set_aside WHERE change = ?", block.no_reasons)
    connection.executemany("INSERT OR REPLACE INTO set_aside VALUES (?, ?)", block.reasons)
    connection.executemany(_UPDATE, block.entries)
