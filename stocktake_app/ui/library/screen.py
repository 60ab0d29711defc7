"""The library: entries and findings to search, sort, open and export."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from stocktake_app.ui.context import Context
from stocktake_app.ui.library.browser import Browser
from stocktake_app.ui.library.entry_page import EntryPage
from stocktake_app.ui.library.paged_model import TableColumn
from stocktake_app.ui.moments import when
from stocktake_app.ui.parts import button, column, heading, tabs
from stocktake_app.ui.registers import label_of
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.titles import Title, form_name, shortened, titles_in
from stocktake_app.ui.words import status_words

if TYPE_CHECKING:
    from stocktake_app.store.entries import EntrySummary
    from stocktake_app.store.findings import Finding

LONGEST = 160


class LibraryScreen(Screen):
    """Opens with nothing, or with an entry's id to show."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._title: Title = shortened
        self._titles_known = False
        self.entries = Browser(context, self._entry_columns(), self._find_entries, _entries_found)
        self.entries.sort_first_by(5, descending=True)
        self.entries.opened.connect(lambda row: self.open(row.id))
        self.entries.tools.addWidget(button(_("Export chosen…"), self._export))
        self.findings = Browser(
            context, self._finding_columns(), self._find_findings, _findings_found
        )
        self.findings.opened.connect(lambda row: self.open(row.entry, row.row))
        self.tabs = tabs(_("Entries or findings"))
        self.tabs.addTab(_padded(self.entries), _("Entries"))
        self.tabs.addTab(_padded(self.findings), _("Findings"))
        self.tabs.currentChanged.connect(lambda _at: self._refresh_tab())
        front = QWidget()
        layout = column(heading(_("Library")), self.tabs, spacing=10)
        layout.setContentsMargins(24, 20, 24, 16)
        front.setLayout(layout)
        self.entry_page: EntryPage | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(front)
        self.setLayout(column(self._stack))

    def refresh(self, argument: object = None) -> None:
        """Read anew; open an entry if one is named."""
        if isinstance(argument, str):
            self.open(argument)
        elif self.entry_page is None:
            self._titles_known = False
            self._refresh_tab()

    def _refresh_tab(self) -> None:
        (self.entries if self.tabs.currentIndex() == 0 else self.findings).refresh()

    def place(self) -> object:
        """The entry that is open."""
        return self.entry_page.entry if self.entry_page else None

    def open(self, entry: str, row: str = "") -> None:
        """Show one entry, at one of its rows."""
        self._close_entry()
        self.entry_page = EntryPage(self.context, entry, row)
        self.entry_page.closed.connect(self._back)
        self._stack.addWidget(self.entry_page)
        self._stack.setCurrentWidget(self.entry_page)
        self.entry_page.refresh()

    def _close_entry(self) -> None:
        if self.entry_page is not None:
            self._stack.removeWidget(self.entry_page)
            self.entry_page.deleteLater()
            self.entry_page = None

    def _back(self) -> None:
        self._close_entry()
        self._refresh_tab()

    def _export(self) -> None:
        ids = [row.id for row in self.entries.chosen()]
        if ids:
            self.context.go("exchange", ("export", tuple(ids)))
        else:
            self.context.say("warn", _("Choose some entries in the list first."))

    # What the lists show

    def _entry_columns(self) -> Sequence[TableColumn]:
        from stocktake_app.store.entries import EntrySort

        language = self.context.preferences.language

        def bureau(one: "EntrySummary") -> str:
            return label_of("bureaux", one.bureau, language)

        return (
            TableColumn(_("Title"), lambda one: self._title(one.title), EntrySort.TITLE, 320),
            TableColumn(
                _("Questionnaire"),
                lambda one: form_name(one.form_id, language),
                EntrySort.FORM,
                150,
            ),
            TableColumn(_("Bureau"), lambda one: one.bureau, EntrySort.BUREAU, 110, bureau),
            TableColumn(_("State"), lambda one: status_words(one.state), EntrySort.STATE, 90),
            TableColumn(_("Written by"), lambda one: one.author_name, None, 150),
            TableColumn(_("Last change"), lambda one: when(one.updated), EntrySort.UPDATED, 170),
            TableColumn(_("Differing"), lambda one: str(one.conflicts or ""), None, 80),
        )

    def _finding_columns(self) -> Sequence[TableColumn]:
        language = self.context.preferences.language
        return (
            TableColumn(
                _("Kind"), lambda one: label_of("finding_kinds", one.kind, language), None, 150
            ),
            TableColumn(_("What was said"), _one_line, None, 520),
            TableColumn(_("Entry"), lambda one: self._title(one.title), None, 260),
            TableColumn(
                _("Bureau"), lambda one: label_of("bureaux", one.bureau, language), None, 150
            ),
        )

    def _learn_titles(self) -> None:
        """Read the registers once per visit, in the worker, not at every letter of a search."""
        if not self._titles_known:
            self._title = titles_in(self.context.workspace, self.context.preferences.language)
            self._titles_known = True

    def _find_entries(self, text: str, key: Any, descending: bool) -> tuple[int, Any]:  # noqa: FBT001 - one of three
        from stocktake_app.store.entries import EntryFilter, entries_by_id, entry_ids

        workspace = self.context.workspace
        self._learn_titles()
        ids = entry_ids(workspace, EntryFilter(text=text), key, descending=descending)
        return len(ids), lambda offset, limit: entries_by_id(
            workspace, ids[offset : offset + limit]
        )

    def _find_findings(self, text: str, _key: Any, _descending: bool) -> tuple[int, Any]:  # noqa: FBT001 - one of three
        from stocktake_app.store.findings import FindingFilter, count_findings, list_findings

        workspace, chosen = self.context.workspace, FindingFilter(text=text)
        self._learn_titles()
        return count_findings(workspace, chosen), lambda offset, limit: list_findings(
            workspace, chosen, offset=offset, limit=limit
        )


def _padded(widget: QWidget) -> QWidget:
    made = QWidget()
    layout = column(widget)
    layout.setContentsMargins(0, 12, 0, 0)
    made.setLayout(layout)
    return made


def _one_line(finding: "Finding") -> str:
    text = " ".join(finding.text.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…"


def _entries_found(count: int) -> str:
    return _n("{n} entry", "{n} entries", count).format(n=f"{count:,}".replace(",", "\u202f"))


def _findings_found(count: int) -> str:
    return _n("{n} finding", "{n} findings", count).format(n=f"{count:,}".replace(",", "\u202f"))
