"""One entry to read: its answers, who wrote them, and a way to edit it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTextBrowser, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.library.erase_steps import Choices, Erase, choices_of
from stocktake_app.ui.parts import (
    Message,
    at_edge,
    button,
    column,
    icon_button,
    label,
    line,
    panel,
)
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.words import status_words

if TYPE_CHECKING:
    from stocktake_app.questionnaire.session import FormSession
    from stocktake_app.store.entries import Entry


@dataclass(frozen=True)
class Reading:
    """What a worker read of an entry: the entry itself and its page."""

    entry: "Entry"
    title: str
    html: str
    choices: Choices


class EntryPage(QWidget):
    """Reads in a worker; shows in a browser whose text can be selected and copied."""

    closed = Signal()

    def __init__(self, context: Context, entry: str, row: str = "") -> None:
        super().__init__()
        self._context, self.entry, self._row = context, entry, row
        back = icon_button(_("Back to the list"), "back", context.tokens, self.closed.emit)
        self._title = at_edge(label("", "heading", wrap=True))
        self._about = at_edge(label("", "muted", wrap=True))
        self._edit = button(
            _("Edit"), lambda: context.go("capture", ("entry", self.entry)), "primary"
        )
        self._edit.setEnabled(False)
        send = button(_("Export…"), lambda: context.go("exchange", ("export", (self.entry,))))
        self._choices = Choices()
        self.erase = button(_("Erase for good…"), self._ask_to_erase, "quiet")
        self.erase.hide()
        words = column(self._title, self._about, spacing=2)
        head = line(back, words, self.erase, send, self._edit, spacing=10)
        head.setStretch(1, 1)
        head.setContentsMargins(12, 8, 16, 8)
        self._message = Message(context.tokens)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(_("Answers"))
        self.text.setProperty("look", "reading")
        self._decide = button(_("Compare them"), lambda: context.go("merge", self.entry))
        self._decide.hide()
        middle = column(line(self._message, self._decide), self.text, spacing=8)
        middle.setContentsMargins(24, 12, 24, 12)
        page = column(panel(head, "bar"), middle, spacing=0)
        page.setStretch(1, 1)
        self.setLayout(page)

    def refresh(self) -> None:
        """Read the entry anew."""
        language = self._context.preferences.language
        self._context.read(lambda: _read(self._context, self.entry, language), self._show, self)

    def _show(self, reading: Reading) -> None:
        entry = reading.entry
        self._title.setText(reading.title)
        self._about.setText(f"{status_words(entry.state)} · {entry.author_name}")
        self._edit.setEnabled(True)
        self._choices = reading.choices
        self.erase.setVisible(bool(reading.choices.found))
        self.text.setHtml(reading.html)
        if self._row:
            self.text.scrollToAnchor(self._row)
        count = len(entry.conflict_paths)
        self._decide.setVisible(bool(count) and self._context.workspace.role.value != "officer")
        if count:
            sentence = _n(
                "One answer has differing versions; one of them is shown.",
                "{n} answers have differing versions; one of each is shown.",
                count,
            )
            self._message.say("warn", sentence.format(n=count))

    def _ask_to_erase(self) -> None:
        Erase(self._context, self, self.entry, self._choices, self.refresh).open()


def _missing(entry: "Entry") -> dict[str, str]:
    """Return a word for each answer whose content is not here."""
    withheld = dict.fromkeys(entry.withheld, _("(withheld)"))
    return {**withheld, **dict.fromkeys(entry.erased, _("(erased)"))}


def _readable(entry: "Entry") -> dict[str, str]:
    """Return the answers with a word for what is not here, and the names of attached files."""
    return {**entry.words, **_missing(entry)}


def _choices(context: Context, entry: "Entry", session: "FormSession") -> Choices:
    from stocktake_app.actions.erasing import prospect

    found = prospect(context.workspace, entry.id)
    if found is None:
        return Choices()
    return Choices(tuple(choices_of(session, _readable(entry), found.paths)), found.copies)


def _read(context: Context, entry: str, language: str) -> Reading:
    from stocktake_app.actions.forms import form_of
    from stocktake_app.model.ids import new_row_id
    from stocktake_app.questionnaire.session import FormSession
    from stocktake_app.store import conflicts, entries, forms, registers
    from stocktake_app.ui.library.entry_text import Marks, entry_html
    from stocktake_app.ui.titles import titles_in

    workspace = context.workspace
    found = entries.get_entry(workspace, entry)
    session = FormSession(
        form_of(forms.get_form(workspace, found.form)),
        _readable(found),
        rows=lambda name: registers.register_rows(workspace, name),
        now=now,
        new_row=new_row_id,
        language=language,
    )
    trace = conflicts.trace(workspace, found.id)
    marks = Marks(frozenset(found.conflict_paths), _missing(found))
    html = entry_html(session, trace, marks, context.tokens)
    title = titles_in(workspace, language)(found.title)
    return Reading(found, title, html, _choices(context, found, session))
