"""Encrypting a workspace that was not: all of it or nothing, whatever happens in between.

Encrypted copies are made in the folder ``protecting/`` beside what stands. Writing
``protecting/ready.json`` is the moment of decision. Before it, what is found is thrown away at the
next opening; from it on, the next opening goes on: what stands moves to ``protecting/old/``, the
copies take its place, and only when all stand, the old files are overwritten. ``ready.json`` also
says what the old files looked like: one that somebody wrote to meanwhile brings all back.
"""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stocktake_app.errors import RefusedError
from stocktake_app.store.database import Connection, alone_with, compare_copy, encrypted_copy
from stocktake_app.store.encrypted_files import encrypted_file
from stocktake_app.store.files import atomic_file, atomic_write, require_room, sync_folder
from stocktake_app.store.machine_errors import DamagedStoreError, LockedStoreError
from stocktake_app.store.packages import locked_name
from stocktake_app.trust.keystore import has_keystore
from stocktake_app.trust.keystore_file import FILE_NAME, LOCK_NAME, derive
from stocktake_app.trust.private_file import held

STAGE = "protecting"
DATABASES = ("store.db", "drafts.db")
PACKAGES = "packages"
_MOVED = (*DATABASES, PACKAGES, FILE_NAME)
_OLD = "old"
_READY = "ready.json"
_DONE = "done.json"
_TO_OTHERS = ".age"
_HEADER_BYTES = 100
_CHUNK = 1024 * 1024

Progress = Callable[[int, int], None]
"""Is told how many steps of how many are done."""


@dataclass(frozen=True)
class Encrypted:
    """What was encrypted: entries, and files of packages."""

    entries: int
    packages: int


class InUseError(RefusedError):
    """Another program has this workspace open; close it and do it again."""


class ChangedMeanwhileError(RefusedError):
    """Another program used this workspace meanwhile; nothing was changed, do it again."""


def encrypt_workspace(
    folder: Path, make_keys: Callable[[Path], bytes], progress: Progress
) -> Encrypted:
    """Encrypt everything in a workspace's folder; nobody may have it open.

    ``make_keys`` writes the keystore of the encrypted workspace into a folder and returns the
    store's key of 32 bytes.

    Raises:
        InUseError: another program has it open.
        ChangedMeanwhileError: another program opened it before all was done.
        MachineError: there is no room, or the folder cannot be written.
    """
    with held(folder / LOCK_NAME):
        _settle(folder)
        found = sorted(path for path in (folder / PACKAGES).iterdir() if path.is_file())
        replaced = len(DATABASES) + has_keystore(folder)  # each copied before, overwritten after
        count = 2 * len(found) + len(_MOVED) + len(DATABASES) + replaced + 4
        steps = _Steps(progress, count)
        _require_room(folder)
        try:
            entries = _prepare(folder, found, make_keys, steps)
        except BaseException:
            shutil.rmtree(folder / STAGE, ignore_errors=True)
            raise
        _finish(folder, steps)
    return Encrypted(entries, len(found))


def settle_encryption(folder: Path) -> None:
    """Finish or throw away an encryption that was cut short; anything else is left as it is.

    Raises:
        ChangedMeanwhileError: another program wrote to it; all is as it was before.
        MachineError: the folder cannot be written.
    """
    if (folder / STAGE).is_dir():
        with held(folder / LOCK_NAME):
            _settle(folder)


