"""How seals stand to a store: new or known, and what is odd about their numbers and times.

Every laptop numbers its seals and each names the one before, so what is missing, came twice, was
taken from a backup or made by a copy can be seen without any server. None of it decides what
counts: a note is for a person to ask about. A device id is no secret and is bound to nobody, so a
second person under the same one is noted, and nothing else: were it to decide, a stranger could
silence a laptop by taking its id. Numbers are compared within what is here, so the notes on a set
of seals are the same in whatever order they came.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from stocktake_app.model.seal import Manifest
from stocktake_app.store.database import Connection
from stocktake_app.store.workspace import Workspace

CLOCK_TOLERANCE = timedelta(days=1)
SHORT_CHARS = 4


class Standing(StrEnum):
    """How a package stands to this store."""

    NEW = "new"
    PARTLY_NEW = "partly_new"
    ALREADY_IMPORTED = "already_imported"


class NoteKind(StrEnum):
    """What is odd about a seal."""

    REPLAY = "replay"
    """It is here already."""
    GAP = "gap"
    """Seals before it are missing: ``first`` to ``last``."""
    ROLLBACK = "rollback"
    """It is older than what is known of its laptop (``last`` is the newest number known)."""
    FORK = "fork"
    """Another seal has its number or its predecessor: the workspace was copied or restored."""
    MIXED = "mixed"
    """It names as the one before it a seal that cannot be that."""
    TWO_PEOPLE = "two_people"
    """Somebody else (``other``) signs with the same laptop's number."""
    CLOCK = "clock"
    """Its time cannot be right: see ``Cause``."""


class Cause(StrEnum):
    """Why a seal's time (``made``) cannot be right, compared with ``compared``."""

    AHEAD = "ahead"
    """Made over a day after it was received."""
    BEFORE_CERTIFICATE = "before_certificate"
    BEFORE_PREVIOUS = "before_previous"
    """Made before the seal that it follows."""
    BEFORE_CARRIED = "before_carried"
    """Made before a seal that its package carries."""


@dataclass(frozen=True)
class Note:
    """One odd thing about one seal; ``owner`` and ``other`` are names, days ISO dates or ""."""

    kind: NoteKind
    seal: str
    device: str
    number: int
    owner: str = ""
    other: str = ""
    first: int = 0
    last: int = 0
    cause: Cause | None = None
    made: str = ""
    compared: str = ""

    @property
    def laptop(self) -> str:
        """The laptop's short name, as package files have it."""
        return short_name(self.device)


@dataclass(frozen=True)
class StandingReport:
    """How seals stand to this store, with notes on what is odd."""

    standing: Standing
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Laptop:
    """One laptop whose seals are here, our own left out.

    ``owners`` are the names that signed with it, ``offices`` and ``bureaux`` theirs; ``last`` is
    its highest number here, ``seals`` how many are here, ``missing`` the numbers that never came
    as (first, last), ``missing_since`` when a later one came first, ``heard`` when the last one
    came (RFC 3339, UTC). ``notes`` are on forks, mixing, two people and clocks.
    """

    device: str
    owners: tuple[str, ...]
    offices: tuple[str, ...]
    bureaux: tuple[str, ...]
    seals: int
    last: int
    missing: tuple[tuple[int, int], ...]
    missing_since: str
    heard: str
    notes: tuple[Note, ...]

    @property
    def name(self) -> str:
        """Its short name, as package files have it."""
        return short_name(self.device)


@dataclass(frozen=True)
class _Facts:
    """What is compared of a seal; ``begins`` is when its signer's certificate does."""

    id: str
    device: str
    number: int
    previous: str
    created: datetime
    received: datetime
    identity: str
    owner: str = ""
    begins: datetime | None = None
    carries: tuple[str, ...] = ()


@dataclass
class _Seals:
    """Seals by id, and by laptop and number."""

    every: dict[str, _Facts] = field(default_factory=dict)
    numbers: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    followers: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    people: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, found: Iterable[_Facts]) -> "_Seals":
        for one in found:
            self.every[one.id] = one
            self.numbers[one.device].setdefault(one.number, set()).add(one.id)
            self.followers[one.device, one.previous].add(one.id)
            self.people[one.device].setdefault(one.identity, one.owner)
        return self


def short_name(device: str) -> str:
    """Return a laptop's short name, as package files have it: the end of its id."""
    return device[-SHORT_CHARS:].upper()


