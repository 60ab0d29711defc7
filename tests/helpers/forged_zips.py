"""Lies in the zip file around an unchanged workbook, or one with a second face."""

import struct
import zlib
from dataclasses import replace
from functools import partial

from forgery import Book
from packages import Made, packed, unpacked
from part_tools import SHEET
from raw_zip import LOCAL, SHARED, RawEntry, changed, entries_of, joined

from stocktake_app.model.codes import Verdict

BOOK = Book("zip", "xlsx")
WORKBOOK = "xl/workbook.xml"
EVIL = b"<v>9999</v>"


def forged_sheet(made: Made) -> bytes:
    return unpacked(made.data)[SHEET].replace(b"<v>9</v>", EVIL)


def stored(name: bytes, body: bytes) -> RawEntry:
    return RawEntry(name, body, 0, zlib.crc32(body), len(body), len(body))


def deflated(body: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(body) + deflater.flush()


# Two faces: one reader goes by the local headers, another by the directory.
def local_field_differs(made: Made, *, field: str) -> bytes:
    entries = entries_of(made.data)
    was = next(getattr(one, field) for one in entries if one.name == SHEET.encode())
    return joined(changed(entries, SHEET, local={field: was ^ 1}))


for _field in SHARED:
    BOOK.add(
        f"local header with another {_field} than the directory",
        partial(local_field_differs, field=_field),
    )


def local_field_zero(made: Made, *, field: str) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, local={field: 0}))


for _field in ("crc", "stored", "size"):
    BOOK.add(f"local header with {_field} zero", partial(local_field_zero, field=_field))


# The directory says what our writer never says.
ODD: dict[str, dict[str, object]] = {
    "made by Windows": {"made": 0x0014},
    "made by a newer zip": {"made": 0x033F},
    "needs zip64": {"needed": 45},
    "needs an older zip": {"needed": 10},
    "name flagged as UTF-8": {"flags": 0x800},
    "sizes flagged as following": {"flags": 0x8},
    "flagged as patched": {"flags": 0x20},
    "flagged as strongly encrypted": {"flags": 0x40},
    "flagged as masked": {"flags": 0x2000},
    "flagged with a reserved bit": {"flags": 0x4000},
    "flagged with deflate options": {"flags": 0x6},
    "on another disk": {"disk": 1},
    "internal attributes": {"internal": 1},
    "attributes of a symbolic link": {"attributes": 0o120777 << 16},
    "attributes of a folder": {"attributes": 0x10},
    "attributes zero": {"attributes": 0},
    "extra field in the directory": {"extra": b"\x99\x99\x02\x00hi"},
    "extra field of a unicode path": {"extra": b"up\x09\x00\x01" + bytes(4) + b"evil"},
    "extra field of zip64 sizes": {"extra": b"\x01\x00\x10\x00" + bytes(16)},
    "extra field in the local header": {"local_extra": b"\x99\x99\x02\x00hi"},
    "comment on an entry": {"comment": b"hidden"},
    "data descriptor behind a part": {"after": b"PK\x07\x08" + bytes(12)},
    "junk behind a part": {"after": b"junk"},
    "local name in capitals": {"local_name": SHEET.upper().encode()},
    "local name of another part": {"local_name": b"xl/worksheets/sheet1.xml"},
    "local name longer": {"local_name": SHEET.encode() + b"\0"},
    "local name empty": {"local_name": b""},
}


def oddly(made: Made, *, fields: dict[str, object]) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, **fields))


for _title, _fields in ODD.items():
    BOOK.add(_title, partial(oddly, fields=_fields))


def everywhere(made: Made, *, flags: int, size: int) -> bytes:
    """Both headers agree on a flag that our writer never sets."""
    descriptor = {
        one.name: struct.pack("<4s3I", b"PK\x07\x08", one.crc, one.stored, one.size)
        for one in entries_of(made.data)
    }
    entries = [
        replace(
            one,
            flags=flags,
            local={"crc": 0, "stored": 0, "size": 0} if size else {},
            after=descriptor[one.name] if size else b"",
        )
        for one in entries_of(made.data)
    ]
    return joined(entries)


BOOK.add("all parts with data descriptors", partial(everywhere, flags=8, size=1))
BOOK.add("all names flagged as UTF-8", partial(everywhere, flags=0x800, size=0))


