"""Drafts: entries being typed. Every answer is one durable append to a journal in ``drafts.db``.

A draft is what it began from plus its journal, so undo and redo are journal rows themselves and
nothing that was saved can be lost or half there. Nothing here waits for ``store.db``, except for
what a draft of an existing entry begins from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stocktake_app import settings
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model import paths
from stocktake_app.model.disclosure import Attachment, digest_of, read_disclosure
from stocktake_app.model.ids import Ids, new_entry_id, new_id
from stocktake_app.store.changes import entry_contents
from stocktake_app.store.database import Connection, Row
from stocktake_app.store.promoted import promote
from stocktake_app.store.workspace import Workspace

Answers = dict[str, str | None]
_CLOSED = "This draft is closed already; open its entry to change it."


@dataclass(frozen=True)
class DraftSummary:
    """One line of the list of drafts. ``updated`` and ``started`` are RFC 3339 with offset.

    ``entry`` is the entry's id (given already to a new one), ``is_new`` says that nothing of it
    is frozen yet, ``form`` the XForm's SHA-256.
    """

    id: str
    entry: str
    form: str
    title: str
    is_new: bool
    started: str
    updated: str
    discarded: bool


@dataclass(frozen=True)
class Draft(DraftSummary):
    """A whole draft. ``answers`` by path, ``base`` what it began with, ``heads`` the changes seen.

    ``answers`` has deleted rows as ``findings[x]/@deleted`` = ``1`` beside their other answers.
    """

    answers: Mapping[str, str]
    base: Mapping[str, str]
    heads: Mapping[str, tuple[str, ...]]
    can_undo: bool
    can_redo: bool


@dataclass
class _Journal:
    """A draft's answers while its steps are played, with what each step changed."""

    answers: dict[str, str]
    done: list[tuple[Answers, Answers]] = field(default_factory=list)
    undone: list[tuple[Answers, Answers]] = field(default_factory=list)

    def save(self, values: Answers) -> None:
        before = {path: self.answers.get(path) for path in values}
        self._set(values)
        self.done.append((before, values))
        self.undone.clear()

    def undo(self) -> Answers:
        """Take back the last step and return what it changed; {} when there is none."""
        if not self.done:
            return {}
        step = self.done.pop()
        self.undone.append(step)
        return self._set(step[0])

    def redo(self) -> Answers:
        """Do the last step taken back again and return what it changed."""
        if not self.undone:
            return {}
        step = self.undone.pop()
        self.done.append(step)
        return self._set(step[1])

    def _set(self, values: Answers) -> Answers:
        for path, value in values.items():
            if value is None:
                self.answers.pop(path, None)
            else:
                self.answers[path] = value
        return values


def start_draft(
    workspace: Workspace,
    form: str,
    entry: str | None = None,
    *,
    now: datetime,
    ids: Ids = new_id,
) -> Draft:
    """Begin a draft of a new entry of this form (SHA-256), or of an entry that exists.

    The one draft that an entry already has is returned as it stands. Differing versions begin as
    the shown one; saving another value over them settles them. An answer whose content is withheld
    begins as none, and stays what it is unless something is written there.
    """
    base: Mapping[str, str] = {}
    heads: Mapping[str, tuple[str, ...]] = {}
    if entry is not None:
        state, read = entry_contents(workspace, entry)
        base, heads = read.answers, state.heads
    name = ids()
    with workspace.drafts.writing() as connection:
        known = entry and connection.value(
            "SELECT id FROM draft WHERE entry = ? AND discarded = 0", (entry,)
        )
        if not known:
            connection.execute(
                "INSERT INTO draft (id, entry, form, base, heads, is_new, started, discarded)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    name,
                    entry or new_entry_id(workspace.profile.identity, ids),
                    form,
                    json.dumps(base, ensure_ascii=False),
                    json.dumps(heads),
                    int(not heads),
                    _moment(now),
                ),
            )
        return read_draft(connection, str(known or name))


def save_answer(
    workspace: Workspace, draft: str, path: str, value: str | None, *, now: datetime
) -> None:
    """Save one answer; it is on disk when this returns. None or "" clears it.

    Raises:
        RefusedError: there is no such draft, it is discarded or frozen, or the value is too long.
        MachineError: it could not be written.
    """
    save_answers(workspace, draft, {path: value}, now=now)


