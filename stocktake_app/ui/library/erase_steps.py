"""Erasing confidential content of an entry for good: what, why, once more, what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLineEdit, QListWidget, QListWidgetItem, QWidget

from stocktake_app.model import paths
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.parts import at_edge, column, label
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.wizard import Question, Wizard
from stocktake_app.ui.words import role_words

if TYPE_CHECKING:
    from stocktake_app.actions.erasing import Copy, Erased
    from stocktake_app.questionnaire.session import FormSession

MOST_COPIES = 4
LONGEST = 60


@dataclass(frozen=True)
class Choice:
    """An answer or attachment that can be erased: its path, and what it is in words."""

    path: str
    words: str


@dataclass(frozen=True)
class Choices:
    """What can be erased of an entry, and the copies of it that are out of reach."""

    found: tuple[Choice, ...] = ()
    copies: "tuple[Copy, ...]" = ()


class Erase(Wizard):
    """What, why, and once more."""

    def __init__(
        self,
        context: Context,
        parent: QWidget,
        entry: str,
        choices: Choices,
        done: Callable[[], object],
    ) -> None:
        super().__init__(_("Erase for good"), context, parent)
        self.finished.connect(lambda _code: done())
        self._entry, self._copies = entry, choices.copies
        self.choice = _list(choices.found)
        self.reason = _reason_field()
        self.sure = QCheckBox()
        self.ask(
            Question(
                _("What is to be erased?"),
                _("Every version that it ever had goes with it."),
                self.choice,
                self._ask_why,
            )
        )

    @property
    def _path(self) -> str | None:
        """The answer that is chosen; None for all of them."""
        path: str | None = self.choice.currentItem().data(PATH)
        return path

    def _ask_why(self) -> None:
        self.ask(
            Question(
                _("Why is it erased?"),
                _(
                    "The reason is signed and travels on, to everybody who has the record. Do not"
                    " write in it what is to be erased."
                ),
                self.reason,
                self._ask_again,
                missing=lambda: "" if self.reason.text().strip() else _("Say why."),
            )
        )

    def _ask_again(self) -> None:
        # A new one each time: who went back and chose something else is asked again.
        self.sure = QCheckBox(_("Yes: I know that nobody can bring it back"))
        content = QWidget()
        said = [at_edge(label(one, wrap=True)) for one in _reach(self._copies)]
        content.setLayout(column(*said, self.sure, spacing=10))
        self.ask(
            Question(
                _("Erase it for good?"),
                self.choice.currentItem().text(),
                content,
                self._erase,
                missing=lambda: "" if self.sure.isChecked() else _("Say first that you are sure."),
                go=_("Erase for good"),
            )
        )

    def _erase(self) -> None:
        from stocktake_app.actions.erasing import erase

        workspace, entry, path = self.context.workspace, self._entry, self._path
        reason = self.reason.text()
        self.work(
            _("Erasing…"),
            lambda _progress: erase(workspace, entry, path, reason=reason, now=now()),
            self._erased,
        )

    def _erased(self, done: "Erased") -> None:
        words = [
            _("Your next export tells everybody who takes it in to erase it as well."),
            *(_("The file {name} was removed here.").format(name=one) for one in done.removed),
            *_out_of_reach(done.copies),
        ]
        if not done.scrubbed:
            words.append(
                _(
                    "Another program has these files open; the last traces go as soon as it is"
                    " closed."
                )
            )
        title = _n("{n} content is erased", "{n} contents are erased", done.contents)
        self.finish(title.format(n=done.contents), "\n\n".join(words))


PATH = 0x0100
"""Qt.ItemDataRole.UserRole: where a list keeps the path of what it shows."""


def choices_of(session: "FormSession", words: dict[str, str], found: Sequence[str]) -> list[Choice]:
    """Return answers by path as people know them, in the order of the questionnaire.

    ``words`` are what the answers say now.
    """
    order = {path: at for at, path in enumerate(session.form.nodes)}
    rows = {path: at for repeat in _repeats(found) for path, at in _numbers(session, repeat)}

    def place(path: str) -> tuple[int, int, str]:
        generic = paths.generic(path)
        return order.get(generic, len(order)), rows.get(paths.row_of(path), 0), path

    return [Choice(path, _words(session, path, words, rows)) for path in sorted(found, key=place)]


def _repeats(found: Sequence[str]) -> set[str]:
    return {row[: row.rindex("[")] for path in found if (row := paths.row_of(path))}


def _numbers(session: "FormSession", repeat: str) -> list[tuple[str, int]]:
    """Return the rows of a repeat that are there, numbered as people see them."""
    if paths.row_of(repeat) or paths.generic(repeat) not in session.form.nodes:
        return []
    return [(row, at) for at, row in enumerate(session.row_paths(repeat), start=1)]


def _words(session: "FormSession", path: str, words: dict[str, str], rows: dict[str, int]) -> str:
    """Return ``Findings 2 › Example of human impact: “She says…”``."""
    row = paths.row_of(path)
    parts = []
    if row:
        parts.append(f"{_label(session, paths.generic(row))} {rows.get(row, '')}".strip())
    parts.append(_label(session, paths.generic(path)))
    said = " ".join(words.get(path, "").split()) or _("earlier versions")
    said = said if len(said) <= LONGEST else f"{said[:LONGEST].rstrip()}…"
    return f"{' › '.join(parts)}: {said}"


def _label(session: "FormSession", generic: str) -> str:
    known = generic in session.form.nodes
    words = session.form.label(generic, session.language) if known else ""
    return " ".join(words.split()) or generic.rpartition("/")[2]


def _list(found: Sequence[Choice]) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(_("What is to be erased?"))
    made.setWordWrap(True)
    every = [(_("All that is confidential in this entry"), None)] if len(found) > 1 else []
    for words, path in [*((one.words, one.path) for one in found), *every]:
        item = QListWidgetItem(words, made)
        item.setData(PATH, path)
    made.setCurrentRow(0)
    return made


def _reason_field() -> QLineEdit:
    from stocktake_app.actions.erasing import MAX_REASON_CHARS

    made = DirectedLine()
    made.setAccessibleName(_("Reason"))
    made.setMaxLength(MAX_REASON_CHARS)
    return made


def _reach(copies: "Sequence[Copy]") -> list[str]:
    """Return sentences on what erasing reaches and what it cannot."""
    return [
        _(
            "It goes from this computer and from files that wait here to be sent, and, with your"
            " next export, from everybody who takes that in. Signatures stay good; that something"
            " was erased, when and why stays to be seen."
        ),
        *_out_of_reach(copies),
        _("Backups and copies that somebody printed or saved elsewhere stay, too."),
    ]


def _out_of_reach(copies: "Sequence[Copy]") -> list[str]:
    if not copies:
        return []
    named = "; ".join(_told(one) for one in copies[:MOST_COPIES])
    if len(copies) > MOST_COPIES:
        named += " " + _("and {n} more").format(n=len(copies) - MOST_COPIES)
    return [_("Out of reach are copies of: {list}.").format(list=named)]


def _told(copy: "Copy") -> str:
    if copy.state:
        party = role_words(copy.party)
        return _("{name} (sent to {party})").format(name=copy.name, party=party)
    party = copy.party or _("somebody unknown")
    return _("{name} (from {party})").format(name=copy.name, party=party)
