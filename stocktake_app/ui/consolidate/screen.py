"""The consolidation screen: coverage as bars, and the background paper."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.consolidate.bars import Bar, BarChart
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import ask_new_file
from stocktake_app.ui.parts import (
    Message,
    button,
    clear,
    column,
    heading,
    label,
    line,
    panel,
    scrolling,
)
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import LANGUAGES, _, _n

if TYPE_CHECKING:
    from stocktake_app.actions.reporting import Written
    from stocktake_app.reports.coverage import Breakdown, Coverage

COLUMNS = 2


class ConsolidateScreen(Screen):
    """Reads the whole workspace in a worker; the charts are drawn, not pictures."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._figures = line(spacing=28)
        self._charts = QGridLayout()
        self._charts.setSpacing(16)
        content = QWidget()
        layout = column(
            heading(_("Consolidate"), _("What has been heard so far, and what is missing.")),
            self._paper_card(),
            self._figures,
            self._charts,
            1,
            spacing=16,
        )
        layout.setContentsMargins(28, 20, 28, 24)
        content.setLayout(layout)
        self.setLayout(column(scrolling(content)))

    def _paper_card(self) -> QWidget:
        self.language = self._choice(_("Language of the paper"), list(LANGUAGES.items()))
        self.language.setCurrentIndex(self.language.findData(self.context.preferences.language))
        self.audience = self._choice(
            _("For whom"), [("internal", _("Internal")), ("public", _("Public: no names"))]
        )
        pdf = button(_("Make it as PDF…"), lambda: self._ask("pdf"), "primary")
        word = button(_("Make it for Word…"), lambda: self._ask("docx"))
        self.result = Message(self.context.tokens)
        return panel(
            column(
                label(_("The background paper"), "heading"),
                label(
                    _("Every finding in it carries a reference that leads back to who signed it."),
                    "small",
                    wrap=True,
                ),
                line(self.language, self.audience, pdf, word, 1),
                self.result,
                spacing=10,
                margin=18,
            )
        )

    def _choice(self, name: str, options: list[tuple[str, str]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(name)
        made.setToolTip(name)
        for value, words in options:
            made.addItem(words, value)
        return made

    def refresh(self, argument: object = None) -> None:  # noqa: ARG002 - has no places
        """Count anew."""
        from stocktake_app.reports.coverage import coverage

        workspace, language = self.context.workspace, self.context.preferences.language
        self.context.read(lambda: coverage(workspace, language), self._show, self)

    def _show(self, found: "Coverage") -> None:
        clear(self._figures)
        for number, words in (
            (found.entries, _n("entry", "entries", found.entries)),
            (found.findings, _n("finding", "findings", found.findings)),
            (found.interventions, _n("intervention", "interventions", found.interventions)),
            (found.open_conflicts, _("differing versions")),
        ):
            self._figures.addLayout(
                column(label(str(number), "number"), label(words, "small"), spacing=0)
            )
        self._figures.addStretch(1)
        clear(self._charts)
        for at, one in enumerate(found.breakdowns):
            self._charts.addWidget(self._card(one), at // COLUMNS, at % COLUMNS)
        bars = [Bar(one.label, one.pledges) for one in found.stages]
        if any(bar.value for bar in bars):
            chart = BarChart(_("Pledges by stage"), bars, self.context.tokens)
            at = len(found.breakdowns)
            box = column(label(_("Pledges by stage"), "heading"), chart, 1, spacing=10, margin=16)
            self._charts.addWidget(panel(box), at // COLUMNS, at % COLUMNS)
        for at in range(COLUMNS):
            self._charts.setColumnStretch(at, 1)

    def _card(self, one: "Breakdown") -> QWidget:
        bars = [Bar(row.label, row.findings) for row in one.rows]
        if one.uncoded.findings:
            bars.append(Bar(_("Not coded yet"), one.uncoded.findings, quiet=True))
        missing = ", ".join(row.label for row in one.missing)
        parts: list[QWidget] = [
            label(one.title, "heading"),
            BarChart(one.title, bars, self.context.tokens),
        ]
        if missing:
            parts.append(
                label(_("Not heard yet: {names}").format(names=missing), "warn", wrap=True)
            )
        return panel(column(*parts, 1, spacing=10, margin=16))

    def _ask(self, form: str) -> None:
        pattern = "*.pdf" if form == "pdf" else "*.docx"
        title = _("Where shall the paper be written?")
        ask_new_file(self, title, f"background-paper.{form}", pattern, self._make)

    def _make(self, out: Path) -> None:
        from stocktake_app.actions.reporting import background

        workspace = self.context.workspace
        language, audience = self.language.currentData(), self.audience.currentData()
        self.context.change(
            _("Writing the paper…"),
            lambda _: background(
                workspace,
                out,
                form="docx" if out.suffix == ".docx" else "pdf",
                language=language,
                audience=audience,
                now=now(),
            ),
            self._made,
            self,
        )

    def _made(self, done: "Written") -> None:
        text = _n(
            "{file} is written. It holds one finding.",
            "{file} is written. It holds {n} findings.",
            done.findings,
        )
        self.result.say("good", text.format(file=done.path, n=done.findings))
