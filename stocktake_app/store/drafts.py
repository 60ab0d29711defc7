"""Drafts: entries being typed. Every answer is one durable append to a journal in ``drafts.db``.

A draft is what it began from plus its journal, so undo and redo are journal rows themselves and
nothing that was saved can be lost or half there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stocktake_app.model.ids import Ids, new_id
from stocktake_app.store.workspace import Workspace


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
    the shown one; saving another value over them settles them.
    """
    raise NotImplementedError


def save_answer(
    workspace: Workspace, draft: str, path: str, value: str | None, *, now: datetime
) -> None:
    """Save one answer; it is on disk when this returns. None or "" clears it."""
    raise NotImplementedError


def save_answers(
    workspace: Workspace, draft: str, values: Mapping[str, str | None], *, now: datetime
) -> None:
    """Save several answers as one step of undo (a row added, moved or removed)."""
    raise NotImplementedError


def undo(workspace: Workspace, draft: str, *, now: datetime) -> dict[str, str | None]:
    """Take back the last step; return the answers that changed, None for cleared ones."""
    raise NotImplementedError


def redo(workspace: Workspace, draft: str, *, now: datetime) -> dict[str, str | None]:
    """Do again the last step taken back; return the answers that changed."""
    raise NotImplementedError


def get_draft(workspace: Workspace, draft: str) -> Draft:
    """Return a draft.

    Raises:
        RefusedError: there is no such draft, or it is frozen already.
    """
    raise NotImplementedError


def list_drafts(workspace: Workspace, *, discarded: bool = False) -> list[DraftSummary]:
    """Return the drafts, last touched first; or the discarded ones."""
    raise NotImplementedError


def discard_draft(workspace: Workspace, draft: str) -> None:
    """Put a draft away; ``restore_draft`` brings it back."""
    raise NotImplementedError


def restore_draft(workspace: Workspace, draft: str) -> None:
    """Bring a discarded draft back."""
    raise NotImplementedError
