"""Packages on their way in: one partial file per sender and package, appended at its very end.

The size of the partial file is the offset: nothing else remembers it, so nothing can disagree after
a crash. What a power cut may have torn is found by the hash at the end, and begun anew.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from stocktake_app.errors import MachineError, RefusedError
from stocktake_app.server.limits import Limits
from stocktake_app.server.objects import ObjectStore

HASH_BLOCK = 1024 * 1024


class DamagedUploadError(RefusedError):
    """What arrived is not the package that was announced; it was thrown away, send it again."""


class TooMuchError(RefusedError):
    """The package is larger than this mailbox takes, or too many are on their way."""


class DiskFullError(MachineError):
    """HQ's disk is full; tell HQ and try again later."""


@dataclass(frozen=True)
class Uploads:
    """The folder of partial files; it lies on the same disk as a folder of objects."""

    folder: Path
    objects: ObjectStore
    limits: Limits
    clock: Callable[[], float]
    """Seconds since 1970, to tell abandoned files by."""

    def partial(self, sender: str, sha256: str) -> Path:
        """Return where a sender's unfinished package lies; both names were checked."""
        return self.folder / f"{sender}-{sha256}"

    def offset(self, sender: str, sha256: str) -> int:
        """Return how many bytes have arrived."""
        with suppress(FileNotFoundError):
            return self.partial(sender, sha256).stat().st_size
        return 0

    def check_room(self, sender: str, sha256: str) -> None:
        """Check that a sender may begin or go on with a package.

        Raises:
            TooMuchError: too many are open.
            DiskFullError: the disk is nearly full.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < self.limits.free_bytes:
            raise DiskFullError
        if self.partial(sender, sha256).exists():
            return
        self.drop_abandoned()
        opened = sum(1 for _ in self.folder.glob(f"{sender}-*"))
        if opened >= self.limits.open_uploads:
            raise TooMuchError(
                f"{opened} packages of yours are on their way and not finished; finish those first."
            )

    @contextmanager
    def appending(self, sender: str, sha256: str) -> Iterator[Callable[[bytes], None]]:
        """Give a function that appends bytes; what it took is kept whatever happens next."""
        with self.partial(sender, sha256).open("ab", buffering=0) as file:

            def append(data: bytes) -> None:
                if file.tell() + len(data) > self.limits.package_bytes:
                    file.truncate(0)
                    raise TooMuchError(
                        f"A package may have {self.limits.package_bytes} bytes; this one has more."
                    )
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]

            yield append

    def finish(self, sender: str, sha256: str) -> int:
        """Check the hash and move the package to the others, durably; return its size in bytes.

        Raises:
            DamagedUploadError: it is not what its name says; it is gone.
        """
        partial = self.partial(sender, sha256)
        size = partial.stat().st_size
        if file_sha256(partial) != sha256:
            partial.unlink()
            raise DamagedUploadError
        self.objects.put(sha256, partial)
        return size

    def drop(self, sender: str, sha256: str) -> None:
        """Throw a partial file away."""
        self.partial(sender, sha256).unlink(missing_ok=True)

    def drop_abandoned(self) -> None:
        """Throw away what nobody went on with for long."""
        for file in self.folder.iterdir():
            with suppress(FileNotFoundError):  # finished or dropped meanwhile
                if self.clock() - file.stat().st_mtime > self.limits.abandoned_after:
                    file.unlink()


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
