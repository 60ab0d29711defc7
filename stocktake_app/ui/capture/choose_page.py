"""Choosing what to fill: the shipped questionnaires as large buttons."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from stocktake_app.ui.context import Context
from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import Button, clear, column, heading, label, scaled, scrolling
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
COLUMNS = 3


def start_button(form: "OfferedForm", context: Context) -> Button:
    """Return the large button that begins a questionnaire."""
    made = Button(form.title.replace("&", "&&"))
    made.setProperty("look", "start")
    made.setAccessibleName(_("Start: {title}").format(title=form.title))
    made.setIcon(icon(ICONS.get(form.key, "capture"), context.tokens.accent))
    made.setIconSize(QSize(scaled(made, 28), scaled(made, 28)))
    made.setMinimumHeight(scaled(made, 60))
    made.clicked.connect(lambda: context.go("capture", ("form", form.key)))
    return made


def in_order(forms: "tuple[OfferedForm, ...]") -> "list[OfferedForm]":
    """Return the questionnaires people fill, the usual ones first."""
    wanted = [form for form in forms if not form.register]
    return sorted(wanted, key=lambda one: ORDER.index(one.key) if one.key in ORDER else 99)


class ChoosePage(QWidget):
    """The questionnaires on offer, and the registers for those who keep them."""

    offered = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._registers = QGridLayout()
        self._registers.setSpacing(12)
        self._registers_title = label(_("Reference lists"), "heading")
        content = QWidget()
        layout = column(
            heading(_("What do you want to record?"), _("Everything works without a network.")),
            self._grid,
            self._registers_title,
            self._registers,
            1,
            spacing=16,
        )
        layout.setContentsMargins(28, 24, 28, 24)
        content.setLayout(layout)
        self.setLayout(column(scrolling(content)))
        self._registers_title.hide()

    def refresh(self) -> None:
        """Read what is on offer."""
        from stocktake_app.actions import forms

        language = self._context.preferences.language
        self._context.read(lambda: forms.offered(language), self._show, self)

    def _show(self, forms: "tuple[OfferedForm, ...]") -> None:
        registers = [form for form in forms if form.register]
        clear(self._grid)
        clear(self._registers)
        for at, form in enumerate(in_order(forms)):
            self._grid.addWidget(start_button(form, self._context), at // COLUMNS, at % COLUMNS)
        for at, form in enumerate(registers):
            made = start_button(form, self._context)
            self._registers.addWidget(made, at // COLUMNS, at % COLUMNS)
        self._registers_title.setVisible(bool(registers))
        self.offered.emit(forms)
