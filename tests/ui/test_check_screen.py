"""Checking files in the window: three heaps, words and colours, and what is done next."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from officers_site import Site
from packages import packed, unpacked
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from window_driver import dialog, quiet, showing, started, until

from stocktake_app.actions.checking import check_file
from stocktake_app.actions.verification_report import write_report
from stocktake_app.translations import said, translator
from stocktake_app.ui.application import Start
from stocktake_app.ui.clock import now
from stocktake_app.ui.exchange.check_tab import CheckTab, packages_in
from stocktake_app.ui.exchange.checked_panel import CheckedPanel
from stocktake_app.ui.exchange.next_steps import ApproveDialog
from stocktake_app.ui.exchange.screen import ExchangeScreen
from stocktake_app.ui.handover import Handover, hand_over
from stocktake_app.ui.preferences import Preferences, save_preferences


@pytest.fixture
def start(qtbot: QtBot, site: Site, tmp_path: Path) -> Iterator[Start]:
    """Start the program on the bureau's workspace."""
    folder = tmp_path / "bureau"
    shutil.copytree(site.bureau, folder)
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        showing(qtbot, made.window, "home")
        yield made


@pytest.fixture
def stranger(site: Site) -> Path:
    """Return a package of somebody whom the bureau has not approved."""
    from datetime import UTC, datetime

    from officers_site import ANSWERS, PASSPHRASE

    from stocktake_app.actions import capture, workspaces
    from stocktake_app.actions.exporting import export

    out = site.bureau.parent / "stranger.xlsx"
    if not out.exists():
        at = datetime.now(UTC)
        person = workspaces.Person("Newcomer", "Bamako", bureau="WCA")
        made = workspaces.create(site.bureau.parent / "stranger", person, now=at)
        capture.capture(made, "regional", ANSWERS, now=at)
        export(made, None, out=out, passphrase=PASSPHRASE, now=at)
        made.close()
    return out


def damaged(source: Path, out: Path) -> Path:
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 1
    out.write_bytes(bytes(data))
    return out


def saved_again(source: Path, out: Path) -> Path:
    """Do as a spreadsheet program does: keep every part but the signature."""
    parts = unpacked(source.read_bytes())
    out.write_bytes(packed({name: one for name, one in parts.items() if "_xmlsig" not in name}))
    return out


def checked(qtbot: QtBot, start: Start, files: list[Path]) -> CheckTab:
    """Check these files in the window and wait for all that is said of them."""
    start.window.go("exchange", files)
    screen = start.window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    wanted = list(packages_in(files))
    until(qtbot, lambda: len(screen.check.found) == len(wanted) and not screen.check.comparing)
    quiet(qtbot, start.window)
    return screen.check


def panel(tab: CheckTab) -> CheckedPanel:
    (shown,) = [one for one in tab.findChildren(CheckedPanel) if one.isVisible()]
    return shown


def buttons(tab: CheckTab) -> list[str]:
    return [one.text() for one in panel(tab).findChildren(QPushButton) if one.isVisible()]


def test_good_file_says_in_words_what_to_do(qtbot: QtBot, start: Start, site: Site) -> None:
    tab = checked(qtbot, start, [site.packages[0]])
    assert panel(tab).sentence == "This file is whole and we know who signed it"
    assert "Take it in." in panel(tab).accessibleName()
    assert buttons(tab)[0] == "Take it in…"
    assert not tab.list.isVisible()


def test_window_says_the_same_as_the_command_line(qtbot: QtBot, start: Start, site: Site) -> None:
    tab = checked(qtbot, start, [site.packages[0]])
    found = tab.found[site.packages[0]]
    said = check_file(site.packages[0], at=now(), workspace=start.workspace)
    assert found.as_json() | {"checked_at": ""} == said.as_json() | {"checked_at": ""}
    assert found.visible == "same"


