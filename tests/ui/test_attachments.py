"""Attaching a picture in the window: chosen or dropped, seen, taken out, brought back."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_driver import quiet, tap, until

from stocktake_app.store import drafts
from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.attachment_editor import AttachmentEditor, size_words
from stocktake_app.ui.capture.fill_page import FillPage
from stocktake_app.ui.capture.screen import CaptureScreen


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Make a large picture of a room."""
    picture = Image.new("RGB", (2400, 1800), "#2a6f97")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((200, 900, 2200, 1700), fill="#f4a259")
    draw.ellipse((900, 200, 1500, 800), fill="#f1faee")
    path = tmp_path / "room in Dakar.jpeg"
    picture.save(path)
    return path


@pytest.fixture
def editor(qtbot: QtBot, start: Start) -> AttachmentEditor:
    """Open the pictures of a regional stocktaking with one empty row."""
    start.window.go("capture", ("form", "regional"))
    until(qtbot, lambda: page(start) is not None)
    fill = page(start)
    assert fill is not None
    names = [fill.section_list.item(at).text() for at in range(fill.section_list.count())]
    fill.section_list.setCurrentRow(next(at for at, one in enumerate(names) if "Pictures" in one))
    if not fill.filling.session.row_paths("pictures"):
        fill.filling.add_row("pictures")
    until(qtbot, lambda: start.window.findChildren(AttachmentEditor))
    found = start.window.findChildren(AttachmentEditor)[0]
    assert isinstance(found, AttachmentEditor)
    return found


def page(start: Start) -> FillPage | None:
    screen = start.window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    return screen.fill


def answer(start: Start) -> str | None:
    fill = page(start)
    assert fill is not None
    (row,) = fill.filling.session.row_paths("pictures")
    return fill.filling.session.value(f"{row}/picture")


def test_a_chosen_picture_is_on_the_disk_and_shown_small(
    qtbot: QtBot, start: Start, editor: AttachmentEditor, photo: Path
) -> None:
    editor.take(photo)
    until(qtbot, lambda: editor.name.text() == "room in Dakar.jpg")
    assert editor.picture.pixmap().width() <= 120 * editor.devicePixelRatioF()
    assert editor.size_words.text().endswith("KB")
    assert "room in Dakar" in editor.remove.accessibleName()
    fill, workspace = page(start), start.workspace
    assert fill is not None
    assert workspace is not None
    until(
        qtbot,
        lambda: answer(start) in drafts.get_draft(workspace, fill.filling.draft).answers.values(),
    )


def test_a_dropped_picture_is_taken_and_a_key_takes_it_out_again(
    qtbot: QtBot, start: Start, editor: AttachmentEditor, photo: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    editor._area.dropEvent(event)
    until(qtbot, lambda: answer(start) is not None)
    until(qtbot, editor.remove.isVisible)
    fill = page(start)
    assert fill is not None
    fill.filling.saver.flush()  # as a second of looking at it does
    editor.remove.setFocus()
    tap(editor.remove, Qt.Key.Key_Space)
    until(qtbot, lambda: answer(start) is None)
    assert QApplication.focusWidget() is editor.choose
    fill.filling.saver.flush()
    quiet(qtbot, start.window)
    fill.filling.undo()
    until(qtbot, lambda: answer(start) is not None)


def test_what_is_no_picture_is_refused_under_the_question(
    qtbot: QtBot, editor: AttachmentEditor, tmp_path: Path, start: Start
) -> None:
    fake = tmp_path / "picture.jpg"
    fake.write_bytes(b"MZ this is a program")
    editor.take(fake)
    until(qtbot, lambda: "is not a picture" in editor.complaint())
    assert answer(start) is None


def test_sizes_are_said_as_people_say_them(qtbot: QtBot, start: Start) -> None:
    assert qtbot is not None
    assert start.window is not None
    assert [size_words(one) for one in (1, 300_000, 5_000_000)] == ["1 KB", "293 KB", "4.8 MB"]
