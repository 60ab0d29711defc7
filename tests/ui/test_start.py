import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_driver import dialog, quiet, showing, started, until, write

from stocktake_app.actions import workspaces
from stocktake_app.errors import CancelledError, MachineError
from stocktake_app.settings import state_folder
from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.screen import CaptureScreen
from stocktake_app.ui.clock import now
from stocktake_app.ui.first_run import FirstRun
from stocktake_app.ui.opening import default_folder
from stocktake_app.ui.preferences import Preferences, load_preferences, save_preferences
from stocktake_app.ui.problem_dialog import ProblemDialog
from stocktake_app.ui.settings_screen import SettingsScreen
from stocktake_app.ui.unlock_page import UnlockPage

PASSPHRASE = "four quiet green boats"


def first_page(start: Start) -> FirstRun:
    page = start.window.findChild(FirstRun)
    assert page is not None
    return page


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the documents of whoever runs this aside."""
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    return tmp_path


def test_nothing_but_name_and_office_is_needed(qtbot: QtBot, documents: Path) -> None:
    with started(qtbot, None) as start:
        page = first_page(start)
        assert not page.start.isEnabled()
        write(page.name, "Field officer")
        assert not page.start.isEnabled()
        write(page.office, "Country office")
        assert page.start.isEnabled()
        page.start.click()
        showing(qtbot, start.window, "home")
        assert start.workspace is not None
        assert start.workspace.folder == documents / "Stocktake"
    assert load_preferences().workspace == str(documents / "Stocktake")


def test_countries_follow_the_bureau_and_a_country_names_its_bureau(
    qtbot: QtBot, documents: Path
) -> None:
    with started(qtbot, None) as start:
        page = first_page(start)
        everywhere = page.country.count()
        page.country.choose("SEN")
        page.country.picked.emit("SEN")
        assert page.bureau.code == "WCA"
        page.bureau.choose("MENA")
        page.bureau.picked.emit("MENA")
        assert page.country.code is None
        assert 0 < page.country.count() < everywhere


def test_language_is_changed_at_once_and_nothing_typed_is_lost(
    qtbot: QtBot, documents: Path
) -> None:
    save_preferences(Preferences(language="en"))
    with started(qtbot, None) as start:
        page = first_page(start)
        write(page.name, "مكتب داكار")
        page.language.setCurrentIndex(page.language.findData("fr"))
        page.language.activated.emit(page.language.currentIndex())
        until(qtbot, lambda: first_page(start).start.text() == "Commencer")
        assert first_page(start).name.text() == "مكتب داكار"
    save_preferences(Preferences(language="en"))


def test_folder_that_cannot_be_written_is_said_in_a_sentence(
    qtbot: QtBot, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = documents / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(blocked))
    with started(qtbot, None) as start:
        page = first_page(start)
        write(page.name, "Field officer")
        write(page.office, "Country office")
        page.start.click()
        until(qtbot, lambda: page._message.sentence)
        assert "Traceback" not in page._message.sentence
        assert page.start.isEnabled()


def test_second_workspace_gets_a_folder_of_its_own(documents: Path) -> None:
    (documents / "Stocktake").mkdir()
    (documents / "Stocktake" / "workspace.json").write_text("{}")
    assert default_folder() == documents / "Stocktake 2"


def test_protected_workspace_asks_until_the_passphrase_is_right(
    qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "protected"
    person = workspaces.Person("Field officer", "Country office", bureau="WCA")
    workspaces.create(folder, person, now=now(), passphrase=PASSPHRASE).close()
    with started(qtbot, folder) as start:
        until(qtbot, lambda: start.window.findChild(UnlockPage))
        page = start.window.findChild(UnlockPage)
        assert page is not None
        write(page.passphrase, "a wrong one")
        page._give()
        until(qtbot, lambda: start.window.findChild(UnlockPage) not in (None, page))
        again = start.window.findChild(UnlockPage)
        assert again is not None
        assert again._message.sentence
        write(again.passphrase, PASSPHRASE)
        again._give()
        showing(qtbot, start.window, "home")


def test_second_window_on_one_workspace_is_refused(qtbot: QtBot, start: Start) -> None:
    other = Start(start._application, start.workspace.folder if start.workspace else None)
    qtbot.addWidget(other.window)
    other.begin()
    shown = dialog(qtbot, ProblemDialog, other.window)
    assert isinstance(shown, ProblemDialog)
    assert "open" in shown.sentence
    other.end()


def test_fault_of_ours_becomes_a_sentence_and_a_log(qtbot: QtBot, start: Start) -> None:
    start.context.trouble.emit(KeyError("a secret answer"))
    shown = dialog(qtbot, ProblemDialog, start.window)
    assert isinstance(shown, ProblemDialog)
    assert "fault in Stocktake" in shown.sentence
    assert "KeyError" not in shown.sentence
    log = (state_folder() / "faults.log").read_text("utf-8")
    assert "KeyError" in log
    assert "a secret answer" not in log
    shown.accept()


def test_known_trouble_says_its_own_sentence(qtbot: QtBot, start: Start) -> None:
    start.context.trouble.emit(MachineError("The disk is full: free some space."))
    shown = dialog(qtbot, ProblemDialog, start.window)
    assert isinstance(shown, ProblemDialog)
    assert shown.sentence == "The disk is full: free some space."
    shown.accept()


def test_what_a_person_stopped_is_a_notice_not_a_problem(qtbot: QtBot, start: Start) -> None:
    start.context.trouble.emit(CancelledError())
    assert start.window.notice == "Stopped. Nothing was changed."


def test_larger_text_keeps_the_form_that_is_open(qtbot: QtBot, start: Start) -> None:
    start.window.go("capture", ("form", "regional"))
    screen = start.window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    until(qtbot, lambda: screen.fill)
    assert screen.fill is not None
    screen.fill.filling.answer("event_details/event_name", "Consultation")
    before = start.window
    before._text_size(1)
    until(qtbot, lambda: start.window is not before)
    until(qtbot, lambda: "capture" in start.window.screens)
    again = start.window.screens["capture"]
    assert isinstance(again, CaptureScreen)
    until(qtbot, lambda: again.fill)
    assert again.fill is not None
    assert again.fill.filling.session.value("event_details/event_name") == "Consultation"
    assert QApplication.font().pointSizeF() == pytest.approx(10.5 * 1.1)
    quiet(qtbot, start.window)


def test_settings_take_effect_at_once(qtbot: QtBot, start: Start) -> None:
    start.window.go("settings")
    showing(qtbot, start.window, "settings")
    screen = start.window.screens["settings"]
    assert isinstance(screen, SettingsScreen)
    screen.scheme.setCurrentIndex(screen.scheme.findData("dark"))
    screen.scheme.activated.emit(screen.scheme.currentIndex())
    until(qtbot, lambda: start.context.tokens.name == "dark")
    showing(qtbot, start.window, "settings")
    assert load_preferences().scheme == "dark"


def test_damaged_preferences_are_the_defaults(state: Path) -> None:
    (state / "preferences.json").write_text('{"language": 7, "text_size": "big"}')
    assert load_preferences() == Preferences()
    (state / "preferences.json").write_text("not json")
    assert load_preferences() == Preferences()


def test_preferences_are_kept(state: Path) -> None:
    wanted = replace(Preferences(), language="ar", text_size=150)
    save_preferences(wanted)
    assert load_preferences() == wanted
    assert json.loads((state / "preferences.json").read_text("utf-8"))["language"] == "ar"
