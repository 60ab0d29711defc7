"""Where received packages lie: a folder of immutable files named by SHA-256, or an S3 bucket."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from stocktake_app.store.files import sync_folder

READ_BYTES = 1024 * 1024


class ObjectStore(Protocol):
    """A store of immutable bytes; all callers name them by SHA-256 and have checked it."""

    def put(self, sha256: str, file: Path) -> None:
        """Take over a file, durably, unless the object is there already; the file is gone then."""

    def size(self, sha256: str) -> int | None:
        """Return the size in bytes, or None if there is no such object."""

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from ``start`` up to ``end`` (not included) in blocks."""


class FolderObjects:
    """Objects as files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, sha256: str, file: Path) -> None:
        """Move the file in; it must lie on the same disk."""
        with file.open("rb+") as data:
            os.fsync(data.fileno())
        if self.size(sha256) is None:
            file.replace(self.folder / sha256)
            sync_folder(self.folder)
        else:
            file.unlink()

    def size(self, sha256: str) -> int | None:
        """Return the file's size."""
        with suppress(FileNotFoundError):
            return (self.folder / sha256).stat().st_size
        return None

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """Read the file in blocks."""
        with (self.folder / sha256).open("rb") as file:
            file.seek(start)
            while start < end and (block := file.read(min(READ_BYTES, end - start))):
                start += len(block)
                yield block


class RemoteObjects:
    """Objects in a bucket, through obstore: S3 and what speaks like it."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def put(self, sha256: str, file: Path) -> None:
        """Upload the file, unless the bucket has it (put-if-absent), and remove it here."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with suppress(AlreadyExistsError), file.open("rb") as data:
            obstore.put(self.store, sha256, data, mode="create", use_multipart=False)
        file.unlink()

    def size(self, sha256: str) -> int | None:
        """Ask the bucket for the object's size."""
        import obstore

        with suppress(FileNotFoundError):
            return int(obstore.head(self.store, sha256)["size"])
        return None

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """Fetch the object block by block."""
        import obstore

        for begin in range(start, end, READ_BYTES):
            upto = min(begin + READ_BYTES, end)
            yield bytes(obstore.get_range(self.store, sha256, start=begin, end=upto))


def open_objects(location: Path | str) -> ObjectStore:
    """Open a folder, or a bucket by its URL such as ``s3://stocktake-packages``."""
    if isinstance(location, Path):
        return FolderObjects(location)
    from obstore.store import from_url

    return RemoteObjects(from_url(location))
