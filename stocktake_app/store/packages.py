"""The folder ``packages/``: files of packages made here, until they are sent and afterwards.

In a protected workspace they are encrypted and their names on disk say nothing; in another one
they are the packages themselves. Everybody else knows them by the name that the outbox has.
"""

import hashlib
import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from stocktake_app.errors import UserFileError
from stocktake_app.store.encrypted_files import encrypted_file, open_encrypted
from stocktake_app.store.files import atomic_file, file_error
from stocktake_app.store.machine_errors import DamagedStoreError
from stocktake_app.store.workspace import Workspace

SUFFIX = ".locked"


class LostPackageError(UserFileError):
    """The file of a package is not in the workspace any more; export its entries again."""


def package_path(workspace: Workspace, name: str) -> Path:
    """Return where a package lies, or will lie."""
    return workspace.packages / (locked_name(workspace.file_key, name) or name)


def locked_name(key: bytes | None, name: str) -> str:
    """Return a package's name on disk under a key; "" without one."""
    if key is None:
        return ""
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32] + SUFFIX


@contextmanager
def writing_package(workspace: Workspace, name: str) -> Iterator[BinaryIO]:
    """Open a new package to write (not to seek); it is there when the block ends well.

    Raises:
        MachineError: it cannot be written.
    """
    path, key = package_path(workspace, name), workspace.file_key
    with atomic_file(path) if key is None else encrypted_file(path, key) as file:
        yield file


@contextmanager
def reading_package(workspace: Workspace, name: str) -> Iterator[BinaryIO]:
    """Open a package to read and seek.

    Raises:
        LostPackageError: it is not there any more, or damaged.
    """
    path, key = package_path(workspace, name), workspace.file_key
    try:
        with path.open("rb") if key is None else open_encrypted(path, key) as file:
            yield file
    except FileNotFoundError:
        raise LostPackageError(f"The file of {name} is gone; export its entries again.") from None
    except DamagedStoreError:
        raise LostPackageError(
            f"The file of {name} is damaged; export its entries again."
        ) from None


def copy_package(workspace: Workspace, name: str, target: Path) -> None:
    """Copy a package out of the workspace, readable, so that it is whole under its name or absent.

    Raises:
        LostPackageError: it is not there any more, or damaged.
        MachineError: the target cannot be written.
    """
    try:
        with reading_package(workspace, name) as source, atomic_file(target) as file:
            shutil.copyfileobj(source, file, 1024 * 1024)
    except OSError as error:
        raise file_error(error, target) from error
