"""Files that only the workspace's key opens: written once, from the beginning, read anywhere.

A file is a magic, a salt, and blocks of AES-256-GCM. Each file has its own key (HKDF of the key
and the salt); a block's nonce is its number and whether it is the last one, so that blocks cannot
be swapped, dropped or cut off unseen. This is the STREAM construction that age uses too.
"""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stocktake_app.store.files import atomic_file
from stocktake_app.store.machine_errors import DamagedStoreError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"stocktake-file/1"
SALT_BYTES = 16
BLOCK = 64 * 1024
"""Plain bytes in every block but the last."""

_HEAD = len(MAGIC) + SALT_BYTES
_TAG = 16
_STORED = BLOCK + _TAG


@contextmanager
def encrypted_file(path: Path, key: bytes) -> Iterator[BinaryIO]:
    """Open a file to write (not to seek); it appears when the block ends well, and durably.

    Raises:
        MachineError: it cannot be written there.
    """
    with atomic_file(path) as file:
        salt = secrets.token_bytes(SALT_BYTES)
        file.write(MAGIC + salt)
        blocks = _Blocks(file, _cipher(key, salt))
        yield blocks
        blocks.end()


@contextmanager
def open_encrypted(path: Path, key: bytes) -> Iterator[BinaryIO]:
    """Open such a file to read and seek.

    Raises:
        DamagedStoreError: while opening or reading: it is not as it was written.
        OSError: it cannot be read.
    """
    with path.open("rb") as file, io.BufferedReader(_Plain(file, key, path), BLOCK) as plain:
        yield plain


class _Blocks(io.BytesIO):
    """Collects what is written and passes it on in encrypted blocks."""

    def __init__(self, out: BinaryIO, cipher: "AESGCM") -> None:
        super().__init__()
        self._out = out
        self._cipher = cipher
        self._pending = bytearray()
        self._number = 0

    def write(self, data: "ReadableBuffer") -> int:
        """Take the next bytes."""
        self._pending += data
        while len(self._pending) > BLOCK:  # one block stays: it may be the last
            self._pass_on(BLOCK, last=False)
        return memoryview(data).nbytes

    def end(self) -> None:
        """Write what is left as the last block."""
        self._pass_on(len(self._pending), last=True)

    def _pass_on(self, size: int, *, last: bool) -> None:
        block = bytes(self._pending[:size])
        del self._pending[:size]
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), block, MAGIC))
        self._number += 1


class _Plain(io.RawIOBase):
    """The plain bytes of an encrypted file; buffered by the caller in whole blocks."""

    def __init__(self, file: BinaryIO, key: bytes, path: Path) -> None:
        super().__init__()
        self._file = file
        self._path = path
        head = file.read(_HEAD)
        stored = file.seek(0, io.SEEK_END) - _HEAD
        self._count = -(-stored // _STORED)
        self._size = stored - self._count * _TAG
        if head[: len(MAGIC)] != MAGIC or self._size < 0 or not self._count:
            raise self._damaged()
        self._cipher = _cipher(key, head[len(MAGIC) :])
        self._position = 0
        self._block(self._count - 1)  # a file that was cut off is refused at once

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any place can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the place."""
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read up to the end of the block that the place is in."""
        if self._position >= self._size:
            return 0
        number, start = divmod(self._position, BLOCK)
        view = memoryview(buffer).cast("B")
        data = self._block(number)[start : start + len(view)]
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _block(self, number: int) -> bytes:
        from cryptography.exceptions import InvalidTag

        self._file.seek(_HEAD + number * _STORED)
        nonce = _nonce(number, last=number == self._count - 1)
        try:
            return self._cipher.decrypt(nonce, self._file.read(_STORED), MAGIC)
        except InvalidTag:
            raise self._damaged() from None

    def _damaged(self) -> DamagedStoreError:
        return DamagedStoreError(f"{self._path} is damaged; export these entries again.")


def _cipher(key: bytes, salt: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt, MAGIC).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