def standing(
    workspace: Workspace,
    manifests: Sequence[Manifest],
    now: datetime,
    *,
    owners: Mapping[str, str] | None = None,
    begins: Mapping[str, datetime] | None = None,
) -> StandingReport:
    """Say what of these seals is new here, and what is odd about their numbers and times.

    ``owners`` are the signers' names and ``begins`` the beginnings of their certificates, by seal
    id, as far as they are known.
    """
    arriving = [_arriving(one, now, owners or {}, begins or {}) for one in manifests]
    with workspace.store.reading() as connection:
        here = _known_seals(connection, arriving)
    before, together = _Seals().add(here), _Seals().add([*here, *arriving])
    ids = before.every.keys()
    notes = [note for one in arriving for note in _notes(one, ids, before, together)]
    known = len(ids & {one.id for one in arriving})
    if known == 0:
        return StandingReport(Standing.NEW, tuple(notes))
    partly = known < len(arriving)
    found = Standing.PARTLY_NEW if partly else Standing.ALREADY_IMPORTED
    return StandingReport(found, tuple(notes))


@dataclass(frozen=True)
class Arrival:
    """The seals of one file; the signers' names and certificates' beginnings by seal id."""

    manifests: tuple[Manifest, ...]
    owners: Mapping[str, str]
    begins: Mapping[str, datetime]


def known_seals(workspace: Workspace, seals: Iterable[str]) -> frozenset[str]:
    """Return which of these seals (ids) are here."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT id FROM seal WHERE live = 1 AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(seals)),),
        )
    return frozenset(name for (name,) in found)


def notes_together(
    workspace: Workspace, files: Sequence[Arrival], known: frozenset[str], now: datetime
) -> list[tuple[Note, ...]]:
    """Say of each of the files that came together what is odd about its seals.

    ``known`` are those of their seals that were here before the first of them, so the answer is
    the same before they are taken in and after. A number that another of the files brings is not
    missing, whichever comes first; a seal that an earlier one brought comes again.
    """
    arriving = [
        [_arriving(one, now, file.owners, file.begins) for one in file.manifests] for file in files
    ]
    flat = [one for seals in arriving for one in seals]
    fresh = {one.id for one in flat} - known
    with workspace.store.reading() as connection:
        here = [one for one in _known_seals(connection, flat) if one.id not in fresh]
    before, together = _Seals().add(here), _Seals().add([*here, *flat])
    seen, found = set(known), []
    for seals in arriving:
        found.append(tuple(note for one in seals for note in _notes(one, seen, before, together)))
        seen |= {one.id for one in seals}
    return found


def laptops(workspace: Workspace) -> tuple[Laptop, ...]:
    """Return the laptops whose seals came here, by name; our own are left out."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            f"{_SELECT} WHERE s.live = 1 AND s.device NOT IN"  # noqa: S608 - a constant
            " (SELECT device FROM seal WHERE own = 1) ORDER BY s.device, s.number, s.id"
        )
    rows = [(_facts(row), row[8], row[9]) for row in found]
    every = _Seals().add(facts for facts, _, _ in rows)
    grouped = groupby(rows, key=lambda row: row[0].device)
    return tuple(_laptop(device, list(seals), every) for device, seals in grouped)


_SELECT = (
    "SELECT s.id, s.device, s.number, s.previous, s.created, s.received, a.identity, a.name,"
    " a.office, a.bureau FROM seal s JOIN author a ON a.key = s.author"
)


def _facts(row: Sequence[object]) -> _Facts:
    name, device, number, previous, created, received, identity, owner = row[:8]
    return _Facts(
        str(name),
        str(device),
        int(str(number)),
        str(previous),
        datetime.fromisoformat(str(created)),
        datetime.fromisoformat(str(received)),
        str(identity),
        str(owner),
    )


def _known_seals(connection: Connection, arriving: Sequence[_Facts]) -> list[_Facts]:
    """Return the seals here of the same laptops, and those that the arriving ones name."""
    found = connection.rows(
        f"{_SELECT} WHERE s.live = 1 AND (s.device IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant
        " OR s.id IN (SELECT value FROM json_each(?)))",
        (
            json.dumps(sorted({one.device for one in arriving})),
            json.dumps(sorted({one.previous for one in arriving})),
        ),
    )
    return [_facts(row) for row in found]


def _arriving(
    manifest: Manifest,
    now: datetime,
    owners: Mapping[str, str],
    begins: Mapping[str, datetime],
) -> _Facts:
    return _Facts(
        id=manifest.id,
        device=manifest.device,
        number=manifest.number,
        previous=manifest.previous,
        created=datetime.fromisoformat(manifest.created),
        received=now,
        identity=manifest.identity,
        owner=owners.get(manifest.id, ""),
        begins=begins.get(manifest.id),
        carries=manifest.seals,
    )


