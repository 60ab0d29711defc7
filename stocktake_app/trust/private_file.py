"""A small file for its owner's eyes only, replaced whole or not at all, one program at a time."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stocktake_app.errors import MachineError


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, durably, replacing an older one at once.

    Raises:
        MachineError: it cannot be written there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - Path cannot open a descriptor
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _sentence(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock file while a file beside it is read, changed and written; others wait.

    Raises:
        MachineError: the lock file cannot be written.
    """
    try:
        file = path.open("ab")
    except OSError as error:
        raise _sentence(path, error) from error
    with file:
        _wait_for(file)
        yield  # the system frees the lock with the file, whatever happens to the program


def try_lock(file: IO[bytes]) -> bool:
    """Lock an open file for this program alone; False when another one has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _wait_for(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX)


def _sentence(path: Path, error: OSError) -> MachineError:
    return MachineError(
        f"{path} cannot be written ({error.strerror}); check the disk and the folder."
    )


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # no such call there, and none needed
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
