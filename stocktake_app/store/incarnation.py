"""Noticing a workspace that was copied, moved or restored: what this user's state folder remembers.

Outside the workspace stands, for each device id, the folder that it was last seen in and the
number of its last seal. A folder that does not fit goes on under a new device id, so two copies
never give the same number to different things. A folder that was only moved is the same one.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from stocktake_app import settings
from stocktake_app.store.files import atomic_write, file_error


class Incarnation(StrEnum):
    """What was found about a folder when it was opened; the faces have the sentences."""

    SAME = "same"
    NEW_HERE = "new_here"
    """This user's state folder does not know the device: another computer, or a new user."""
    COPIED = "copied"
    """The folder that was known before still stands elsewhere."""
    RESTORED = "restored"
    """The workspace is older than what was seen of it before."""


@dataclass(frozen=True)
class Sighting:
    """What is remembered of a device: its workspace, where it lay, and its last seal's number."""

    workspace: str
    device: str
    folder: str
    seals: int


def find_incarnation(folder: Path, now_seen: Sighting) -> Incarnation:
    """Compare what a folder says of itself with what is remembered of its device."""
    before = _recall(now_seen.device)
    if before is None or before.workspace != now_seen.workspace:
        return Incarnation.NEW_HERE
    if before.seals > now_seen.seals:
        return Incarnation.RESTORED
    old = Path(before.folder)
    if old.resolve() != folder.resolve() and _workspace_in(old) == now_seen.workspace:
        return Incarnation.COPIED
    return Incarnation.SAME


def remember(seen: Sighting) -> None:
    """Store a sighting durably; it replaces the last one of the device.

    Raises:
        MachineError: the state folder cannot be written.
    """
    path = _path(seen.device)
    if _recall(seen.device) == seen:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, path.parent) from error
    atomic_write(path, json.dumps(asdict(seen), sort_keys=True).encode())


def _recall(device: str) -> Sighting | None:
    try:
        return Sighting(**json.loads(_path(device).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None  # lost, torn or locked: as if never seen, which costs only a new device id


def _workspace_in(folder: Path) -> str:
    try:
        return str(json.loads((folder / "workspace.json").read_bytes())["id"])
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def _path(device: str) -> Path:
    return settings.state_folder() / "workspaces" / f"{device}.json"
