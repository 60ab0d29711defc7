"""The one place where an error becomes words on the screen. No traceback ever gets here."""

from PySide6.QtWidgets import QDialog, QWidget

from stocktake_app.actions.fault_log import write_fault
from stocktake_app.errors import StocktakeError
from stocktake_app.ui.parts import button, column, icon_label, label, line
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens


def sentence_for(error: BaseException) -> str:
    """Return what to tell a person; an unknown error goes to the fault log first."""
    if isinstance(error, StocktakeError):
        return str(error)
    log = write_fault(error)
    return _(
        "Something went wrong that is not your doing: a fault in Stocktake. What you typed is"
        " kept. Please send this file to whoever supports you: {file}"
    ).format(file=log)


class ProblemDialog(QDialog):
    """Says what happened and what to do; opened with ``open()``, never ``exec()``."""

    def __init__(self, error: BaseException, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("This did not work"))
        self.sentence = sentence_for(error)
        text = label(self.sentence, wrap=True)
        text.setMinimumWidth(420)
        close = button(_("&Close"), self.accept, "primary")
        close.setDefault(True)
        top = line(icon_label("warn", tokens.warn, 32), text, spacing=14)
        self.setLayout(column(top, line(1, close), spacing=16, margin=20))
        close.setFocus()
