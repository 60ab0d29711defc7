"""Making and opening workspaces."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.model.codes import Role
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Person:
    """Whose workspace it is; an officer needs a name, an office and a language, nothing else."""

    name: str
    office: str = ""
    role: Role = Role.OFFICER
    bureau: str = ""
    country: str = ""
    language: str = "en"


@dataclass(frozen=True)
class WorkspaceInfo(Result):
    """A workspace as people know it. ``notes`` are sentences about its folder and its state."""

    folder: Path
    id: str
    role: Role
    name: str
    office: str
    bureau: str
    country: str
    language: str
    practice: bool
    protected: bool
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Return what it is, for people."""
        kind = "Practice workspace" if self.practice else "Workspace"
        return "\n".join([f"{kind} of {self.name or self.role} in {self.folder}", *self.notes])


def create(
    folder: Path,
    person: Person,
    *,
    now: datetime,
    passphrase: str | None = None,
    trust: bytes | None = None,
    practice: bool = False,
) -> Workspace:
    """Make a workspace in an empty folder.

    With a passphrase the store is encrypted and keys can be made; without one an officer can
    capture at once and is asked at the first export. ``trust`` is a root certificate (PEM): a
    reading workspace that trusts it.

    Raises:
        WrongUseError: the folder is not empty, or HQ or a bureau has neither passphrase nor trust.
        MachineError: the folder cannot be written.
    """
    raise NotImplementedError


def open_folder(folder: Path, *, passphrase: str | None = None, now: datetime) -> Workspace:
    """Open a workspace.

    Raises:
        WrongUseError: there is none, or it is protected and no passphrase is given.
        MachineError: it is locked, newer than this program, or damaged.
    """
    raise NotImplementedError


def describe(workspace: Workspace) -> WorkspaceInfo:
    """Say what a workspace is."""
    raise NotImplementedError
