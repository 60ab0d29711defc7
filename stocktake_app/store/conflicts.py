"""Differing versions, the history of an answer, and the way from a finding to its signer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stocktake_app.errors import RefusedError
from stocktake_app.model import paths
from stocktake_app.model.fold import EntryState
from stocktake_app.store import rows
from stocktake_app.store.changes import entry_changes, entry_key
from stocktake_app.store.database import Connection, Row
from stocktake_app.store.disclosures import Known, known_of
from stocktake_app.store.entries import find_entry
from stocktake_app.store.judging import StoredChange
from stocktake_app.store.settling import state_of
from stocktake_app.store.workspace import Workspace, own_author_key


@dataclass(frozen=True)
class Version:
    """One value that somebody gave to an answer, and who, when and on which laptop.

    ``value`` None means blank, or that its content is ``withheld``; of an attachment it is the
    file's name. ``stored`` is what the change
    says itself, a digest for what is confidential. ``time`` is the laptop's claim (RFC 3339 with
    its offset); ``seal`` is "" while it is unsealed. ``live`` says whether nothing replaces it;
    ``counted`` is False when it is set aside, with ``reason`` why.
    """

    path: str
    value: str | None
    stored: str | None
    withheld: bool
    change: str
    device: str
    number: int
    time: str
    author: str
    author_name: str
    office: str
    bureau: str
    seal: str
    live: bool
    counted: bool
    reason: str


@dataclass(frozen=True)
class Conflict:
    """An answer with differing versions, the provisionally shown one first.

    When ``path`` ends in ``@deleted`` the one version is the deletion and ``against`` are the
    paths below it that somebody still wrote in.
    """

    entry: str
    title: str
    form: str
    path: str
    versions: tuple[Version, ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedChange:
    """A link of the chain that ``trace`` shows: one change, its seal and who signed that.

    ``verdict`` is the seal's ("" while it is unsealed); ``fingerprint`` the signer's short one;
    ``package`` the name of the file that first brought it, "" for our own.
    """

    change: str
    time: str
    device: str
    number: int
    seal: str
    seal_number: int
    sealed: str
    verdict: str
    signer: str
    signer_name: str
    office: str
    bureau: str
    fingerprint: str
    package: str
    package_sha256: str


@dataclass(frozen=True)
class Trace:
    """Where a finding (``row``) or a whole entry (``row`` is "") comes from, change by change."""

    entry: str
    row: str
    title: str
    form: str
    text: str
    changes: tuple[SignedChange, ...]


def list_conflicts(
    workspace: Workspace, entry: str | None = None, *, offset: int = 0, limit: int = 1000
) -> list[Conflict]:
    """Return the differing versions of one entry or of all, by entry id and path."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT DISTINCT e.id, e.title, coalesce(f.sha256, ''), c.path FROM conflict c"
            " JOIN entry e ON e.key = c.entry LEFT JOIN form f ON f.key = e.form"
            " WHERE ?1 IS NULL OR e.id = ?1 ORDER BY e.id, c.path LIMIT ?2 OFFSET ?3",
            (entry, limit, offset),
        )
        known = {name: _Told.of(connection, workspace, name) for name in {row[0] for row in found}}
    return [_conflict(row, known[row[0]]) for row in found]


def count_conflicts(workspace: Workspace) -> int:
    """Count the answers with differing versions."""
    with workspace.store.reading() as connection:
        count: int = connection.value(
            "SELECT count(*) FROM (SELECT DISTINCT entry, path FROM conflict)"
        )
    return count


def history(workspace: Workspace, entry: str, path: str | None = None) -> list[Version]:
    """Return every value that an answer, or each of the entry, was given, the earliest first.

    Values that are set aside are among them.
    """
    with workspace.store.reading() as connection:
        told = _Told.of(connection, workspace, find_entry(connection, entry)[1])
    return [
        told.version(change, one)
        for change in sorted(told.changes, key=lambda one: (one.lamport, one.device, one.number))
        for one in sorted(change.values)
        if path is None or one == path
    ]


