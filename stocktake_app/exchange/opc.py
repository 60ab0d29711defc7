"""The zip layer of an Office file, read with suspicion; ``documents/fixed_zip.py`` writes it.

Reading collects every *oddity*: anything that our writer would not have written, except the order
of entries, their compression and their times. A file with oddities may still be looked into (it
may have been saved again by another program), but it is never a valid package.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from mmap import mmap

from stocktake_app.documents.fixed_zip import (
    ATTRIBUTES,
    CENTRAL,
    CENTRAL_MAGIC,
    DEFLATED,
    END,
    END_MAGIC,
    LOCAL,
    LOCAL_MAGIC,
    MADE_BY,
    NEEDED,
    STORED,
)
from stocktake_app.exchange.contents import SWELLS, AlteredFileError, ForeignFileError, Limits
from stocktake_app.translations import Sentence

CHUNK = 256 * 1024
SMALL = 1024 * 1024
"""An entry that inflates to no more than this many bytes is never called a bomb."""

_ENCRYPTED = 0x1

MAX_SHOWN = 60
"""So many characters of a name are shown."""

# No segment is empty, begins or ends with a dot (but for ".rels"), or says "..".
_NAME = re.compile(
    r"\[Content_Types\]\.xml|(?:[A-Za-z0-9_-]+/)*(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\.rels)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a zip file; ``start`` is where its stored bytes begin."""

    name: str
    method: int
    crc: int
    stored: int
    size: int
    start: int