class _Steps:
    """Counts the steps."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress = progress
        self._count = count
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        self._progress(min(self._done, self._count), self._count)


def _settle(folder: Path) -> None:
    stage = folder / STAGE
    steps = _Steps(lambda _done, _count: None, 0)
    if (stage / _DONE).exists():
        _throw_old_away(folder, steps)
    elif (stage / _READY).exists():
        _finish(folder, steps)
    elif stage.exists():
        shutil.rmtree(stage)


def _require_room(folder: Path) -> None:
    plain = [folder / name for name in DATABASES]
    plain += [path for path in (folder / PACKAGES).rglob("*") if path.is_file()]
    require_room(folder, sum(path.stat().st_size for path in plain) * 11 // 10)


def _prepare(
    folder: Path, packages: list[Path], make_keys: Callable[[Path], bytes], steps: _Steps
) -> int:
    """Make the copies and decide; returns how many entries there are."""
    stage = folder / STAGE
    (stage / PACKAGES).mkdir(parents=True)
    (stage / _OLD).mkdir()
    folder.chmod(0o700)
    steps()
    key = make_keys(stage)
    steps()
    stamps, rows = {}, {}
    for name in DATABASES:
        stamps[name], rows[name] = _copy_database(folder / name, stage / name, key)
        steps()
    for path in packages:
        _copy_package(path, stage / PACKAGES, derive(key, "files"))
        steps()
    for one in (stage / PACKAGES, stage, folder):
        sync_folder(one)
    atomic_write(stage / _READY, json.dumps(stamps, sort_keys=True).encode())
    steps()
    return rows["store.db"].get("entry", 0)


def _copy_database(plain: Path, target: Path, key: bytes) -> tuple[str, Mapping[str, int]]:
    """Copy one database, compare the two; return the plain one's stamp and its rows by table."""
    with _alone(plain) as (connection, stamp):
        encrypted_copy(connection, target, key)
        try:
            rows = compare_copy(connection, target, key)
        except ValueError as error:
            raise DamagedStoreError(
                f"The encrypted copy of {plain} is not the same ({error}); nothing was changed."
            ) from None
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return stamp, rows


def _copy_package(path: Path, folder: Path, key: bytes) -> None:
    """Encrypt one file; what is encrypted to somebody else already stays as it is."""
    target = folder / (path.name if path.suffix == _TO_OTHERS else locked_name(key, path.name))
    writing = atomic_file(target) if path.suffix == _TO_OTHERS else encrypted_file(target, key)
    with path.open("rb") as plain, writing as file:
        shutil.copyfileobj(plain, file, _CHUNK)


@contextmanager
def _alone(plain: Path) -> Iterator[tuple[Connection, str]]:
    """Hold a database for ourselves; also gives its stamp: what its header says of its changes."""
    # The handle is closed after the connection: closing any handle frees SQLite's locks.
    try:
        with plain.open("rb") as file, alone_with(plain) as connection:
            yield connection, file.read(_HEADER_BYTES).hex()
    except LockedStoreError:
        raise InUseError from None


def _finish(folder: Path, steps: _Steps) -> None:
    """Let the copies take their places; bring all back if an old file is not what was copied."""
    stage = folder / STAGE
    stamps = json.loads((stage / _READY).read_bytes())
    try:
        for name in _MOVED:
            if (stage / name).exists():
                _move_in(folder, name, stamps.get(name))
            steps()
    except (ChangedMeanwhileError, InUseError):
        _bring_back(folder)
        raise
    for one in (stage / _OLD, stage, folder):
        sync_folder(one)
    (stage / _READY).replace(stage / _DONE)
    sync_folder(stage)
    steps()
    _throw_old_away(folder, steps)


def _move_in(folder: Path, name: str, stamp: str | None) -> None:
    """Move one old file aside and its copy into its place; either half may be done already."""
    old, place = folder / STAGE / _OLD / name, folder / name
    if stamp is None or not place.exists():
        _swap(folder, name)
        return
    with _alone(place) as (_, found):
        if found != stamp:
            raise ChangedMeanwhileError
        if sys.platform != "win32":  # there an open file cannot be moved
            _swap(folder, name)
    if not old.exists():
        _swap(folder, name)


def _swap(folder: Path, name: str) -> None:
    place, stage = folder / name, folder / STAGE
    if place.exists():
        place.replace(stage / _OLD / name)
    (stage / name).replace(place)


def _bring_back(folder: Path) -> None:
    stage = folder / STAGE
    for name in _MOVED:
        if (stage / _OLD / name).exists():
            if (folder / name).exists():
                (folder / name).replace(stage / name)
            (stage / _OLD / name).replace(folder / name)
    sync_folder(folder)
    (stage / _READY).unlink()
    shutil.rmtree(stage)


def _throw_old_away(folder: Path, steps: _Steps) -> None:
    """Overwrite the old files once and remove them; a drive may keep traces all the same."""
    stage = folder / STAGE
    for path in sorted((stage / _OLD).rglob("*")):
        if path.is_file():
            _overwrite(path)
            path.unlink()
            steps()
    shutil.rmtree(stage)
    sync_folder(folder)


def _overwrite(path: Path) -> None:
    with path.open("rb+") as file:
        left = path.stat().st_size
        while left > 0:
            file.write(secrets.token_bytes(min(left, _CHUNK)))
            left -= _CHUNK
        file.flush()
        os.fsync(file.fileno())
