"""Names of parts that no package has, and zip files that swell beyond all measure."""

import zlib
from dataclasses import replace
from functools import partial

from forged_zips import BOOK, deflated, forged_sheet, stored
from packages import Made
from part_tools import SHEET
from raw_zip import RawEntry, changed, entries_of, joined

NAMES = {
    "name with another case": SHEET.replace("sheet2", "Sheet2").encode(),
    "name with a combining accent": "xl/worksheets/shee\u0301t2.xml".encode(),
    "name with a composed accent": "xl/worksheets/she\u00e9t2.xml".encode(),
    "name with a full-width letter": "xl/worksheets/\uff53heet2.xml".encode(),
    "name with a zero-width space": "xl/worksheets/sheet2\u200b.xml".encode(),
    "name with a right-to-left mark": "xl/worksheets/\u202esheet2.xml".encode(),
    "name in code page 437": b"xl/worksheets/sh\x82et2.xml",
    "name in overlong UTF-8": b"xl\xc0\xafworksheets/sheet2.xml",
    "name with a dot at its end": SHEET.encode() + b".",
    "name with a space at its end": SHEET.encode() + b" ",
    "name with a null byte": SHEET.encode() + b"\0.png",
    "name with a line feed": SHEET.encode() + b"\n",
    "name with backslashes": SHEET.replace("/", "\\").encode(),
    "name with a slash in front": b"/" + SHEET.encode(),
    "name with two slashes": SHEET.replace("/", "//", 1).encode(),
    "name with a dot segment": b"./" + SHEET.encode(),
    "name with two dots inside": b"xl/worksheets/../worksheets/sheet2.xml",
    "name that leads out": b"../../../etc/cron.d/evil",
    "name of a drive": b"C:evil.xml",
    "name of a device": b"xl/con:",
    "name of a stream": SHEET.encode() + b":evil",
    "name with percent digits": b"xl/worksheets/sheet%32.xml",
    "name of a piece": SHEET.encode() + b"/[0].piece",
    "name of a last piece": SHEET.encode() + b"/[0].last.piece",
    "name of an item in the trash": b"[trash]/0000.dat",
    "name of second content types": b"[content_types].xml",
    "name of content types as a piece": b"[Content_Types].xml/[0].last.piece",
    "name of nothing": b"",
    "name of 60,000 letters": b"a" * 60_000,
    "name of a folder": b"xl/worksheets/",
    "name of a hidden file": b"xl/.evil",
    "name of a Mac resource": b"__MACOSX/xl/._workbook.xml",
    "name of an encryption": b"META-INF/encryption.xml",
    "name of a second signature": b"_XMLSIGNATURES/sig2.xml",
}


def with_name(made: Made, *, name: bytes) -> bytes:
    return joined([*entries_of(made.data), stored(name, forged_sheet(made))])


for _title, _name in NAMES.items():
    BOOK.add(f"part added: {_title}", partial(with_name, name=_name))


def renamed(made: Made, *, name: bytes) -> bytes:
    entries = entries_of(made.data)
    return joined(
        [replace(one, name=name) if one.name == SHEET.encode() else one for one in entries]
    )


for _title in ("name with another case", "name with backslashes", "name with a slash in front"):
    BOOK.add(f"part renamed: {_title}", partial(renamed, name=NAMES[_title]))


# Bombs: each must be told from the directory, or stopped at what the directory says.
@BOOK.unreadable
def part_of_zeros_that_swells_a_thousandfold(made: Made) -> bytes:
    body = deflated(bytes(300_000_000))
    fields = {"body": body, "stored": len(body), "size": 300_000_000, "method": 8}
    return joined(changed(entries_of(made.data), SHEET, **fields))


@BOOK.unreadable
def thousand_parts_of_a_megabyte_each(made: Made) -> bytes:
    body = deflated(bytes(1_000_000))
    one = RawEntry(b"", body, 8, zlib.crc32(bytes(1_000_000)), 1_000_000, len(body))
    more = [replace(one, name=b"xl/evil%d.xml" % number) for number in range(1000)]
    return joined([*entries_of(made.data), *more])


@BOOK.unreadable
def thousand_parts_over_one_kernel(made: Made) -> bytes:
    """Overlapping entries share one packed kernel: a small file says that it is terabytes."""
    body = deflated(bytes(4_000_000))
    kernel = RawEntry(b"xl/evil.xml", body, 8, 0, 0xFFFFFFF, len(body))
    entries = entries_of(made.data)
    offset = len(joined(entries)) - sum(46 + len(one.name) for one in entries) - 22
    more = [
        replace(kernel, name=b"xl/evil%d.xml" % number, offset=offset, present=False)
        for number in range(1000)
    ]
    return joined([*entries, kernel, *more])


@BOOK.unreadable
def more_parts_than_any_package(made: Made) -> bytes:
    more = [stored(b"xl/evil%d.xml" % number, b"") for number in range(20_001)]
    return joined([*entries_of(made.data), *more])
