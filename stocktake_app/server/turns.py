"""One connection at a time per upload; a newer one sends the older away."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio


@dataclass
class Turn:
    """A connection's turn; work inside ``scope`` ends when a newer connection comes."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)


class Turns:
    """Who is at work on which upload, in one event loop."""

    def __init__(self) -> None:
        self._current: dict[Hashable, Turn] = {}

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[Turn]:
        """Send away whoever works on this upload, wait until they have left, and take the turn."""
        while older := self._current.get(key):
            older.scope.cancel()
            await older.done.wait()
        turn = self._current[key] = Turn()
        try:
            yield turn
        finally:
            del self._current[key]
            turn.done.set()
