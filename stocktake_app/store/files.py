"""Files that are whole or not there: temporary file, fsync, rename, fsync of the directory."""

import errno
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO

from stocktake_app.errors import MachineError
from stocktake_app.store.machine_errors import (
    DiskFullError,
    DiskTroubleError,
    ReadOnlyStoreError,
)

_RENAME_TRIES = 20
_RENAME_PAUSE = 0.1  # seconds; a virus scanner holds a new file for about a second

_READ_BYTES = 1024 * 1024

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when the block ends well, and durably.

    Raises:
        MachineError: it cannot be written there (full, read-only, no access).
    """
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            _sync(file.fileno())
        _rename(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise file_error(error, path) from error
    finally:
        with suppress(OSError):  # a disk that cannot be written has its sentence already
            temporary.unlink()


def outlet(out: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """Open what is to be written: a path as ``atomic_file``; an open file is the caller's to end.

    Raises:
        MachineError: as ``atomic_file``.
    """
    return atomic_file(out) if isinstance(out, Path) else nullcontext(out)


def atomic_write(path: Path, data: bytes) -> None:
    """Write a whole file durably, replacing an older one at once.

    Raises:
        MachineError: as ``atomic_file``.
    """
    with atomic_file(path) as file:
        file.write(data)


def sha256_of(file: BinaryIO) -> str:
    """Return the SHA-256 of what is left to read of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    while chunk := file.read(_READ_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_ballast(path: Path, size: int) -> None:
    """Keep ``size`` bytes of room in a file that can be given up later; no room is no error."""
    if path.exists() or _free(path.parent) < 4 * size:
        return
    with path.open("xb") as file:
        if sys.platform == "win32":
            file.write(bytes(size))
        else:
            os.posix_fallocate(file.fileno(), 0, size)


def require_room(folder: Path, size: int) -> None:
    """Check that about ``size`` bytes more will fit into this folder's disk.

    Raises:
        DiskFullError: they will not.
    """
    free = _free(folder)
    if free < size:
        raise DiskFullError(
            f"This needs about {_megabytes(size)} on the disk that holds {folder}, and only "
            f"{_megabytes(free)} are free; free some space and do it again."
        )


def file_error(error: OSError, path: Path) -> MachineError:
    """Return the sentence for what the system says about a file that was to be written."""
    if error.errno in _FULL:
        return DiskFullError(
            f"There is no room left on the disk for {path}; free some space and do it again."
        )
    if error.errno in _FORBIDDEN:
        return ReadOnlyStoreError(
            f"{path} cannot be written; check that the folder is yours and not write-protected."
        )
    return DiskTroubleError(f"{path} cannot be written ({error.strerror}); check the disk.")


def _free(folder: Path) -> int:
    import shutil

    return shutil.disk_usage(folder).free


def _megabytes(size: int) -> str:
    return f"{max(1, round(size / 1_000_000)):,} MB"


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync alone stops at the drive's cache
    else:
        os.fsync(descriptor)


def _rename(source: Path, target: Path) -> None:
    for attempt in range(_RENAME_TRIES):
        try:
            source.replace(target)
        except PermissionError:  # only Windows: somebody, often a scanner, has the file open
            if sys.platform != "win32" or attempt == _RENAME_TRIES - 1:
                raise
            time.sleep(_RENAME_PAUSE)
        else:
            return
