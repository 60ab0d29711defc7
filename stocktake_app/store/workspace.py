"""A workspace: one folder with its store, drafts, packages and keys, and the person it belongs to.

``workspace.json`` holds what must be known before a key is: id, role, format, practice. The rest,
names included, lies in ``store.db`` and ``drafts.db``, which one data key encrypts (or none).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from stocktake_app.model.codes import Role
from stocktake_app.model.ids import Ids, new_id
from stocktake_app.model.scope import Author
from stocktake_app.store.database import Database


@dataclass(frozen=True)
class Profile:
    """Who works here. ``identity`` is 32 hexadecimal digits, made at the start, and for life.

    ``bureau`` is a code such as ``WCA`` ("" for HQ), ``country`` an ISO 3166-1 alpha-3 code,
    ``language`` a language tag such as ``fr``.
    """

    name: str
    office: str
    role: Role
    bureau: str
    country: str
    language: str
    identity: str

    @property
    def author(self) -> Author:
        """What of it decides who may touch what."""
        return Author(self.identity, self.role, "" if self.role is Role.HQ else self.bureau)


class Incarnation(StrEnum):
    """What was found about this folder when it was opened (a sentence is the face's business)."""

    SAME = "same"
    NEW_HERE = "new_here"
    """This user's state folder does not know the workspace: another computer, or a new user."""
    COPIED = "copied"
    """The folder that was known before still stands elsewhere."""
    RESTORED = "restored"
    """The workspace is older than what was seen of it before."""


@dataclass(frozen=True)
class Workspace:
    """An open workspace. ``device`` is this incarnation's id (32 hexadecimal digits).

    ``incarnation`` is anything but ``SAME`` once, when the device id was renewed at this opening.
    """

    folder: Path
    id: str
    role: Role
    practice: bool
    device: str
    profile: Profile
    store: Database
    drafts: Database
    incarnation: Incarnation

    @property
    def packages(self) -> Path:
        """The folder for package files, made and received."""
        return self.folder / "packages"

    def close(self) -> None:
        """Close both files."""
        raise NotImplementedError


def is_workspace(folder: Path) -> bool:
    """Say whether there is a workspace in this folder."""
    raise NotImplementedError


def create_workspace(
    folder: Path,
    profile: Profile,
    *,
    key: bytes | None = None,
    ids: Ids = new_id,
    now: datetime,
    practice: bool = False,
) -> Workspace:
    """Make a workspace in an empty or new folder and open it; ``key`` is 32 bytes or None.

    Raises:
        RefusedError: there is something in the folder already.
        MachineError: the folder cannot be written.
    """
    raise NotImplementedError


def open_workspace(folder: Path, *, key: bytes | None = None, ids: Ids = new_id) -> Workspace:
    """Open a workspace; an older file is migrated, a copied folder gets a new device id.

    Raises:
        RefusedError: there is no workspace there, or the key is not its key.
        MachineError: the files are damaged, locked, newer than this program, or not readable.
    """
    raise NotImplementedError


def save_profile(workspace: Workspace, profile: Profile) -> Workspace:
    """Store a changed profile (a name, a language) and return the workspace with it."""
    raise NotImplementedError


@contextmanager
def window_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's window: a second window on it is refused, the command line is not.

    Raises:
        RefusedError: another window has it open.
    """
    raise NotImplementedError
    yield
