from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from window_driver import tap, until, write

from stocktake_app.questionnaire.session import Choice
from stocktake_app.ui.capture.choice_editors import (
    CheckListEditor,
    ChecksEditor,
    ComboEditor,
    RadioEditor,
)
from stocktake_app.ui.capture.editors import Editor, LineEditor, TextEditor
from stocktake_app.ui.capture.moment_editors import DateEditor, DateTimeEditor, TimeEditor
from stocktake_app.ui.capture.tags_editor import TagsEditor
from stocktake_app.ui.theme import LIGHT

KINDS = (Choice("progress", "Progress"), Choice("challenge", "Challenge"), Choice("gap", "Écart"))
COUNTRIES = tuple(
    Choice(code, name)
    for code, name in (("SEN", "Sénégal"), ("NER", "Niger"), ("NGA", "Nigeria"), ("TCD", "Tchad"))
)


class Heard(list[str | None]):
    """The answers an editor gave, in order."""


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[Editor], Heard]:
    """Put an editor on the screen and listen to it."""

    def show(editor: Editor) -> Heard:
        heard = Heard()
        editor.edited.connect(heard.append)
        qtbot.addWidget(editor)
        editor.show()
        editor.activateWindow()
        editor.inputs()[0].setFocus()
        until(qtbot, QApplication.focusWidget)
        return heard

    return show


Show = Callable[[Editor], Heard]


def test_line_gives_what_is_typed_in_any_script(shown: Show) -> None:
    editor = LineEditor()
    heard = shown(editor)
    write(editor.box, "لاجئون")
    assert heard == ["لاجئون"]


def test_empty_line_is_no_answer(shown: Show, qtbot: QtBot) -> None:
    editor = LineEditor()
    heard = shown(editor)
    write(editor.box, "a")
    tap(editor.box, Qt.Key.Key_Backspace)
    assert heard == ["a", None]


def test_number_typed_with_a_comma_is_one_with_a_full_stop(shown: Show) -> None:
    editor = LineEditor(number=True)
    heard = shown(editor)
    write(editor.box, "3,5")
    assert heard[-1] == "3.5"
    assert editor.box.text() == "3,5"


def test_showing_an_answer_says_nothing(shown: Show) -> None:
    for editor in (LineEditor(), TextEditor(), DateEditor(LIGHT), TimeEditor()):
        heard = shown(editor)
        editor.show_value("2021-04-28")
        assert not heard


def test_text_being_typed_keeps_its_cursor_when_the_same_text_comes_back(shown: Show) -> None:
    editor = TextEditor()
    heard = shown(editor)
    write(editor.box, "Schools opened ")
    editor.show_value("Schools opened")
    assert editor.box.toPlainText() == "Schools opened "
    assert editor.box.textCursor().position() == 15
    assert heard == ["Schools opened "]


def test_date_is_read_back_with_the_name_of_its_month(shown: Show) -> None:
    editor = DateEditor(LIGHT)
    heard = shown(editor)
    write(editor.box, "28/4/2021")
    assert heard[-1] == "2021-04-28"
    editor.box.clearFocus()
    assert editor.box.text() == f"28 {editor.locale().monthName(4)} 2021"


def test_what_is_no_date_stays_and_is_said_to_be_unsaved(shown: Show) -> None:
    editor = DateEditor(LIGHT)
    heard = shown(editor)
    write(editor.box, "next week")
    editor.box.clearFocus()
    assert not heard
    assert editor.box.text() == "next week"
    assert "next week" in editor.complaint()


def test_time_is_given_as_the_form_writes_it(shown: Show) -> None:
    editor = TimeEditor()
    heard = shown(editor)
    write(editor.box, "14h30")
    assert heard == ["14:30:00.000"]


def test_date_and_time_are_one_answer_once_both_are_there(shown: Show) -> None:
    editor = DateTimeEditor(LIGHT)
    heard = shown(editor)
    day, moment = (one for one in editor.inputs() if isinstance(one, QLineEdit))
    write(day, "28/4/2021")
    assert not heard
    assert editor.complaint()
    write(moment, "9:15")
    assert heard == ["2021-04-28T09:15:00.000"]


