"""A small file for its owner's eyes only, replaced whole or not at all."""

import os
import secrets
import sys
from pathlib import Path

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
        raise MachineError(
            f"{path} cannot be written ({error.strerror}); check the disk and the folder."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # no such call there, and none needed
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
