"""Checking files: drop one, and read in colour, icon and words whether it can be used."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.disclosure import Disclosure
from stocktake_app.ui.drop_area import DropArea
from stocktake_app.ui.moments import when
from stocktake_app.ui.parts import clear, column, icon_label, label, line, panel
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.words import judged_words, next_step_words, standing_words

if TYPE_CHECKING:
    from stocktake_app.actions.checking import Checked


class CheckTab(QWidget):
    """Nothing is taken in here: checking changes nothing."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.area = DropArea(
            _("Drop Excel or PDF files here to check them"), context.tokens, self.check
        )
        self.results = column(spacing=12)
        layout = column(self.area, self.results, 1, spacing=16)
        layout.setContentsMargins(0, 14, 8, 16)
        self.setLayout(layout)

    def check(self, files: list[Path]) -> None:
        """Judge these files, one after the other."""
        from stocktake_app.actions.checking import check_file

        clear(self.results)
        workspace = self._context.workspace

        def judge(file: Path) -> None:
            self._context.read(
                lambda: check_file(file, at=now(), workspace=workspace), self._show, self
            )

        for file in files:
            judge(file)

    def _show(self, checked: "Checked") -> None:
        self.results.addWidget(CheckedPanel(checked, self._context))


class CheckedPanel(QFrame):
    """What is to be said of one file, and what to do next."""

    def __init__(self, checked: "Checked", context: Context) -> None:
        super().__init__()
        self._checked, self._tokens = checked, context.tokens
        self.sentence, look = judged_words(checked.verdict.value)
        self.setProperty("tone", look)
        colour = getattr(context.tokens, look)
        title = label(self.sentence, "heading", wrap=True)
        head = line(icon_label(look, colour, 32), title, spacing=12)
        head.setStretch(1, 1)
        parts: list[QWidget] = [label(checked.file, "muted"), *self._facts()]
        step = label(self._next_step(), "strong", wrap=True)
        self.setAccessibleName(f"{checked.file}: {self.sentence}. {step.text()}")
        box = column(head, *parts, step, spacing=6, margin=16)
        if checked.seals:
            words = _n("{n} signed record inside", "{n} signed records inside", len(checked.seals))
            title_text = words.format(n=len(checked.seals))
            box.addWidget(Disclosure(title_text, self._records, context.tokens))
        self.setLayout(box)

    def _next_step(self) -> str:
        if self._checked.standing == "already_imported":
            return _("There is nothing left to do with it.")
        return next_step_words(self._checked.verdict.value)

    def _facts(self) -> list[QWidget]:
        checked = self._checked
        where = checked.office or checked.bureau
        facts = []
        if checked.signer:
            facts.append(
                _("Signed by {name}, {office}, on {time}").format(
                    name=checked.signer, office=where, time=when(checked.signed_at)
                )
            )
        if checked.fingerprint:
            facts.append(_("Fingerprint: {text}").format(text=checked.fingerprint))
        if words := standing_words(checked.standing):
            facts.append(words)
        made = [label(one, wrap=True) for one in [*facts, *checked.reasons]]
        for one in made:
            one.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return list(made)

    def _records(self) -> QWidget:
        lines = [
            label(
                _("{name}, {office}: record {number} of {time}, {changes} changes").format(
                    name=one.signer,
                    office=one.office or one.bureau,
                    number=one.number,
                    time=when(one.created),
                    changes=one.changes,
                ),
                wrap=True,
            )
            for one in self._checked.seals
        ]
        return panel(column(*lines, spacing=4, margin=8), "plain")
