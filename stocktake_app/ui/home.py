"""Home: what to continue, what is unsent, what is due, and the questionnaires to start."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, QSize
from PySide6.QtWidgets import QWidget

from stocktake_app.ui.capture.start_grid import StartGrid
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.icons import icon
from stocktake_app.ui.moments import day, when
from stocktake_app.ui.parts import (
    Button,
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
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.titles import titles_in

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout

    from stocktake_app.actions.forms import OfferedForm
    from stocktake_app.store.workspace import Workspace

CONTINUED = 6
DUE = 3


@dataclass(frozen=True)
class Unfinished:
    """Something to go on with: ``target`` is what the capture screen opens."""

    title: str
    about: str
    target: tuple[str, str]


@dataclass(frozen=True)
class Today:
    """What home shows; dates are ISO."""

    unfinished: tuple[Unfinished, ...]
    entries: int
    unsent: int
    waiting: int
    came_back: int
    differing: int
    due: tuple[tuple[str, str], ...]


class FigureButton(Button):
    """A large number over its words; leads to where they are."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__()
        self.setProperty("look", "figure")
        self.setAccessibleName(f"{number} {words}")
        inside = column(label(str(number), "number"), label(words, "small"), spacing=0)
        inside.setContentsMargins(16, 8, 24, 10)
        self.setLayout(inside)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for number and words."""
        inside = self.layout()
        assert inside is not None
        return inside.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same."""
        return self.sizeHint()


class HomeScreen(Screen):
    """The first thing seen; everything on it leads somewhere."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._figures = line(spacing=12)
        self._unfinished = column(spacing=6)
        self._due = column(spacing=6)
        self._grid = StartGrid(context)
        self._unfinished_box = self._box(_("Go on with"), self._unfinished)
        self._due_box = self._box(_("Coming up"), self._due)
        middle = line(self._unfinished_box, self._due_box, spacing=16)
        middle.setStretch(0, 3)
        middle.setStretch(1, 2)
        content = QWidget()
        date = QLocale().toString(QDate.currentDate(), QLocale.FormatType.LongFormat)
        layout = column(
            heading(_("Home"), date),
            self._figures,
            middle,
            label(_("Start something new"), "heading"),
            self._grid,
            1,
            spacing=16,
        )
        layout.setContentsMargins(28, 20, 28, 24)
        content.setLayout(layout)
        self.setLayout(column(scrolling(content)))
        self._unfinished_box.hide()
        self._due_box.hide()

    def _box(self, title: str, content: "QLayout") -> QWidget:
        return panel(column(label(title, "heading"), content, 1, spacing=8, margin=16))

    def refresh(self, argument: object = None) -> None:  # noqa: ARG002 - has no places
        """Read anew."""
        from stocktake_app.actions import forms

        language = self.context.preferences.language
        workspace = self.context.workspace
        self.context.read(lambda: _today(workspace, language), self._show, self)
        self.context.read(lambda: forms.offered(language), self._show_forms, self)

    def _show(self, today: Today) -> None:
        self._show_figures(today)
        clear(self._unfinished)
        for one in today.unfinished:
            self._unfinished.addWidget(self._line(one))
        self._unfinished_box.setVisible(bool(today.unfinished))
        clear(self._due)
        for name, date in today.due:
            self._due.addWidget(label(name, wrap=True))
            self._due.addWidget(label(day(date), "small"))
        self._due_box.setVisible(bool(today.due))

    def _show_figures(self, today: Today) -> None:
        clear(self._figures)
        figures = [
            (today.entries, _n("entry here", "entries here", today.entries), "library"),
            (today.unsent, _("not exported yet"), "exchange"),
            (today.waiting, _("waiting for a receipt"), "exchange"),
        ]
        if today.came_back:
            figures.append((today.came_back, _("not accepted"), "exchange"))
        if today.differing:
            figures.append((today.differing, _("differing versions"), "merge"))
        for number, words, screen in figures:
            self._figures.addWidget(self._figure(number, words, screen))
        self._figures.addStretch(1)

    def _figure(self, number: int, words: str, screen: str) -> Button:
        made = FigureButton(number, words)
        made.clicked.connect(lambda: self.context.go(screen))
        return made

    def _line(self, one: Unfinished) -> QWidget:
        made = button(
            one.title.replace("&", "&&"),
            lambda: self.context.go("capture", one.target),
            "link",
            name=_("Go on with {title}").format(title=one.title),
        )
        made.setIcon(icon("edit", self.context.tokens.accent))
        holder = QWidget()
        holder.setLayout(line(made, 1, label(one.about, "small")))
        return holder

    def _show_forms(self, forms: "tuple[OfferedForm, ...]") -> None:
        self._grid.show_forms([form for form in forms if not form.register])


def _today(workspace: "Workspace", language: str) -> Today:
    from stocktake_app.store import conflicts, drafts, entries, outbox

    mine = entries.EntryFilter(states=("open",), author=workspace.profile.identity)
    drafted = drafts.list_drafts(workspace)
    title = titles_in(workspace, language)
    typed = [Unfinished(title(one.title), when(one.updated), ("draft", one.id)) for one in drafted]
    started = [
        Unfinished(title(one.title), when(one.updated), ("entry", one.id))
        for one in entries.list_entries(workspace, mine, limit=CONTINUED)
        if one.id not in {draft.entry for draft in drafted}
    ]
    waiting = outbox.list_outbox(workspace, waiting=True)
    refused = [
        row for row in outbox.list_outbox(workspace) if row.state is outbox.OutboxState.REFUSED
    ]
    return Today(
        unfinished=tuple([*typed, *started][:CONTINUED]),
        entries=entries.count_entries(workspace),
        unsent=entries.count_entries(workspace, entries.EntryFilter(unsent=True, deleted=None)),
        waiting=len(waiting),
        came_back=len(refused),
        differing=conflicts.count_conflicts(workspace),
        due=_due(workspace, language),
    )


def _due(workspace: "Workspace", language: str) -> tuple[tuple[str, str], ...]:
    from stocktake_app.store.registers import register_rows

    today = now().date().isoformat()
    rows = [
        (row.get(f"label_{language}") or row.get("label", row["name"]), row["start_date"])
        for row in register_rows(workspace, "events.csv")
        if row.get("start_date", "") >= today
    ]
    return tuple(sorted(rows, key=lambda row: row[1])[:DUE])
