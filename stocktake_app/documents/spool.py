"""Room for what has to wait before it can be written: in memory first, then on disk, unreadable.

Several writers share one spool. What goes to disk has no name there (on Windows, one that goes
with the program) and is encrypted with a key that never leaves memory.
"""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

MEMORY_BYTES = 16 * 1024 * 1024
"""How much stays in memory before a file is made."""

_KEY_BYTES = 32
_NONCE_BYTES = 16

Block = tuple[int, int]
"""Where a block begins in the spool, and its length in bytes."""


class Spool:
    """Keeps blocks of bytes until it is left; ``folder`` is on the disk that has the room."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115  closed on leaving
            MEMORY_BYTES, dir=str(folder) if folder else None
        )
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, data: bytes) -> Block:
        """Keep a block. All blocks are added before the first is read again."""
        block = (self._size, len(data))
        self._file.write(self._cipher(block).update(data))
        self._size += len(data)
        return block

    def read(self, blocks: list[Block]) -> Iterator[bytes]:
        """Give blocks back in this order."""
        for block in blocks:
            self._file.seek(block[0])
            yield self._cipher(block).update(self._file.read(block[1]))

    def _cipher(self, block: Block) -> "CipherContext":
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        # No two blocks begin at the same place, so none shares its stream; upper half: the place.
        start = (block[0] << 64).to_bytes(_NONCE_BYTES, "big")
        return Cipher(algorithms.AES(self._key), modes.CTR(start)).encryptor()