def test_many_files_are_sorted_into_three_heaps_with_counts(
    qtbot: QtBot, start: Start, site: Site, stranger: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    for one in (*site.packages, stranger):
        shutil.copy(one, folder)
    damaged(site.packages[0], folder / "damaged.xlsx")
    saved_again(site.packages[1], folder / "saved-again.xlsx")
    (folder / "minutes.pdf").write_bytes(b"%PDF-1.4 of somebody else")
    (folder / "notes.txt").write_text("not a package")
    tab = checked(qtbot, start, [folder])
    rows = [tab.list.item(at) for at in range(tab.list.count())]
    headings = [row.text() for row in rows if not row.flags() & Qt.ItemFlag.ItemIsEnabled]
    assert headings == ["Take in: 4", "Ask the sender: 2", "Do not use: 1"]
    assert all(row.data(Qt.ItemDataRole.AccessibleTextRole) for row in rows)
    assert all(not row.icon().isNull() for row in rows)
    assert tab.take_all.text() == "Take in 4 files…"


def test_file_saved_again_can_be_taken_in_and_names_what_was_changed(
    qtbot: QtBot, start: Start, site: Site, tmp_path: Path
) -> None:
    tab = checked(qtbot, start, [saved_again(site.packages[0], tmp_path / "again.xlsx")])
    assert panel(tab).sentence.startswith("Somebody saved this file again")
    assert buttons(tab)[0] == "Take it in…"


def test_changed_file_is_not_used_and_a_text_for_the_sender_is_copied(
    qtbot: QtBot, start: Start, site: Site, tmp_path: Path
) -> None:
    tab = checked(qtbot, start, [damaged(site.packages[0], tmp_path / "changed.xlsx")])
    found = panel(tab)
    assert "Take it in." not in found.accessibleName()
    assert buttons(tab)[0] == "Copy a text to the sender"
    QApplication.clipboard().clear()
    next(one for one in found.findChildren(QPushButton) if one.text() == buttons(tab)[0]).click()
    text = QApplication.clipboard().text()
    assert "changed.xlsx" in text
    assert "Please send it again" in text


def test_unknown_sender_is_approved_only_after_the_letters_were_compared(
    qtbot: QtBot, start: Start, stranger: Path
) -> None:
    tab = checked(qtbot, start, [stranger])
    assert panel(tab).sentence == "We do not know this sender yet"
    next(
        one for one in panel(tab).findChildren(QPushButton) if one.text() == "Approve the sender…"
    ).click()
    asked = dialog(qtbot, ApproveDialog, start.window)
    assert isinstance(asked, ApproveDialog)
    assert not asked.approve.isEnabled()
    asked.heard.setChecked(True)
    asked.approve.click()
    until(qtbot, lambda: tab.found and tab.found[stranger].verdict == "valid")
    until(qtbot, lambda: not tab.comparing)
    quiet(qtbot, start.window)
    assert any(
        "approved this sender by the fingerprint" in one for one in tab.found[stranger].remarks
    )


def test_taking_in_leads_to_the_plan_before_anything_changes(
    qtbot: QtBot, start: Start, site: Site
) -> None:
    tab = checked(qtbot, start, [site.packages[0]])
    next(one for one in panel(tab).findChildren(QPushButton) if one.text() == "Take it in…").click()
    showing(qtbot, start.window, "merge")


def test_file_that_is_gone_is_told_among_the_others(
    qtbot: QtBot, start: Start, site: Site, tmp_path: Path
) -> None:
    tab = checked(qtbot, start, [site.packages[0], tmp_path / "gone.xlsx"])
    assert tab.found[tmp_path / "gone.xlsx"].verdict == "unreadable"
    assert tab.found[site.packages[0]].verdict == "valid"


def test_files_dropped_anywhere_are_checked(qtbot: QtBot, start: Start, site: Site) -> None:
    start.window.go("library")
    showing(qtbot, start.window, "library")
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(site.packages[0]))])
    start.window.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            dropped,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    showing(qtbot, start.window, "exchange")
    screen = start.window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    until(qtbot, lambda: site.packages[0] in screen.check.found and not screen.check.comparing)


def test_double_clicked_file_is_checked_in_the_window_that_is_open(
    qtbot: QtBot, start: Start, site: Site
) -> None:
    start.check_files([site.packages[0]])
    showing(qtbot, start.window, "exchange")
    screen = start.window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    until(qtbot, lambda: site.packages[0] in screen.check.found and not screen.check.comparing)


def test_second_start_hands_its_files_over(qtbot: QtBot, state: Path, tmp_path: Path) -> None:
    assert not hand_over([tmp_path / "a.xlsx"])
    parent = QApplication.instance()
    assert parent is not None
    listening = Handover(parent)
    taken: list[list[Path]] = []
    listening.received.connect(taken.append)
    program = "import sys; from pathlib import Path; from stocktake_app.ui.handover import *;"
    act = "sys.exit(0 if hand_over([Path(sys.argv[1])]) else 1)"
    command = [sys.executable, "-c", program + act, str(tmp_path / "a.xlsx")]
    with subprocess.Popen(command, env={**os.environ, "STOCKTAKE_STATE": str(state)}) as other:
        until(qtbot, lambda: other.poll() is not None)
    listening.close()
    listening.deleteLater()
    assert other.returncode == 0
    assert taken == [[tmp_path / "a.xlsx"]]


def test_report_is_written_for_what_was_checked(
    qtbot: QtBot, start: Start, site: Site, tmp_path: Path
) -> None:
    found = check_file(site.packages[0], at=now(), workspace=start.workspace)
    out = write_report(found, tmp_path / "report.pdf", language="fr")
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_reasons_are_said_in_the_language_of_the_window(
    qtbot: QtBot, site: Site, stranger: Path, tmp_path: Path, language: str
) -> None:
    folder = tmp_path / "bureau"
    shutil.copytree(site.bureau, folder)
    save_preferences(Preferences(language=language, scheme="light"))
    files = [
        stranger,
        damaged(site.packages[0], tmp_path / "changed.xlsx"),
        saved_again(site.packages[0], tmp_path / "again.xlsx"),
    ]
    with started(qtbot, folder) as start:
        showing(qtbot, start.window, "home")
        for one in files:
            tab = checked(qtbot, start, [one])
            shown = {made.text() for made in panel(tab).findChildren(QLabel)}
            for reason in (*tab.found[one].reasons, *tab.found[one].remarks):
                assert said(reason, translator(language)) in shown
                assert reason not in shown
