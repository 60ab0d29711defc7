import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from officers_site import OURS, THEIRS, Site
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from window_driver import dialog, quiet, showing, started, tap, until, write

from stocktake_app.store import entries
from stocktake_app.ui.application import Start
from stocktake_app.ui.drop_area import DropArea
from stocktake_app.ui.merge.screen import MergeScreen
from stocktake_app.ui.merge.versions_panel import VersionsPanel
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
def screen(qtbot: QtBot, start: Start) -> MergeScreen:
    """Show the merge screen."""
    start.window.go("merge")
    showing(qtbot, start.window, "merge")
    made = start.window.screens["merge"]
    assert isinstance(made, MergeScreen)
    return made


def counts(screen: MergeScreen) -> list[list[str]]:
    table = screen.intake.table
    cells = [
        [table.item(row, at) for at in range(2, table.columnCount())]
        for row in range(table.rowCount())
    ]
    return [[cell.text() if cell else "" for cell in row] for row in cells]


def take_in(qtbot: QtBot, start: Start, screen: MergeScreen, files: list[Path]) -> None:
    screen.intake.plan(files)
    until(qtbot, screen.intake.take.isVisible)
    screen.intake.take.click()
    until(qtbot, lambda: screen.intake.message.sentence)
    quiet(qtbot, start.window)


def test_plan_counts_and_changes_nothing(
    qtbot: QtBot, start: Start, screen: MergeScreen, site: Site
) -> None:
    screen.intake.plan(list(site.packages[:1]))
    until(qtbot, screen.intake.take.isVisible)
    assert counts(screen) == [["1", "–", "–", "–", "–"]]
    assert start.workspace is not None
    assert entries.count_entries(start.workspace) == 0


def test_files_are_chosen_in_a_dialog_that_does_not_block(
    qtbot: QtBot, start: Start, screen: MergeScreen, site: Site
) -> None:
    area = screen.intake.findChild(DropArea)
    assert area is not None
    choose = area.findChild(QPushButton)
    assert choose is not None
    choose.click()
    chooser = dialog(qtbot, QFileDialog, start.window)
    assert isinstance(chooser, QFileDialog)
    chooser.filesSelected.emit([str(site.packages[0])])
    chooser.close()
    until(qtbot, screen.intake.take.isVisible)


def test_two_who_disagree_are_shown_side_by_side_and_one_is_taken(
    qtbot: QtBot, start: Start, screen: MergeScreen, site: Site
) -> None:
    take_in(qtbot, start, screen, list(site.packages))
    assert "differing versions" in screen.intake.message.sentence
    screen.tabs.setCurrentIndex(1)
    until(qtbot, lambda: screen.differing.panel)
    panel = screen.differing.panel
    assert isinstance(panel, VersionsPanel)
    assert {side.words for side in panel._one.sides} == {OURS, THEIRS}
    assert {side.author for side in panel._one.sides} == {"Office dakar", "Office niamey"}
    at = [side.words for side in panel._one.sides].index(THEIRS)
    take = panel.choices[at].findChild(QPushButton)
    assert take is not None
    tap(take, Qt.Key.Key_Return)
    until(qtbot, lambda: "Settled" in start.window.notice)
    quiet(qtbot, start.window)
    assert start.workspace is not None
    (entry,) = entries.list_entries(start.workspace)
    answers = entries.get_entry(start.workspace, entry.id).answers
    assert THEIRS in answers.values()
    assert entry.conflicts == 0


def test_third_text_is_written_from_both(
    qtbot: QtBot, start: Start, screen: MergeScreen, site: Site
) -> None:
    take_in(qtbot, start, screen, list(site.packages))
    screen.tabs.setCurrentIndex(1)
    until(qtbot, lambda: screen.differing.panel)
    panel = screen.differing.panel
    assert panel is not None
    panel._combine()
    write(panel.box, "Both agree: ")
    panel.take.click()
    until(qtbot, lambda: "Settled" in start.window.notice)
    quiet(qtbot, start.window)
    assert start.workspace is not None
    (entry,) = entries.list_entries(start.workspace)
    said = entries.get_entry(start.workspace, entry.id).answers.values()
    assert any(OURS in one and THEIRS in one and "Both agree" in one for one in said)


def test_damaged_file_is_named_with_its_reason_and_the_others_go_in(
    qtbot: QtBot, start: Start, screen: MergeScreen, site: Site, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(site.packages[0].read_bytes()[:5000])
    take_in(qtbot, start, screen, [damaged, site.packages[0]])
    assert start.workspace is not None
    assert entries.count_entries(start.workspace) == 1


def test_taking_the_same_in_twice_finds_nothing_new(
    qtbot: QtBot, start: Start, screen: MergeScreen, site: Site
) -> None:
    take_in(qtbot, start, screen, [site.packages[0]])
    screen.intake.plan([site.packages[0]])
    until(qtbot, screen.intake.take.isVisible)
    quiet(qtbot, start.window)
    assert counts(screen) == [["–", "–", "1", "–", "–"]]
    assert not screen.intake.take.isEnabled()


def test_reasons_are_said_in_the_language_of_the_window(
    qtbot: QtBot, site: Site, tmp_path: Path
) -> None:
    folder, broken = tmp_path / "bureau", tmp_path / "broken.xlsx"
    shutil.copytree(site.bureau, folder)
    broken.write_bytes(b"of somebody else")
    save_preferences(Preferences(language="fr", scheme="light"))
    with started(qtbot, folder) as start:
        showing(qtbot, start.window, "home")
        start.window.go("merge")
        showing(qtbot, start.window, "merge")
        screen = start.window.screens["merge"]
        assert isinstance(screen, MergeScreen)
        screen.intake.plan([broken])
        until(qtbot, screen.intake.take.isVisible)
        texts = [one.text() for one in screen.intake.findChildren(QLabel)]
        (reason,) = [one for one in texts if one.startswith("broken.xlsx: ")]
        assert "This is no Stocktake package" not in reason
        quiet(qtbot, start.window)
