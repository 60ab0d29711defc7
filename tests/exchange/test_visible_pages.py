"""What you see is what is signed: PDF packages of honest exporters and of insiders."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filled_workspace import new_workspace, say_demo
from people import People
from pyhanko.pdf_utils import generic as untyped
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from shown_packages import Exported, check, pack

from stocktake_app.actions.packing import Kind
from stocktake_app.documents.record import EntryText
from stocktake_app.documents.record_pdf import record_pdf
from stocktake_app.exchange import visible_pdf
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.visible_limits import VisibleCheck
from stocktake_app.model.codes import Verdict

generic: Any = untyped  # its classes have no types
DEMO = ("consultation-2021-april", "wca-2020-french")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, people: People) -> Exported:
    workspace = new_workspace(tmp_path_factory.mktemp("w") / "w")
    say_demo(workspace, *DEMO)
    made = pack(workspace, people.hq.signer, Kind("pdf", "en"), people.now)
    workspace.close()
    return made


def signed(exported: Exported, pages: bytes) -> bytes:
    """Return these pages as a package that its own signer signed properly."""
    return write_pdf_package(pages, exported.contents, exported.signer, exported.now)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_an_exported_pdf_shows_what_was_signed(
    tmp_path: Path, people: People, language: str
) -> None:
    workspace = new_workspace(tmp_path / "w")
    say_demo(workspace, *DEMO)
    data = pack(workspace, people.hq.signer, Kind("pdf", language), people.now).honest()
    workspace.close()

    report, found = check(data, people)

    assert report.verdict is Verdict.VALID
    assert found == VisibleCheck("same")


def test_a_finding_with_other_words_is_found(exported: Exported, people: People) -> None:
    def entries() -> Iterator[EntryText]:
        for entry in exported.record.entries():
            yield replace(entry, title=f"{entry.title}: all is well")

    pages = record_pdf(replace(exported.record, entries=entries))
    report, found = check(signed(exported, pages), people)

    assert report.verdict is Verdict.VALID
    assert found.visible == "differs"
    assert "page 2" in {one.place for one in found.differences}


def test_another_fingerprint_on_the_cover_and_the_last_page_is_found(
    exported: Exported, people: People
) -> None:
    verification = replace(exported.record.verification, fingerprint="K7QF-2M9P-XWA3-9TRE")
    pages = record_pdf(replace(exported.record, verification=verification))
    count = sum(1 for _ in PdfFileReader(io.BytesIO(pages)).root["/Pages"]["/Kids"])
    report, found = check(signed(exported, pages), people)

    assert report.verdict is Verdict.VALID
    assert [one.place for one in found.differences] == ["page 1", f"page {count}"]


def test_a_figure_painted_over_a_page_is_found(exported: Exported, people: People) -> None:
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(record_pdf(exported.record)))
    paint = b"q 1 1 1 rg 100 600 200 40 re f Q"
    stream = writer.add_object(generic.StreamObject(stream_data=paint))
    writer.add_stream_to_page(1, stream)
    changed = io.BytesIO()
    writer.write(changed)
    whole = io.BytesIO()
    again: Any = copy_into_new_writer(PdfFileReader(changed))
    again.write(whole)
    report, found = check(signed(exported, whole.getvalue()), people)

    assert report.verdict is Verdict.VALID
    assert (found.visible, [one.place for one in found.differences]) == ("differs", ["page 2"])


def test_a_page_more_and_a_page_less_are_found(exported: Exported, people: People) -> None:
    def without_one() -> Iterator[EntryText]:
        yield from list(exported.record.entries())[1:]

    def with_one_twice() -> Iterator[EntryText]:
        entries = list(exported.record.entries())
        yield from [*entries, entries[0]]

    for entries in (without_one, with_one_twice):
        pages = record_pdf(replace(exported.record, entries=entries))
        report, found = check(signed(exported, pages), people)

        assert report.verdict is Verdict.VALID
        assert found.visible == "differs"
        assert found.differences[0].place.startswith("page ")


def test_a_changed_bookmark_is_found(exported: Exported, people: People) -> None:
    def entries() -> Iterator[EntryText]:
        for entry in exported.record.entries():
            yield replace(entry, title=entry.title)

    changed = replace(exported.record, title="Another title", entries=entries)
    report, found = check(signed(exported, record_pdf(changed)), people)

    assert report.verdict is Verdict.VALID
    assert found.visible == "differs"


def test_streams_that_are_packed_otherwise_are_the_same(
    exported: Exported, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zlib

    data = exported.honest()
    monkeypatch.setattr(zlib, "compress", _badly(zlib.compress))
    again = exported.honest()
    monkeypatch.undo()

    assert data != again
    assert check(again, people)[1] == VisibleCheck("same")


def _badly(compress: Any) -> Any:
    """Return a way to deflate that packs less well, as another build of zlib may."""
    return lambda data, *_arguments: compress(data, 1)


def test_no_more_pages_are_walked_than_a_record_can_have(
    exported: Exported, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visible_pdf, "MAX_PAGES", 2)
    pages = record_pdf(replace(exported.record, title="Another title"))

    assert check(signed(exported, pages), people)[1].visible == "not_checked"
