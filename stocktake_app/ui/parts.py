"""Small building blocks every screen is put together from."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QDate, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QDateEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from stocktake_app.ui.icons import icon, pixmap
from stocktake_app.ui.theme import BASE_POINTS, Tokens

Box = TypeVar("Box", bound=QBoxLayout)


def scaled(widget: QWidget, points: int) -> int:
    """Return a length made for 100 % at this widget's text size."""
    return round(points * widget.font().pointSizeF() / BASE_POINTS)


def label(text: str = "", look: str = "", *, wrap: bool = False) -> QLabel:
    """Return a plain-text label; what people typed is never read as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("look", look)
    made.setWordWrap(wrap)
    return made


class Button(QPushButton):
    """A push button that Enter presses too; Qt alone leaves that to the space bar."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take Enter as a click."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)


def at_edge(made: QLabel) -> QLabel:
    """Keep a label at the reading edge, whatever script its words are in."""
    if made.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
    return made


def button(
    text: str, clicked: Callable[[], object], look: str = "", *, name: str = ""
) -> QPushButton:
    """Return a push button; ``name`` is what a screen reader says where the text does not do."""
    made = Button(text)
    made.setProperty("look", look)
    made.setAccessibleName(name or text.replace("&", ""))
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked=False: clicked())
    return made


def icon_button(
    name: str, icon_name: str, tokens: Tokens, clicked: Callable[[], object]
) -> QPushButton:
    """Return a quiet button that shows only an icon; its name is its tool tip too."""
    made = button("", clicked, "icon", name=name)
    made.setIcon(icon(icon_name, tokens.ink))
    made.setIconSize(QSize(scaled(made, 18), scaled(made, 18)))
    made.setToolTip(name)
    return made


def icon_label(icon_name: str, colour: str, size: int = 20) -> QLabel:
    """Return a label that shows an icon; a screen reader passes over it."""
    made = QLabel()
    made.setPixmap(pixmap(icon_name, colour, size, 2.0))
    made.setFixedSize(QSize(size, size))
    return made


def column(*items: QWidget | QLayout | int, spacing: int = 8, margin: int = 0) -> QVBoxLayout:
    """Stack items from the top; a number is that much stretch."""
    return _fill(QVBoxLayout(), items, spacing, margin)


def line(*items: QWidget | QLayout | int, spacing: int = 8, margin: int = 0) -> QHBoxLayout:
    """Put items side by side in reading direction; a number is that much stretch."""
    return _fill(QHBoxLayout(), items, spacing, margin)


def _fill(box: Box, items: tuple[QWidget | QLayout | int, ...], spacing: int, margin: int) -> Box:
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(spacing)
    for item in items:
        if isinstance(item, QWidget):
            box.addWidget(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addStretch(item)
    return box


def panel(layout: QLayout, look: str = "card") -> QFrame:
    """Return a frame around a layout."""
    made = QFrame()
    made.setProperty("look", look)
    made.setLayout(layout)
    return made


def tabs(name: str) -> QTabWidget:
    """Return an empty set of tabs with a name for those who listen."""
    made = QTabWidget()
    made.setDocumentMode(True)
    made.setAccessibleName(name)
    made.tabBar().setAccessibleName(name)
    return made


def plain_table(heads: Sequence[str], name: str) -> QTableWidget:
    """Return an empty table to read: rows are chosen whole, Tab goes on to what comes after it."""
    made = QTableWidget(0, len(heads))
    made.setHorizontalHeaderLabels(list(heads))
    made.setAccessibleName(name)
    made.verticalHeader().hide()
    made.setShowGrid(False)
    made.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.setTabKeyNavigation(False)
    header = made.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    return made


def day_field(name: str) -> QDateEdit:
    """Return a field for a day that is not to come, today at first."""
    made = QDateEdit(QDate.currentDate())
    made.setMaximumDate(QDate.currentDate())
    made.setDisplayFormat("d MMMM yyyy")
    made.setCalendarPopup(True)
    made.setAccessibleName(name)
    return made


def rule() -> QFrame:
    """Return a thin line across."""
    made = QFrame()
    made.setProperty("look", "rule")
    return made


def heading(title: str, subtitle: str = "") -> QWidget:
    """Return a screen's title with a sentence under it."""
    parts = [label(title, "title")]
    if subtitle:
        parts.append(label(subtitle, "muted", wrap=True))
    made = QWidget()
    made.setLayout(column(*parts, spacing=2))
    return made


def scrolling(content: QWidget) -> QScrollArea:
    """Return a scroll area that gives its content the full width and no frame."""
    content.setProperty("look", "page")
    content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setWidget(content)
    return made


def kept_narrow(content: QWidget, points: int) -> QWidget:
    """Return the content no wider than is comfortable to read, at the reading edge."""
    content.setMaximumWidth(scaled(content, points))
    content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    made = QWidget()
    made.setLayout(line(content, 1))
    made.layout().setStretch(0, 1000)  # type: ignore[union-attr]
    return made


def waiting(words: str) -> QWidget:
    """Return a page that says what is under way."""
    page = QWidget()
    page.setLayout(column(1, line(1, label(words, "muted"), 1), 1))
    return page


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif inner := item.layout():
            clear(inner)


def drop_page(stack: QStackedWidget, number: int) -> None:
    """Take one page out of a stack and delete it."""
    page = stack.widget(number)
    if page is not None:
        stack.removeWidget(page)
        page.deleteLater()


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and draw the widget anew if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Message(QFrame):
    """A line with a colour, an icon and a sentence: never colour alone."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._icon = icon_label("info", tokens.ink)
        self._text = label("", wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setLayout(line(self._icon, self._text, spacing=10, margin=10))
        self.hide()

    def say(self, look: str, sentence: str) -> None:
        """Show a sentence as ``good``, ``warn``, ``bad`` or ``info``; an empty one hides it."""
        restyle(self, "tone", look)
        colour = self._tokens.ink if look == "info" else getattr(self._tokens, look)
        self._icon.setPixmap(pixmap(look, colour, 20, 2.0))
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    @property
    def sentence(self) -> str:
        """What it says now."""
        return self._text.text()
