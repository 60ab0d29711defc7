"""What stands in the cells of a workbook that nobody has reason to trust, row by row.

Just enough of SpreadsheetML (ECMA-376-1, 18.3 and 18.4) to compare two sheets: texts, numbers, and
where a formula stands. No document types, no entities of one's own, nothing from outside the file;
what is kept is one row, and the shared texts of the whole workbook.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from stocktake_app.exchange.opc import Archive
from stocktake_app.exchange.relationships import relationships_name, target_name
from stocktake_app.exchange.visible_limits import NotCheckedError
from stocktake_app.exchange.xlsx_parts import WORKBOOK
from stocktake_app.translations import Sentence

MAX_SHARED_BYTES = 256 * 1024 * 1024
MAX_BOOK_BYTES = 4 * 1024 * 1024
MAX_CELL_CHARS = 40_000
"""More than a cell can hold; the rest of a hostile one is not kept."""

_SHARED = "xl/sharedStrings.xml"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TOLERANCE = 1e-9
_MAX_DIGITS = 9

_Start = Callable[[str, dict[str, str]], None]


class BadSheetError(ValueError):
    """XML that is none, or that no spreadsheet program writes."""


@dataclass(slots=True)
class SheetRow:
    """One row: its number from 1, what stands in its cells by reference, and is it hidden."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True)
class BookSheet:
    """A sheet as the workbook lists it: its name, its part, and whether people see it."""

    name: str
    part: str
    hidden: bool


def same_content(one: str, other: str) -> bool:
    """Say whether two cells say the same: equal texts, or numbers that programs call equal."""
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=_TOLERANCE)
    except ValueError:
        return False


class RowReader:
    """Takes the bytes of a sheet as they come and gives rows as they are whole."""

    def __init__(self, shared: list[str]) -> None:
        self._shared = shared
        self._done: list[SheetRow] = []
        self._row = SheetRow(0)
        self._place = 0
        self._reference = self._type = ""
        self._texts: dict[str, list[str]] = {}
        self._into: list[str] | None = None
        self._phonetic = False
        self._parser = _parser(self._start, self._end, self._characters)

    def feed(self, data: bytes) -> list[SheetRow]:
        """Take the next bytes; return the rows that are whole now."""
        _feed(self._parser, data, last=False)
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                number = attributes.get("r", "")
                self._row = SheetRow(_number(number) or self._row.number + 1)
                self._row.hidden = attributes.get("hidden") in {"1", "true"}
                self._place = 0
            case "c":
                self._place += 1
                self._reference = attributes.get("r") or f"#{self._place}:{self._row.number}"
                self._type = attributes.get("t", "n")
                self._texts = {}
            case "v" | "f":
                self._into = self._texts.setdefault(name, [])
            case "t" if not self._phonetic:
                self._into = self._texts.setdefault("t", [])
            case "rPh":  # how a word is spoken, beside the word itself
                self._phonetic = True

    def _end(self, name: str) -> None:
        if name == "row":
            self._done.append(self._row)
            self._row = SheetRow(self._row.number)
        elif name == "c":
            text = self._content()
            if text:
                known = self._row.cells.get(self._reference)
                both = text if known is None else f"{known} / {text}"
                self._row.cells[self._reference] = both
        elif name in {"v", "f", "t"}:
            self._into = None
        elif name == "rPh":
            self._phonetic = False

    def _characters(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _content(self) -> str:
        if "f" in self._texts:
            return "=" + "".join(self._texts["f"])[:MAX_CELL_CHARS]
        value = "".join(self._texts.get("v", ()))
        if self._type == "s":
            place = _number(value)
            return self._shared[place] if place is not None and place < len(self._shared) else ""
        if self._type == "n":
            return value.strip()
        text = "".join(self._texts.get("t", ())) if "t" in self._texts else value
        return unescaped(text[:MAX_CELL_CHARS])


def rows_of_sheet(chunks: Iterable[bytes], shared: list[str]) -> Iterator[SheetRow]:
    """Yield the rows of a sheet.

    Raises:
        BadSheetError: it is not well-formed.
    """
    reader = RowReader(shared)
    for chunk in chunks:
        yield from reader.feed(chunk)


def unescaped(text: str) -> str:
    """Return a text without the escapes of ECMA-376-1, 22.9.2.19 (ST_Xstring)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def read_shared(archive: Archive) -> list[str]:
    """Return the texts that the sheets of a workbook share; none when it has no such part.

    Raises:
        BadSheetError: the part is not well-formed.
        NotCheckedError: there is too much of it.
    """
    entry = archive.entries.get(_SHARED)
    if entry is None:
        return []
    if entry.size > MAX_SHARED_BYTES:
        raise NotCheckedError(Sentence("What it shows is not checked: its sheets are too large."))
    reader = _SharedReader()
    for chunk in archive.chunks(_SHARED):
        _feed(reader.parser, chunk, last=False)
    return reader.texts


class _SharedReader:
    """Gathers the shared texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._inside = self._phonetic = False
        self.parser = _parser(self._start, self._end, self._characters)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._inside = name == "t" and not self._phonetic
        self._phonetic = self._phonetic or name == "rPh"

    def _end(self, name: str) -> None:
        self._inside = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.texts.append(unescaped("".join(self._pieces)[:MAX_CELL_CHARS]))
            self._pieces = []

    def _characters(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)


def read_book(archive: Archive) -> list[BookSheet]:
    """Return the sheets of a workbook in their order.

    Raises:
        BadSheetError: what lists them is missing or not well-formed.
    """
    links: dict[str, str] = {}
    sheets: list[tuple[str, str, bool]] = []

    def link(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = target_name(WORKBOOK, attributes.get("Target", ""))
            links[attributes.get("Id", "")] = target

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            sheets.append((attributes.get("name", ""), attributes.get("id", ""), hidden))

    _read_elements(archive, relationships_name(WORKBOOK), link)
    _read_elements(archive, WORKBOOK, sheet)
    return [BookSheet(name, links.get(key, ""), hidden) for name, key, hidden in sheets]


def _read_elements(archive: Archive, part: str, start: _Start) -> None:
    if part not in archive.entries:
        raise BadSheetError(f"it has no {part}")
    parser = _parser(start, lambda _: None, lambda _: None)
    _feed(parser, archive.read(part, MAX_BOOK_BYTES), last=True)


def _parser(
    start: _Start, end: Callable[[str], None], characters: Callable[[str], None]
) -> expat.XMLParserType:
    def local_start(name: str, attributes: dict[str, str]) -> None:
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def refuse(*_: object) -> None:
        raise BadSheetError("it has a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = local_start
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = characters
    return parser


def _feed(parser: expat.XMLParserType, data: bytes, *, last: bool) -> None:
    try:
        parser.Parse(data, last)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadSheetError(f"it is not well-formed ({error})") from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else None
