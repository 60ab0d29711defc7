"""How seals stand to a store: new or known, and what is odd about their numbers and times."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stocktake_app.model.seal import Manifest
from stocktake_app.store.database import Connection
from stocktake_app.store.workspace import Workspace

CLOCK_TOLERANCE = timedelta(days=1)


class Standing(StrEnum):
    """How a package stands to this store."""

    NEW = "new"
    PARTLY_NEW = "partly_new"
    ALREADY_IMPORTED = "already_imported"


@dataclass(frozen=True)
class StandingReport:
    """How seals stand to this store, with notes on freshness as ``(kind, seal id)``.

    Kinds: ``replay`` (here already), ``gap`` (seals before it are missing), ``rollback`` (older
    than what is known of its device), ``fork`` (another seal has its number or its predecessor),
    ``clock`` (made over a day after now, or before the seal that it follows).
    """

    standing: Standing
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Known:
    device: str
    number: int
    previous: str
    created: datetime


def standing(workspace: Workspace, manifests: Sequence[Manifest], now: datetime) -> StandingReport:
    """Say what of these seals is new here, and what is odd about their numbers and times."""
    with workspace.store.reading() as connection:
        here = _known_seals(connection, sorted({one.device for one in manifests}))
    arriving = {one.id: _facts(one) for one in manifests}
    notes = [(kind, name) for name in arriving for kind in _notes(name, here, here | arriving, now)]
    known = len(here.keys() & arriving.keys())
    if known == 0:
        return StandingReport(Standing.NEW, tuple(notes))
    partly = known < len(arriving)
    found = Standing.PARTLY_NEW if partly else Standing.ALREADY_IMPORTED
    return StandingReport(found, tuple(notes))


def _known_seals(connection: Connection, devices: Sequence[str]) -> dict[str, _Known]:
    found = connection.rows(
        "SELECT id, device, number, previous, created FROM seal"
        " WHERE live = 1 AND device IN (SELECT value FROM json_each(?))",
        (json.dumps(devices),),
    )
    return {
        name: _Known(device, number, previous, datetime.fromisoformat(created))
        for name, device, number, previous, created in found
    }


def _facts(manifest: Manifest) -> _Known:
    created = datetime.fromisoformat(manifest.created)
    return _Known(manifest.device, manifest.number, manifest.previous, created)


def _notes(
    name: str, here: Mapping[str, _Known], every: Mapping[str, _Known], now: datetime
) -> Iterator[str]:
    seal = every[name]
    others = [one for key, one in every.items() if key != name and one.device == seal.device]
    if name in here:
        yield "replay"
    elif any(one.number > seal.number for one in here.values() if one.device == seal.device):
        yield "rollback"
    if any(one.number == seal.number or one.previous == seal.previous for one in others):
        yield "fork"
    if seal.number > 1 and seal.previous not in every:
        yield "gap"
    before = every.get(seal.previous)
    if seal.created > now + CLOCK_TOLERANCE or (before and seal.created < before.created):
        yield "clock"
