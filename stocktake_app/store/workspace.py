"""A workspace: one folder with its store, drafts, packages and keys, and the person it belongs to.

``workspace.json`` holds what must be known before a key is: id, role, format, practice. The rest,
names included, lies in ``store.db`` and ``drafts.db``, which one data key encrypts (or none).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from stocktake_app.errors import MachineError, RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import Ids, new_id
from stocktake_app.model.scope import Author
from stocktake_app.store import rows
from stocktake_app.store.database import Connection, Database
from stocktake_app.store.files import atomic_write, file_error, make_ballast
from stocktake_app.store.incarnation import Incarnation, Sighting, find_incarnation, remember
from stocktake_app.store.machine_errors import DamagedStoreError, newer_store
from stocktake_app.store.schema import prepare_drafts, prepare_store
from stocktake_app.trust.keystore_file import derive
from stocktake_app.trust.private_file import try_lock

__all__ = [
    "Incarnation",
    "Profile",
    "Workspace",
    "create_workspace",
    "is_workspace",
    "open_workspace",
    "save_profile",
    "window_lock",
]

FORMAT = 1
MARKER = "workspace.json"
BALLAST_BYTES = 16 * 1024 * 1024
_MAY_BE_THERE = {"keys.json", "keys.lock"}  # the keystore comes first: it makes the key
_DRAFTS_CACHE_KIB = 4 * 1024


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
    def file_key(self) -> bytes | None:
        """What encrypts files beside the store; None when the workspace is not encrypted."""
        return derive(self.store.key, "files") if self.store.key else None

    @property
    def packages(self) -> Path:
        """The folder for package files, made and received."""
        return self.folder / "packages"

    def close(self) -> None:
        """Close both files."""
        self.store.close()
        self.drafts.close()


@dataclass(frozen=True)
class _Marker:
    id: str
    role: Role
    practice: bool


def is_workspace(folder: Path) -> bool:
    """Say whether there is a workspace in this folder."""
    return (folder / MARKER).is_file()


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
    _make_folder(folder)
    store, drafts = _databases(folder, key)
    try:
        prepare_store(store)
        prepare_drafts(drafts)
        device, name = ids(), ids()
        marker = {"format": FORMAT, "id": name, "practice": practice, "role": profile.role}
        _begin(store, profile, device, now)
        remember(Sighting(name, device, str(folder.resolve()), 0))
        atomic_write(folder / MARKER, json.dumps(marker, sort_keys=True).encode())
    finally:
        store.close()
        drafts.close()
    return open_workspace(folder, key=key, ids=ids)


def open_workspace(folder: Path, *, key: bytes | None = None, ids: Ids = new_id) -> Workspace:
    """Open a workspace; an older file is migrated, a copied folder gets a new device id.

    Raises:
        RefusedError: there is no workspace there.
        MachineError: the files are damaged, locked, newer than this program, not readable, or
            the key is not theirs.
    """
    marker = _read_marker(folder)
    _require_files(folder)
    store, drafts = _databases(folder, key)
    try:
        prepare_store(store)
        prepare_drafts(drafts)
        return _opened(folder, marker, store, drafts, ids)
    except BaseException:
        store.close()
        drafts.close()
        raise


def save_profile(workspace: Workspace, profile: Profile) -> Workspace:
    """Store a changed profile (a name, a language) and return the workspace with it."""
    with workspace.store.writing() as connection:
        rows.set_setting(connection, "profile", asdict(profile))
        rows.author_key(connection, own_author_row(profile))
    return replace(workspace, profile=profile)


def own_author_row(profile: Profile) -> tuple[str, str, str, str, str, str]:
    """Return our own row of ``author`` for changes that no seal holds yet."""
    author = profile.author
    return (author.identity, author.role, author.bureau, profile.name, profile.office, "")


@contextmanager
def window_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's window: a second window on it is refused, the command line is not.

    Raises:
        RefusedError: another window has it open.
    """
    make_ballast(workspace.folder / "ballast", BALLAST_BYTES)
    path = workspace.folder / "window.lock"
    try:
        file = path.open("ab")
    except OSError as error:
        raise file_error(error, path) from error
    with file:
        if not try_lock(file):
            raise RefusedError(
                f"The workspace {workspace.folder} is open in another window; use that one."
            )
        yield  # the system frees the lock with the file, whatever happens to the program


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # its owner's alone; on Windows the folder above says who may
        found = sorted(path.name for path in folder.iterdir() if path.name not in _MAY_BE_THERE)
        if found:
            raise RefusedError(
                f"{folder} is not empty (there is {found[0]}); choose a new folder for a workspace."
            )
        (folder / "packages").mkdir()
    except (FileExistsError, NotADirectoryError):
        raise RefusedError(f"{folder} is a file; choose a folder for a workspace.") from None
    except OSError as error:
        raise file_error(error, folder) from error


