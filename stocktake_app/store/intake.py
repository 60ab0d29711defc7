"""The hot path of an import: lines in, rows out, in blocks; everything in one transaction.

An entry that comes with one change under a seal that counts takes that change's answers as they
are. Any other entry that is touched is noted and settled at the end (``settling.py``), which gives
the same result; a test compares the two.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from stocktake_app.model import paths
from stocktake_app.model.change import BadChangeError
from stocktake_app.store import rows
from stocktake_app.store.database import Connection
from stocktake_app.store.judging import SealFacts, may_count
from stocktake_app.store.lines import Line, read_line
from stocktake_app.store.promoted import promote, utc

BLOCK = 200
"""Lines in hand: few enough to stay in the processor's cache."""
_NOTHING_REPLACED = "{}"

_INSERT_CHANGE = (
    "INSERT INTO change (key, id, device, number, entry, lamport, time, answers, replaces, seal,"
    " counted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ENTRY = (
    "INSERT INTO entry (key, id, form, creator, sole, answers, title, state, event, bureau,"
    " countries, language, updated, changes, conflicts, deleted, present, stale)"
    " VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 1)"
)


class _NamedObject(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    id: str
    version: str
    sha256: str


@dataclass
class Tally:
    """What went in so far; ``touched`` are the entries (keys) to be settled."""

    changes: int = 0
    lamport: int = 0
    touched: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    """Entries that were there before and came again, with or without something new."""


@dataclass(frozen=True)
class SealInHand:
    """The seal whose lines are read: its row's key and what judging needs."""

    key: int
    facts: SealFacts
    changes: int


@dataclass
class _Block:
    """Rows of a block of lines, ready for the tables."""

    changes: list[tuple[object, ...]] = field(default_factory=list)
    entries: list[tuple[object, ...]] = field(default_factory=list)
    asides: list[tuple[int, str]] = field(default_factory=list)


class Intake:
    """Writes the lines of seals into one transaction; remembers keys that repeat."""

    def __init__(self, connection: Connection) -> None:
        self.tally = Tally()
        self._connection = connection
        self._devices: dict[str, int] = {}
        self._forms: dict[str, int] = {}
        self._next_change = self._next_key("change")
        self._next_entry = self._next_key("entry")
        self.first_new_change = self._next_change
        self.first_new_entry = self._next_entry

    def take(self, lines: Iterable[bytes], seal: SealInHand) -> Iterator[int]:
        """Read and write all lines of a seal; yield how many are done after each block."""
        numbered = enumerate(lines, start=1)
        done = 0
        while block := list(islice(numbered, BLOCK)):
            self._write(self._read(block, seal), seal)
            done += len(block)
            yield done

    def _next_key(self, table: str) -> int:
        return 1 + (self._connection.value(f"SELECT max(key) FROM {table}") or 0)  # noqa: S608 - constants; values are parameters

    def _read(self, block: Sequence[tuple[int, bytes]], seal: SealInHand) -> list[Line]:
        found = []
        for number, line in block:
            try:
                if number <= seal.changes:
                    found.append(read_line(line))
                else:
                    _check_object(line)
            except BadChangeError as error:
                self._connection.execute(
                    "INSERT INTO bad_line (seal, line, reason) VALUES (?, ?, ?)",
                    (seal.key, number, str(error)),
                )
        return found

    def _write(self, lines: Sequence[Line], seal: SealInHand) -> None:
        entries = self._known_entries(lines)
        known = self._known_changes(entries.values())
        self.tally.seen.update(entries.values())
        block = _Block()
        for line in lines:
            if line.id in known:
                self._known_again(known[line.id], seal)
                continue
            change = self._next_change
            self._next_change += 1
            known[line.id] = (change, seal.key, 0)
            entry = entries.get(line.entry)
            counted = False  # until the settling has judged it
            if entry is None:
                entry = entries[line.entry] = self._next_entry
                self._next_entry += 1
                counted = self._begin(line, seal.facts, (entry, change), block)
            else:
                self.tally.touched.add(entry)
            device = self._devices.get(line.device) or self._device(line.device)
            block.changes.append((
                change, line.id, device, line.number, entry, line.lamport, line.time,
                line.answers, line.replaces, seal.key, int(counted),
            ))  # fmt: skip
        self._insert(block)
        self.tally.changes += len(block.changes)
        if seal.facts.counts and lines:
            self.tally.lamport = max(self.tally.lamport, *(line.lamport for line in lines))

    def _insert(self, block: _Block) -> None:
        self._connection.executemany(_INSERT_ENTRY, block.entries)
        self._connection.executemany(_INSERT_CHANGE, block.changes)
        if block.asides:
            self._connection.executemany("INSERT INTO set_aside VALUES (?, ?)", block.asides)

    def _begin(self, line: Line, facts: SealFacts, keys: tuple[int, int], block: _Block) -> bool:
        """Make the row of an entry that was not here; return whether its change counts."""
        entry, change = keys
        reason = facts.reason or may_count(line.reserved, facts.author.role)
        if paths.FORM not in line.values or line.replaces != _NOTHING_REPLACED:
            self.tally.touched.add(entry)  # no plain beginning: the settling looks closer
        elif paths.DELETED in line.reserved or paths.ERASED in line.reserved:
            self.tally.touched.add(entry)
        shown = promote(line.values, line.questions)
        form = self._forms.get(shown[0]) or self._form(shown[0])
        present = int(reason is None)
        creator, sole = (facts.author_key, change) if present else (None, None)
        if reason is not None:
            block.asides.append((change, reason))
        block.entries.append(
            (entry, line.entry, form, creator, sole, *shown[1:], utc(line.time), present, present)
        )
        return reason is None

    def _known_entries(self, lines: Sequence[Line]) -> dict[str, int]:
        wanted = json.dumps([line.entry for line in lines])
        found = self._connection.rows(
            "SELECT id, key FROM entry WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        return dict(found)

    def _known_changes(self, entries: Iterable[int]) -> dict[str, tuple[int, int | None, int]]:
        """Return key, seal and entry of every stored change of these entries, by id."""
        wanted = json.dumps(list(entries))
        if wanted == "[]":
            return {}
        found = self._connection.rows(
            "SELECT id, key, seal, entry FROM change"
            " WHERE entry IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        return {name: (key, seal, entry) for name, key, seal, entry in found}

    def _known_again(self, known: tuple[int, int | None, int], seal: SealInHand) -> None:
        """Note a further seal of a stored change.

        One of our own that we have not sealed stays ours, whatever becomes of the other seal.
        """
        key, first, entry = known
        if first != seal.key:
            self._connection.execute(
                "INSERT OR IGNORE INTO extra_seal (change, seal) VALUES (?, ?)", (key, seal.key)
            )
            self.tally.touched.add(entry)

    def _device(self, device: str) -> int:
        key = self._devices[device] = rows.device_key(self._connection, device)
        return key

    def _form(self, sha256: str) -> int | None:
        if not sha256:
            return None
        key = self._forms.get(sha256)
        if key is None:
            key = self._forms[sha256] = rows.form_key(self._connection, sha256)
        return key


def _check_object(line: bytes) -> None:
    try:
        msgspec.json.decode(line, type=_NamedObject)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadChangeError(f"not the name of an object: {error}") from None
