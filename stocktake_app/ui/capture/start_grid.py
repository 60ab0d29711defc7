"""The questionnaires as large buttons, in as many columns as the room allows."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from stocktake_app.ui.context import Context
from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import Button, clear, scaled
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.actions.forms import OfferedForm

ICONS = {
    "regional": "globe",
    "country": "flag",
    "thematic": "library",
    "stakeholder": "people",
    "consultation": "talk",
    "pledge_update": "pledge",
    "indicator_reading": "chart",
    "initiative_update": "link",
}
ORDER = tuple(ICONS)
MOST_COLUMNS = 3
GAP = 12


class StartGrid(QWidget):
    """Each button begins a questionnaire; the usual ones come first."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._buttons: list[Button] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)

    def show_forms(self, forms: "list[OfferedForm]") -> None:
        """Show these."""
        clear(self._grid)
        self._buttons = [self._button(form) for form in sorted(forms, key=_place)]
        self._columns = 0
        self._arrange()

    def _button(self, form: "OfferedForm") -> Button:
        made = Button(form.title.replace("&", "&&"))
        made.setProperty("look", "start")
        made.setAccessibleName(_("Start: {title}").format(title=form.title))
        made.setIcon(icon(ICONS.get(form.key, "capture"), self._context.tokens.accent))
        made.setIconSize(QSize(scaled(made, 28), scaled(made, 28)))
        made.setMinimumHeight(scaled(made, 60))
        made.clicked.connect(lambda: self._context.go("capture", ("form", form.key)))
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use more or fewer columns."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        widest = max((button.sizeHint().width() for button in self._buttons), default=1)
        columns = max(1, min(MOST_COLUMNS, (self.width() + GAP) // (widest + GAP)))
        if columns == self._columns:
            return
        self._columns = columns
        for at, button in enumerate(self._buttons):
            self._grid.addWidget(button, at // columns, at % columns)
        for at in range(MOST_COLUMNS):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)


def _place(form: "OfferedForm") -> int:
    return ORDER.index(form.key) if form.key in ORDER else len(ORDER)
