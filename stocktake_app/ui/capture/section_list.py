"""The sections of the questionnaire as a list beside the page, with how far each is filled."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.capture.sections import Section, Standing, standing
from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import scaled
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.theme import Tokens
from stocktake_app.ui.two_lines import UNDER, TwoLines

RECOUNT_MS = 300


class SectionList(QListWidget):
    """Chooses the page; recounts a moment after an answer, not at every letter."""

    chosen = Signal(int)

    def __init__(self, sections: tuple[Section, ...], filling: Filling) -> None:
        super().__init__()
        self._sections, self._filling = sections, filling
        self._with_problems = False
        self.setProperty("look", "sections")
        self.setAccessibleName(_("Sections"))
        TwoLines(self, filling.context.tokens)
        self.setFixedWidth(scaled(self, 206))
        for _section in sections:
            QListWidgetItem(self)
        self._timer = QTimer(self, singleShot=True, interval=RECOUNT_MS)
        self._timer.timeout.connect(self.recount)
        self.currentRowChanged.connect(self.chosen)
        self.recount()

    def recount_soon(self) -> None:
        """Count anew in a moment."""
        if not self._timer.isActive():
            self._timer.start()

    def show_problems(self) -> None:
        """From now on mark the sections in which something is missing or wrong."""
        self._with_problems = True
        self.recount()

    def recount(self) -> None:
        """Show titles and standings anew."""
        session, tokens = self._filling.session, self._filling.context.tokens
        for at, section in enumerate(self._sections):
            title = session.label(section.path) if section.path else session.form.title
            found = standing(section, session)
            item = self.item(at)
            words = _words(found, section)
            item.setText(title)
            item.setData(UNDER, words)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}, {words}")
            item.setHidden(not _relevant(section, self._filling))
            wrong = self._with_problems and found.problems
            item.setIcon(icon("warn", tokens.warn) if wrong else icon(*_mark(found, tokens)))


def _mark(found: Standing, tokens: Tokens) -> tuple[str, str]:
    full = found.asked and found.answered == found.asked
    return ("good", tokens.good) if full else ("dot", tokens.frame)


def _relevant(section: Section, filling: Filling) -> bool:
    if section.path and not filling.session.is_relevant(section.path):
        return False
    return any(filling.session.is_relevant(node.path) for node in section.nodes)


def _words(found: Standing, section: Section) -> str:
    if section.repeat:
        return _n("{n} row", "{n} rows", found.rows).format(n=found.rows)
    return _("{answered} of {asked} answered").format(answered=found.answered, asked=found.asked)
