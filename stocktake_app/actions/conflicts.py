"""Differing versions of an answer: listing them side by side, and a person's decision."""

from dataclasses import dataclass
from datetime import datetime

from stocktake_app.actions.result import Result
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Version(Result):
    """One version: the stored value, the value as people read it, who, where, when, which change."""

    value: str | None
    shown: str
    author: str
    office: str
    device: str
    time: str
    change: str


@dataclass(frozen=True)
class Conflict(Result):
    """An answer with several live values, the provisionally shown one first."""

    entry: str
    title: str
    path: str
    label: str
    versions: tuple[Version, ...]


def pending(workspace: Workspace) -> tuple[Conflict, ...]:
    """Return every undecided answer, by entry and path."""
    raise NotImplementedError


def one(workspace: Workspace, entry: str, path: str) -> Conflict:
    """Return one undecided answer; the entry may be given by the beginning of its id.

    Raises:
        WrongUseError: there is no such entry, or nothing to decide there.
    """
    raise NotImplementedError


def resolve(
    workspace: Workspace, entry: str, path: str, value: str | None, *, now: datetime
) -> str:
    """Decide: a new change replaces all live values of the answer; returns the change's id."""
    raise NotImplementedError
