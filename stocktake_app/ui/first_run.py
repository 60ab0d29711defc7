"""The first start: name, office, language. From here to the first word in under a minute."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.parts import (
    Message,
    button,
    column,
    heading,
    label,
    line,
    panel,
    scaled,
    scrolling,
)
from stocktake_app.ui.registers import labelled, register
from stocktake_app.ui.search_combo import SearchCombo
from stocktake_app.ui.texts import LANGUAGES, _
from stocktake_app.ui.theme import Tokens

BUREAU_COLUMN = "bureau_2021"


@dataclass(frozen=True)
class Newcomer:
    """What the first page asks."""

    name: str = ""
    office: str = ""
    bureau: str = ""
    country: str = ""
    language: str = "en"


class FirstRun(QWidget):
    """Asks and hands over; makes nothing itself."""

    decided = Signal(object)
    """Carries a ``Newcomer``: make the workspace."""
    reworded = Signal(object)
    """Another language was chosen; carries what was typed so far."""
    elsewhere = Signal()
    """There is a workspace already, in some folder."""

    def __init__(self, given: Newcomer, tokens: Tokens) -> None:
        super().__init__()
        self._given = given
        self._message = Message(tokens)
        self.name = self._line(given.name)
        self.office = self._line(given.office)
        self.bureau, self.country = SearchCombo(), SearchCombo()
        self.bureau.offer(labelled("bureaux", given.language))
        self.bureau.choose(given.bureau or None)
        self.bureau.picked.connect(self._offer_countries)
        self._offer_countries(given.bureau or None)
        self.country.choose(given.country or None)
        self.country.picked.connect(self._guess_bureau)
        self.language = self._languages(given.language)
        self.start = button(_("Start"), self._decide, "primary")
        self.start.setDefault(True)
        self._build()
        self._allow()

    def _line(self, text: str) -> DirectedLine:
        made = DirectedLine()
        made.setText(text)
        made.textChanged.connect(self._allow)
        made.returnPressed.connect(self._decide)
        return made

    def _languages(self, chosen: str) -> QComboBox:
        made = QComboBox()
        for code, name in LANGUAGES.items():
            made.addItem(name, code)
        made.setCurrentIndex(made.findData(chosen))
        made.activated.connect(lambda: self.reworded.emit(self._typed()))
        return made

    def _build(self) -> None:
        form = QFormLayout()
        form.setSpacing(12)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, part in (
            (_("&Language"), self.language),
            (_("Your &name"), self.name),
            (_("Your &office"), self.office),
            (_("&Bureau"), self.bureau),
            (_("&Country"), self.country),
        ):
            self._row(form, words, part)
        other = button(_("I have a workspace already…"), self.elsewhere.emit, "link")
        promise = label(
            _("It stays on this laptop. You can change it later, and no network is needed."),
            "small",
            wrap=True,
        )
        card = panel(
            column(
                heading(_("Welcome to Stocktake"), _("Who is writing?")),
                form,
                promise,
                self._message,
                line(other, 1, self.start),
                spacing=18,
                margin=28,
            )
        )
        card.setMaximumWidth(scaled(self, 560))
        content = QWidget()
        content.setLayout(column(1, line(1, column(card), 1), 2))
        middle = content.layout().itemAt(1).layout()  # type: ignore[union-attr]
        middle.setStretch(1, 100)  # type: ignore[union-attr]
        self.setLayout(column(scrolling(content)))

    def _row(self, form: QFormLayout, words: str, part: QWidget) -> None:
        name = label(words)
        name.setBuddy(part)
        part.setAccessibleName(words.replace("&", ""))
        if isinstance(part, SearchCombo):
            part.describe(words.replace("&", ""))
        form.addRow(name, part)

    def _offer_countries(self, bureau: str | None) -> None:
        language = self._given.language
        inside = {
            row["name"] for row in register("countries") if bureau in (None, row[BUREAU_COLUMN])
        }
        self.country.offer([pair for pair in labelled("countries", language) if pair[0] in inside])
        if self.country.code and self.country.code not in inside:
            self.country.choose(None)

    def _guess_bureau(self, country: str | None) -> None:
        found = [row[BUREAU_COLUMN] for row in register("countries") if row["name"] == country]
        if found and found[0] and not self.bureau.code:
            self.bureau.choose(found[0])

    def _typed(self) -> Newcomer:
        return Newcomer(
            name=self.name.text().strip(),
            office=self.office.text().strip(),
            bureau=self.bureau.code or "",
            country=self.country.code or "",
            language=self.language.currentData(),
        )

    def _allow(self) -> None:
        typed = self._typed()
        self.start.setEnabled(bool(typed.name and typed.office))

    def _decide(self) -> None:
        if self.start.isEnabled():
            self.start.setEnabled(False)
            self.decided.emit(self._typed())

    def refuse(self, sentence: str) -> None:
        """Say why it did not work, and let the person try again."""
        self._message.say("bad", sentence)
        self._allow()
