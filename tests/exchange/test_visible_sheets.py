"""What you see is what is signed: workbooks of honest exporters, of insiders, saved again."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filled_workspace import differ, new_workspace, say, say_demo
from outer_readers import libreoffice_convert
from packages import packed, unpacked
from people import People
from shown_packages import Exported, Parts, check, pack

from stocktake_app.actions.packing import Kind
from stocktake_app.exchange.visible_limits import VisibleCheck
from stocktake_app.model.codes import Verdict

REGIONAL = {
    "event_details": {
        "event_name": "Workshop",
        "start_date": "2021-06-01",
        "bureau": "WCA",
        "countries": "SEN",
    },
    "findings": [
        {"kind": "progress", "text": "Enrolment grew by 9 in 100."},
        {"kind": "challenge", "text": "=Funds are short."},
    ],
    "participation": {"participants_total": "120"},
}
SHEET, FINDINGS, COVER = (f"xl/worksheets/sheet{number}.xml" for number in (2, 3, 1))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, people: People) -> Exported:
    """Return a package of two entries, one of them with differing versions."""
    workspace = new_workspace(tmp_path_factory.mktemp("w") / "w")
    entry = say(workspace, "regional", REGIONAL)
    differ(workspace, entry, "participation/participants_total", "121")
    say(workspace, "regional", {**REGIONAL, "findings": []})
    made = pack(workspace, people.hq.signer, Kind("xlsx", "en"), people.now)
    workspace.close()
    return made


def edit(part: str, old: str, new: str) -> Callable[[Parts], None]:
    """Return an edit of one part; what is exchanged must be there."""

    def change(parts: Parts) -> None:
        kind, data = parts[part]
        assert old.encode() in data, data[:2000]
        parts[part] = (kind, data.replace(old.encode(), new.encode(), 1))

    return change


def places(found: VisibleCheck) -> list[tuple[str, str]]:
    """Return where something differs."""
    return [(one.place, one.cell) for one in found.differences]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_an_exported_workbook_shows_what_was_signed(
    tmp_path: Path, people: People, language: str
) -> None:
    workspace = new_workspace(tmp_path / "w")
    say_demo(workspace, "consultation-2021-april", "wca-2020-french")
    data = pack(workspace, people.hq.signer, Kind("xlsx", language), people.now).honest()
    workspace.close()

    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert found == VisibleCheck("same")


def test_an_altered_cell_is_named_with_what_was_signed(exported: Exported, people: People) -> None:
    data = exported.forged(edit(FINDINGS, "grew by 9 in", "grew by 90 in"))
    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert found.visible == "differs"
    (one,) = found.differences
    assert one.place.startswith("Findings")
    assert one.shown == "Enrolment grew by 90 in 100."
    assert one.signed == "Enrolment grew by 9 in 100."
    assert re.fullmatch("[A-Z]+2", one.cell)
    assert one.place in found.reason


def test_an_added_row_is_found(exported: Exported, people: People) -> None:
    row = '<row r="9"><c r="A9" t="inlineStr"><is><t>WCA-SEN-FFFFFF</t></is></c></row>'
    report, found = check(
        exported.forged(edit(SHEET, "</sheetData>", f"{row}</sheetData>")), people
    )

    assert report.verdict is Verdict.VALID
    assert places(found) == [("Regional stocktaking", "A9")]


def test_a_removed_row_is_found(exported: Exported, people: People) -> None:
    def remove(parts: Parts) -> None:
        kind, data = parts[FINDINGS]
        parts[FINDINGS] = (kind, re.sub(rb'<row r="3".*?</row>', b"", data, count=1))

    report, found = check(exported.forged(remove), people)

    assert report.verdict is Verdict.VALID
    assert found.visible == "differs"
    assert all(cell.endswith("3") for _, cell in places(found))


def test_a_hidden_row_is_found(exported: Exported, people: People) -> None:
    report, found = check(
        exported.forged(edit(SHEET, '<row r="2"', '<row hidden="1" r="2"')), people
    )

    assert report.verdict is Verdict.VALID
    assert places(found) == [("Regional stocktaking", "2:2")]


def test_a_hidden_sheet_is_found(exported: Exported, people: People) -> None:
    def hide(parts: Parts) -> None:
        kind, data = parts["xl/workbook.xml"]
        hidden = re.sub(rb'(<sheet name="Findings[^"]*")', rb'\1 state="hidden"', data)
        assert hidden != data
        parts["xl/workbook.xml"] = (kind, hidden)

    report, found = check(exported.forged(hide), people)

    assert report.verdict is Verdict.VALID
    assert [(one.place[:8], one.signed) for one in found.differences] == [
        ("Findings", "(this sheet)")
    ]


def test_a_changed_column_label_is_found(exported: Exported, people: People) -> None:
    data = exported.forged(edit(SHEET, "People who took part", "People who agreed"))
    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert [(one.shown, one.signed) for one in found.differences] == [
        ("People who agreed", "People who took part")
    ]


def test_another_fingerprint_on_the_cover_is_found(exported: Exported, people: People) -> None:
    mine = exported.shown.fingerprint
    report, found = check(exported.forged(edit(COVER, mine, "K7QF-2M9P-XWA3-9TRE")), people)

    assert report.verdict is Verdict.VALID
    assert [(one.place, one.shown, one.signed) for one in found.differences] == [
        ("Cover", "K7QF-2M9P-XWA3-9TRE", mine)
    ]


def test_a_formula_that_shows_the_same_is_found(exported: Exported, people: People) -> None:
    data = exported.forged(edit(SHEET, "<v>120</v>", "<f>119+1</f><v>120</v>"))
    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert [(one.shown, one.signed) for one in found.differences] == [("=119+1", "120")]


def test_a_look_alone_is_told_without_a_cell(exported: Exported, people: People) -> None:
    data = exported.forged(
        edit(SHEET, '<col min="3" max="3" width="22"', '<col min="3" max="3" width="0"')
    )
    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert (found.visible, places(found)) == ("differs", [("xl/worksheets/sheet2.xml", "")])


def test_no_more_than_five_differences_are_named(exported: Exported, people: People) -> None:
    def change(parts: Parts) -> None:
        kind, data = parts[SHEET]
        parts[SHEET] = (kind, re.sub(rb"<t>([^<]+)</t>", rb"<t>x\1</t>", data))

    found = check(exported.forged(change), people)[1]

    assert len(found.differences) == 5


def without_signature(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package but for its signature."""
    return {
        name: part for name, part in unpacked(data).items() if not name.startswith("_xmlsignatures")
    }


