"""Freezing: a draft becomes a change. Only then are number, Lamport time and id given."""

from collections.abc import Mapping
from datetime import datetime

from stocktake_app.model.change import Change
from stocktake_app.store.workspace import Workspace


def freeze(
    workspace: Workspace,
    draft: str,
    now: datetime,
    *,
    finished: bool,
    answers: Mapping[str, str] | None = None,
) -> Change | None:
    """Make the change of a draft and close the draft; None when it changes nothing.

    It sets only what differs from what the draft began with, and replaces only what the draft had
    seen. ``answers`` are those to freeze when they differ from the draft's (the form session's
    ``sealed_answers()``: irrelevant ones emptied). Doing it again after a crash gives the same change.
    """
    raise NotImplementedError


def freeze_all(workspace: Workspace, now: datetime) -> list[Change]:
    """Freeze every draft as it stands, unfinished; what the export does first."""
    raise NotImplementedError
