"""Files made to take all time or memory: judged in a process that has little of either.

Each is signed by a stranger with good digests where that is needed to get past the first checks.
"""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import judge_within_limits
import pytest
from backports import zstd
from forged_disclosures import STORY, by_digest, with_answers
from forged_seals import RawSeal, framed
from forged_signing import sign_parts_anew
from packages import (
    FORM,
    FORM_ID,
    Made,
    packed,
    seal_of,
    unpacked,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
)
from part_tools import SHEET, SIGNATURE
from people import People
from raw_pdf import put_together, signed_anew, taken_apart
from raw_zip import RawEntry, entries_of, joined

from stocktake_app.exchange.contents import Contents
from stocktake_app.trust.cms import sign_detached

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 8.0
MOST_MEGABYTES = 500
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/proc is there only")


def by_a_stranger(people: People) -> tuple[Made, Made]:
    """Return a workbook and a PDF by somebody whom nobody knows."""
    signer = people.stranger
    seal = seal_of(signer, people.now)
    contents = Contents((seal,), {FORM_ID: FORM})
    workbook = wrongly_signed_xlsx(contents, signer, people.now)
    document = wrongly_signed_pdf(contents, signer, people.now)
    return Made(workbook, contents, signer, people), Made(document, contents, signer, people)


def sheets_of_zeros(people: People) -> bytes:
    """As much as a small file may inflate to, signed: all of it is inflated and hashed."""
    made, _ = by_a_stranger(people)
    parts = unpacked(made.data)
    noise = os.urandom(350_000)
    parts[SHEET] = b"<worksheet>" + noise + bytes(100_000_000)
    sign_parts_anew(parts, made)
    return packed(parts)


def signature_of_fifteen_megabytes(people: People) -> bytes:
    made, _ = by_a_stranger(people)
    parts = unpacked(made.data)
    text = parts[SIGNATURE]
    reference = re.search(rb'<Reference URI="/xl/styles.*?</Reference>', text)
    assert reference
    parts[SIGNATURE] = text.replace(reference[0], reference[0] * 45_000)
    return packed(parts, zipfile.ZIP_STORED)


def relationships_of_fifteen_megabytes(people: People) -> bytes:
    made, _ = by_a_stranger(people)
    parts = unpacked(made.data)
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    link = re.search(rb"<Relationship [^>]*/>", parts[name])
    assert link
    many = b"".join(link[0].replace(b'Id="', b'Id="x%06d' % one, 1) for one in range(40_000))
    parts[name] = parts[name].replace(link[0], many)
    sign_parts_anew(parts, made)
    return packed(parts, zipfile.ZIP_STORED)


def twenty_thousand_entries(people: People) -> bytes:
    made, _ = by_a_stranger(people)
    more = [RawEntry(b"xl/x%d.xml" % one, b"", 0, 0, 0, 0) for one in range(19_900)]
    return joined([*entries_of(made.data), *more])


def lines_of_two_hundred_megabytes(people: People) -> bytes:
    """Lines that inflate to as much as a small file may hold."""
    signer = people.stranger
    raw = b'{"x":"%b"}\n' % (b"a" * 1000)
    lines = zstd.compress(raw * 200_000)
    manifest = replace(
        seal_of(signer, people.now).manifest,
        lines_sha256=hashlib.sha256(lines).hexdigest(),
        lines_size=len(lines),
        raw_size=len(raw) * 200_000,
    )
    cms = sign_detached(manifest.encoded, signer, people.now)
    seal = RawSeal(framed(manifest.encoded, cms, lines))
    contents = Contents((seal,), {FORM_ID: FORM})  # type: ignore[arg-type]
    return wrongly_signed_xlsx(contents, signer, people.now)


def answers_by_the_million(people: People) -> bytes:
    """Confidential answers that are as small and as many as the limits let them be."""
    signer = people.stranger
    contents = Contents((seal_of(signer, people.now),), {FORM_ID: FORM}, by_digest(STORY))
    made = Made(wrongly_signed_xlsx(contents, signer, people.now), contents, signer, people)
    lines = sorted(
        (b'["%032x",""]\n' % one for one in range(300_000)),
        key=lambda line: hashlib.sha256(line[:-1]).digest(),
    )
    return with_answers(made, zstd.compress(b"".join(lines)))


