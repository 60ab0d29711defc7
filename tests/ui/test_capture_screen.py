import pytest
from PySide6.QtCore import QElapsedTimer, Qt
from pytestqt.qtbot import QtBot
from window_driver import press, quiet, showing, tap, until, write, write_here

from stocktake_app.store import drafts, entries
from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.fill_page import FillPage
from stocktake_app.ui.capture.quick_findings import QuickFindings
from stocktake_app.ui.capture.screen import CaptureScreen


def capture_screen(start: Start) -> CaptureScreen:
    screen = start.window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    return screen


def page_of(start: Start) -> FillPage:
    fill = capture_screen(start).fill
    assert fill is not None
    return fill


@pytest.fixture
def fill(qtbot: QtBot, start: Start) -> FillPage:
    """Open the regional questionnaire."""
    start.window.go("capture", ("form", "regional"))
    until(qtbot, lambda: capture_screen(start).fill)
    return page_of(start)


def quick_of(fill: FillPage) -> QuickFindings:
    fill.section_list.setCurrentRow(1)
    quick = fill.page.quick
    assert quick is not None
    return quick


def stored(start: Start, fill: FillPage) -> dict[str, str]:
    """Return what the drafts file has of this draft, read past the window."""
    assert start.workspace is not None
    return dict(drafts.get_draft(start.workspace, fill.filling.draft).answers)


def test_what_is_typed_is_on_the_disk_within_a_second(
    qtbot: QtBot, start: Start, fill: FillPage
) -> None:
    quick = quick_of(fill)
    write(quick.box, "Schools were opened to refugee children.")
    clock = QElapsedTimer()
    clock.start()
    until(
        qtbot,
        lambda: "Schools were opened to refugee children." in stored(start, fill).values(),
    )
    assert clock.elapsed() < 1000
    until(qtbot, lambda: fill.saved.words.startswith("Saved "))


def test_enter_begins_the_next_finding_and_a_key_chooses_its_kind(
    qtbot: QtBot, fill: FillPage
) -> None:
    quick = quick_of(fill)
    quick.box.setFocus()
    until(qtbot, quick.box.hasFocus)
    press(qtbot, Qt.Key.Key_F3)
    write_here("No electricity for lessons at home.")
    press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    write_here("Fund civil registration for several years.")
    press(qtbot, Qt.Key.Key_Return)
    session = fill.filling.session
    rows = session.row_paths("findings")
    assert [session.value(f"{row}/kind") for row in rows] == ["challenge", "recommendation"]
    assert quick.box.toPlainText() == ""