@dataclass(frozen=True)
class Archive:
    """A zip file that was looked at but not yet believed."""

    data: bytes | mmap
    entries: Mapping[str, Entry]
    oddities: tuple[str, ...]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give an entry's inflated bytes piece by piece, checked against its size and checksum.

        Raises:
            AlteredFileError: the entry does not inflate to what the directory says.
        """
        entry = self.entries[name]
        total = crc = 0
        for chunk in _inflated(self.data, entry):
            total += len(chunk)
            crc = zlib.crc32(chunk, crc)
            if total > entry.size:
                break
            yield chunk
        if total != entry.size or crc != entry.crc:
            raise AlteredFileError(f"the part {name} is damaged")

    def read(self, name: str, limit: int) -> bytes:
        """Return an entry's bytes.

        Raises:
            AlteredFileError: it is larger than ``limit`` bytes, or damaged.
        """
        if self.entries[name].size > limit:
            raise AlteredFileError(f"the part {name} is too large to be read")
        found = BytesIO()
        for chunk in self.chunks(name):
            found.write(chunk)
        return found.getvalue()


def _inflated(data: bytes | mmap, entry: Entry) -> Iterator[bytes]:
    ends = entry.start + entry.stored
    if entry.method == STORED:
        for position in range(entry.start, ends, CHUNK):
            yield data[position : min(position + CHUNK, ends)]
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for position in range(entry.start, ends, CHUNK):
            pending = data[position : min(position + CHUNK, ends)]
            while pending:
                yield inflater.decompress(pending, CHUNK)
                pending = inflater.unconsumed_tail
            if inflater.unused_data:
                break
        yield inflater.flush(CHUNK)
    except zlib.error:
        raise AlteredFileError(f"the part {entry.name} is damaged") from None
    if not inflater.eof or inflater.unused_data:
        raise AlteredFileError(f"the part {entry.name} is damaged")


def _shown(name: str) -> str:
    """Return a name that is fit for a sentence: it may be 60,000 characters of anything."""
    return repr(name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…")


def _damaged(what: str) -> ForeignFileError:
    return ForeignFileError(Sentence("The file is damaged: {what}.", what=what))


def read_archive(data: bytes | mmap, limits: Limits) -> Archive:
    """Read the directory of a zip file.

    Raises:
        ForeignFileError: it is cut short, encrypted, or beyond the limits.
        AlteredFileError: two entries have the same name.
    """
    return _Reader(data, limits).archive()


class _Reader:
    """Walks through a zip file's directory and collects what is odd about it."""

    def __init__(self, data: bytes | mmap, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.oddities: list[str] = []

    def archive(self) -> Archive:
        count, start, end = self._end_record()
        entries: dict[str, Entry] = {}
        spans = []
        seen = set()
        position = start
        for _ in range(count):
            entry, local, position = self._central(position, end)
            if entry.name.lower() in seen:
                raise AlteredFileError(f"the part {_shown(entry.name)} is in it twice")
            seen.add(entry.name.lower())
            entries[entry.name] = entry
            spans.append((local, entry.start + entry.stored))
        self._expect(position == end, "its directory is longer than its entries")
        self._check_tiling(spans, start)
        self._check_bomb(entries.values())
        return Archive(self.data, entries, tuple(self.oddities))

    def _expect(self, ordinary: bool, oddity: str) -> None:  # noqa: FBT001  a condition
        if not ordinary and len(self.oddities) < 10:  # noqa: PLR2004  enough to say
            self.oddities.append(oddity)

    def _end_record(self) -> tuple[int, int, int]:
        at = self.data.rfind(END_MAGIC, max(0, len(self.data) - END.size - 0xFFFF))
        if at < 0 or at + END.size > len(self.data):
            raise ForeignFileError(
                Sentence("The file is damaged or cut short: its end is missing.")
            )
        _, disk, first, here, count, size, start, comment = END.unpack_from(self.data, at)
        if count > self.limits.entries or size > self.limits.entries * 1024:
            raise ForeignFileError(Sentence("The file holds more parts than any package does."))
        if start + size > at:
            raise ForeignFileError(
                Sentence("The file is damaged or cut short: its directory is missing.")
            )
        ordinary = not (disk or first or comment) and here == count
        self._expect(ordinary and at + END.size == len(self.data), "there are bytes behind its end")
        self._expect(start + size == at, "there are bytes between its directory and its end")
        return count, start, start + size

    def _central(self, position: int, end: int) -> tuple[Entry, int, int]:
        if position + CENTRAL.size > end:
            raise _damaged("its directory breaks off")
        head = CENTRAL.unpack_from(self.data, position)
        magic, made, needed, flags, method, _, _, crc, stored, size = head[:10]
        name_size, extra, comment, disk, internal, attributes, local = head[10:]
        if magic != CENTRAL_MAGIC:
            raise _damaged("its directory cannot be read")
        if flags & _ENCRYPTED:
            raise ForeignFileError(
                Sentence("The file is protected by a password; ask for it without one.")
            )
        raw = self.data[position + CENTRAL.size : position + CENTRAL.size + name_size]
        name = raw.decode("utf-8", "replace")
        fixed = (made, needed, flags, extra, comment, disk, internal, attributes)
        ours = (MADE_BY, NEEDED, 0, 0, 0, 0, 0, ATTRIBUTES)
        self._expect(
            fixed == ours, f"the directory's line of {_shown(name)} was written by another program"
        )
        self._expect(_NAME.fullmatch(name) is not None, f"{_shown(name)} is no name of a part")
        if method not in (STORED, DEFLATED):
            raise ForeignFileError(
                Sentence("The part {name} is packed as no package is.", name=_shown(name))
            )
        self._expect(method == DEFLATED or stored == size, f"the part {_shown(name)} has two sizes")
        body = self._local(local, raw, (flags, method, crc, stored, size))
        if body + stored > len(self.data):
            raise _damaged(f"the part {_shown(name)} lies outside it")
        entry = Entry(name, method, crc, stored, size, body)
        return entry, local, position + CENTRAL.size + name_size + extra + comment

    def _local(self, position: int, name: bytes, central: tuple[int, ...]) -> int:
        if position + LOCAL.size > len(self.data):
            raise _damaged("a part lies outside it")
        head = LOCAL.unpack_from(self.data, position)
        magic, needed, flags, method, _, _, crc, stored, size, name_size, extra = head
        start = position + LOCAL.size
        same = (flags, method, crc, stored, size) == central
        same &= self.data[start : start + name_size] == name
        ordinary = magic == LOCAL_MAGIC and needed == NEEDED and not extra
        self._expect(
            same and ordinary, f"the part {_shown(name.decode('utf-8', 'replace'))} has two faces"
        )
        return int(start + name_size + extra)

    def _check_tiling(self, spans: list[tuple[int, int]], end: int) -> None:
        position = 0
        for start, stop in sorted(spans):
            self._expect(start == position, "there are bytes between its parts")
            position = stop
        self._expect(position == end, "there are bytes between its parts and its directory")

    def _check_bomb(self, entries: Iterable[Entry]) -> None:
        total = 0
        for entry in entries:
            total += entry.size
            if entry.size > max(SMALL, entry.stored * self.limits.ratio):
                name = _shown(entry.name)
                raise ForeignFileError(
                    Sentence("The part {name} would swell beyond all measure.", name=name)
                )
        if total > self.limits.inflated(len(self.data)):
            raise ForeignFileError(SWELLS)
