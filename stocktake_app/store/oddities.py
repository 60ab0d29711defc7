"""What can be odd about seals: their numbers, the ones before them, their signers and times.

Every laptop numbers its seals and each names the one before, so what is missing, came twice, was
taken from a backup or made by a copy can be seen without any server. None of it decides what
counts: a note is for a person to ask about. A device id is no secret and is bound to nobody, so a
second person under the same one is noted, and nothing else: were it to decide, a stranger could
silence a laptop by taking its id. Numbers are compared within what is here, so the notes on a set
of seals are the same in whatever order they came.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

CLOCK_TOLERANCE = timedelta(days=1)
SHORT_CHARS = 4


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
class Facts:
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
class Seals:
    """Seals by id, and by laptop and number."""

    every: dict[str, Facts] = field(default_factory=dict)
    numbers: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    followers: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    people: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, found: Iterable[Facts]) -> "Seals":
        """Add seals and return this collection."""
        for one in found:
            self.every[one.id] = one
            self.numbers[one.device].setdefault(one.number, set()).add(one.id)
            self.followers[one.device, one.previous].add(one.id)
            self.people[one.device].setdefault(one.identity, one.owner)
        return self


def short_name(device: str) -> str:
    """Return a laptop's short name, as package files have it: the end of its id."""
    return device[-SHORT_CHARS:].upper()


def notes_on(seal: Facts, known: Collection[str], here: Seals, together: Seals) -> Iterator[Note]:
    """Yield what is odd about a seal that comes; ``known`` are those that came before (ids).

    ``here`` are the seals of its laptop that were here, ``together`` those and what came with it.
    """
    newest = max(here.numbers.get(seal.device, {}), default=0)
    if seal.id in known:
        yield _note(NoteKind.REPLAY, seal)
    elif newest > seal.number:
        yield _note(NoteKind.ROLLBACK, seal, last=newest)
    yield from standing_notes(seal, together)


def standing_notes(seal: Facts, every: Seals) -> Iterator[Note]:
    """Yield what is odd about a seal among all others, whenever it came."""
    yield from _chain_notes(seal, every)
    yield from _people_notes(seal, every)
    yield from _clock_notes(seal, every)


def _chain_notes(seal: Facts, every: Seals) -> Iterator[Note]:
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


def _follows_wrongly(seal: Facts, previous: Facts | None) -> bool:
    """Say whether what a seal names as the one before it cannot be that."""
    if (seal.number == 1) != (seal.previous == ""):
        return True
    if previous is None:
        return False
    return (previous.device, previous.number) != (seal.device, seal.number - 1)


def _people_notes(seal: Facts, every: Seals) -> Iterator[Note]:
    others = {key: name for key, name in every.people[seal.device].items() if key != seal.identity}
    if others:
        yield _note(NoteKind.TWO_PEOPLE, seal, other=others[min(others)])


def _clock_notes(seal: Facts, every: Seals) -> Iterator[Note]:
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


def _clock(seal: Facts, cause: Cause, compared: datetime) -> Note:
    made, other = (f"{one:%Y-%m-%d}" for one in (seal.created, compared))
    return _note(NoteKind.CLOCK, seal, cause=cause, made=made, compared=other)


def _note(
    kind: NoteKind,
    seal: Facts,
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
