"""The merge screen: take packages in after seeing what they would change; settle what differs."""

from pathlib import Path

from stocktake_app.ui.context import Context
from stocktake_app.ui.merge.differing_tab import DifferingTab
from stocktake_app.ui.merge.intake_tab import IntakeTab
from stocktake_app.ui.parts import column, heading, scrolling, tabs
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import _


class MergeScreen(Screen):
    """Opens with nothing, with files to take in, or with an entry whose versions differ."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.intake, self.differing = IntakeTab(context), DifferingTab(context)
        self.tabs = tabs(_("Take in, or differing versions"))
        self.tabs.addTab(scrolling(self.intake), _("Take in"))
        self.tabs.addTab(self.differing, _("Differing versions"))
        self.differing.counted.connect(self._count)
        self.intake.taken.connect(self.differing.refresh)
        layout = column(heading(_("Merge")), self.tabs, spacing=10)
        layout.setContentsMargins(24, 20, 24, 0)
        self.setLayout(layout)

    def refresh(self, argument: object = None) -> None:
        """Show what is asked for."""
        if isinstance(argument, list):
            self.tabs.setCurrentIndex(0)
            self.intake.plan([one for one in argument if isinstance(one, Path)])
        elif isinstance(argument, str):
            self.tabs.setCurrentIndex(1)
            self.differing.prefer(argument)
        self.differing.refresh()

    def _count(self, count: int) -> None:
        title = _("Differing versions ({n})").format(n=count) if count else _("Differing versions")
        self.tabs.setTabText(1, title)
