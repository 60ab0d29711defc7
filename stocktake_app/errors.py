"""The four kinds of trouble, told apart so that each gets its own sentence and exit code.

A message says what happened, where, with which value, and what to do. Anything that is not a
``StocktakeError`` is a fault of our own and is reported as such by the three faces.
"""

from typing import ClassVar


class StocktakeError(Exception):
    """Something went wrong that a person can be told about in one sentence.

    Without a message of its own, an error says its class's docstring.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class WrongUseError(StocktakeError):
    """The command or its arguments do not fit together."""

    exit_code = 2


class RefusedError(StocktakeError):
    """The answer is no: the file, the person or the state does not allow this."""

    exit_code = 1


class UserFileError(RefusedError):
    """A file that the user gave cannot be used."""


class MachineError(StocktakeError):
    """This computer cannot do it now: disk, permissions, locks, missing software."""


class NetworkError(StocktakeError):
    """The other side could not be reached or broke off."""


class CancelledError(StocktakeError):
    """The person stopped it; nothing was changed."""

    exit_code = 1
