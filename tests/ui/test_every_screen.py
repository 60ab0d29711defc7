"""What holds for every screen: names for those who listen, room for those who enlarge."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QPushButton,
    QTabBar,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot
from window_driver import focusable, quiet, until

from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.screen import CaptureScreen
from stocktake_app.ui.navigation import SCREENS
from stocktake_app.ui.window import Window

NAMELESS = {"qt_scrollarea_viewport", "qt_spinbox_lineedit"}


def visit(qtbot: QtBot, window: Window) -> Iterator[tuple[str, QWidget]]:
    """Show every screen with every tab, and a questionnaire with every section."""
    for name in SCREENS:
        window.go(name)
        quiet(qtbot, window)
        tabs = window.screens[name].findChild(QTabWidget)
        for at in range(tabs.count() if tabs else 1):
            if tabs:
                tabs.setCurrentIndex(at)
                quiet(qtbot, window)
            yield f"{name} {at}", window.screens[name]
    window.go("capture", ("form", "regional"))
    screen = window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    until(qtbot, lambda: screen.fill)
    assert screen.fill
    for number in range(len(screen.fill.sections)):
        screen.fill.section_list.setCurrentRow(number)
        quiet(qtbot, window)
        yield f"section {number}", screen.fill


def name_of(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def test_everything_the_keyboard_reaches_has_a_name(qtbot: QtBot, hq: Start) -> None:
    nameless = [
        f"{place}: {type(widget).__name__}"
        for place, root in visit(qtbot, hq.window)
        for widget in focusable(root)
        if not name_of(widget).strip() and widget.objectName() not in NAMELESS
    ]
    assert not nameless


def test_nothing_a_person_presses_is_cut_off(qtbot: QtBot, hq: Start) -> None:
    hq.restyle(replace(hq.preferences, text_size=200))
    until(qtbot, lambda: hq.window.current == "home")
    hq.window.resize(1366, 768)
    assert hq.window.minimumSizeHint().width() <= 1366
    assert hq.window.minimumSizeHint().height() <= 768
    cut = [
        f"{place}: {button.text()} {button.width()} < {button.sizeHint().width()}"
        for place, root in visit(qtbot, hq.window)
        for button in root.findChildren(QPushButton)
        if button.isVisible() and button.width() < button.sizeHint().width()
    ]
    assert not cut


def test_arabic_turns_the_whole_window_round(qtbot: QtBot, hq: Start) -> None:
    hq.restyle(replace(hq.preferences, language="ar"))
    until(qtbot, lambda: hq.window.current == "home")
    window = hq.window
    rail = window.findChild(QWidget, "rail")
    assert rail is not None
    assert window.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert rail.mapTo(window, rail.rect().center()).x() > window.width() // 2
    for name in SCREENS:
        window.go(name)
        quiet(qtbot, window)
        assert window.screens[name].layoutDirection() == Qt.LayoutDirection.RightToLeft
    hq.restyle(replace(hq.preferences, language="en"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screen_is_drawn_in_the_colours_chosen(qtbot: QtBot, hq: Start, scheme: str) -> None:
    hq.restyle(replace(hq.preferences, scheme=scheme))
    until(qtbot, lambda: hq.window.current == "home")
    quiet(qtbot, hq.window)
    picture = hq.window.grab().toImage()
    corner = picture.pixelColor(picture.width() - 5, picture.height() // 2)
    assert corner.name() == hq.context.tokens.window


def test_no_two_shortcuts_of_a_screen_are_the_same(qtbot: QtBot, hq: Start) -> None:
    for place, root in visit(qtbot, hq.window):
        keys = [
            shortcut.key().toString(QKeySequence.SequenceFormat.PortableText)
            for shortcut in root.findChildren(QShortcut)
            if isinstance(parent := shortcut.parent(), QWidget) and parent.isVisible()
        ]
        assert len(keys) == len(set(keys)), place


def test_lists_tables_and_choices_say_what_they_hold(qtbot: QtBot, hq: Start) -> None:
    for place, root in visit(qtbot, hq.window):
        for kind in (QAbstractItemView, QComboBox, QTabBar):
            for widget in root.findChildren(kind):
                if widget.isVisible() and not isinstance(widget, QHeaderView):
                    assert widget.accessibleName(), f"{place}: {kind.__name__}"
