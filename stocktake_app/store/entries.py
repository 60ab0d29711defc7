"""Entries as screens and documents read them: one by id, or a list that is filtered and sorted."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from stocktake_app.errors import RefusedError
from stocktake_app.store import rows
from stocktake_app.store.database import Connection, Row
from stocktake_app.store.disclosures import AttachmentInfo, read_answers
from stocktake_app.store.folding import match_expression
from stocktake_app.store.workspace import Workspace

_ID_DIGITS = 32
_MIN_DIGITS = 8


@dataclass(frozen=True)
class EntrySummary:
    """One line of a list of entries; everything in it follows from the counted changes alone.

    ``form`` is the SHA-256 of the XForm ("" while the beginning is missing), ``author`` the
    identity that began the entry, ``bureau`` the one answered or else the author's, ``updated``
    the latest time that a change claims (UTC, ``2021-04-28T10:00:00Z``), ``changes`` how many
    changes count, ``conflicts`` how many answers have differing versions, ``state`` the value of
    ``@state`` (``open``, ``finished``, ``withdrawn`` or ""). ``title`` may be a register's code.
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
    ``withheld`` are the paths that have an answer whose content is not here, so ``answers`` has
    none; ``erased`` those of them where it is gone for good. Where ``attachments`` names a file,
    the answer is its digest's name.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    conflict_paths: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    attachments: Mapping[str, AttachmentInfo] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        """The answers with the names of files where they name files."""
        return {**self.answers, **{path: one.name for path, one in self.attachments.items()}}


@dataclass(frozen=True)
class EntryFilter:
    """Which entries: every condition that is given must hold; "", () and None mean any.

    ``forms`` are form ids such as ``regional``; ``text`` is searched in all answers; ``country``
    is one code out of ``countries``; ``unsent`` means changes of our own that no seal holds yet.
    """

    forms: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    event: str = ""
    bureau: str = ""
    country: str = ""
    author: str = ""
    text: str = ""
    conflicted: bool | None = None
    deleted: bool | None = False
    unsent: bool | None = None


class EntrySort(StrEnum):
    """By what a list of entries is sorted; ties by id."""

    UPDATED = "updated"
    TITLE = "title"
    FORM = "form"
    BUREAU = "bureau"
    STATE = "state"
    ID = "id"


_LISTED = "(SELECT value FROM json_each(?))"
_Condition = tuple[str, tuple[object, ...]]

_BUREAU = "coalesce(nullif(e.bureau, ''), a.bureau, '')"
_ORDER = {
    EntrySort.UPDATED: "e.updated {way}, e.id {way}",
    EntrySort.TITLE: "e.title COLLATE NOCASE {way}, e.id {way}",
    EntrySort.FORM: "f.form_id {way}, e.updated {way}, e.id {way}",
    EntrySort.BUREAU: _BUREAU + " {way}, e.id {way}",
    EntrySort.STATE: "e.state {way}, e.updated {way}, e.id {way}",
    EntrySort.ID: "e.id {way}",
}
_FROM = "FROM entry e LEFT JOIN form f ON f.key = e.form LEFT JOIN author a ON a.key = e.creator"
_COLUMNS = (
    "e.id, coalesce(f.sha256, ''), coalesce(f.form_id, ''), e.title, e.state, e.event,"
    f" {_BUREAU}, e.countries, e.language, coalesce(a.identity, ''), coalesce(a.name, ''),"
    " e.updated, e.changes, e.conflicts, e.deleted"
)


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
    where, parameters = _where(chosen)
    order = _ORDER[sort].format(way="DESC" if descending else "ASC")
    # The page's keys first: sorting whole rows of 100,000 entries costs ten times as much.
    sql = (
        f"SELECT {_COLUMNS} {_FROM} WHERE e.key IN (SELECT e.key {_FROM} {where}"
        f" ORDER BY {order} LIMIT ? OFFSET ?) ORDER BY {order}"
    )
    with workspace.store.reading() as connection:
        found = connection.rows(sql, (*parameters, limit, offset))
    return [_summary(row) for row in found]


def entry_ids(
    workspace: Workspace,
    chosen: EntryFilter = EntryFilter(),
    sort: EntrySort = EntrySort.UPDATED,
    *,
    descending: bool = True,
) -> list[str]:
    """Return the ids of all chosen entries in order, for a list that reads rows as they show."""
    where, parameters = _where(chosen)
    order = _ORDER[sort].format(way="DESC" if descending else "ASC")
    with workspace.store.reading() as connection:
        found = connection.rows(f"SELECT e.id {_FROM} {where} ORDER BY {order}", parameters)
    return [name for (name,) in found]


