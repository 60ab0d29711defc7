"""The rail on the reading side: the screens this role needs, and who is working."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget

from stocktake_app.model.codes import Role
from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import at_edge, column, label, scaled
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens

SCREENS = ("home", "capture", "library", "exchange", "merge", "consolidate", "settings")
ONLY_ABOVE_OFFICERS = frozenset({"merge", "consolidate"})


def screens_for(role: Role) -> tuple[str, ...]:
    """Return the screens a role has, in the order of the rail."""
    if role is Role.OFFICER:
        return tuple(name for name in SCREENS if name not in ONLY_ABOVE_OFFICERS)
    return SCREENS


def title_of(screen: str) -> str:
    """Return a screen's name as the person reads it."""
    return {
        "home": _("Home"),
        "capture": _("Capture"),
        "library": _("Library"),
        "exchange": _("Exchange"),
        "merge": _("Merge"),
        "consolidate": _("Consolidate"),
        "settings": _("Settings"),
    }[screen]


class Navigation(QWidget):
    """One button per screen; Alt+1, Alt+2 … go there from anywhere."""

    def __init__(self, role: Role, tokens: Tokens, chosen: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setProperty("look", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tokens, self._chosen = tokens, chosen
        self._group = QButtonGroup(self)
        self.buttons = {
            name: self._button(name, number)
            for number, name in enumerate(screens_for(role), start=1)
        }
        self._name = at_edge(label("", "strong", wrap=True))
        self._office = at_edge(label("", "small", wrap=True))
        who = column(self._name, self._office, spacing=0)
        who.setContentsMargins(10, 8, 10, 4)
        self.setLayout(column(*self.buttons.values(), 1, who, spacing=4, margin=10))
        self._compact: bool | None = None
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:  # noqa: FBT001 - one switch
        """Show only the icons where there is little room; the names stay as tool tips."""
        if compact == self._compact:
            return
        self._compact = compact
        style = Qt.ToolButtonStyle
        for one in self.buttons.values():
            one.setToolButtonStyle(
                style.ToolButtonIconOnly if compact else style.ToolButtonTextBesideIcon
            )
        self._name.setVisible(not compact)
        self._office.setVisible(not compact)
        self.setFixedWidth(scaled(self, 62 if compact else 168))

    def _button(self, name: str, number: int) -> QToolButton:
        made = QToolButton()
        title = title_of(name)
        made.setText(title)
        made.setAccessibleName(title)
        made.setToolTip(f"{title}  (Alt+{number})")
        made.setShortcut(QKeySequence(f"Alt+{number}"))
        made.setProperty("look", "rail")
        made.setCheckable(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIcon(icon(name, self._tokens.ink, self._tokens.accent))
        made.setIconSize(QSize(scaled(made, 20), scaled(made, 20)))
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: self._chosen(name))
        self._group.addButton(made)
        return made

    def mark(self, screen: str) -> None:
        """Show which screen is open."""
        if screen in self.buttons:
            self.buttons[screen].setChecked(True)

    def sign(self, name: str, office: str) -> None:
        """Show who is working."""
        self._name.setText(name)
        self._office.setText(office)