def _notes(seal: _Facts, known: Collection[str], here: _Seals, together: _Seals) -> Iterator[Note]:
    newest = max(here.numbers.get(seal.device, {}), default=0)
    if seal.id in known:
        yield _note(NoteKind.REPLAY, seal)
    elif newest > seal.number:
        yield _note(NoteKind.ROLLBACK, seal, last=newest)
    yield from _chain_notes(seal, together)
    yield from _people_notes(seal, together)
    yield from _clock_notes(seal, together)


def _chain_notes(seal: _Facts, every: _Seals) -> Iterator[Note]:
    """Yield what is odd about a seal's number and the one that it follows."""
    numbers = every.numbers[seal.device]
    twins = numbers[seal.number] | every.followers[seal.device, seal.previous]
    missing = seal.previous and seal.previous not in every.every
    below = max((one for one in numbers if one < seal.number), default=0)
    other_before = missing and below == seal.number - 1 and below > 0
    if len(twins) > 1 or other_before:
        yield _note(NoteKind.FORK, seal)
    if missing and below < seal.number - 1:
        yield _note(NoteKind.GAP, seal, first=below + 1, last=seal.number - 1)
    if _follows_wrongly(seal, every.every.get(seal.previous)):
        yield _note(NoteKind.MIXED, seal)


def _follows_wrongly(seal: _Facts, previous: _Facts | None) -> bool:
    """Say whether what a seal names as the one before it cannot be that."""
    if (seal.number == 1) != (seal.previous == ""):
        return True
    if previous is None:
        return False
    return (previous.device, previous.number) != (seal.device, seal.number - 1)


def _people_notes(seal: _Facts, every: _Seals) -> Iterator[Note]:
    others = {key: name for key, name in every.people[seal.device].items() if key != seal.identity}
    if others:
        yield _note(NoteKind.TWO_PEOPLE, seal, other=others[min(others)])


def _clock_notes(seal: _Facts, every: _Seals) -> Iterator[Note]:
    if seal.created > seal.received + CLOCK_TOLERANCE:
        yield _clock(seal, Cause.AHEAD, seal.received)
    if seal.begins and seal.created < seal.begins:
        yield _clock(seal, Cause.BEFORE_CERTIFICATE, seal.begins)
    before = every.every.get(seal.previous)
    if before and before.device == seal.device and seal.created < before.created:
        yield _clock(seal, Cause.BEFORE_PREVIOUS, before.created)
    carried = [every.every[one].created for one in seal.carries if one in every.every]
    if carried and seal.created < max(carried) - CLOCK_TOLERANCE:
        yield _clock(seal, Cause.BEFORE_CARRIED, max(carried))


def _clock(seal: _Facts, cause: Cause, compared: datetime) -> Note:
    made, other = (f"{one:%Y-%m-%d}" for one in (seal.created, compared))
    return _note(NoteKind.CLOCK, seal, cause=cause, made=made, compared=other)


def _note(
    kind: NoteKind,
    seal: _Facts,
    *,
    other: str = "",
    first: int = 0,
    last: int = 0,
    cause: Cause | None = None,
    made: str = "",
    compared: str = "",
) -> Note:
    return Note(
        kind=kind,
        seal=seal.id,
        device=seal.device,
        number=seal.number,
        owner=seal.owner,
        other=other,
        first=first,
        last=last,
        cause=cause,
        made=made,
        compared=compared,
    )


def _laptop(device: str, rows: Sequence[tuple[_Facts, object, object]], every: _Seals) -> Laptop:
    seals = [facts for facts, _, _ in rows]
    missing = tuple(_missing(sorted({one.number for one in seals})))
    late = [one.received for one in seals if missing and one.number > missing[0][1]]
    notes = [
        note
        for one in seals
        for found in (_chain_notes(one, every), _people_notes(one, every), _clock_notes(one, every))
        for note in found
        if note.kind is not NoteKind.GAP
    ]
    return Laptop(
        device=device,
        owners=_different(one.owner for one in seals),
        offices=_different(str(office) for _, office, _ in rows),
        bureaux=_different(str(bureau) for _, _, bureau in rows),
        seals=len(seals),
        last=seals[-1].number,
        missing=missing,
        missing_since=min(late).isoformat() if late else "",
        heard=max(one.received for one in seals).isoformat(),
        notes=tuple(notes),
    )


def _missing(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs of numbers, from 1 on, that are not among these."""
    for before, number in zip((0, *numbers), numbers, strict=False):
        if number > before + 1:
            yield before + 1, number - 1


def _different(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({one for one in words if one}))
