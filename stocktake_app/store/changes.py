"""Changes: appended here, brought by imports, and folded into what entries show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stocktake_app.errors import RefusedError
from stocktake_app.model import paths
from stocktake_app.model.change import MAX_NUMBER, Change
from stocktake_app.model.codes import Role
from stocktake_app.model.fold import EntryState
from stocktake_app.model.ids import Ids, new_salt
from stocktake_app.model.scope import Author, may_erase, may_touch
from stocktake_app.store import rows
from stocktake_app.store.confidential import Sealable, sealable
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import (
    Disclosed,
    disclosed,
    insert_disclosures,
    known_of,
)
from stocktake_app.store.judging import StoredChange, may_count
from stocktake_app.store.lines import reserved_segments, stored_line
from stocktake_app.store.promoted import utc
from stocktake_app.store.settling import settle_all, state_of, stored_changes
from stocktake_app.store.workspace import Workspace

Replaces = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class OwnEdit:
    """An edit of ours: contents by path (None clears) and the change ids that it replaces.

    ``attached`` are the disclosures of files that answers name by digest; ``salts`` gives 32
    random hexadecimal digits for each confidential answer.
    """

    values: Mapping[str, str | None]
    replaces: Replaces
    salts: Ids = new_salt
    attached: Mapping[str, bytes] = field(default_factory=dict)


def append_change(
    workspace: Workspace,
    entry: str,
    values: Mapping[str, str | None],
    now: datetime,
    *,
    replaces: Replaces | None = None,
    salts: Ids = new_salt,
) -> Change:
    """Make a change of our own at once: settle a conflict, review, comment, withdraw, code.

    Without ``replaces`` it replaces the live values that stand now at the paths it sets, so
    setting one of several differing versions settles them. ``values`` are contents; a version
    whose content is withheld is set by what its change says (``Version.stored``).

    Raises:
        RefusedError: the entry is not ours to change, or a path is not ours to set.
    """
    with workspace.store.writing() as connection:
        if replaces is None:
            heads = _state(connection, entry).heads
            replaces = {path: heads[path] for path in values if path in heads}
        return insert_own(connection, workspace, entry, OwnEdit(values, replaces, salts), now)


def delete_entry(workspace: Workspace, entry: str, now: datetime) -> Change:
    """Mark an entry as deleted: the live values that we see and may replace give way to it.

    What we may not replace, such as a bureau's review, stays and shows as a differing version.
    """
    with workspace.store.writing() as connection:
        heads = _state(connection, entry).heads
        replaces = {path: ids for path, ids in heads.items() if _is_ours(workspace, path)}
        deletion = {paths.DELETED: "1"}
        return insert_own(connection, workspace, entry, OwnEdit(deletion, replaces), now)


def changes_of(workspace: Workspace, entry: str, *, counted: bool = True) -> list[Change]:
    """Return the changes of an entry; ``counted`` False adds those that are set aside."""
    with workspace.store.reading() as connection:
        stored = entry_changes(connection, entry)
    return [one.change(entry) for one in stored if one.counted or not counted]


def entry_state(workspace: Workspace, entry: str) -> EntryState:
    """Return the folded state of an entry: live values, heads, conflicts."""
    with workspace.store.reading() as connection:
        return _state(connection, entry)


def entry_contents(workspace: Workspace, entry: str) -> tuple[EntryState, Disclosed]:
    """Return the folded state of an entry, and its shown answers with contents put in."""
    with workspace.store.reading() as connection:
        state = _state(connection, entry)
        known = known_of(connection, entry_key(connection, entry))
    return state, disclosed(state.answers, known)


def rebuild_entries(workspace: Workspace, entries: Iterable[str] | None = None) -> int:
    """Judge and fold entries (all, or these) again from their changes; return how many."""
    with workspace.store.writing() as connection:
        if entries is None:
            keys = [key for (key,) in connection.rows("SELECT key FROM entry")]
        else:
            keys = [key for one in entries if (key := entry_key(connection, one)) is not None]
        return settle_all(connection, workspace, keys)


def entry_key(connection: Connection, entry: str) -> int | None:
    """Return the key of an entry's row, or None."""
    found = connection.value("SELECT key FROM entry WHERE id = ?", (entry,))
    return None if found is None else int(found)


def entry_changes(connection: Connection, entry: str) -> list[StoredChange]:
    """Return all stored changes of an entry; none when it is unknown."""
    key = entry_key(connection, entry)
    return [] if key is None else stored_changes(connection, [key])[key]


