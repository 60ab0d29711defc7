"""Does a package show what was signed: its sheets or pages, made again and compared.

A step of its own after the verdict: a signature says that its maker stands behind every byte, not
that the sheets say what the records say. Here the readable part is made again from the records
inside, by the same code that an export uses, and compared. Pure as the verifier is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from mmap import mmap

from stocktake_app.exchange.verify import Report, Visible

MAX_NAMED = 5
"""How many differences are named."""

Progress = Callable[[int, int], None]
"""Told ``(done, total)`` now and then, in entries; may raise ``CancelledError``."""


@dataclass(frozen=True)
class VisibleLimits:
    """How much is made again; beyond it the answer is ``not_checked``.

    ``lines_bytes`` bounds the change lines of all seals, ``cells`` those of all sheets, blank ones
    too, ``pdf_bytes`` the change lines behind a PDF, whose pages take more time to make.
    """

    lines_bytes: int = 1024**3
    cells: int = 60_000_000
    pdf_bytes: int = 24 * 1024**2
    form_bytes: int = 4 * 1024**2


@dataclass(frozen=True)
class Difference:
    """One place where a file shows something else than was signed.

    ``place`` is a sheet's name, or ``page 3``; ``cell`` is a reference such as ``B7``, "" where it
    is not about one cell. ``shown`` and ``signed`` are what stands there and what should.
    """

    place: str
    cell: str
    shown: str
    signed: str


@dataclass(frozen=True)
class VisibleCheck:
    """Whether sheets or pages say what the records say.

    ``differences`` names the first few when they differ; ``reason`` is a whole sentence when they
    differ or were not checked, "" when they are the same.
    """

    visible: Visible
    reason: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What to tell a person: nothing when it is the same."""
        raise NotImplementedError


def check_visible(
    data: bytes | mmap,
    report: Report,
    limits: VisibleLimits = VisibleLimits(),
    progress: Progress | None = None,
) -> VisibleCheck:
    """Compare what a package shows with what its seals say; never raises for what it holds.

    ``report`` is what ``verify_package`` says of the same bytes. Nothing of a file that is
    ``altered`` or ``unreadable`` is checked. Of a file that was saved again, the contents of cells
    are compared, not how they look.
    """
    raise NotImplementedError
