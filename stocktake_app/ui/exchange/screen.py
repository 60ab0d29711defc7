"""The exchange screen: send, check a file, identity."""

from pathlib import Path

from stocktake_app.model.codes import Role
from stocktake_app.ui.context import Context
from stocktake_app.ui.exchange.check_tab import CheckTab
from stocktake_app.ui.exchange.identity_tab import IdentityTab
from stocktake_app.ui.exchange.send_tab import SendTab
from stocktake_app.ui.merge.intake_tab import IntakeTab
from stocktake_app.ui.parts import column, heading, scrolling, tabs
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import _


class ExchangeScreen(Screen):
    """Opens with nothing, ``("export", ids)``, ``("take in", files)``, or a list to check.

    An officer, who has no screen for merging, takes in here what comes back.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.send, self.check = SendTab(context), CheckTab(context)
        self.identity = IdentityTab(context)
        self.tabs = tabs(_("Send, check or identity"))
        for widget, title in (
            (self.send, _("Send")),
            (self.check, _("Check a file")),
            (self.identity, _("Identity")),
        ):
            self.tabs.addTab(scrolling(widget), title)
        self.intake = IntakeTab(context) if context.workspace.role is Role.OFFICER else None
        if self.intake is not None:
            self.tabs.addTab(scrolling(self.intake), _("Take in"))
        self.tabs.currentChanged.connect(lambda _at: self._refresh_tab())
        layout = column(heading(_("Exchange")), self.tabs, spacing=10)
        layout.setContentsMargins(24, 20, 24, 0)
        self.setLayout(layout)

    def refresh(self, argument: object = None) -> None:
        """Show what is asked for."""
        if isinstance(argument, tuple) and argument[0] == "export":
            self.tabs.setCurrentIndex(0)
            self.send.choose(tuple(argument[1]))
        elif isinstance(argument, tuple) and argument[0] == "take in" and self.intake is not None:
            self.tabs.setCurrentIndex(self.tabs.count() - 1)
            self.intake.plan(list(argument[1]))
        elif isinstance(argument, list):
            self.tabs.setCurrentIndex(1)
            self.check.check([one for one in argument if isinstance(one, Path)])
        self._refresh_tab()

    def _refresh_tab(self) -> None:
        at = self.tabs.currentIndex()
        if at == 0:
            self.send.refresh()
        elif at == 2:  # noqa: PLR2004 - the third tab
            self.identity.refresh()
