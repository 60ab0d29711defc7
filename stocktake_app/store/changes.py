"""Changes: appended here, brought by imports, and folded into what entries show."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from stocktake_app.model.change import Change
from stocktake_app.model.fold import EntryState
from stocktake_app.store.workspace import Workspace


def append_change(
    workspace: Workspace,
    entry: str,
    values: Mapping[str, str | None],
    now: datetime,
    *,
    replaces: Mapping[str, tuple[str, ...]] | None = None,
) -> Change:
    """Make a change of our own at once: settle a conflict, review, comment, withdraw, code.

    Without ``replaces`` it replaces the live values that stand now at the paths it sets, so
    setting one of several differing versions settles them.

    Raises:
        RefusedError: the entry is not ours to change, or a path is not ours to set.
    """
    raise NotImplementedError


def delete_entry(workspace: Workspace, entry: str, now: datetime) -> Change:
    """Mark an entry as deleted: every live value that we see is replaced by ``@deleted``."""
    raise NotImplementedError


def changes_of(workspace: Workspace, entry: str, *, counted: bool = True) -> list[Change]:
    """Return the changes of an entry, those set aside only when ``counted`` is False too."""
    raise NotImplementedError


def entry_state(workspace: Workspace, entry: str) -> EntryState:
    """Return the folded state of an entry: live values, heads, conflicts."""
    raise NotImplementedError


def rebuild_entries(workspace: Workspace, entries: Iterable[str] | None = None) -> int:
    """Judge and fold entries (all, or these) again from their changes; return how many."""
    raise NotImplementedError
