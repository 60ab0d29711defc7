"""Trying again, later each time, as long as it makes sense."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from stocktake_app.errors import CancelledError, NetworkError

Result = TypeVar("Result")

TRIES = 8
"""Failures in a row without progress after which a call gives up."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
SLICE = 0.5
"""Seconds between two looks at whether the person has stopped it."""


class TryAgainError(Exception):
    """A failure that may pass; the message is the sentence for a person if it does not."""


@dataclass(frozen=True)
class Patience:
    """How to wait: ``sleep`` some seconds, spread by ``chance`` (0 to 1), unless ``cancelled``."""

    sleep: Callable[[float], None]
    chance: Callable[[], float]
    cancelled: Callable[[], bool]

    def check(self) -> None:
        """Check that nobody has stopped it.

        Raises:
            CancelledError: the person did.
        """
        if self.cancelled():
            raise CancelledError

    def pause(self, failures: int) -> None:
        """Wait after so many failures in a row."""
        left = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)) * (0.5 + self.chance())
        while left > 0:
            self.check()
            self.sleep(min(SLICE, left))
            left -= SLICE
        self.check()


def persist(
    patience: Patience, action: Callable[[], Result], reached: Callable[[], int] = lambda: 0
) -> Result:
    """Do something until it works; as long as ``reached`` grows between failures, for ever.

    Raises:
        NetworkError: it failed too often in a row; with the last failure's sentence.
        CancelledError: the person stopped it.
    """
    failures, before = 0, reached()
    while True:
        patience.check()
        try:
            return action()
        except TryAgainError as error:
            failures, before = (1 if reached() > before else failures + 1), reached()
            if failures >= TRIES:
                raise NetworkError(str(error)) from None
        patience.pause(failures)
