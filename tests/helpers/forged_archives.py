"""Ways to forge a workbook package as a whole: its zip file, its signer, what it carries."""

import io
import struct
import warnings
import zipfile
import zlib

from forgery import Book
from forging import forge
from packages import (
    FORM,
    FORM_ID,
    Made,
    bureau_contents,
    officer_contents,
    packed,
    unpacked,
    wrongly_signed_xlsx,
)
from part_tools import SHEET, SIGNATURE

from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.ooxml_signature import read_signature, sign_parts
from stocktake_app.trust.cms import Signer

BOOK = Book("file", "xlsx")


@BOOK.whole
def second_entry_of_the_same_name_last(made: Made) -> bytes:
    return _with_second_entry(made.data, SHEET, last=True)


@BOOK.whole
def second_entry_of_the_same_name_first(made: Made) -> bytes:
    return _with_second_entry(made.data, SHEET, last=False)


@BOOK.whole
def second_entry_that_differs_in_case(made: Made) -> bytes:
    return _with_second_entry(made.data, SHEET.upper(), last=True)


def _with_second_entry(data: bytes, name: str, *, last: bool) -> bytes:
    out = io.BytesIO()
    parts = list(unpacked(data).items())
    evil = (name, dict(parts)[SHEET].replace(b"<v>9</v>", b"<v>9999</v>"))
    parts = [*parts, evil] if last else [evil, *parts]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one, body in parts:
            archive.writestr(one, body)
    return out.getvalue()


@BOOK.whole
def junk_behind_the_end(made: Made) -> bytes:
    return made.data + b"x" * 100


@BOOK.whole
def comment_on_the_archive(made: Made) -> bytes:
    return made.data[:-2] + struct.pack("<H", 100) + b"c" * 100


@BOOK.unreadable
def junk_before_the_beginning(made: Made) -> bytes:
    return b"PK\x03\x04 junk" + made.data


@BOOK.whole
def junk_before_the_beginning_with_offsets_adjusted(made: Made) -> bytes:
    return _shifted(made.data, 0, b"PK\x03\x04 junk")


@BOOK.whole
def junk_between_parts_and_directory(made: Made) -> bytes:
    start = struct.unpack_from("<I", made.data, len(made.data) - 6)[0]
    return _shifted(made.data, start, b"junk")


def _shifted(data: bytes, place: int, junk: bytes) -> bytes:
    """Put junk in front of the first part or of the directory, and make all offsets fit."""
    start = struct.unpack_from("<I", data, len(data) - 6)[0]
    directory = bytearray(data[start:-22])
    position = 0
    while place == 0 and position < len(directory):
        offset = struct.unpack_from("<I", directory, position + 42)[0]
        struct.pack_into("<I", directory, position + 42, offset + len(junk))
        position += 46 + struct.unpack_from("<H", directory, position + 28)[0]
    end = data[-22:-6] + struct.pack("<I", start + len(junk)) + data[-2:]
    body = data[:start]
    return body[:place] + junk + body[place:] + bytes(directory) + end


@BOOK.whole
def local_header_with_another_name(made: Made) -> bytes:
    return made.data.replace(b"xl/styles.xml", b"xl/stYles.xml", 1)


@BOOK.whole
def entry_with_an_extra_field(made: Made) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in unpacked(made.data).items():
            info = zipfile.ZipInfo(name)
            info.extra = b"\x99\x99\x02\x00hi" if name == SHEET else b""
            archive.writestr(info, body)
    return out.getvalue()


@BOOK.unreadable
def entry_that_claims_to_be_encrypted(made: Made) -> bytes:
    place = made.data.rfind(b"PK\x01\x02") + 8
    return made.data[:place] + b"\x01\x00" + made.data[place + 2 :]


@BOOK.whole
def entry_with_a_comment(made: Made) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in unpacked(made.data).items():
            info = zipfile.ZipInfo(name)
            info.comment = b"hidden" if name == SHEET else b""
            archive.writestr(info, body)
    return out.getvalue()


@BOOK.whole
def deflated_part_with_bytes_behind_its_end(made: Made) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = unpacked(made.data)
    body = parts.pop(SHEET)
    stored = deflater.compress(body) + deflater.flush() + b"hidden"
    data = packed(parts | {SHEET: stored}, zipfile.ZIP_STORED)
    directory = data.rfind(SHEET.encode()) - 46
    local = struct.unpack_from("<I", data, directory + 42)[0]
    forged = bytearray(data)
    for place in (local + 8, directory + 10):
        struct.pack_into("<H", forged, place, 8)
        struct.pack_into("<I", forged, place + 6, zlib.crc32(body))
        struct.pack_into("<I", forged, place + 14, len(body))
    return bytes(forged)


@BOOK.whole
def signed_again_by_a_stranger_of_the_same_name(made: Made) -> bytes:
    people = made.people
    key = people.new_key()
    certificate = forge(made.signer.certificate, people.rogue_hq.signer.key, key=key.public_key())
    return _signed_again(made, Signer(key, (certificate, *made.signer.chain[1:])))


@BOOK.whole
def signed_again_by_another_genuine_officer(made: Made) -> bytes:
    return _signed_again(made, made.people.second_wca_officer)


def _signed_again(made: Made, signer: Signer) -> bytes:
    """Change a cell and sign everything anew: the outer signature is good, its signer is not."""
    parts = unpacked(made.data)
    signature = read_signature(parts[SIGNATURE])
    parts[SIGNATURE] = sign_parts(signature.parts, signer.key, signer.chain, signature.signed_at)
    return packed(parts)


@BOOK.whole
def seals_of_another_package_under_its_own_signature(made: Made) -> bytes:
    other, _ = officer_contents(made.people, "another day")
    seals = (*other.seals, *made.contents.seals)
    contents = Contents(seals, {FORM_ID: FORM})
    return wrongly_signed_xlsx(contents, made.signer, made.people.now)


@BOOK.whole
def officer_seal_left_out_by_whoever_signs(made: Made) -> bytes:
    contents, signer = bureau_contents(made.people)
    left = Contents(contents.seals[1:], contents.objects)
    return wrongly_signed_xlsx(left, signer, made.people.now)


@BOOK.whole
def officer_seal_twice(made: Made) -> bytes:
    contents, signer = bureau_contents(made.people)
    twice = Contents((contents.seals[0], *contents.seals), contents.objects)
    return wrongly_signed_xlsx(twice, signer, made.people.now)


@BOOK.whole
def form_left_out_by_whoever_signs(made: Made) -> bytes:
    return wrongly_signed_xlsx(Contents(made.contents.seals, {}), made.signer, made.people.now)


@BOOK.whole
def form_under_a_false_name_by_whoever_signs(made: Made) -> bytes:
    contents = Contents(made.contents.seals, {FORM_ID: b"another form"})
    return wrongly_signed_xlsx(contents, made.signer, made.people.now)
