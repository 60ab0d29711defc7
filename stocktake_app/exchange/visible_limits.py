"""What the check of the visible part says, and how much it is willing to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from stocktake_app.documents.record import EntryText, Record, Row
from stocktake_app.exchange.shown import Shown
from stocktake_app.exchange.shown_entries import ShownEntry
from stocktake_app.exchange.verify import Visible
from stocktake_app.translations import Sentence, joined

MAX_NAMED = 5
"""How many differences are named."""

MAX_TEXT_CHARS = 200
"""How much of a cell is told."""

Progress = Callable[[int, int], None]
"""Told ``(done, total)`` now and then, in entries; may raise ``CancelledError``."""


class NotCheckedError(Exception):
    """The visible part cannot be checked; the message is a ``Sentence``."""


@dataclass(frozen=True)
class VisibleLimits:
    """How much is made again; beyond it the answer is ``not_checked``.

    ``lines_bytes`` bounds the change lines of all seals, ``cells`` those of all sheets, blank ones
    too, ``pdf_bytes`` the change lines behind a PDF, whose pages take more time to make, and
    ``pdf_chars`` the text on them.
    """

    lines_bytes: int = 1024**3
    cells: int = 60_000_000
    pdf_bytes: int = 4 * 1024**2
    pdf_chars: int = 12 * 1024**2


@dataclass(frozen=True)
class Difference:
    """One place where a file shows something else than was signed.

    ``place`` is a sheet's name, or ``page 3``; ``cell`` is a reference such as ``B7``, "" where it
    is not about one cell. ``shown`` and ``signed`` are what stands there and what should, ""
    where that cannot be said in a few words.
    """

    place: str
    cell: str
    shown: str
    signed: str


@dataclass(frozen=True)
class VisibleCheck:
    """Whether sheets or pages say what the records say.

    ``differences`` names the first few when they differ; ``reason`` is a whole sentence when they
    differ or were not checked, "" when they are the same. ``renamed`` are the first things that
    the package calls otherwise than this program does: what it is called here, then there.
    """

    visible: Visible
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


def differs(differences: list[Difference]) -> VisibleCheck:
    """Return that something differs, and what."""
    places = dict.fromkeys(one.place for one in differences if one.place)
    reason = Sentence(
        "What it shows is not what was signed. Go by the signed records inside, not by what the "
        "sheets or pages say, and ask the sender."
    )
    if places:
        reason = Sentence(
            "What it shows is not what was signed ({places}). Go by the signed records inside, not "
            "by what the sheets or pages say, and ask the sender.",
            places=joined(places, ", "),
        )
    return VisibleCheck("differs", reason, tuple(differences[:MAX_NAMED]))


def shortened(text: str) -> str:
    """Return the beginning of what stands in a cell."""
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"


def told(shown: Shown, progress: Progress | None) -> Shown:
    """Return the same that says how far it is whenever its entries are read."""
    if progress is None:
        return shown

    def entries() -> Iterator[ShownEntry]:
        for number, entry in enumerate(shown.entries()):
            progress(number, shown.count)
            yield entry

    return replace(shown, entries=entries)


def bounded(record: Record, limits: VisibleLimits) -> Record:
    """Return the record that stops when more is asked of it than the limits say.

    Its rows and entries raise ``NotCheckedError`` past a limit.
    """

    def rows() -> Iterator[Row]:
        cells = 0
        for row in record.rows():
            cells += len(row[1])
            if cells > limits.cells:
                raise NotCheckedError(
                    Sentence("What it shows is not checked: it has too many cells.")
                )
            yield row

    def texts() -> Iterator[EntryText]:
        chars = 0
        for entry in record.entries():
            chars += _chars(entry)
            if chars > limits.pdf_chars:
                raise NotCheckedError(
                    Sentence("What it shows is not checked: it has too much text.")
                )
            yield entry

    return replace(record, rows=rows, entries=texts)


def _chars(entry: EntryText) -> int:
    said = [len(label) + len(text) for one in entry.sections for label, text in one.answers]
    for section in entry.sections:
        for item in section.items:
            said.append(len(item.text))
            said += [len(label) + len(text) for label, text in item.answers]
    said += [len(version.text) for one in entry.differing for version in one.versions]
    return sum(said)