# Sizes and sums that both headers agree on, and the bytes do not.
def lying(made: Made, *, field: str, by: int) -> bytes:
    entries = entries_of(made.data)
    was = next(getattr(one, field) for one in entries if one.name == SHEET.encode())
    return joined(changed(entries, SHEET, **{field: was + by}))


for _title, _field, _by in (
    ("checksum wrong", "crc", 1),
    ("size one too large", "size", 1),
    ("size one too small", "size", -1),
    ("stored size one too large", "stored", 1),
    ("stored size one too small", "stored", -1),
):
    BOOK.add(_title, partial(lying, field=_field, by=_by))


@BOOK.whole
def part_said_to_be_empty(made: Made) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, size=0, stored=0, crc=0))


@BOOK.whole
def part_of_no_size_with_hidden_bytes(made: Made) -> bytes:
    entries = entries_of(made.data)
    body = next(one.body for one in entries if one.name == SHEET.encode())
    return joined(changed(entries, SHEET, size=0, stored=0, crc=0, body=b"", after=body))


# Packed in ways that are not ours.
def packed_by(made: Made, *, method: int) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, method=method))


for _method, _title in (
    (1, "shrunk"),
    (6, "imploded"),
    (9, "deflate64"),
    (12, "bzip2"),
    (14, "lzma"),
    (93, "zstd"),
    (95, "xz"),
    (99, "AES"),
    (0xFFFF, "an unknown method"),
):
    BOOK.add(
        f"part said to be packed by {_title}",
        partial(packed_by, method=_method),
        Verdict.UNREADABLE,
    )
BOOK.add("deflated part said to be stored", partial(packed_by, method=0))


@BOOK.whole
def stored_part_said_to_be_deflated(made: Made) -> bytes:
    body = unpacked(made.data)[SHEET]
    entry = replace(stored(SHEET.encode(), body), method=8)
    return joined([entry if one.name == entry.name else one for one in entries_of(made.data)])


def deflated_as(made: Made, *, stream: bytes, cut: int = 0) -> bytes:
    body = unpacked(made.data)[SHEET]
    packed_body = deflated(body)
    packed_body = packed_body[: len(packed_body) - cut] + stream
    fields = {"body": packed_body, "stored": len(packed_body), "method": 8}
    return joined(changed(entries_of(made.data), SHEET, **fields))


BOOK.add("deflate stream with bytes behind its end", partial(deflated_as, stream=b"hidden"))
BOOK.add("deflate stream without its end", partial(deflated_as, stream=b"", cut=1))
BOOK.add("two deflate streams in one part", partial(deflated_as, stream=deflated(EVIL)))
BOOK.add("deflate stream with an empty one behind", partial(deflated_as, stream=b"\x03\x00"))


@BOOK.whole
def deflate_stream_in_zlib_clothes(made: Made) -> bytes:
    body = zlib.compress(unpacked(made.data)[SHEET])
    return joined(changed(entries_of(made.data), SHEET, body=body, stored=len(body), method=8))


# Entries over, inside, beside and instead of each other.
@BOOK.whole
def two_entries_over_the_same_bytes(made: Made) -> bytes:
    entries = entries_of(made.data)
    first = entries[0]
    return joined([*entries, replace(first, name=b"xl/evil.xml", offset=0, present=False)])


@BOOK.whole
def part_quoted_inside_of_another(made: Made) -> bytes:
    """A second, forged sheet lies inside of a stored part, header and all."""
    inner = stored(SHEET.encode(), forged_sheet(made))
    outer = stored(b"xl/evil.bin", inner.head + inner.body)
    entries = [one for one in entries_of(made.data) if one.name != SHEET.encode()]
    offset = LOCAL.size + len(outer.name)
    return joined([outer, *entries, replace(inner, offset=offset, present=False)])


@BOOK.whole
def forged_part_that_the_directory_hides_first(made: Made) -> bytes:
    evil = replace(stored(SHEET.encode(), forged_sheet(made)), listed=False)
    return joined([evil, *entries_of(made.data)])


@BOOK.whole
def forged_part_that_the_directory_hides_last(made: Made) -> bytes:
    evil = replace(stored(SHEET.encode(), forged_sheet(made)), listed=False)
    return joined([*entries_of(made.data), evil])


