from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from window_driver import quiet, showing, until, write

from stocktake_app.actions import capture
from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.screen import CaptureScreen
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.library.paged_model import PAGE, PagedModel, TableColumn
from stocktake_app.ui.library.screen import LibraryScreen

EVENTS = ("2020-12-14-WCA", "2021-04-20-MENA", "2021-04-28-GLOBAL")
SAID = ("Écoles ouvertes aux enfants réfugiés", "مدارس مفتوحة للأطفال اللاجئين", "Open schools")


@pytest.fixture
def library(qtbot: QtBot, start: Start) -> LibraryScreen:
    """Record three sessions with a finding each and show the library."""
    assert start.workspace is not None
    for event, said in zip(EVENTS, SAID, strict=True):
        answers = {
            "event_details": {"event": event, "bureau": "WCA"},
            "findings": [{"kind": "progress", "text": said}],
        }
        capture.capture(start.workspace, "regional", answers, now=now())
    start.window.go("library")
    showing(qtbot, start.window, "library")
    screen = start.window.screens["library"]
    assert isinstance(screen, LibraryScreen)
    until(qtbot, lambda: screen.entries.model.rowCount() == len(EVENTS))
    quiet(qtbot, start.window)
    return screen


def column(screen: LibraryScreen, number: int) -> list[str]:
    model = screen.entries.model
    return [model.data(model.index(row, number)) for row in range(model.rowCount())]


def test_library_calls_entries_by_their_event(library: LibraryScreen) -> None:
    assert library.entries.said == "3 entries"
    assert "Global Refugee Forum: West and Central Africa stocktaking event" in column(library, 0)


@pytest.mark.parametrize("typed", ["ecoles refugies", "مدارس", "open"])
def test_search_finds_words_without_accents_in_any_script(
    qtbot: QtBot, start: Start, library: LibraryScreen, typed: str
) -> None:
    write(library.entries.search, typed)
    until(qtbot, lambda: library.entries.said == "1 entry")
    quiet(qtbot, start.window)


def test_newest_search_wins(qtbot: QtBot, start: Start, library: LibraryScreen) -> None:
    library.entries.search.setText("nothing like this")
    library.entries.refresh()
    library.entries.search.setText("")
    library.entries.refresh()
    quiet(qtbot, start.window)
    assert library.entries.said == "3 entries"


def test_click_on_a_title_sorts_by_it(qtbot: QtBot, start: Start, library: LibraryScreen) -> None:
    header = library.entries.table.horizontalHeader()
    header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    quiet(qtbot, start.window)
    ascending = [library.entries.model.row(at).title for at in range(3)]
    header.setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    quiet(qtbot, start.window)
    assert ascending == sorted(ascending)
    assert [library.entries.model.row(at).title for at in range(3)] == ascending[::-1]


def test_findings_have_a_list_of_their_own(
    qtbot: QtBot, start: Start, library: LibraryScreen
) -> None:
    library.tabs.setCurrentIndex(1)
    until(qtbot, lambda: library.findings.said == "3 findings")
    model = library.findings.model
    assert {model.data(model.index(row, 1)) for row in range(3)} == set(SAID)


def test_entry_is_read_with_labels_and_its_origin(
    qtbot: QtBot, start: Start, library: LibraryScreen
) -> None:
    model = library.entries.model
    row = next(at for at in range(3) if model.row(at).event == "2020-12-14-WCA")
    library.entries.table.activated.emit(model.index(row, 0))
    until(qtbot, lambda: library.entry_page)
    quiet(qtbot, start.window)
    assert library.entry_page is not None
    text = library.entry_page.text.toPlainText()
    assert "What was said" in text
    assert SAID[0] in text
    assert "not signed yet" in text


def test_markup_in_an_answer_is_shown_as_it_was_typed(
    qtbot: QtBot, start: Start, library: LibraryScreen
) -> None:
    assert start.workspace is not None
    typed = '<img src="file:///etc/passwd"> & <b>bold</b>'
    answers = {
        "event_details": {"event": EVENTS[0], "bureau": "WCA"},
        "findings": [{"kind": "progress", "text": typed}],
    }
    done = capture.capture(start.workspace, "regional", answers, now=now())
    assert done.entry is not None
    library.open(done.entry)
    quiet(qtbot, start.window)
    assert library.entry_page is not None
    assert typed in library.entry_page.text.toPlainText()


def test_edit_opens_the_entry_in_capture(
    qtbot: QtBot, start: Start, library: LibraryScreen
) -> None:
    entry = library.entries.model.row(0).id
    start.window.go("capture", ("entry", entry))
    screen = start.window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    until(qtbot, lambda: screen.fill)
    assert screen.fill is not None
    assert screen.fill.filling.session.value("event_details/event") in EVENTS


def test_chosen_entries_are_carried_to_the_export(
    qtbot: QtBot, start: Start, library: LibraryScreen
) -> None:
    def chosen() -> object:
        # The list is read anew when projections follow, which lets go of what was chosen.
        library.entries.table.selectRow(0)
        return library.entries.chosen()

    until(qtbot, chosen)
    library._export()
    showing(qtbot, start.window, "exchange")


class Numbers:
    """A long list that counts how much of it was read."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.read: list[tuple[int, int]] = []

    def fetch(self, offset: int, limit: int) -> Sequence[int]:
        self.read.append((offset, limit))
        return range(offset, min(offset + limit, self.count))


COLUMNS = (TableColumn("Number", str), TableColumn("Twice", lambda one: str(2 * one)))


def test_hundred_thousand_rows_are_read_a_page_at_a_time(qtbot: QtBot, context: Context) -> None:
    numbers, model = Numbers(100_000), PagedModel(context, COLUMNS)
    model.show(numbers.count, numbers.fetch, numbers.fetch(0, PAGE))
    assert model.rowCount() == 100_000
    assert model.data(model.index(0, 1)) == "0"
    last = model.index(99_999, 0)
    assert model.data(last) == "…"
    until(qtbot, lambda: model.data(last) == "99999")
    assert numbers.read == [(0, PAGE), (99_800, PAGE)]


def test_pages_far_behind_are_let_go(qtbot: QtBot, context: Context) -> None:
    numbers, model = Numbers(100_000), PagedModel(context, COLUMNS)
    model.show(numbers.count, numbers.fetch, numbers.fetch(0, PAGE))
    for page in range(1, 60):
        model.data(model.index(page * PAGE, 0))
    until(qtbot, lambda: not context.jobs.busy)
    assert len(model._pages) == 50


def test_page_of_an_older_list_is_dropped(qtbot: QtBot, context: Context) -> None:
    old, new, model = Numbers(1000), Numbers(3), PagedModel(context, COLUMNS)
    model.show(old.count, old.fetch, old.fetch(0, PAGE))
    model.data(model.index(900, 0))
    model.show(new.count, new.fetch, new.fetch(0, PAGE))
    until(qtbot, lambda: not context.jobs.busy)
    assert [model.data(model.index(row, 0)) for row in range(3)] == ["0", "1", "2"]


def test_model_keeps_qts_own_rules(
    qtbot: QtBot, context: Context, qtmodeltester: ModelTester
) -> None:
    numbers, model = Numbers(450), PagedModel(context, COLUMNS)
    model.show(numbers.count, numbers.fetch, numbers.fetch(0, PAGE))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    until(qtbot, lambda: not context.jobs.busy)
