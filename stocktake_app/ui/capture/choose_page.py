"""Choosing what to fill: the shipped questionnaires as large buttons."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from stocktake_app.ui.capture.start_grid import StartGrid
from stocktake_app.ui.context import Context
from stocktake_app.ui.parts import column, heading, label, scrolling
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.actions.forms import OfferedForm


class ChoosePage(QWidget):
    """The questionnaires on offer, and the reference lists that are kept the same way."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._forms, self._registers = StartGrid(context), StartGrid(context)
        self._registers_title = label(_("Reference lists"), "heading")
        content = QWidget()
        layout = column(
            heading(_("What do you want to record?"), _("Everything works without a network.")),
            self._forms,
            self._registers_title,
            self._registers,
            1,
            spacing=16,
        )
        layout.setContentsMargins(28, 20, 28, 24)
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
        self._forms.show_forms([form for form in forms if not form.register])
        self._registers.show_forms(registers)
        self._registers_title.setVisible(bool(registers))
