"""A zip file taken apart into its entries, to be put together again with any lie in it."""

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")

# The fields that a local header and the directory both have.
SHARED = ("needed", "flags", "method", "crc", "stored", "size")
# Those that the directory alone has.
DIRECTORY = ("made", "disk", "internal", "attributes")


@dataclass(frozen=True)
class RawEntry:
    """One entry; ``local`` are fields of which the local header says something else.

    ``after`` stands behind its bytes, ``offset`` overrides where the directory says that it is.
    """

    name: bytes
    body: bytes
    method: int
    crc: int
    size: int
    stored: int
    made: int = 0x0314
    needed: int = 20
    flags: int = 0
    disk: int = 0
    internal: int = 0
    attributes: int = 0o600 << 16
    extra: bytes = b""
    comment: bytes = b""
    local: dict[str, int] = field(default_factory=dict)
    local_name: bytes | None = None
    local_extra: bytes = b""
    after: bytes = b""
    offset: int | None = None
    listed: bool = True
    present: bool = True

    @property
    def head(self) -> bytes:
        """The local header and its name."""
        says = {name: self.local.get(name, getattr(self, name)) for name in SHARED}
        name = self.name if self.local_name is None else self.local_name
        head = (says["needed"], says["flags"], says["method"], 0, 0x21)
        sizes = (says["crc"], says["stored"], says["size"])
        lengths = (len(name), len(self.local_extra))
        return LOCAL.pack(b"PK\x03\x04", *head, *sizes, *lengths) + name + self.local_extra

    def line(self, offset: int) -> bytes:
        """The entry's line in the directory."""
        head = (self.made, self.needed, self.flags, self.method, 0, 0x21)
        sizes = (self.crc, self.stored, self.size)
        lengths = (len(self.name), len(self.extra), len(self.comment))
        place = offset if self.offset is None else self.offset
        tail = (self.disk, self.internal, self.attributes, place)
        packed = CENTRAL.pack(b"PK\x01\x02", *head, *sizes, *lengths, *tail)
        return packed + self.name + self.extra + self.comment


def entries_of(data: bytes) -> list[RawEntry]:
    """Take an ordinary zip file apart."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename)
            body = data[start : start + info.compress_size]
            found.append(
                RawEntry(
                    info.filename.encode(),
                    body,
                    info.compress_type,
                    info.CRC,
                    info.file_size,
                    info.compress_size,
                )
            )
    return found


def joined(
    entries: Sequence[RawEntry],
    *,
    before: bytes = b"",
    between: bytes = b"",
    comment: bytes = b"",
    after: bytes = b"",
    end: dict[str, int] | None = None,
) -> bytes:
    """Put entries together; ``end`` are fields of the end record that say something else."""
    out = bytearray(before)
    directory = bytearray()
    count = 0
    for one in entries:
        offset = len(out)
        if one.present:
            out += one.head + one.body + one.after
        if one.listed:
            directory += one.line(offset)
            count += 1
    out += between
    says = {"disk": 0, "first": 0, "here": count, "count": count, "size": len(directory)}
    says |= {"start": len(out), "comment": len(comment)} | (end or {})
    out += directory + END.pack(b"PK\x05\x06", *says.values()) + comment + after
    return bytes(out)


def changed(entries: Sequence[RawEntry], name: str, **fields: object) -> list[RawEntry]:
    """Return the entries with other fields in the one of this name."""
    assert any(one.name == name.encode() for one in entries), name
    return [
        replace(one, **fields) if one.name == name.encode() else one  # type: ignore[arg-type]
        for one in entries
    ]