def test_radio_buttons_are_chosen_and_taken_back_by_keyboard(shown: Show, qtbot: QtBot) -> None:
    editor = RadioEditor()
    editor.show_choices(KINDS)
    heard = shown(editor)
    tap(editor.inputs()[0], Qt.Key.Key_Space)
    focused = QApplication.focusWidget()
    tap(focused, Qt.Key.Key_Right)
    tap(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert heard == ["progress", "challenge", None]


def test_radio_button_is_named_by_question_and_choice(shown: Show) -> None:
    editor = RadioEditor()
    editor.show_choices(KINDS)
    shown(editor)
    editor.describe("Kind", "")
    assert editor.inputs()[1].accessibleName() == "Kind: Challenge"


def test_list_finds_a_choice_without_its_accents(shown: Show, qtbot: QtBot) -> None:
    editor = ComboEditor()
    editor.show_choices(COUNTRIES)
    heard = shown(editor)
    write(editor.box.line, "senegal")
    tap(editor.box.line, Qt.Key.Key_Return)
    assert heard == ["SEN"]
    assert editor.box.currentText() == "Sénégal"


def test_what_fits_several_choices_is_not_guessed(shown: Show, qtbot: QtBot) -> None:
    editor = ComboEditor()
    editor.show_choices(COUNTRIES)
    heard = shown(editor)
    write(editor.box.line, "nig")
    tap(editor.box.line, Qt.Key.Key_Tab)
    assert not heard
    assert "nig" in editor.complaint()


def test_check_boxes_give_their_names_in_the_forms_order(shown: Show) -> None:
    editor = ChecksEditor()
    editor.show_choices(KINDS)
    heard = shown(editor)
    boxes = editor.inputs()
    boxes[2].click()  # type: ignore[attr-defined]
    boxes[0].click()  # type: ignore[attr-defined]
    assert heard == ["gap", "progress gap"]


def test_long_check_list_narrows_to_what_is_typed(shown: Show, qtbot: QtBot) -> None:
    editor = CheckListEditor()
    editor.show_choices(COUNTRIES)
    heard = shown(editor)
    write(editor.search, "tchad")
    shown_rows = [at for at in range(editor.list.count()) if not editor.list.item(at).isHidden()]
    assert shown_rows == [3]
    tap(editor.search, Qt.Key.Key_Return)
    assert heard == ["TCD"]


def test_tag_is_added_by_enter_and_taken_away_by_backspace(shown: Show, qtbot: QtBot) -> None:
    editor = TagsEditor(LIGHT)
    editor.show_choices(COUNTRIES)
    heard = shown(editor)
    for typed in ("senegal", "niger"):
        write(editor.search, typed)
        tap(editor.search, Qt.Key.Key_Return)
        qtbot.wait(5)
    assert heard == ["SEN", "SEN NER"]
    assert editor.search.text() == ""
    tap(editor.search, Qt.Key.Key_Backspace)
    assert heard[-1] == "SEN"


def test_ranking_keeps_the_order_of_choosing(shown: Show, qtbot: QtBot) -> None:
    editor = TagsEditor(LIGHT, ranked=True)
    editor.show_choices(COUNTRIES)
    heard = shown(editor)
    for typed in ("nigeria", "senegal"):
        write(editor.search, typed)
        tap(editor.search, Qt.Key.Key_Return)
        qtbot.wait(5)
    assert heard[-1] == "NGA SEN"


def test_choice_that_left_the_list_is_kept_not_dropped(shown: Show) -> None:
    editor = ChecksEditor()
    editor.show_choices(KINDS)
    heard = shown(editor)
    editor.show_value("vanished")
    editor.inputs()[0].click()  # type: ignore[attr-defined]
    assert heard == ["progress vanished"]


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_text_begins_at_the_reading_edge(qtbot: QtBot, direction: Qt.LayoutDirection) -> None:
    editor, text = LineEditor(), TextEditor()
    for one in (editor, text):
        qtbot.addWidget(one)
        one.setLayoutDirection(direction)
    edge = (
        Qt.AlignmentFlag.AlignRight
        if direction == Qt.LayoutDirection.RightToLeft
        else Qt.AlignmentFlag.AlignLeft
    )
    assert editor.box.alignment() & edge
    assert text.box.document().defaultTextOption().alignment() & edge
