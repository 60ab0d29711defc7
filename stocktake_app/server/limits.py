"""What one sender may ask of the mailbox, and how fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from stocktake_app.settings import MAX_PACKAGE_BYTES


@dataclass(frozen=True)
class Limits:
    """Bounds of a mailbox; sizes in bytes, times in seconds."""

    package_bytes: int = MAX_PACKAGE_BYTES
    open_uploads: int = 16
    """Packages that one sender may have begun and not finished."""
    abandoned_after: float = 14 * 86_400
    """An upload that nobody went on with for so long is thrown away."""
    free_bytes: int = 1024**3
    """Room that must stay free on the disk."""
    silence: float = 60
    """How long a sender may say nothing in the middle of a request."""
    token_life: float = 3_600
    nonce_life: float = 300
    requests: int = 1_200
    """Requests per minute of one sender."""
    logins: int = 60
    """Requests per minute of one address that has not said yet who it is."""
    connections: int = 256
    header_bytes: int = 16 * 1024


@dataclass
class Rate:
    """A leaking bucket per key: ``amount`` at once, refilled within ``seconds``."""

    amount: int
    seconds: float = 60
    clock: Callable[[], float] = time.monotonic
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    MAX_KEYS = 10_000

    def allows(self, key: str) -> bool:
        """Count one request of this key; say whether it is within the rate."""
        now = self.clock()
        with self._lock:
            level, since = self._levels.get(key, (0.0, now))
            level = max(0.0, level - (now - since) * self.amount / self.seconds)
            if level + 1 > self.amount:
                self._levels[key] = (level, now)
                return False
            self._levels[key] = (level + 1, now)
            if len(self._levels) > self.MAX_KEYS:
                self._forget_idle(now)
            return True

    def _forget_idle(self, now: float) -> None:
        recent = {key: one for key, one in self._levels.items() if now - one[1] < self.seconds}
        # A flood of new addresses must not use up the memory: then all begin anew.
        self._levels = recent if len(recent) < self.MAX_KEYS else {}
