"""A readable record as plain data: what a workbook or a PDF of chosen entries shows.

Everything here is text in the reader's language and plain values; labels are already resolved.
``rows`` and ``entries`` are functions so that 100,000 entries are streamed, never held.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | datetime | time | None
"""What stands in one cell; a ``datetime`` is local time without offset; ``""`` is blank."""

Row = tuple[int, tuple[Cell, ...]]
"""The index of a sheet and one row of it, as long as the sheet has columns."""

Fact = tuple[str, str]
"""A label and its text."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class Kind(StrEnum):
    """How a column is shown; a value of another type in it is shown as what it is."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """A column of a sheet; ``width`` is in characters of the standard font."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    """A sheet's name (any text; the writer makes it one that spreadsheets accept) and columns."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Version:
    """One of several versions of an answer: what it says, who wrote it, when by their clock."""

    text: str
    who: str
    when: str


@dataclass(frozen=True)
class Differing:
    """An answer with several versions that nobody has settled yet; the first is shown elsewhere."""

    label: str
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Picture:
    """An attached picture: what is written under it, and how to get the file's bytes."""

    caption: str
    data: Callable[[], bytes]


@dataclass(frozen=True)
class Item:
    """One row of a repeat, such as a finding: its number, kind, main text and other answers.

    ``tag`` is the kind in the reader's language, ``kind`` its code (``good_practice``) for colour.
    """

    number: str
    tag: str
    text: str
    answers: tuple[Fact, ...] = ()
    kind: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Section:
    """A group of answers under a heading; ``items`` are the rows of a repeat."""

    title: str
    answers: tuple[Fact, ...] = ()
    items: tuple[Item, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class EntryText:
    """One entry to read: its title, who and when, its answers, its differing versions."""

    reference: str
    title: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    differing: tuple[Differing, ...] = ()


@dataclass(frozen=True)
class Verification:
    """How a reader checks the record: the signer's fingerprint, the record's id, and what to do.

    ``code`` is the text of the QR code; ``steps`` are sentences in the reader's language.
    """

    fingerprint: str
    record_id: str
    code: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """A readable record: a cover, sheets for a workbook, entries for a PDF, how to check it.

    ``language`` is an ISO 639-1 code; ``notice`` is printed on every page and sheet when not empty
    (a practice record says so there).
    """

    title: str
    subtitle: str
    language: str
    cover: tuple[Fact, ...]
    verification: Verification
    sheets: tuple[Sheet, ...]
    rows: Callable[[], Iterator[Row]]
    entries: Callable[[], Iterator[EntryText]]
    notice: str = ""

    @property
    def rtl(self) -> bool:
        """Whether the record is read from right to left."""
        return self.language in RIGHT_TO_LEFT
