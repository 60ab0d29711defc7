"""Choosing: radio buttons for a few, a list one can search for many, check marks for several."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QWidget,
)

from stocktake_app.questionnaire.session import Choice
from stocktake_app.ui.capture.editors import Editor
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.folding import folded
from stocktake_app.ui.parts import clear, column, label, scaled
from stocktake_app.ui.search_combo import SearchCombo
from stocktake_app.ui.texts import _

FEW = 8
SHORT_LABEL = 34
ONE_LINE = 64
LIST_LINES = 7


class RadioEditor(Editor):
    """One of a few; Delete takes the choice back."""

    def __init__(self) -> None:
        super().__init__()
        self._value: str | None = None
        self._choices: tuple[Choice, ...] = ()
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(lambda button: self._chose(button.property("name")))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these, side by side when they are short."""
        if choices == self._choices:
            return
        self._choices = choices
        for old in self._group.buttons():
            self._group.removeButton(old)
        clear(self._grid)
        columns = _columns(choices)
        for at, choice in enumerate(choices):
            made = QRadioButton(choice.label.replace("&", "&&"))
            made.setProperty("name", choice.name)
            self.watch(made)
            self._group.addButton(made)
            self._grid.addWidget(made, at // columns, at % columns)
        self._grid.setColumnStretch(columns, 1)
        self.show_value(self._value)

    def _chose(self, name: str | None) -> None:
        if name != self._value:
            self._value = name
            self.edited.emit(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let Delete and Backspace take the choice back."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
        ):
            self.show_value(None)
            self.edited.emit(None)
            return True
        return super().eventFilter(watched, event)

    def show_value(self, value: str | None) -> None:
        """Mark the choice, or none."""
        self._value = value
        self._group.setExclusive(False)
        for one in self._group.buttons():
            one.setChecked(one.property("name") == value)
        self._group.setExclusive(True)

    def describe(self, name: str, description: str) -> None:
        """Name each button by its question and its own words."""
        for one in self._group.buttons():
            one.setAccessibleName(f"{name}: {one.text().replace('&&', '&')}")
            one.setAccessibleDescription(description)

    def inputs(self) -> list[QWidget]:
        """Return the buttons, the chosen one first."""
        buttons = self._group.buttons()
        chosen: list[QWidget] = [one for one in buttons if one.isChecked()]
        return chosen + [one for one in buttons if not one.isChecked()]


def _columns(choices: Sequence[Choice]) -> int:
    longest = max((len(choice.label) for choice in choices), default=0)
    if sum(len(choice.label) + 4 for choice in choices) <= ONE_LINE:
        return max(1, len(choices))
    return 2 if longest <= SHORT_LABEL and len(choices) > 3 else 1  # noqa: PLR2004 - three are one glance


class ComboEditor(Editor):
    """One of many: a list that opens, and narrows to what is typed."""

    def __init__(self) -> None:
        super().__init__()
        self._value: str | None = None
        self._choices: tuple[Choice, ...] = ()
        self.box = SearchCombo()
        self.box.picked.connect(self._take)
        self.watch(self.box.line)
        self.setLayout(column(self.box))

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these."""
        if choices != self._choices:
            self._choices = choices
            self.box.offer([(choice.name, choice.label) for choice in choices])
            self.box.choose(self._value)

    def _take(self, name: str | None) -> None:
        if name != self._value:
            self._value = name
            self.edited.emit(name)

    def show_value(self, value: str | None) -> None:
        """Show the label of the choice."""
        self._value = value
        self.box.choose(value)

    def complaint(self) -> str:
        """Say that what was typed is not in the list."""
        text = self.box.unknown()
        return _("“{text}” is not in the list and is not saved.").format(text=text) if text else ""

    def set_wrong(self, wrong: bool) -> None:  # noqa: FBT001 - one switch
        """Leave the frame alone: the sentence under it says what is wrong."""

    def describe(self, name: str, description: str) -> None:
        """Name the list and the line in it."""
        self.box.describe(name, description)

    def inputs(self) -> list[QWidget]:
        """Return the list."""
        return [self.box]


class SeveralEditor(Editor):
    """What all editors of several choices share: the set of names, in the form's order."""

    ranked = False
    """Whether the order of choosing is the answer."""

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self._chosen: list[str] = []

    def toggle(self, name: str, *, on: bool) -> None:
        """Choose one more, or one less, and say so."""
        if on == (name in self._chosen):
            return
        (self._chosen.append if on else self._chosen.remove)(name)
        if not self.ranked:
            self._chosen.sort(key=self._place)
        self.edited.emit(" ".join(self._chosen) or None)

    def _place(self, name: str) -> tuple[int, str]:
        """Return where a name stands in the form; what the form does not know comes last."""
        names = [one.name for one in self._choices]
        return (names.index(name) if name in names else len(names), name)


class ChecksEditor(SeveralEditor):
    """Several of a few: a check box each."""

    def __init__(self) -> None:
        super().__init__()
        self._boxes: list[QCheckBox] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these, side by side when they are short."""
        if choices == self._choices:
            return
        self._choices = choices
        clear(self._grid)
        columns = _columns(choices)
        self._boxes = [self._box(choice) for choice in choices]
        for at, box in enumerate(self._boxes):
            self._grid.addWidget(box, at // columns, at % columns)
        self._grid.setColumnStretch(columns, 1)

    def _box(self, choice: Choice) -> QCheckBox:
        made = QCheckBox(choice.label.replace("&", "&&"))
        made.setProperty("name", choice.name)
        made.setChecked(choice.name in self._chosen)
        made.toggled.connect(lambda on: self.toggle(choice.name, on=on))
        self.watch(made)
        return made

    def show_value(self, value: str | None) -> None:
        """Mark what is chosen."""
        self._chosen = (value or "").split()
        for box in self._boxes:
            with QSignalBlocker(box):
                box.setChecked(box.property("name") in self._chosen)

    def describe(self, name: str, description: str) -> None:
        """Name each box by its question and its own words."""
        for box in self._boxes:
            box.setAccessibleName(f"{name}: {box.text().replace('&&', '&')}")
            box.setAccessibleDescription(description)

    def inputs(self) -> list[QWidget]:
        """Return the boxes."""
        return list(self._boxes)


class CheckListEditor(SeveralEditor):
    """Several of many: a search line over a list with check marks, and what is chosen below."""

    def __init__(self) -> None:
        super().__init__()
        self.search = DirectedLine()
        self.search.setPlaceholderText(_("Type to search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._toggle_only)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.itemChanged.connect(self._changed)
        self.list.itemActivated.connect(_flip)
        self._said = label("", "small", wrap=True)
        self.watch(self.search, self.list)
        self.setLayout(column(self.search, self.list, self._said, spacing=4))
        line = self.fontMetrics().lineSpacing() + scaled(self, 8)
        self.list.setFixedHeight(LIST_LINES * line)

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these."""
        if choices == self._choices:
            return
        self._choices = choices
        with QSignalBlocker(self.list):
            self.list.clear()
            for choice in choices:
                item = QListWidgetItem(choice.label, self.list)
                item.setData(Qt.ItemDataRole.UserRole, choice.name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        self._mark()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(at) for at in range(self.list.count())]

    def _mark(self) -> None:
        with QSignalBlocker(self.list):
            for item in self._items():
                on = item.data(Qt.ItemDataRole.UserRole) in self._chosen
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self._summarise()

    def _summarise(self) -> None:
        names = [one.label for one in self._choices if one.name in self._chosen]
        self._said.setText(_("Chosen: {names}").format(names=", ".join(names)) if names else "")
        self._said.setVisible(bool(names))

    def _narrow(self, text: str) -> None:
        wanted = folded(text)
        for item in self._items():
            item.setHidden(wanted not in folded(item.text()))

    def _toggle_only(self) -> None:
        shown = [item for item in self._items() if not item.isHidden()]
        if len(shown) == 1:
            _flip(shown[0])
            self.search.selectAll()

    def _changed(self, item: QListWidgetItem) -> None:
        on = item.checkState() == Qt.CheckState.Checked
        self.toggle(item.data(Qt.ItemDataRole.UserRole), on=on)
        self._summarise()

    def show_value(self, value: str | None) -> None:
        """Mark what is chosen."""
        self._chosen = (value or "").split()
        self._mark()

    def inputs(self) -> list[QWidget]:
        """Return the search line and the list."""
        return [self.search, self.list]


def _flip(item: QListWidgetItem) -> None:
    on = item.checkState() == Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
