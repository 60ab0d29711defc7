"""A part of a page that is folded away until somebody opens it."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import button, column, label, line, panel
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens


class Disclosure(QWidget):
    """A title that opens and closes what lies under it, by click, Enter or Space.

    ``make`` gives the content; it is called when the part is opened for the first time.
    """

    def __init__(self, title: str, make: Callable[[], QWidget], tokens: Tokens) -> None:
        super().__init__()
        self._make, self._tokens = make, tokens
        self._content: QWidget | None = None
        self._button = button(title, self._flip, "fold")
        self._note = label("", "small")
        head = line(self._button, self._note, 1)
        self._box = column(head, spacing=12, margin=8)
        self.setLayout(column(panel(self._box)))
        self.name(title)
        self._mark()

    def name(self, title: str) -> None:
        """Give it another title."""
        self._button.setText(title.replace("&", "&&"))
        self._mark()

    def note(self, text: str) -> None:
        """Put a few quiet words beside the title."""
        self._note.setText(text)

    @property
    def is_open(self) -> bool:
        """Whether the content can be seen."""
        return self._content is not None and not self._content.isHidden()

    def open(self) -> None:
        """Show the content."""
        if self._content is None:
            self._content = self._make()
            self._box.addWidget(self._content)
        self._content.show()
        self._mark()

    def _flip(self) -> None:
        if self.is_open and self._content:
            self._content.hide()
            self._mark()
        else:
            self.open()

    def _mark(self) -> None:
        self._button.setIcon(icon("down" if self.is_open else "next", self._tokens.ink))
        title = self._button.text().replace("&&", "&")
        said = _("{title}, open") if self.is_open else _("{title}, closed")
        self._button.setAccessibleName(said.format(title=title))