def trace(workspace: Workspace, entry: str, row: str = "") -> Trace:
    """Return the changes that an entry's or one row's shown answers come from, with their signers.

    Raises:
        RefusedError: there is no such entry or row.
    """
    with workspace.store.reading() as connection:
        key, name = find_entry(connection, entry)
        changes = entry_changes(connection, name)
        state = state_of(name, changes)
        if row and not any(paths.under(row, path) for path in state.answers):
            raise RefusedError(f"There is no {row!r} in the entry {name}.")
        sources = {
            one.change
            for path, live in state.live.items()
            if paths.under(row, path) and live[0].value is not None
            for one in live
        }
        title, form = _title_and_form(connection, key)
        text = state.answers.get(paths.join(row, "text"), "") if row else ""
        text = known_of(connection, key).words(text) or ""
        signed = _signed(connection, [one.key for one in changes if one.id in sources])
    return Trace(name, row, title, form, text, signed)


@dataclass(frozen=True)
class _Told:
    """All changes of an entry with what is known of who made them."""

    changes: Sequence[StoredChange]
    state: EntryState
    makers: Mapping[int, Row]
    reasons: dict[int, str]
    known: Known

    @classmethod
    def of(cls, connection: Connection, workspace: Workspace, entry: str) -> "_Told":
        own = own_author_key(connection, workspace)
        changes = entry_changes(connection, entry)
        keys = rows.as_json(one.key for one in changes)
        makers = connection.rows(
            "SELECT c.key, a.identity, a.name, a.office, a.bureau, coalesce(s.id, '')"
            " FROM change c LEFT JOIN seal s ON s.key = c.seal"
            " JOIN author a ON a.key = coalesce(s.author, ?)"
            " WHERE c.key IN (SELECT value FROM json_each(?))",
            (own, keys),
        )
        reasons = connection.rows(
            "SELECT change, reason FROM set_aside WHERE change IN (SELECT value FROM json_each(?))",
            (keys,),
        )
        return cls(
            changes,
            state_of(entry, changes),
            {row[0]: row[1:] for row in makers},
            dict(reasons),
            known_of(connection, entry_key(connection, entry)),
        )

    def version(self, change: StoredChange, path: str) -> Version:
        author, name, office, bureau, seal = self.makers[change.key]
        return Version(
            path=path,
            value=self.known.words(change.values[path]),
            stored=change.values[path],
            withheld=self.known.withholds(change.values[path]),
            change=change.id,
            device=change.device,
            number=change.number,
            time=change.time,
            author=author,
            author_name=name,
            office=office,
            bureau=bureau,
            seal=seal,
            live=change.id in self.state.heads.get(path, ()),
            counted=change.counted,
            reason=self.reasons.get(change.key, ""),
        )


def _conflict(row: tuple[str, str, str, str], told: _Told) -> Conflict:
    entry, title, form, path = row
    by_id = {change.id: change for change in told.changes}
    live = told.state.conflicts[path]
    versions = tuple(told.version(by_id[one.change], path) for one in live)
    return Conflict(entry, title, form, path, versions, tuple(_against(path, told.state)))


def _against(path: str, state: EntryState) -> Iterable[str]:
    """Return the answers that somebody still gave below a deletion."""
    if path.rpartition("/")[2] != paths.DELETED:
        return ()
    mark = path.removesuffix(paths.DELETED).rstrip("/")
    return (one for one in state.answers if one != path and paths.under(mark, one))


def _title_and_form(connection: Connection, entry: int) -> tuple[str, str]:
    row = connection.row(
        "SELECT e.title, coalesce(f.sha256, '') FROM entry e LEFT JOIN form f ON f.key = e.form"
        " WHERE e.key = ?",
        (entry,),
    )
    assert row is not None
    return row[0], row[1]


def _signed(connection: Connection, changes: Sequence[int]) -> tuple[SignedChange, ...]:
    found = connection.rows(
        "SELECT c.id, c.time, d.id, c.number, coalesce(s.id, ''), coalesce(s.number, 0),"
        " coalesce(s.created, ''), coalesce(s.verdict, ''), coalesce(a.identity, ''),"
        " coalesce(a.name, ''), coalesce(a.office, ''), coalesce(a.bureau, ''),"
        " coalesce(a.fingerprint, ''), coalesce(p.name, ''), coalesce(p.sha256, '')"
        " FROM change c JOIN device d ON d.key = c.device LEFT JOIN seal s ON s.key = c.seal"
        " LEFT JOIN author a ON a.key = s.author LEFT JOIN package_import p ON p.key ="
        " (SELECT min(package_import) FROM import_seal i WHERE i.seal = s.key)"
        " WHERE c.key IN (SELECT value FROM json_each(?)) ORDER BY c.lamport, d.id, c.number",
        (rows.as_json(changes),),
    )
    return tuple(SignedChange(*row) for row in found)