def insert_own(
    connection: Connection,
    workspace: Workspace,
    entry: str,
    edit: OwnEdit,
    now: datetime,
) -> Change:
    """Give number, Lamport time and id to an edit of ours, store it and settle its entry.

    What its questionnaire marks confidential goes into the change as a salted hash, and its
    content beside it.

    Raises:
        RefusedError: the entry or a path is not ours to change.
    """
    replaces = edit.replaces
    _check_ours(connection, workspace, entry, {*edit.values, *replaces})
    sealed = _sealable(connection, entry, edit)
    device = rows.device_key(connection, workspace.device)
    lamport = min(int(rows.setting(connection, "lamport")) + 1, MAX_NUMBER)
    change = Change(
        device=workspace.device,
        number=_next_number(connection, device),
        entry=entry,
        lamport=lamport,
        time=now.isoformat(timespec="seconds"),
        set=dict(sealed.values),
        replaces=replaces,
    )
    rows.set_setting(connection, "lamport", lamport)
    _insert(connection, change, device)
    key = _entry_row(connection, entry)
    insert_disclosures(connection, key, sealed.disclosures)
    settle_all(connection, workspace, [key])
    return change


def _sealable(connection: Connection, entry: str, edit: OwnEdit) -> Sealable:
    key = entry_key(connection, entry)
    form = edit.values.get(paths.FORM) or connection.value(
        "SELECT f.sha256 FROM entry e JOIN form f ON f.key = e.form WHERE e.key = ?", (key,)
    )
    return sealable(
        connection, key, form or "", edit.values, attached=edit.attached, salts=edit.salts
    )


def _state(connection: Connection, entry: str) -> EntryState:
    return state_of(entry, entry_changes(connection, entry))


def _is_ours(workspace: Workspace, path: str) -> bool:
    return may_count(reserved_segments([path]), workspace.role) is None


def _check_ours(
    connection: Connection, workspace: Workspace, entry: str, touched: set[str]
) -> None:
    reason = may_count(reserved_segments(touched), workspace.role)
    if reason is not None:
        raise RefusedError(f"This cannot be saved: {reason}.")
    creator = _creator(connection, entry)
    if creator is None:
        if paths.FORM not in touched and workspace.role is not Role.HQ:
            raise RefusedError(f"The entry {entry} is not here, or its beginning is set aside.")
        return
    author, name = creator
    if not may_touch(workspace.profile.author, author):
        raise RefusedError(
            f"This entry was begun by {name} ({author.bureau or 'HQ'}); only they, their bureau "
            "and HQ can change it."
        )
    erases = any(path.startswith(paths.ERASED) for path in touched)
    if erases and not may_erase(workspace.profile.author, author):
        raise RefusedError(
            f"This entry was begun by {name} ({author.bureau or 'HQ'}); only they, their bureau "
            "and HQ can erase content of it."
        )


def may_erase_of(connection: Connection, workspace: Workspace, entry: str) -> bool:
    """Say whether this workspace may erase confidential content of an entry."""
    creator = _creator(connection, entry)
    if creator is None:
        return workspace.role is Role.HQ
    own = workspace.profile.author
    return may_touch(own, creator[0]) and may_erase(own, creator[0])


def _creator(connection: Connection, entry: str) -> tuple[Author, str] | None:
    """Return who began an entry, and the name; None while that is not known."""
    found = connection.row(
        "SELECT a.identity, a.role, a.bureau, a.name FROM entry e"
        " JOIN author a ON a.key = e.creator WHERE e.id = ?",
        (entry,),
    )
    if found is None:
        return None
    identity, role, bureau, name = found
    return Author(identity, Role(role), bureau), name


def _next_number(connection: Connection, device: int) -> int:
    return 1 + (connection.value("SELECT max(number) FROM change WHERE device = ?", (device,)) or 0)


def _entry_row(connection: Connection, entry: str) -> int:
    key = entry_key(connection, entry)
    assert key is not None
    return key


def _insert(connection: Connection, change: Change, device: int) -> None:
    line = stored_line(change)
    key = entry_key(connection, change.entry)
    if key is None:
        key = connection.execute(
            "INSERT INTO entry (id, title, state, event, bureau, countries, language, updated,"
            " changes, conflicts, deleted, present, stale)"
            " VALUES (?, '', '', '', '', '', '', ?, 0, 0, 0, 0, 1)",
            (change.entry, utc(change.time)),
        ).lastrowid
    connection.execute(
        "INSERT INTO change (id, device, number, entry, lamport, time, answers, replaces, counted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (line.id, device, line.number, key, line.lamport, line.time, line.answers, line.replaces),
    )
