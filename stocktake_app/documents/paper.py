"""A paper as plain data: chapters of findings with references, tables, charts, and sources."""

from dataclasses import dataclass, field
from enum import StrEnum

from stocktake_app.documents.record import RIGHT_TO_LEFT, Fact


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
    """One thing that was heard: its kind, its text, where from, and its reference.

    ``open_versions`` are further versions of the text that nobody has settled yet.
    """

    tag: str
    text: str
    context: str
    reference: Reference
    language: str = ""
    open_versions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A captioned table; every column but the first holds numbers when ``numeric``."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A captioned bar chart: (label, whole number) from top to bottom."""

    caption: str
    bars: tuple[tuple[str, int], ...]
    summary: str


@dataclass(frozen=True)
class Group:
    """Statements under a small heading, such as a kind of finding."""

    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Chapter:
    """A numbered chapter: paragraphs, tables, charts, then sub-chapters or statements."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    groups: tuple[Group, ...] = ()
    sections: tuple["Chapter", ...] = ()


@dataclass(frozen=True)
class Source:
    """One row of the reference annex: what a reference leads to, as labelled facts."""

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
    """A whole paper in one language (ISO 639-1); ``notice`` stands on every page when not empty."""

    title: str
    subtitle: str
    organisation: str
    date: str
    language: str
    audience: Audience
    facts: tuple[Fact, ...]
    chapters: tuple[Chapter, ...]
    annex: Annex
    labels: dict[str, str] = field(default_factory=dict)
    notice: str = ""

    @property
    def rtl(self) -> bool:
        """Whether the paper is read from right to left."""
        return self.language in RIGHT_TO_LEFT
