import io
import os
import subprocess
import sys
import tracemalloc
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages import bureau_contents, officer_contents, unpacked
from people import People
from sample_record import sample_record

from stocktake_app.documents import spool
from stocktake_app.documents.parts import OpenPart, Written
from stocktake_app.documents.record import Record, Row
from stocktake_app.documents.workbook import write_parts
from stocktake_app.exchange.contents import AlteredFileError
from stocktake_app.exchange.ooxml_signature import read_signature
from stocktake_app.exchange.verify import verify_package
from stocktake_app.exchange.xlsx_package import (
    BadWorkbookError,
    digest_readable,
    write_xlsx_package,
)
from stocktake_app.exchange.xlsx_parts import (
    Item,
    attachment_item,
    disclosures_item,
    object_item,
    read_item,
    seal_item,
)
from stocktake_app.model.codes import Verdict


def _package(record: Record, people: People, folder: Path) -> bytes:
    contents, signer = bureau_contents(people)
    out = folder / "package.xlsx"
    write_xlsx_package(partial(write_parts, record), contents, signer, people.now, out)
    return out.read_bytes()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_digests_without_packing_are_those_that_the_signature_has(
    people: People, tmp_path: Path, language: str
) -> None:
    record = sample_record(language, said="=1 & long " * 9_000)
    with zipfile.ZipFile(io.BytesIO(_package(record, people, tmp_path))) as archive:
        signature = read_signature(archive.read("_xmlsignatures/sig1.xml"))
    signed = tuple(one for one in signature.parts if not one.name.startswith("customXml/"))

    digested = digest_readable(partial(write_parts, record), items=4)

    assert digested.parts == signed
    assert set(digested.sheets) == {one.name for one in signed if "worksheets/" in one.name}


def test_digests_tell_a_changed_cell_by_its_sheet() -> None:
    first, second = (
        {one.name: one.sha256 for one in digest_readable(partial(write_parts, made), 1).parts}
        for made in (sample_record(), sample_record(said="Enrolment fell."))
    )

    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"}


def test_rows_that_do_not_fit_into_memory_wait_on_disk_and_leave_nothing_there(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = sample_record(entries=300, said="Enrolment grew. " * 100)
    in_memory = unpacked(_package(record, people, tmp_path))
    seen: set[str] = set()

    def rows() -> Iterator[Row]:
        for row in record.rows():
            seen.update(one.name for one in tmp_path.iterdir())
            yield row

    monkeypatch.setattr(spool, "MEMORY_BYTES", 1)
    data = _package(replace(record, rows=rows), people, tmp_path)

    assert verify_package(data, people.trust, people.now).verdict is Verdict.VALID
    for name in ("xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"):
        assert unpacked(data)[name] == in_memory[name]
    assert {name for name in seen if not name.startswith(".package.xlsx.")} <= {"package.xlsx"}
    assert [one.name for one in tmp_path.iterdir()] == ["package.xlsx"]


def test_memory_does_not_grow_with_the_rows(people: People, tmp_path: Path) -> None:
    def peak(entries: int) -> int:
        tracemalloc.start()
        _package(sample_record(entries=entries), people, tmp_path)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)

    assert peak(6_000) < peak(3_000) + 500_000


def test_a_part_of_another_kind_is_refused_before_anything_is_left(
    people: People, tmp_path: Path
) -> None:
    contents, signer = officer_contents(people)

    def with_macros(open_part: OpenPart) -> Written:
        open_part("xl/vbaProject.bin", "application/vnd.ms-office.vbaProject")(b"macro")
        return Written({}, {})

    with pytest.raises(BadWorkbookError, match="vbaProject"):
        write_xlsx_package(with_macros, contents, signer, people.now, tmp_path / "package.xlsx")
    with pytest.raises(BadWorkbookError, match="vbaProject"):
        digest_readable(with_macros, 0)
    assert list(tmp_path.iterdir()) == []


def test_an_export_loads_neither_openpyxl_nor_lxml() -> None:
    script = (
        "import sys\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from packages import officer_contents\n"
        "from people import make_people\n"
        "from sample_record import sample_record\n"
        "from stocktake_app.documents.workbook import write_parts\n"
        "from stocktake_app.exchange.xlsx_package import write_xlsx_package\n"
        "people = make_people('ec')\n"
        "contents, signer = officer_contents(people)\n"
        "readable = partial(write_parts, sample_record())\n"
        "write_xlsx_package(readable, contents, signer, people.now, Path(sys.argv[1]))\n"
        "print({'openpyxl', 'lxml'} & sys.modules.keys() or 'neither')\n"
    )
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", script, f"{folder}/package.xlsx"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        )

    assert done.stdout.strip() == "neither"


def _items(data: bytes) -> list[Item]:
    name = "a1" * 32
    return [
        seal_item(1, data),
        object_item(1, name, data),
        disclosures_item(1, data),
        attachment_item(1, name, data),
    ]


def _cut(part: bytes, size: int) -> list[bytes]:
    return [part[start : start + size] for start in range(0, len(part), size)]


@given(st.binary(max_size=2_000), st.integers(0, 3), st.integers(1, 300))
def test_a_carried_part_gives_back_what_was_wrapped(data: bytes, kind: int, size: int) -> None:
    item = _items(data)[kind]

    found = read_item(1, _cut(item.part, size))

    assert (found.item(1), found.data) == (item, data)


@settings(max_examples=400)
@given(st.binary(max_size=1_000), st.integers(0, 3), st.integers(1, 300), st.data())
def test_a_carried_part_that_our_writer_does_not_make_is_refused(
    data: bytes, kind: int, size: int, draw: st.DataObject
) -> None:
    part = bytearray(_items(data)[kind].part)
    place = draw.draw(st.integers(0, len(part) - 1) | st.integers(len(part) - 25, len(part) - 1))
    letters = draw.draw(st.binary(max_size=2) | st.sampled_from([b"A", b"B", b"=", b"==", b" "]))
    part[place : place + draw.draw(st.integers(0, 2))] = letters

    try:
        found = read_item(1, _cut(bytes(part), size))
    except AlteredFileError:
        return
    assert found.item(1).part == bytes(part)


@pytest.mark.parametrize("data", [b"a", b"ab", b"abcd", b"abcde"])
def test_bits_that_hide_in_the_last_letter_of_base64_are_refused(data: bytes) -> None:
    encoded = b64encode(data)
    last = encoded.rstrip(b"=")
    hidden = last[:-1] + bytes([last[-1] + 1]) + encoded[len(last) :]
    part = seal_item(1, data).part.replace(encoded, hidden)

    with pytest.raises(AlteredFileError, match="damaged"):
        read_item(1, [part])


@pytest.mark.parametrize("size", [1, 4, 700, 703])
def test_padding_in_the_middle_of_base64_is_refused(size: int) -> None:
    part = seal_item(1, bytes(500)).part.replace(b"AAAA", b"AA==", 1)

    with pytest.raises(AlteredFileError, match="damaged"):
        read_item(1, _cut(part, size))
