"""Files that are whole or not there: temporary file, fsync, rename, fsync of the directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when the block ends well, and durably.

    Raises:
        MachineError: it cannot be written there (full, read-only, no access).
    """
    raise NotImplementedError
    yield


def atomic_write(path: Path, data: bytes) -> None:
    """Write a whole file durably, replacing an older one at once."""
    raise NotImplementedError
