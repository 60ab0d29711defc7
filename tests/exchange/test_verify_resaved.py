"""Files that somebody saved again: the outer signature is gone, the seals are whole."""

import re
import shutil
from pathlib import Path

import pytest
from outer_readers import libreoffice_convert
from packages import FORM, FORM_ID, Made, Parts, make_xlsx, packed, unpacked
from people import People

from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.chain import Trust


@pytest.fixture(scope="module")
def made(people: People) -> Made:
    return make_xlsx(people, "bureau")


def without_signature(made: Made) -> Parts:
    parts = unpacked(made.data)
    return {name: data for name, data in parts.items() if not name.startswith("_xmlsignatures")}


def assert_resaved_with_all_seals(data: bytes, made: Made) -> None:
    report = verify_package(data, made.people.trust, made.people.now)
    assert report.verdict is Verdict.RESAVED, report.reasons
    assert [one.seal for one in report.seals] == list(made.contents.seals)
    assert {one.verdict for one in report.seals} == {Verdict.VALID}
    assert report.objects == {FORM_ID: FORM}
    assert report.subject is None
    assert "saved this file again" in report.reasons[0]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_package_saved_by_libreoffice_keeps_its_seals(made: Made, tmp_path: Path) -> None:
    source = tmp_path / "package.xlsx"
    source.write_bytes(made.data)
    saved = libreoffice_convert(source, "xlsx", tmp_path / "out", tmp_path)
    assert saved.read_bytes() != made.data
    assert_resaved_with_all_seals(saved.read_bytes(), made)


def test_signature_taken_off_is_the_same_as_saved_again(made: Made) -> None:
    assert_resaved_with_all_seals(packed(without_signature(made)), made)


def test_cells_changed_on_the_way_do_not_touch_the_seals(made: Made) -> None:
    parts = without_signature(made)
    sheet = "xl/worksheets/sheet2.xml"
    parts[sheet] = parts[sheet].replace(b"<v>9</v>", b"<v>9999</v>")
    assert_resaved_with_all_seals(packed(parts), made)


def test_parts_renumbered_prefixed_and_wrapped_by_another_program_are_found(made: Made) -> None:
    parts: Parts = {}
    for number, (name, data) in enumerate(reversed(without_signature(made).items())):
        if re.fullmatch(r"customXml/item\d+\.xml", name):
            name = f"customXml/item{100 + number}.xml"  # noqa: PLW2901  renumbered
            data = re.sub(rb"<(/?)(seal|object)\b", rb"<\1x:\2", data)  # noqa: PLW2901  prefixed
            data = data.replace(b"xmlns=", b"xmlns:x=")  # noqa: PLW2901
            data = re.sub(rb"(?<=[A-Za-z0-9+/]{76})", b"\r\n", data, count=2)  # noqa: PLW2901
        parts[name] = data
    assert_resaved_with_all_seals(packed(parts), made)


def test_signers_stay_unknown_in_a_file_saved_again(made: Made) -> None:
    data = packed(without_signature(made))
    report = verify_package(data, Trust(()), made.people.now)
    assert report.verdict is Verdict.RESAVED
    assert {one.verdict for one in report.seals} == {Verdict.SIGNER_UNKNOWN}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_seal_or_form_that_got_lost_makes_it_altered(made: Made, number: int) -> None:
    parts = without_signature(made)
    del parts[f"customXml/item{number}.xml"]
    report = verify_package(packed(parts), made.people.trust, made.people.now)
    assert report.verdict is Verdict.ALTERED
    assert report.seals == ()


def test_a_seal_changed_on_the_way_makes_it_altered(made: Made) -> None:
    parts = without_signature(made)
    name = "customXml/item2.xml"
    place = len(parts[name]) // 2
    letter = b"A" if parts[name][place : place + 1] != b"A" else b"B"
    parts[name] = parts[name][:place] + letter + parts[name][place + 1 :]
    report = verify_package(packed(parts), made.people.trust, made.people.now)
    assert report.verdict is Verdict.ALTERED


def test_seals_mixed_from_two_files_make_it_altered(made: Made, people: People) -> None:
    other = unpacked(make_xlsx(people, "officer").data)
    parts = without_signature(made) | {"customXml/item9.xml": other["customXml/item1.xml"]}
    report = verify_package(packed(parts), people.trust, people.now)
    assert report.verdict is Verdict.ALTERED