@BOOK.whole
def part_listed_twice(made: Made) -> bytes:
    entries = entries_of(made.data)
    return joined([*entries, replace(entries[2], offset=None, present=True)])


@BOOK.whole
def part_listed_at_the_place_of_another(made: Made) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, offset=0))


@BOOK.unreadable
def part_listed_outside_of_the_file(made: Made) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, offset=0xFFFFFFF0))


@BOOK.unreadable
def part_listed_at_the_end_record(made: Made) -> bytes:
    return joined(changed(entries_of(made.data), SHEET, offset=len(made.data) - 40))


# The end record.
def ended(made: Made, *, end: dict[str, int]) -> bytes:
    return joined(entries_of(made.data), end=end)


def counted(made: Made, *, here: int, count: int) -> bytes:
    number = len(entries_of(made.data))
    return joined(entries_of(made.data), end={"here": number + here, "count": number + count})


BOOK.add("end record counts one part less", partial(counted, here=-1, count=-1))
BOOK.add("end record counts one part more", partial(counted, here=1, count=1), Verdict.UNREADABLE)
BOOK.add("end record counts other parts on this disk", partial(counted, here=-1, count=0))
BOOK.add("end record counts other parts in all", partial(counted, here=0, count=-1))
BOOK.add("end record on another disk", partial(ended, end={"disk": 1}))
BOOK.add("end record with the directory on another disk", partial(ended, end={"first": 1}))
BOOK.add(
    "end record of zip64",
    partial(ended, end={"count": 0xFFFF, "here": 0xFFFF}),
    Verdict.UNREADABLE,
)
BOOK.add(
    "end record with the directory too late",
    partial(ended, end={"start": 0xFFFFFFFF}),
    Verdict.UNREADABLE,
)
BOOK.add(
    "end record with a shorter directory", partial(ended, end={"size": 46}), Verdict.UNREADABLE
)


@BOOK.whole
def end_record_of_zip64_and_its_locator(made: Made) -> bytes:
    entries = entries_of(made.data)
    start = len(joined(entries)) - 22
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, 0, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start, 1)
    data = joined(entries)
    return data[:-22] + record + locator + data[-22:]


@BOOK.unreadable
def second_end_record_in_the_comment(made: Made) -> bytes:
    """Readers that search from the front and from the back find different directories."""
    other = packed(unpacked(made.data) | {SHEET: forged_sheet(made)})
    return joined(entries_of(made.data), comment=other[-22:])


@BOOK.whole
def whole_second_package_before_it(made: Made) -> bytes:
    other = packed(unpacked(made.data) | {SHEET: forged_sheet(made)})
    return joined(entries_of(made.data), before=other)


@BOOK.unreadable
def whole_second_package_behind_it(made: Made) -> bytes:
    other = packed(unpacked(made.data) | {SHEET: forged_sheet(made)})
    return made.data + other


@BOOK.whole
def line_feed_behind_its_end(made: Made) -> bytes:
    return made.data + b"\n"


@BOOK.whole
def zeros_behind_its_end(made: Made) -> bytes:
    return made.data + bytes(512)


@BOOK.whole
def comment_that_is_said_to_be_there_and_is_not(made: Made) -> bytes:
    return made.data[:-2] + b"\x05\x00"


@BOOK.whole
def archive_extra_data_before_the_directory(made: Made) -> bytes:
    return joined(entries_of(made.data), between=b"PK\x06\x08" + struct.pack("<I", 4) + b"evil")


@BOOK.whole
def signature_of_the_directory(made: Made) -> bytes:
    data = joined(entries_of(made.data))
    return data[:-22] + b"PK\x05\x05" + struct.pack("<H", 4) + b"evil" + data[-22:]


@BOOK.unreadable
def mark_of_a_split_archive_in_front(made: Made) -> bytes:
    return b"PK\x07\x08" + made.data


@BOOK.unreadable
def header_of_a_pdf_in_front(made: Made) -> bytes:
    return joined(entries_of(made.data), before=b"%PDF-2.0\n")


@BOOK.unreadable
def program_in_front(made: Made) -> bytes:
    return joined(entries_of(made.data), before=b"MZ" + bytes(200))