def manifest_a_hundred_thousand_lists_deep(people: People) -> bytes:
    signer = people.stranger
    manifest = b"[" * 500_000 + b"]" * 500_000
    seal = RawSeal(framed(manifest, b"", b""))
    contents = Contents((seal,), {FORM_ID: FORM})  # type: ignore[arg-type]
    return wrongly_signed_xlsx(contents, signer, people.now)


def pdf_with(people: People, body: bytes) -> bytes:
    _, made = by_a_stranger(people)
    objects, trailer = taken_apart(made.data)
    objects.append((max(number for number, _ in objects) + 1, body))
    return signed_anew(put_together(objects, trailer), made.signer)


def pdf_of_lists_in_lists(people: People) -> bytes:
    return pdf_with(people, b"[" * 2_000_000 + b"]" * 2_000_000)


def pdf_of_open_strings(people: People) -> bytes:
    return pdf_with(people, b"(" * 3_000_000)


def pdf_of_a_million_names(people: People) -> bytes:
    return pdf_with(people, b"[" + b"/A " * 1_000_000 + b"]")


def pdf_of_many_objects(people: People) -> bytes:
    _, made = by_a_stranger(people)
    objects, trailer = taken_apart(made.data)
    first = max(number for number, _ in objects) + 1
    objects += [(first + one, b"[]") for one in range(100_000)]
    return signed_anew(put_together(objects, trailer), made.signer)


def pdf_whose_attachments_are_one(people: People) -> bytes:
    """Four thousand names for the same ten megabytes: forty gigabytes, if each were read."""
    _, made = by_a_stranger(people)
    objects, trailer = taken_apart(made.data)
    bodies = dict(objects)
    spec, names, listed = (
        next(number for number, body in objects if re.search(pattern, body))
        for pattern in (rb"/F \(record", rb"\A\[ \(object", rb"\A\[ \d+ 0 R \d+ 0 R \]")
    )
    stream = re.search(rb"/F (\d+) 0 R", bodies[spec])
    assert stream
    fat = bodies[int(stream[1])]
    size = 10_000_000
    fat = re.sub(rb"/Length \d+", b"/Length %d" % size, fat).partition(b"\nstream\n")[0]
    bodies[int(stream[1])] = fat + b"\nstream\n" + b"STKSEAL1".ljust(size) + b"\nendstream"
    first = max(bodies) + 1
    for one in range(2, 4000):
        name = b"(record\\055%05d\\056seal)" % one
        bodies[first + one] = bodies[spec].replace(b"(record\\05500001\\056seal)", name)
    pairs = b" ".join(b"(record-%05d.seal) %d 0 R" % (one, first + one) for one in range(2, 4000))
    bodies[names] = bodies[names].replace(b" ]", b" " + pairs + b" ]")
    references = b" ".join(b"%d 0 R" % (first + one) for one in range(2, 4000))
    bodies[listed] = bodies[listed].replace(b" ]", b" " + references + b" ]")
    return signed_anew(put_together(sorted(bodies.items()), trailer), made.signer)


BOMBS: dict[str, Callable[[People], bytes]] = {
    one.__name__: one
    for one in (
        sheets_of_zeros,
        signature_of_fifteen_megabytes,
        relationships_of_fifteen_megabytes,
        twenty_thousand_entries,
        lines_of_two_hundred_megabytes,
        answers_by_the_million,
        manifest_a_hundred_thousand_lists_deep,
        pdf_of_lists_in_lists,
        pdf_of_open_strings,
        pdf_of_a_million_names,
        pdf_of_many_objects,
        pdf_whose_attachments_are_one,
    )
}


@LINUX
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_takes_little_time_and_memory(people: People, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name](people))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", judge_within_limits.__file__, str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    verdict, seconds, megabytes = done.stdout.split()
    assert verdict in {"altered", "unreadable", "signer_unknown"}
    assert float(seconds) < MOST_SECONDS
    assert int(megabytes) < MOST_MEGABYTES