def save_answers(
    workspace: Workspace, draft: str, values: Mapping[str, str | None], *, now: datetime
) -> None:
    """Save several answers as one step of undo (a row added, moved or removed).

    Raises:
        RefusedError, MachineError: as ``save_answer``.
    """
    if not values:
        return
    for path, value in values.items():
        _check(path, value)
    step = {path: _storable(value) for path, value in values.items()}
    _append(workspace, draft, "save", json.dumps(step, ensure_ascii=False), now)


def attach(workspace: Workspace, draft: str, file: Attachment) -> str:
    """Put a file into a draft, durably, and return its digest (64 digits) for an answer to name.

    Raises:
        RefusedError: there is no such draft, or it is discarded or frozen.
        MachineError: it could not be written.
    """
    data = file.encoded
    digest = digest_of(data)
    count = workspace.drafts.execute_durably(
        "INSERT OR REPLACE INTO draft_attachment (draft, digest, data)"
        " SELECT key, ?2, ?3 FROM draft WHERE id = ?1 AND discarded = 0",
        (draft, digest, data),
    )
    if count != 1:
        raise RefusedError(_CLOSED)
    return digest


def count_attached(workspace: Workspace, draft: str) -> int:
    """Count the files of a draft."""
    with workspace.drafts.reading() as connection:
        count: int = connection.value(
            "SELECT count(*) FROM draft_attachment a JOIN draft d ON d.key = a.draft"
            " WHERE d.id = ?",
            (draft,),
        )
    return count


def draft_attachment(workspace: Workspace, draft: str, digest: str) -> Attachment | None:
    """Return a file that was attached to a draft, or None when it is not among the draft's."""
    with workspace.drafts.reading() as connection:
        data = connection.value(
            "SELECT a.data FROM draft_attachment a JOIN draft d ON d.key = a.draft"
            " WHERE d.id = ? AND a.digest = ?",
            (draft, digest),
        )
    found = None if data is None else read_disclosure(data)
    return found if isinstance(found, Attachment) else None


def attached_to(connection: Connection, draft: str) -> dict[str, bytes]:
    """Return the disclosures of a draft's files by digest, read on the caller's connection."""
    return dict(
        connection.rows(
            "SELECT a.digest, a.data FROM draft_attachment a JOIN draft d ON d.key = a.draft"
            " WHERE d.id = ?",
            (draft,),
        )
    )


def undo(workspace: Workspace, draft: str, *, now: datetime) -> Answers:
    """Take back the last step; return the answers that changed, None for cleared ones."""
    with workspace.drafts.reading() as connection:
        changed = _replay(connection, _draft_row(connection, draft)).undo()
    if changed:
        _append(workspace, draft, "undo", "{}", now)
    return changed


def redo(workspace: Workspace, draft: str, *, now: datetime) -> Answers:
    """Do again the last step taken back; return the answers that changed."""
    with workspace.drafts.reading() as connection:
        changed = _replay(connection, _draft_row(connection, draft)).redo()
    if changed:
        _append(workspace, draft, "redo", "{}", now)
    return changed


def get_draft(workspace: Workspace, draft: str) -> Draft:
    """Return a draft.

    Raises:
        RefusedError: there is no such draft, or it is frozen already.
    """
    with workspace.drafts.reading() as connection:
        return read_draft(connection, draft)


def list_drafts(workspace: Workspace, *, discarded: bool = False) -> list[DraftSummary]:
    """Return the drafts, last touched first; or the discarded ones."""
    with workspace.drafts.reading() as connection:
        found = connection.rows(
            "SELECT id FROM draft WHERE discarded = ? ORDER BY key DESC", (int(discarded),)
        )
        drafts = [_summary(read_draft(connection, name)) for (name,) in found]
    return sorted(drafts, key=lambda one: datetime.fromisoformat(one.updated), reverse=True)


def discard_draft(workspace: Workspace, draft: str) -> None:
    """Put a draft away; ``restore_draft`` brings it back."""
    _mark(workspace, draft, discarded=True)