def entries_by_id(workspace: Workspace, ids: Iterable[str]) -> list[EntrySummary]:
    """Return the summaries of these entries, in the order given; unknown ids are left out."""
    wanted = list(ids)
    sql = (
        f"SELECT {_COLUMNS} {_FROM} WHERE e.present = 1"  # noqa: S608 - constants; values are parameters
        " AND e.id IN (SELECT value FROM json_each(?))"
    )
    with workspace.store.reading() as connection:
        found = {row[0]: row for row in connection.rows(sql, (rows.as_json(wanted),))}
    return [_summary(found[name]) for name in wanted if name in found]


def count_entries(
    workspace: Workspace,
    chosen: EntryFilter = EntryFilter(),
) -> int:
    """Count the chosen entries."""
    where, parameters = _where(chosen)
    with workspace.store.reading() as connection:
        count: int = connection.value(f"SELECT count(*) {_FROM} {where}", parameters)
    return count


def get_entry(workspace: Workspace, entry: str) -> Entry:
    """Return a whole entry, by its id or by an unambiguous beginning of it (8 digits or more).

    Raises:
        RefusedError: there is no such entry, or several begin like this.
    """
    with workspace.store.reading() as connection:
        key, name = find_entry(connection, entry)
        row = connection.row(
            f"SELECT {_COLUMNS}, coalesce(e.answers, c.answers) {_FROM}"
            " LEFT JOIN change c ON c.key = e.sole WHERE e.key = ?",
            (key,),
        )
        assert row is not None
        paths = connection.rows(
            "SELECT DISTINCT path FROM conflict WHERE entry = ? ORDER BY path", (key,)
        )
        read = read_answers(connection, key, row[-1])
    summary = _summary(row[:-1])
    return Entry(
        **{**asdict(summary), "id": name, "countries": summary.countries},
        answers=read.answers,
        conflict_paths=tuple(path for (path,) in paths),
        withheld=read.withheld,
        erased=read.erased,
        attachments=read.attachments,
    )


def find_entry(connection: Connection, entry: str) -> tuple[int, str]:
    """Return key and id of the entry of that id, or of the only one that begins so.

    Raises:
        RefusedError: none does, or several.
    """
    end = entry + "g" if _MIN_DIGITS <= len(entry) < _ID_DIGITS else entry
    found = connection.rows(
        "SELECT key, id FROM entry WHERE id BETWEEN ? AND ? AND present = 1 LIMIT 2", (entry, end)
    )
    if not found:
        raise RefusedError(f"There is no entry {entry!r} in this workspace.")
    if len(found) > 1:
        raise RefusedError(f"Several entries begin with {entry!r}; give more digits of the id.")
    key, name = found[0]
    return key, name


def _summary(row: Row) -> EntrySummary:
    name, form, form_id, title, state, event, bureau, countries, language = row[:9]
    author, author_name, updated, changes, conflicts, deleted = row[9:]
    return EntrySummary(
        id=name,
        form=form,
        form_id=form_id,
        title=title,
        state=state,
        event=event,
        bureau=bureau,
        countries=tuple(countries.split()),
        language=language,
        author=author,
        author_name=author_name,
        updated=updated,
        changes=changes,
        conflicts=conflicts,
        deleted=bool(deleted),
    )


def _where(chosen: EntryFilter) -> tuple[str, tuple[object, ...]]:
    """Return the condition and its parameters."""
    parts = [("e.present = 1", ()), *_plain_conditions(chosen), *_flag_conditions(chosen)]
    if chosen.text.strip():
        parts.append(_text_condition(chosen.text))
    conditions = " AND ".join(condition for condition, _ in parts)
    parameters = tuple(value for _, values in parts for value in values)
    return f"WHERE {conditions}", parameters


def _plain_conditions(chosen: EntryFilter) -> list[_Condition]:
    """Return the conditions of those members that name a value."""
    members = {
        "f.form_id IN (SELECT value FROM json_each(?))": chosen.forms
        and rows.as_json(chosen.forms),
        "e.state IN (SELECT value FROM json_each(?))": chosen.states
        and rows.as_json(chosen.states),
        "e.event = ?": chosen.event,
        f"{_BUREAU} = ?": chosen.bureau,
        "instr(' ' || e.countries || ' ', ?) > 0": chosen.country and f" {chosen.country} ",
        "a.identity = ?": chosen.author,
    }
    return [(condition, (value,)) for condition, value in members.items() if value]


def _flag_conditions(chosen: EntryFilter) -> list[_Condition]:
    """Return the conditions of those members that are yes, no or any."""
    unsent = "e.key IN (SELECT entry FROM change WHERE seal IS NULL)"
    flags = {
        "e.deleted = 1": chosen.deleted,
        "e.conflicts > 0": chosen.conflicted,
        unsent: chosen.unsent,
    }
    return [
        (condition if flag else f"NOT ({condition})", ())
        for condition, flag in flags.items()
        if flag is not None
    ]


def _text_condition(text: str) -> _Condition:
    expression = match_expression(text)
    if not expression:
        return "0", ()
    return "e.key IN (SELECT rowid FROM entry_text WHERE entry_text MATCH ?)", (expression,)
