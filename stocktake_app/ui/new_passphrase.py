"""The two fields in which a new passphrase is chosen."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from stocktake_app.errors import StocktakeError
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.parts import column, label
from stocktake_app.ui.texts import _


def secret_line(name: str) -> DirectedLine:
    """Return a field that does not show what is typed."""
    made = DirectedLine()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setPlaceholderText(name)
    made.setAccessibleName(name)
    return made


class NewPassphrase(QWidget):
    """Asks twice; ``names`` are what it must not be made of."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        super().__init__()
        self._names = names
        self.first = secret_line(_("New passphrase"))
        self.second = secret_line(_("The same again"))
        hint = label(
            _("Four words that do not belong together are better than one word with symbols."),
            "small",
            wrap=True,
        )
        self.setLayout(column(self.first, self.second, hint, spacing=10))

    @property
    def text(self) -> str:
        """What was chosen."""
        return self.first.text()

    def missing(self) -> str:
        """Say what is wrong with it, "" if nothing is."""
        from stocktake_app.trust.passphrases import check_passphrase

        try:
            check_passphrase(self.text, self._names)
        except StocktakeError as error:
            return str(error)
        return "" if self.text == self.second.text() else _("The two are not the same.")
