"""An officer's first hour with the window, by keyboard alone: from nothing to a signed file."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_driver import dialog, press, quiet, showing, started, until, write_here

from stocktake_app.actions.checking import check_file
from stocktake_app.model.codes import Verdict
from stocktake_app.store import entries, findings
from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.screen import CaptureScreen
from stocktake_app.ui.exchange.screen import ExchangeScreen
from stocktake_app.ui.passphrase import PassphraseDialog
from stocktake_app.ui.preferences import Preferences, save_preferences

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
EVENT = "Global Refugee Forum: West and Central Africa stocktaking event"
PASSPHRASE = "four quiet green boats"


def focused_name() -> str:
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget else ""


def tab_to(qtbot: QtBot, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    seen = set()
    for _ in range(60):
        seen.add(focused_name())
        if focused_name() == name:
            return
        press(qtbot, Qt.Key.Key_Tab)
    pytest.fail(f"Tab never came to {name!r}, but to {seen}")


def introduce_oneself(qtbot: QtBot) -> None:
    until(qtbot, lambda: focused_name() == "Your name")
    write_here("Field officer")
    press(qtbot, Qt.Key.Key_Tab)
    write_here("Country office, Dakar")
    press(qtbot, Qt.Key.Key_Tab)
    write_here("west and central")
    press(qtbot, Qt.Key.Key_Tab)
    write_here("senegal")
    press(qtbot, Qt.Key.Key_Tab)
    tab_to(qtbot, "Start")
    press(qtbot, Qt.Key.Key_Return)


def record_a_session(qtbot: QtBot, start: Start) -> None:
    window = start.window
    press(qtbot, Qt.Key.Key_2, ALT)
    showing(qtbot, window, "capture")
    tab_to(qtbot, "Start: Regional stocktaking")
    press(qtbot, Qt.Key.Key_Return)
    screen = window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    until(qtbot, lambda: screen.fill and focused_name() == "Event")
    write_here(EVENT)
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_PageDown, CONTROL)
    until(qtbot, lambda: focused_name() == "What was said")
    for key, text in (
        (Qt.Key.Key_F2, "National schools were opened to refugee children."),
        (Qt.Key.Key_F3, "L’électricité manque pour l’école à distance."),
        (Qt.Key.Key_F6, "تمويل تسجيل الأحوال المدنية لعدة سنوات"),
    ):
        press(qtbot, key)
        write_here(text)
        press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_Return, CONTROL)
    showing(qtbot, window, "home")


def export_it(qtbot: QtBot, start: Start) -> Path:
    window = start.window
    press(qtbot, Qt.Key.Key_4, ALT)
    showing(qtbot, window, "exchange")
    tab_to(qtbot, "Make the file")
    press(qtbot, Qt.Key.Key_Return)
    asked = dialog(qtbot, PassphraseDialog, window)
    until(qtbot, asked.isActiveWindow)
    until(qtbot, lambda: focused_name() == "New passphrase")
    write_here(PASSPHRASE)
    press(qtbot, Qt.Key.Key_Tab)
    write_here(PASSPHRASE)
    press(qtbot, Qt.Key.Key_Return)
    screen = window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    until(qtbot, lambda: screen.send.table.rowCount() == 1)
    quiet(qtbot, window)
    assert start.workspace is not None
    (package,) = start.workspace.packages.glob("*.xlsx")
    return package


def test_officer_gets_from_the_first_start_to_a_signed_file_by_keyboard_alone(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, None) as start:
        introduce_oneself(qtbot)
        showing(qtbot, start.window, "home")
        assert start.workspace is not None
        assert start.workspace.folder == tmp_path / "Stocktake"
        assert (start.workspace.profile.bureau, start.workspace.profile.country) == ("WCA", "SEN")
        record_a_session(qtbot, start)
        (entry,) = entries.list_entries(start.workspace)
        assert (entry.state, entry.event) == ("finished", "2020-12-14-WCA")
        said = findings.list_findings(start.workspace)
        assert [one.kind for one in said] == ["progress", "challenge", "support_needed"]
        package = export_it(qtbot, start)
        checked = check_file(package, at=datetime.now(UTC), workspace=start.workspace)
    assert checked.verdict in {Verdict.VALID, Verdict.SIGNER_UNKNOWN}
    assert sum(seal.changes for seal in checked.seals) >= 1
