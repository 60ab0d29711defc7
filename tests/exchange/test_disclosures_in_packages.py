"""Confidential content in packages: carried whole, withheld whole, never forged."""

import base64
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pytest
from backports import zstd
from packages import (
    FORM,
    FORM_ID,
    packed,
    readable_pdf,
    unpacked,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
    xlsx_of,
)
from people import People

from stocktake_app.exchange.contents import (
    AlteredFileError,
    BadContentsError,
    Contents,
    ForeignFileError,
    Limits,
    check_disclosures,
)
from stocktake_app.exchange.disclosed import pack_values, unpack_values
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.seals import Header, make_seal, mentions, mentions_by_entry
from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.change import Change
from stocktake_app.model.codes import Verdict
from stocktake_app.model.disclosure import Attachment, Value, as_answer, digest_of
from stocktake_app.model.seal import Seal

ENTRY = "2" * 32
WORDS = {
    digest_of(one): one for one in (Value(f"{n:032x}", f"story {n}").encoded for n in range(3))
}
FILES = {
    digest_of(one): one
    for one in (
        Attachment(f"{n:032x}", f"room {n}.png", "image/png", bytes(range(256)) * n).encoded
        for n in (10, 11)
    )
}
ALL = {**WORDS, **FILES}
STRAY = Value("f" * 32, "nobody named this").encoded


def seal_of(people: People, digests: Mapping[str, bytes]) -> Seal:
    lines = [
        Change("1" * 32, number, ENTRY, number, "2021-04-28T10:00:00+00:00", {"a": as_answer(one)})
        for number, one in enumerate(sorted(digests), 1)
    ]
    header = Header(device="1" * 32, number=1, forms=(FORM_ID,))
    return make_seal([one.line for one in lines], header, people.wca_officer, people.now)


def contents_of(people: People, carried: Mapping[str, bytes]) -> Contents:
    return Contents((seal_of(people, ALL),), {FORM_ID: FORM}, carried)


def package(people: People, kind: str, carried: Mapping[str, bytes]) -> bytes:
    contents = contents_of(people, carried)
    if kind == "xlsx":
        return xlsx_of(contents, people.wca_officer, people.now)
    return write_pdf_package(readable_pdf(), contents, people.wca_officer, people.now)


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
@pytest.mark.parametrize("carried", [ALL, WORDS, FILES, {}], ids=["all", "words", "files", "none"])
def test_what_is_carried_comes_back_and_the_rest_is_counted_as_withheld(
    people: People, kind: str, carried: Mapping[str, bytes]
) -> None:
    report = verify_package(package(people, kind, carried), people.trust, people.now)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert report.disclosures == carried
    assert report.withheld == len(ALL) - len(carried)
    assert ["withheld" in note for note in report.notes] == [True] * (report.withheld > 0)


def test_equal_contents_give_equal_disclosure_parts(people: People) -> None:
    shuffled = dict(sorted(ALL.items(), reverse=True))
    one, two = (contents_of(people, carried) for carried in (ALL, shuffled))
    assert list(one.values) == list(two.values)
    assert list(one.attachments) == list(two.attachments)
    assert pack_values(one.values) == pack_values(two.values)


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_content_that_no_signed_record_names_is_refused(people: People, kind: str) -> None:
    contents = contents_of(people, {**ALL, digest_of(STRAY): STRAY})
    make = wrongly_signed_xlsx if kind == "xlsx" else wrongly_signed_pdf
    data = make(contents, people.wca_officer, people.now)
    report = verify_package(data, people.trust, people.now)
    assert report.verdict is Verdict.ALTERED
    assert "no signed record names" in report.reasons[0]
    assert report.disclosures == {}


def test_another_content_under_a_named_digest_is_refused(people: People) -> None:
    name = next(iter(FILES))
    contents = contents_of(people, {name: FILES[name] + b"more"})
    data = wrongly_signed_xlsx(contents, people.wca_officer, people.now)
    assert verify_package(data, people.trust, people.now).verdict is Verdict.ALTERED


def test_a_value_in_the_place_of_an_attachment_is_refused(people: People) -> None:
    data = package(people, "xlsx", FILES)
    parts = unpacked(data)
    name = next(one for one, part in parts.items() if b"urn:stocktake:attachment:1" in part[:200])
    saved = packed({key: part for key, part in parts.items() if not key.startswith("_xmlsig")})
    assert verify_package(saved, people.trust, people.now).verdict is Verdict.RESAVED
    digest, value = next(iter(WORDS.items()))
    parts[name] = (
        f'<attachment xmlns="urn:stocktake:attachment:1" sha256="{digest}">'
        f"{base64.b64encode(value).decode()}</attachment>"
    ).encode()
    forged = packed({key: part for key, part in parts.items() if not key.startswith("_xmlsig")})
    assert verify_package(forged, people.trust, people.now).verdict is Verdict.ALTERED


def test_a_file_saved_again_keeps_its_content(people: People) -> None:
    parts = unpacked(package(people, "xlsx", ALL))
    saved = packed({name: part for name, part in parts.items() if not name.startswith("_xmlsig")})
    report = verify_package(saved, people.trust, people.now)
    assert report.verdict is Verdict.RESAVED
    assert report.disclosures == ALL


def test_a_file_saved_again_with_content_twice_is_refused(people: People) -> None:
    parts = unpacked(package(people, "xlsx", ALL))
    for mark in (b"urn:stocktake:disclosures:1", b"urn:stocktake:attachment:1"):
        found = next(part for part in parts.values() if mark in part[:200])
        twice = {name: part for name, part in parts.items() if not name.startswith("_xmlsig")}
        twice["customXml/item77.xml"] = found
        report = verify_package(packed(twice), people.trust, people.now)
        assert (report.verdict, "twice" in report.reasons[0]) == (Verdict.ALTERED, True)


def test_a_part_taken_out_of_a_signed_file_is_noticed(people: People) -> None:
    data = package(people, "xlsx", ALL)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            if b"urn:stocktake:attachment:1" not in old.read(one)[:200]:
                new.writestr(one, old.read(one))
    assert verify_package(out.getvalue(), people.trust, people.now).verdict is Verdict.ALTERED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no frame",
        zstd.compress(b""),
        pack_values(WORDS) + b"more",
        pack_values(WORDS)[:-1],
        pack_values(WORDS) * 2,
        zstd.compress(b"\n".join(sorted(WORDS.values(), key=digest_of)[::-1]) + b"\n"),
    ],
)
def test_a_damaged_part_of_answers_is_refused(data: bytes) -> None:
    with pytest.raises(AlteredFileError):
        unpack_values(data, Limits())


def test_answers_that_would_fill_the_memory_are_refused() -> None:
    bomb = zstd.compress(b"0" * 50_000_000)
    with pytest.raises(ForeignFileError, match="swell"):
        unpack_values(bomb, replace(Limits(), values_bytes=1_000_000))


def test_a_writer_refuses_what_a_reader_would(people: People) -> None:
    with pytest.raises(BadContentsError):
        check_disclosures(contents_of(people, {digest_of(STRAY): STRAY}))


def test_mentions_are_found_whole_across_blocks(people: People) -> None:
    many = {digest_of(str(n).encode()): b"" for n in range(30_000)}
    seal = seal_of(people, many)
    assert mentions(seal) == many.keys()
    assert {digest for entry, digest in mentions_by_entry(seal) if entry == ENTRY} == many.keys()