def test_shift_enter_is_a_new_line(qtbot: QtBot, fill: FillPage) -> None:
    quick = quick_of(fill)
    quick.box.setFocus()
    write(quick.box, "One")
    tap(quick.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    write(quick.box, "two")
    assert quick.box.toPlainText() == "One\ntwo"


def test_text_taken_away_again_leaves_no_empty_finding(fill: FillPage) -> None:
    quick = quick_of(fill)
    write(quick.box, "One")
    quick.finish_one()
    write(quick.box, "Two")
    quick.box.clear()
    assert len(fill.filling.session.row_paths("findings")) == 1


def test_undo_takes_the_last_answer_back_and_redo_brings_it_again(
    qtbot: QtBot, start: Start, fill: FillPage
) -> None:
    page = fill.page
    field = next(one for one in page.block.fields() if one.question.name == "event_name")
    write(field.editor.inputs()[0], "Consultation")  # type: ignore[union-attr]
    fill.filling.saver.flush()
    quiet(qtbot, start.window)
    path = "event_details/event_name"
    fill.filling.undo()
    until(qtbot, lambda: fill.filling.session.value(path) is None)
    assert path not in stored(start, fill)
    fill.filling.redo()
    until(qtbot, lambda: fill.filling.session.value(path) == "Consultation")
    assert stored(start, fill)[path] == "Consultation"


def test_undo_with_nothing_left_says_so(qtbot: QtBot, start: Start, fill: FillPage) -> None:
    for _ in range(10):
        fill.filling.undo()
    until(qtbot, lambda: "nothing more" in start.window.notice)
    quiet(qtbot, start.window)


def test_question_appears_when_another_answer_makes_it_relevant(fill: FillPage) -> None:
    fields = {one.question.name: one for one in fill.page.block.fields()}
    assert not fields["event_name"].isHidden()
    fill.filling.answer("event_details/event", "2021-04-28-GLOBAL")
    assert fields["event_name"].isHidden()
    assert fill.filling.session.value("event_details/start_date") == "2021-04-28"


def test_constraint_is_said_under_its_field_once_one_has_left_it(fill: FillPage) -> None:
    fields = {one.question.name: one for one in fill.page.block.fields()}
    fill.filling.answer("event_details/start_date", "2021-04-28")
    fill.filling.answer("event_details/end_date", "2021-04-27")
    last = fields["end_date"]
    assert last.problem == ""
    assert last.editor is not None
    last.editor.left.emit()
    assert last.problem == "The last day cannot be before the first day."
    assert last.problem in last.editor.inputs()[0].accessibleDescription()


def test_unfinished_form_lists_what_is_missing_and_leads_there(fill: FillPage) -> None:
    fill.section_list.setCurrentRow(3)
    fill.finish()
    assert fill.problem_list.isVisible()
    first = fill.problem_list.list.item(0)
    fill.problem_list.list.itemActivated.emit(first)
    assert fill.number == 0
    field = next(one for one in fill.page.block.fields() if one.question.name == "event_name")
    assert field.problem


def answer_what_is_required(fill: FillPage) -> None:
    fill.filling.answer("event_details/event", "2020-12-14-WCA")
    quick = quick_of(fill)
    quick.choose_kind("progress")
    write(quick.box, "Schools were opened.")
    quick.finish_one()


def test_finished_form_is_an_entry_and_leads_home(
    qtbot: QtBot, start: Start, fill: FillPage
) -> None:
    answer_what_is_required(fill)
    fill.finish()
    showing(qtbot, start.window, "home")
    assert start.workspace is not None
    (entry,) = entries.list_entries(start.workspace)
    assert entry.state == "finished"
    assert "next export" in start.window.notice


def test_form_put_away_is_found_on_home_and_goes_on_where_it_was(
    qtbot: QtBot, start: Start, fill: FillPage
) -> None:
    fill.filling.answer("event_details/event", "2020-12-14-WCA")
    fill.put_away()
    showing(qtbot, start.window, "home")
    assert start.workspace is not None
    (entry,) = entries.list_entries(start.workspace)
    start.window.go("capture", ("entry", entry.id))
    until(qtbot, lambda: capture_screen(start).fill not in (None, fill))
    assert page_of(start).filling.session.value("event_details/event") == "2020-12-14-WCA"


def test_draft_survives_the_end_of_the_program(qtbot: QtBot, start: Start, fill: FillPage) -> None:
    fill.filling.answer("event_details/event_name", "Consultation")
    draft = fill.filling.draft
    start.window.close()
    until(qtbot, lambda: fill.filling.settled)
    assert start.workspace is not None
    answers = drafts.get_draft(start.workspace, draft).answers
    assert answers["event_details/event_name"] == "Consultation"


def test_questionnaire_speaks_another_language_than_the_window(fill: FillPage) -> None:
    at = [fill._language.itemText(n) for n in range(fill._language.count())].index("العربية")
    fill._language.setCurrentIndex(at)
    fill._switch_language()
    assert fill.section_list.item(0).text() == "الفعالية"
    assert fill._middle.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert fill.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_row_is_removed_and_undo_brings_it_back(qtbot: QtBot, start: Start, fill: FillPage) -> None:
    quick = quick_of(fill)
    for text in ("One", "Two"):
        write(quick.box, text)
        quick.finish_one()
    quiet(qtbot, start.window)
    rows = fill.filling.session.row_paths("findings")
    fill.filling.remove_row(rows[1])
    fill.filling.saver.flush()
    quiet(qtbot, start.window)
    fill.filling.undo()
    until(qtbot, lambda: fill.filling.session.row_paths("findings") == rows)
    assert fill.filling.session.value(f"{rows[1]}/text") == "Two"


def test_coding_waits_folded_until_it_is_opened(fill: FillPage) -> None:
    quick = quick_of(fill)
    write(quick.box, "One")
    quick.finish_one()
    row = fill.filling.session.row_paths("findings")[0]
    names = {one.question.name for one in fill.page.block.fields()}
    assert "subject" not in names
    field = fill.page.reveal(f"{row}/coding/subject")
    assert field is not None
    assert field.isVisible()


@pytest.mark.parametrize(
    "key",
    [
        "regional",
        "country",
        "thematic",
        "stakeholder",
        "consultation",
        "pledge_update",
        "indicator_reading",
        "initiative_update",
    ],
)
def test_every_shipped_questionnaire_opens_and_shows_each_section(
    qtbot: QtBot, start: Start, key: str
) -> None:
    start.window.go("capture", ("form", key))
    until(qtbot, lambda: capture_screen(start).fill)
    fill = page_of(start)
    for number in range(len(fill.sections)):
        fill.section_list.setCurrentRow(number)
        assert fill.page.section is fill.sections[number]
