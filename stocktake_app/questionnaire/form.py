"""PUBLIC SURFACE (being filled in): a questionnaire, loaded from its XForm XML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    LONG_TEXT = "long text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "dateTime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    BARCODE = "barcode"
    GEOPOINT = "geopoint"
    GEOTRACE = "geotrace"
    GEOSHAPE = "geoshape"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True)
class Question:
    """One question. ``path`` is generic (``findings/text``); ``appearance`` the raw words."""

    path: str
    name: str
    kind: Kind
    appearance: str
    # plus: has_control (shown to people), itemset, file (register of select-from-file or ""), range_


@dataclass(frozen=True)
class Group:
    """A group. The root group's path is ``""``."""

    path: str
    name: str
    appearance: str
    children: tuple["Node", ...]


@dataclass(frozen=True)
class Repeat(Group):
    """A repeated group; ``fixed`` when the form, not the person, says how many rows."""

    fixed: bool = False


Node = Question | Group | Repeat


class Form:
    """A loaded questionnaire: immutable, shared by all its sessions."""

    sha256: str
    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    root: Group
    nodes: Mapping[str, Node]  # by generic path, document order
    registers: tuple[str, ...]  # file names that the form selects from, e.g. "events.csv"

    def questions(self) -> Iterator[Question]: ...
    def label(self, path: str, language: str | None = None) -> str: ...
    def hint(self, path: str, language: str | None = None) -> str: ...
    def choice_label(self, path: str, name: str, language: str | None = None) -> str: ...
    def language_of(self, code: str) -> str: ...  # "fr" -> "Français (fr)"; else default_language


def load_form(xform: bytes) -> Form:
    """Load an XForm. Raises BadFormError(UserFileError) with a sentence."""
    ...
