"""The versions of one answer side by side: choose one, combine them, or write another."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from stocktake_app.ui.context import Context
from stocktake_app.ui.directed import DirectedText
from stocktake_app.ui.merge.questions import Side, Undecided
from stocktake_app.ui.moments import when
from stocktake_app.ui.parts import at_edge, button, column, label, line, panel
from stocktake_app.ui.texts import _

SHORT = 60


class VersionsPanel(QWidget):
    """``decided(answer, value)``: what a person settled on."""

    decided = Signal(object, object)

    def __init__(self, one: Undecided, context: Context) -> None:
        super().__init__()
        self._one, self._context = one, context
        self.choices = [self._side(number, side) for number, side in enumerate(one.sides, start=1)]
        sides = QHBoxLayout()
        sides.setSpacing(12)
        for choice in self.choices:
            sides.addWidget(choice, 1)
        parts: list[QWidget] = [
            label(one.question, "heading", wrap=True),
            label(one.title, "muted"),
        ]
        layout = column(*parts, sides, spacing=8)
        if one.free:
            layout.addWidget(self._writing())
        layout.addStretch(1)
        self.setLayout(layout)

    def _side(self, number: int, side: Side) -> QFrame:
        text = label(side.words, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        who = ", ".join(part for part in (side.author, side.office) if part)
        take = button(
            _("Take this one"),
            lambda: self.decided.emit(self._one, side.value),
            name=_("Take version {number}: {text}").format(number=number, text=side.words[:SHORT]),
        )
        return panel(
            column(
                at_edge(label(who, "strong", wrap=True)),
                label(when(side.time) if side.time else "", "small"),
                text,
                1,
                line(take, 1),
                spacing=8,
                margin=14,
            )
        )

    def _writing(self) -> QWidget:
        self.box = DirectedText()
        self.box.setAccessibleName(_("Another text"))
        self.box.setPlaceholderText(_("Or write another text"))
        combine = button(_("Start from all of them"), self._combine)
        self.take = button(_("Take this text"), self._take_written, "primary")
        self.take.setEnabled(False)
        self.box.textChanged.connect(
            lambda: self.take.setEnabled(bool(self.box.toPlainText().strip()))
        )
        return panel(column(self.box, line(combine, 1, self.take), spacing=8, margin=14))

    def _combine(self) -> None:
        texts = [side.words for side in self._one.sides if side.value and not side.withheld]
        self.box.setPlainText("\n\n".join(texts))
        self.box.setFocus()

    def _take_written(self) -> None:
        self.decided.emit(self._one, self.box.toPlainText().strip())