def test_a_file_without_its_signature_is_compared_by_its_cells(
    exported: Exported, people: People
) -> None:
    parts = without_signature(exported.honest())
    report, found = check(packed(parts), people)
    assert (report.verdict, found) == (Verdict.RESAVED, VisibleCheck("same"))

    parts[FINDINGS] = parts[FINDINGS].replace(b"grew by 9 in", b"grew by 90 in")
    found = check(packed(parts), people)[1]
    assert [(one.shown, one.signed) for one in found.differences] == [
        ("Enrolment grew by 90 in 100.", "Enrolment grew by 9 in 100.")
    ]


def test_a_bomb_in_a_sheet_is_told_and_harms_nobody(exported: Exported, people: People) -> None:
    parts = without_signature(exported.honest())
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><worksheet'
    parts[SHEET] = parts[SHEET].replace(b"<worksheet", bomb, 1)
    report, found = check(packed(parts), people)

    assert report.verdict is Verdict.RESAVED
    assert found.visible == "differs"
    assert "document type" in found.differences[0].shown


def test_a_sheet_that_somebody_added_or_removed_is_named(
    exported: Exported, people: People
) -> None:
    parts = without_signature(exported.honest())
    name = "xl/workbook.xml"
    parts[name] = re.sub(rb'(<sheet name=")Cover"', rb'\1Covers"', parts[name])
    found = check(packed(parts), people)[1]

    assert [(one.place, one.shown, one.signed) for one in found.differences] == [
        ("Cover", "", "(this sheet)"),
        ("Covers", "(this sheet)", ""),
    ]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_says_the_same(
    exported: Exported, people: People, tmp_path: Path
) -> None:
    source = tmp_path / "package.xlsx"
    source.write_bytes(exported.honest())
    saved = libreoffice_convert(source, "xlsx", tmp_path / "out", tmp_path)
    report, found = check(saved.read_bytes(), people)

    assert report.verdict is Verdict.RESAVED
    assert found == VisibleCheck("same")

    parts = unpacked(saved.read_bytes())
    shared = "xl/sharedStrings.xml"
    parts[shared] = parts[shared].replace(b"grew by 9 in", b"grew by 90 in")
    found = check(packed(parts), people)[1]
    assert [(one.shown, one.signed) for one in found.differences] == [
        ("Enrolment grew by 90 in 100.", "Enrolment grew by 9 in 100.")
    ]