def _require_files(folder: Path) -> None:
    """Refuse files that are gone or were emptied: they would be made anew, as if nothing had been.

    Raises:
        DamagedStoreError: one is.
    """
    for path in (folder / "store.db", folder / "drafts.db"):
        if not path.is_file():
            raise DamagedStoreError(f"{path} is missing; restore your last backup.")
        if not path.stat().st_size:
            raise DamagedStoreError(f"{path} is empty; restore your last backup.")


def _databases(folder: Path, key: bytes | None) -> tuple[Database, Database]:
    ballast = folder / "ballast"
    store = Database(folder / "store.db", key, ballast=ballast)
    drafts = Database(folder / "drafts.db", key, cache_kib=_DRAFTS_CACHE_KIB, ballast=ballast)
    return store, drafts


def _begin(store: Database, profile: Profile, device: str, now: datetime) -> None:
    with store.writing() as connection:
        rows.set_setting(connection, "profile", asdict(profile))
        rows.set_setting(connection, "device", device)
        rows.set_setting(connection, "lamport", 0)
        rows.set_setting(connection, "created", now.isoformat(timespec="seconds"))
        rows.author_key(connection, own_author_row(profile))


def _read_marker(folder: Path) -> _Marker:
    path = folder / MARKER
    try:
        body = json.loads(path.read_bytes())
        version = int(body["format"])
        if version <= FORMAT:
            return _Marker(str(body["id"]), Role(body["role"]), bool(body["practice"]))
    except (FileNotFoundError, NotADirectoryError):
        raise RefusedError(f"There is no workspace in {folder}; make one with init.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedStoreError(f"{path} is damaged ({error}); restore your last backup.") from None
    except OSError as error:
        raise MachineError(f"{path} cannot be read ({error.strerror}).") from error
    raise newer_store(path, version, FORMAT)


def _opened(
    folder: Path, marker: _Marker, store: Database, drafts: Database, ids: Ids
) -> Workspace:
    with store.reading() as connection:
        device = str(rows.setting(connection, "device"))
        body = rows.setting(connection, "profile")
        seals = rows.last_seal_number(connection, device)
    profile = Profile(**{**body, "role": Role(body["role"])})
    seen = Sighting(marker.id, device, str(folder.resolve()), seals)
    found = find_incarnation(folder, seen)
    if found is not Incarnation.SAME:
        device = ids()
        seen = replace(seen, device=device, seals=0)
        _renew_device(store, device)
    with suppress(MachineError):  # a read-only home: noticed again, and only again, next time
        remember(seen)
    return Workspace(
        folder, marker.id, marker.role, marker.practice, device, profile, store, drafts, found
    )


def _renew_device(store: Database, device: str) -> None:
    with store.writing() as connection:
        rows.set_setting(connection, "device", device)


def remember_seals(workspace: Workspace, number: int) -> None:
    """Note outside the workspace that its device has made this many seals."""
    folder = str(workspace.folder.resolve())
    remember(Sighting(workspace.id, workspace.device, folder, number))


def own_author_key(connection: Connection, workspace: Workspace) -> int:
    """Return the key of our own row of ``author``."""
    return rows.author_key(connection, own_author_row(workspace.profile))
