"""Change lines kept in memory between two readings: as they are, or packed when they are many."""

from backports import zstd

PACKED_FROM = 64 * 1024 * 1024
"""From so many bytes of lines on they are packed: an eighth of the room for a tenth of the time."""

_DICTIONARY_BYTES = 64 * 1024
_LEVEL = 1


class LinePacker:
    """Packs lines against the first ones: lines of one questionnaire are much alike."""

    def __init__(self, raw_size: int) -> None:
        self._learning = raw_size > PACKED_FROM
        self._first = b""
        self._dictionary: zstd.ZstdDict | None = None
        self._compressor = zstd.ZstdCompressor(level=_LEVEL)

    def pack(self, line: bytes) -> bytes:
        """Return what to keep of a line."""
        if self._learning:
            self._learn(line)
        if self._dictionary is None:
            return line
        return self._compressor.compress(line, zstd.ZstdCompressor.FLUSH_FRAME)

    def unpack(self, kept: bytes) -> bytes:
        """Return the line; a frame never begins as a line does."""
        if kept.startswith(b"{") or self._dictionary is None:
            return kept
        return zstd.ZstdDecompressor(zstd_dict=self._dictionary.as_digested_dict).decompress(kept)

    def _learn(self, line: bytes) -> None:
        self._first += line[:_DICTIONARY_BYTES]
        if len(self._first) >= _DICTIONARY_BYTES:
            self._learning = False
            self._dictionary = zstd.ZstdDict(self._first, is_raw=True)
            self._compressor = zstd.ZstdCompressor(
                level=_LEVEL, zstd_dict=self._dictionary.as_digested_dict
            )
            self._first = b""
