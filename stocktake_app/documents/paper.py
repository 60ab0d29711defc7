"""A paper as plain data: chapters of findings with references, tables, charts, and sources."""

from dataclasses import dataclass
from enum import StrEnum

from stocktake_app.documents.record import RIGHT_TO_LEFT, Fact
from stocktake_app.model.classification import Classification


class Audience(StrEnum):
    """Who may read an output: everybody, or the organisation."""

    INTERNAL = "internal"
    PUBLIC = "public"


@dataclass(frozen=True)
class Reference:
    """A mark in the text that leads to a source in the annex; ``anchor`` is unique in the paper."""

    mark: str
    anchor: str


@dataclass(frozen=True)
class Statement:
    """One thing that was heard: its text, where from, and its reference.

    ``open_versions`` are further versions of the text that nobody has settled yet.
    """

    text: str
    context: str
    reference: Reference
    open_versions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A captioned table; every column but the first holds numbers when ``numeric``.

    ``references`` has one reference or None per row, shown in a last column of its own.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True
    note: str = ""
    references: tuple[Reference | None, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A captioned bar chart: (label, whole number) from top to bottom."""

    caption: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Group:
    """Statements under a small heading; ``kind`` is the code of a kind of finding, for colour."""

    title: str
    kind: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Chapter:
    """A numbered chapter: paragraphs, charts, tables, then statements in groups."""

    title: str
    paragraphs: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Source:
    """One part of the annex: what a reference leads to, as labelled facts."""

    reference: Reference
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Annex:
    """The annex of sources, in the order of the references."""

    title: str
    introduction: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Paper:
    """A whole paper in one language (ISO 639-1).

    ``classification`` is the highest of what is in it; ``notice`` stands on every page when not
    empty.
    """

    title: str
    subtitle: str
    organisation: str
    date: str
    language: str
    audience: Audience
    classification: Classification
    facts: tuple[Fact, ...]
    chapters: tuple[Chapter, ...]
    annex: Annex
    notice: str = ""

    @property
    def rtl(self) -> bool:
        """Whether the paper is read from right to left."""
        return self.language in RIGHT_TO_LEFT