def restore_draft(workspace: Workspace, draft: str) -> None:
    """Bring a discarded draft back.

    Raises:
        RefusedError: its entry has another draft by now.
    """
    with workspace.drafts.reading() as connection:
        taken = connection.value(
            "SELECT 1 FROM draft a JOIN draft b ON a.entry = b.entry"
            " WHERE a.id = ? AND b.id != a.id AND b.discarded = 0",
            (draft,),
        )
    if taken:
        raise RefusedError("This entry is being edited in a newer draft; finish that one first.")
    _mark(workspace, draft, discarded=False)


def read_draft(connection: Connection, draft: str) -> Draft:
    """Return a draft, read on the caller's connection.

    Raises:
        RefusedError: there is no such draft, or it is frozen already.
    """
    row = _draft_row(connection, draft)
    key, name, entry, form, base, heads, is_new, started, discarded = row
    journal = _replay(connection, row)
    last = connection.value(
        "SELECT at FROM draft_step WHERE draft = ? ORDER BY number DESC LIMIT 1", (key,)
    )
    return Draft(
        id=name,
        entry=entry,
        form=form,
        title=promote(journal.answers)[1],
        is_new=bool(is_new),
        started=started,
        updated=last or started,
        discarded=bool(discarded),
        answers=dict(sorted(journal.answers.items())),
        base=json.loads(base),
        heads={path: tuple(ids) for path, ids in json.loads(heads).items()},
        can_undo=bool(journal.done),
        can_redo=bool(journal.undone),
    )


def last_step(connection: Connection, draft: str) -> int:
    """Return the number of a draft's last step, 0 while there is none."""
    found: int = connection.value(
        "SELECT coalesce(max(s.number), 0) FROM draft d JOIN draft_step s ON s.draft = d.key"
        " WHERE d.id = ?",
        (draft,),
    )
    return found


def _draft_row(connection: Connection, draft: str) -> Row:
    row = connection.row(
        "SELECT key, id, entry, form, base, heads, is_new, started, discarded FROM draft"
        " WHERE id = ?",
        (draft,),
    )
    if row is None:
        raise RefusedError(_CLOSED)
    return row


def _replay(connection: Connection, row: Row) -> _Journal:
    journal = _Journal(json.loads(row[4]))
    for kind, answers in connection.rows(
        "SELECT kind, answers FROM draft_step WHERE draft = ? ORDER BY number", (row[0],)
    ):
        if kind == "save":
            journal.save(json.loads(answers))
        elif kind == "undo":
            journal.undo()
        else:
            journal.redo()
    return journal


def _append(workspace: Workspace, draft: str, kind: str, answers: str, now: datetime) -> None:
    """Append a step: one statement, one transaction, one page of the log, one fdatasync."""
    count = workspace.drafts.execute_durably(
        "INSERT INTO draft_step (draft, number, at, kind, answers)"
        " SELECT d.key, 1 + coalesce((SELECT max(number) FROM draft_step WHERE draft = d.key), 0),"
        " ?2, ?3, ?4 FROM draft d WHERE d.id = ?1 AND d.discarded = 0",
        (draft, _moment(now), kind, answers),
    )
    if count != 1:
        raise RefusedError(_CLOSED)


def _mark(workspace: Workspace, draft: str, *, discarded: bool) -> None:
    count = workspace.drafts.execute_durably(
        "UPDATE draft SET discarded = ? WHERE id = ?", (int(discarded), draft)
    )
    if count != 1:
        raise RefusedError(_CLOSED)


def _storable(value: str | None) -> str | None:
    """Return a value without what no file can hold: half characters from a broken clipboard."""
    return value.encode("utf-8", "replace").decode() if value else None


def _check(path: str, value: str | None) -> None:
    if not paths.is_path(path):
        raise WrongUseError(f"{path!r} is not the path of an answer.")
    if value is not None and len(value) > settings.MAX_VALUE_CHARS:
        raise RefusedError(
            f"The answer to {path} has {len(value):,} characters; "
            f"one may have {settings.MAX_VALUE_CHARS:,}. Split it."
        )


def _summary(draft: Draft) -> DraftSummary:
    names = DraftSummary.__dataclass_fields__
    return DraftSummary(**{name: value for name, value in vars(draft).items() if name in names})


def _moment(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
