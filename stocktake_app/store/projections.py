"""What is derived from entries for reports and search, off the save path and rebuilt at will.

Whatever changes an entry marks it as stale; ``refresh_projections`` works the queue off in blocks.
An action calls it after its change; the window calls it in the writer's lane when idle.
"""

from stocktake_app.store.workspace import Workspace


def stale_entries(workspace: Workspace) -> int:
    """Count the entries whose projections are behind."""
    raise NotImplementedError


def refresh_projections(workspace: Workspace, limit: int | None = None) -> int:
    """Bring at most ``limit`` entries (None: all) up to date in short transactions; return how many."""
    raise NotImplementedError


def rebuild_projections(workspace: Workspace) -> int:
    """Drop every projection and make it again from the entries; return how many entries."""
    raise NotImplementedError
