"""All there is to say of one checked file, and buttons for what a person does next."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QPushButton, QWidget

from stocktake_app.translations import said
from stocktake_app.ui.context import Context
from stocktake_app.ui.disclosure import Disclosure
from stocktake_app.ui.moments import when
from stocktake_app.ui.parts import at_edge, button, column, icon_label, label, line, panel, scaled
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.words import role_words, shown_words, standing_words

if TYPE_CHECKING:
    from stocktake_app.actions.checked import Checked, CheckedSeal
    from stocktake_app.ui.exchange.next_steps import NextSteps

MOST_RECORDS = 200
MOST_REMARKS = 12
MARK_GROUP = 8


class CheckedPanel(QFrame):
    """The verdict in colour, icon and words; under it who signed, when, and what else is known."""

    def __init__(
        self, path: Path, checked: "Checked", steps: "NextSteps", *, comparing: bool = False
    ) -> None:
        super().__init__()
        self._path, self._checked, self._steps = path, checked, steps
        self._visible = "checking" if comparing else checked.visible
        context = steps.context
        self.sentence = _(checked.judged.headline)
        self.setAccessibleName(f"{checked.file}: {self.sentence}. {_(checked.judged.next_step)}")
        self.setLayout(
            column(self._verdict(context), self._buttons(), self._facts(context), spacing=14)
        )

    def _verdict(self, context: Context) -> QWidget:
        judged = self._checked.judged
        colour = getattr(context.tokens, judged.tone)
        picture = icon_label(judged.icon, colour, scaled(self, 32))
        head = line(picture, at_edge(label(self.sentence, "heading", wrap=True)), spacing=12)
        head.setStretch(1, 1)
        made = panel(
            column(
                head,
                at_edge(label(self._checked.file, "muted", wrap=True)),
                at_edge(label(_(judged.next_step), "strong", wrap=True)),
                spacing=6,
                margin=16,
            )
        )
        made.setProperty("tone", judged.tone)
        return made

    def _buttons(self) -> QWidget:
        made = QWidget()
        made.setLayout(line(*self._offered(), 1))
        return made

    def _offered(self) -> Iterator[QPushButton]:
        """Yield the buttons, the next step first."""
        judged, steps, path = self._checked.judged, self._steps, self._path
        if judged.step == "take_in":
            yield button(_("Take it in…"), lambda: steps.take_in([path]), "primary")
        if judged.step == "approve" and self._checked.fingerprint:
            approve = _("Approve the sender…")
            yield button(approve, lambda: steps.approve(path, self._checked), "primary")
        if judged.letter:
            look = "primary" if judged.step == "ask" else ""
            words = _("Copy a text to the sender")
            yield button(words, lambda: steps.copy_letter(self._checked), look)
        yield button(_("Report as PDF…"), lambda: steps.write_report(self._checked))

    def _facts(self, context: Context) -> QWidget:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, text, look in self._rows():
            value = selectable(label(text, look, wrap=True))
            value.setAccessibleName(f"{name}: {text}")
            form.addRow(label(name, "muted"), value)
        box = column(form, spacing=12, margin=16)
        sentences = dict.fromkeys(self._sentences())
        for one in list(sentences)[:MOST_REMARKS]:
            box.addWidget(selectable(label(one, wrap=True)))
        if (more := len(sentences) - MOST_REMARKS) > 0:
            box.addWidget(label(_("and {n} more").format(n=more), "muted"))
        if self._checked.seals:
            box.addWidget(self._records(context))
        return panel(box)

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield the facts as name, text and look."""
        checked = self._checked
        if checked.signer:
            yield _("Signed by"), checked.signer, "strong"
            yield _("Office"), _place(checked.office, checked.bureau, checked.role), ""
        if checked.fingerprint:
            yield _("Fingerprint"), checked.fingerprint.replace("-", " "), "fingerprint"
        if checked.signed_at:
            yield _("Signed on"), when(checked.signed_at), ""
        if words := standing_words(checked.standing):
            yield _("Here"), words, ""
        if checked.seals:
            look = "bad" if self._visible == "differs" else ""
            yield _("What it shows"), shown_words(self._visible), look
        if checked.sha256:
            yield _("File’s SHA-256"), _groups(checked.sha256), "small"

    def _sentences(self) -> Iterator[str]:
        from stocktake_app.actions.checked import difference_words

        for one in (*self._checked.reasons, *self._checked.remarks):
            yield said(one, _)
        for difference in self._checked.differences:
            yield difference_words(difference, _)

    def _records(self, context: Context) -> QWidget:
        count = len(self._checked.seals)
        words = _n("{n} signed record inside", "{n} signed records inside", count)
        return Disclosure(words.format(n=count), self._record_lines, context.tokens)

    def _record_lines(self) -> QWidget:
        shown = self._checked.seals[:MOST_RECORDS]
        lines = [at_edge(label(_record_words(one), wrap=True)) for one in shown]
        if more := len(self._checked.seals) - len(shown):
            lines.append(label(_("and {n} more").format(n=more), "muted"))
        return panel(column(*lines, spacing=4, margin=8), "plain")


def selectable(made: QLabel) -> QLabel:
    """Let a person copy a label's text; with the keyboard there is the report."""
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return at_edge(made)


def _place(office: str, bureau: str, role: str) -> str:
    return ", ".join(part for part in (office, bureau, role_words(role)) if part)


def _groups(mark: str) -> str:
    return " ".join(mark[at : at + MARK_GROUP] for at in range(0, len(mark), MARK_GROUP))


def _record_words(one: "CheckedSeal") -> str:
    from stocktake_app.actions.checked import INSIDE

    words = _("{name}, {office}: record {number} of {time}, {changes} changes").format(
        name=one.signer or "–",
        office=one.office or one.bureau or "–",
        number=one.number,
        time=when(one.created),
        changes=one.changes,
    )
    return f"{words}. {_(INSIDE[one.verdict.value])}" if one.verdict.value in INSIDE else words
