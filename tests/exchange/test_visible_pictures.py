"""Attached pictures on the pages of a PDF package: small, as signed, never a withheld one."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filled_workspace import NOW, new_workspace
from pdf_text import text_of
from people import People
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from shown_packages import Exported, check, pack

from stocktake_app.actions import capture, erasing
from stocktake_app.actions.packing import Kind
from stocktake_app.documents import record_pdf as pages
from stocktake_app.documents.record import EntryText, Item, Section
from stocktake_app.documents.record_pdf import record_pdf
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.visible_limits import VisibleCheck
from stocktake_app.model.codes import Verdict
from stocktake_app.store.workspace import Workspace

CAPTION = "Parents in the new school"
ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": "Schools opened."}],
    "pictures": [
        {"picture": "room.jpg", "picture_caption": CAPTION, "picture_consent": "internal"},
        {"picture": "plan.png", "picture_consent": "internal"},
    ],
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return a workspace with a photograph and a drawing with clear parts."""
    folder = tmp_path_factory.mktemp("pictures")
    Image.linear_gradient("L").resize((2000, 1000)).convert("RGB").save(folder / "room.jpg")
    Image.new("RGBA", (300, 400), (0, 90, 160, 120)).save(folder / "plan.png")
    made = new_workspace(folder / "w")
    done = capture.capture(made, "regional", ANSWERS, now=NOW, folder=folder)
    assert done.entry, done.problems
    yield made
    made.close()


def exported(workspace: Workspace, people: People, kind: Kind) -> Exported:
    return pack(workspace, people.hq.signer, kind, people.now)


def images(data: bytes) -> list[tuple[int, int]]:
    """Return the sides of the pictures on the pages of a PDF."""
    found: dict[object, tuple[int, int]] = {}
    kids: Any = PdfFileReader(io.BytesIO(data)).root["/Pages"]["/Kids"]
    for kid in kids:
        known = kid.get_object()["/Resources"].get("/XObject", {})
        for name in known:
            one = known[name]
            if one["/Subtype"] == "/Image":
                found[name] = (int(one["/Width"]), int(one["/Height"]))
    return sorted(found.values())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_show_pictures_small_with_caption_and_name_and_are_as_signed(
    workspace: Workspace, people: People, language: str
) -> None:
    data = exported(workspace, people, Kind("pdf", language)).honest()
    report, found = check(data, people)
    text = " ".join(text_of(data).split())

    assert report.verdict is Verdict.VALID
    assert found == VisibleCheck("same")
    assert images(data) == [(300, 400), (480, 240)]
    assert text.count("room.jpg") == text.count("plan.png") == 2  # as an answer, below the picture
    assert CAPTION in text


def test_a_redacted_package_has_no_picture(workspace: Workspace, people: People) -> None:
    data = exported(workspace, people, Kind("pdf", "en", redact=True)).honest()
    report, found = check(data, people)

    assert (report.verdict, found) == (Verdict.VALID, VisibleCheck("same"))
    assert images(data) == []
    assert "room.jpg" not in text_of(data)


def test_another_picture_in_the_place_of_the_signed_one_is_found(
    workspace: Workspace, people: People
) -> None:
    made = exported(workspace, people, Kind("pdf", "en"))
    other = io.BytesIO()
    Image.new("RGB", (480, 240), "red").save(other, "JPEG")

    def swapped(item: Item) -> Item:
        kept = tuple(replace(one, data=other.getvalue) for one in item.pictures)
        return replace(item, pictures=kept)

    def section(one: Section) -> Section:
        return replace(one, items=tuple(map(swapped, one.items)))

    def entries() -> Iterator[EntryText]:
        for entry in made.record.entries():
            yield replace(entry, sections=tuple(map(section, entry.sections)))

    shown = record_pdf(replace(made.record, entries=entries))
    data = write_pdf_package(shown, made.contents, made.signer, made.now)
    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert found.visible == "differs"
    assert found.differences[0].place.startswith("page ")


def test_no_more_pictures_are_shown_than_a_record_may_have(
    workspace: Workspace, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = exported(workspace, people, Kind("pdf", "en"))
    monkeypatch.setattr(pages, "MAX_PICTURES", 1)
    data = made.honest()

    assert len(images(data)) == 1
    assert "plan.png" in text_of(data)


def test_an_erased_picture_is_on_no_page_any_more(tmp_path: Path, people: People) -> None:
    Image.new("RGB", (400, 300), "#2a6f97").save(tmp_path / "room.jpg")
    workspace = new_workspace(tmp_path / "w")
    answers = {**ANSWERS, "pictures": [{"picture": "room.jpg", "picture_consent": "internal"}]}
    entry = capture.capture(workspace, "regional", answers, now=NOW, folder=tmp_path).entry
    assert entry is not None
    before = exported(workspace, people, Kind("pdf", "en"))
    assert len(images(before.honest())) == 1
    erasing.erase(workspace, entry, reason="She asked for it.", now=NOW)
    data = exported(workspace, people, Kind("pdf", "en")).honest()
    workspace.close()

    assert images(data) == []
    assert check(data, people)[1] == VisibleCheck("same")


def test_equal_records_with_pictures_are_equal_bytes(workspace: Workspace, people: People) -> None:
    record = exported(workspace, people, Kind("pdf", "en")).record

    assert record_pdf(record) == record_pdf(record)
