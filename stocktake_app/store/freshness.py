"""How seals stand to a store: new or known, and what is odd about them (``oddities.py``)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from stocktake_app.model.seal import Manifest
from stocktake_app.store.database import Connection
from stocktake_app.store.oddities import (
    Facts,
    Note,
    NoteKind,
    Seals,
    notes_on,
    short_name,
    standing_notes,
)
from stocktake_app.store.workspace import Workspace


class Standing(StrEnum):
    """How a package stands to this store."""

    NEW = "new"
    PARTLY_NEW = "partly_new"
    ALREADY_IMPORTED = "already_imported"


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
    before, together = Seals().add(here), Seals().add([*here, *arriving])
    ids = before.every.keys()
    notes = [note for one in arriving for note in notes_on(one, ids, before, together)]
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
    before, together = Seals().add(here), Seals().add([*here, *flat])
    seen, found = set(known), []
    for seals in arriving:
        found.append(tuple(note for one in seals for note in notes_on(one, seen, before, together)))
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
    every = Seals().add(facts for facts, _, _ in rows)
    grouped = groupby(rows, key=lambda row: row[0].device)
    return tuple(_laptop(device, list(seals), every) for device, seals in grouped)


_SELECT = (
    "SELECT s.id, s.device, s.number, s.previous, s.created, s.received, a.identity, a.name,"
    " a.office, a.bureau FROM seal s JOIN author a ON a.key = s.author"
)


def _facts(row: Sequence[object]) -> Facts:
    name, device, number, previous, created, received, identity, owner = row[:8]
    return Facts(
        str(name),
        str(device),
        int(str(number)),
        str(previous),
        datetime.fromisoformat(str(created)),
        datetime.fromisoformat(str(received)),
        str(identity),
        str(owner),
    )


def _known_seals(connection: Connection, arriving: Sequence[Facts]) -> list[Facts]:
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
) -> Facts:
    return Facts(
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


def _laptop(device: str, rows: Sequence[tuple[Facts, object, object]], every: Seals) -> Laptop:
    seals = [facts for facts, _, _ in rows]
    missing = tuple(_missing(sorted({one.number for one in seals})))
    late = [one.received for one in seals if missing and one.number > missing[0][1]]
    notes = [
        note
        for one in seals
        for note in standing_notes(one, every)
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
