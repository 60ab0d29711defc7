"""Entries as screens and documents read them: one by id, or a list that is filtered and sorted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class EntrySummary:
    """One line of a list of entries; everything in it follows from the counted changes alone.

    ``form`` is the SHA-256 of the XForm, ``author`` the identity that began the entry, ``updated``
    the latest time that a change claims (UTC, ``2021-04-28T10:00:00Z``), ``changes`` how many
    changes count, ``conflicts`` how many answers have differing versions, ``state`` the value of
    ``@state`` (``open``, ``finished``, ``withdrawn`` or "").
    """

    id: str
    form: str
    form_id: str
    title: str
    state: str
    event: str
    bureau: str
    countries: tuple[str, ...]
    language: str
    author: str
    author_name: str
    updated: str
    changes: int
    conflicts: int
    deleted: bool


@dataclass(frozen=True)
class Entry(EntrySummary):
    """A whole entry: ``answers`` are the shown values by path, reserved paths included.

    ``conflict_paths`` are the paths of which ``answers`` shows one version of several.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    conflict_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntryFilter:
    """Which entries: every condition that is given must hold; "" and () mean any.

    ``text`` is searched in all answers; ``country`` is one code out of ``countries``.
    """

    forms: tuple[str, ...] = ()
    """Form ids such as ``regional``."""
    states: tuple[str, ...] = ()
    event: str = ""
    bureau: str = ""
    country: str = ""
    author: str = ""
    text: str = ""
    conflicted: bool | None = None
    deleted: bool | None = False
    unsent: bool | None = None
    """With changes of our own that no seal holds yet."""


class EntrySort(StrEnum):
    """By what a list of entries is sorted; ties by id."""

    UPDATED = "updated"
    TITLE = "title"
    FORM = "form"
    BUREAU = "bureau"
    STATE = "state"
    ID = "id"


def list_entries(
    workspace: Workspace,
    chosen: EntryFilter = EntryFilter(),
    sort: EntrySort = EntrySort.UPDATED,
    *,
    descending: bool = True,
    offset: int = 0,
    limit: int = 100,
) -> list[EntrySummary]:
    """Return one page of entries."""
    raise NotImplementedError


def entry_ids(
    workspace: Workspace,
    chosen: EntryFilter = EntryFilter(),
    sort: EntrySort = EntrySort.UPDATED,
    *,
    descending: bool = True,
) -> list[str]:
    """Return the ids of all chosen entries in order, for a list that reads rows as they show."""
    raise NotImplementedError


def entries_by_id(workspace: Workspace, ids: Iterable[str]) -> list[EntrySummary]:
    """Return the summaries of these entries, in the order given; unknown ids are left out."""
    raise NotImplementedError


def count_entries(workspace: Workspace, chosen: EntryFilter = EntryFilter()) -> int:
    """Count the chosen entries."""
    raise NotImplementedError


def get_entry(workspace: Workspace, entry: str) -> Entry:
    """Return a whole entry, by its id or by an unambiguous beginning of it (8 digits or more).

    Raises:
        RefusedError: there is no such entry, or several begin like this.
    """
    raise NotImplementedError
