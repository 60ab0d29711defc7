"""Checking files: drop some, and read in colour, icon and words what can be used."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from stocktake_app.errors import StocktakeError
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.drop_area import DropArea
from stocktake_app.ui.exchange.checked_panel import CheckedPanel
from stocktake_app.ui.exchange.heap_list import HeapList
from stocktake_app.ui.exchange.next_steps import NextSteps
from stocktake_app.ui.jobs import Lane
from stocktake_app.ui.parts import at_edge, button, clear, column, label, scaled
from stocktake_app.ui.passphrase import SigningJob
from stocktake_app.ui.problem_dialog import sentence_for
from stocktake_app.ui.texts import _, _n

if TYPE_CHECKING:
    from stocktake_app.actions.checked import Checked

ENCRYPTED = ".age"
PACKAGES = {".xlsx", ".pdf", ENCRYPTED}
SIDE_BY_SIDE = 760
LIST_WIDTH = 345
ROW = 46
FEWEST_ROWS, MOST_ROWS = 6, 11


class CheckTab(QWidget):
    """Nothing is taken in here: checking changes nothing.

    The verdict on each file comes first; whether it shows what was signed takes longer and follows.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.found: dict[Path, Checked] = {}
        self._wanted: list[Path] = []
        self._comparing: set[Path] = set()
        self.steps = NextSteps(context, self, self._look_again)
        self.area = DropArea(
            _("Drop Excel or PDF files here to check them"), context.tokens, self.check
        )
        self.list = HeapList(context.tokens)
        self.list.chosen.connect(self._detail)
        self.take_all = button(_("Take in"), self._take_all, "primary")
        self.summary = at_edge(label("", "muted", wrap=True))
        self._left = QWidget()
        self._left.setLayout(column(self.list, self.take_all, spacing=10))
        self.details = column(spacing=0)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._both.setSpacing(16)
        self._both.addWidget(self._left, 0, Qt.AlignmentFlag.AlignTop)
        self._both.addLayout(self.details, 1)
        layout = column(self.area, self.summary, self._both, 1, spacing=14)
        layout.setContentsMargins(0, 14, 8, 16)
        self.setLayout(layout)
        self._arrange()

    def check(self, files: list[Path]) -> None:
        """Judge these files, and those in these folders."""
        self.found = {}
        self._comparing = set()
        self._wanted = wanted = list(packages_in(files))
        if not wanted:
            self._context.say("warn", _("There is no Excel or PDF file in this folder."))
        if any(path.suffix == ENCRYPTED for path in wanted):
            self._ask_for_key(wanted)
        else:
            self._judge_all(wanted)

    def _ask_for_key(self, wanted: list[Path]) -> None:
        """Ask once for the passphrase that opens what is encrypted; without it each says so."""
        from stocktake_app.actions.encrypting import try_key

        workspace = self._context.workspace
        SigningJob(
            self._context,
            self,
            _("Opening what is encrypted…"),
            lambda _done: self._judge_all(wanted),
            failed=lambda _error: self._judge_all(wanted),
        ).run(lambda passphrase, _progress: try_key(workspace, passphrase), lane=Lane.READS)

    def _judge_all(self, wanted: list[Path]) -> None:
        for path in wanted:
            self._judge(path)
        self._arrange()

    def _judge(self, path: Path) -> None:
        from stocktake_app.actions.checking import check_file, not_opened

        workspace, at = self._context.workspace, now()
        passphrase = self._context.passphrase

        def work() -> "Checked":
            try:
                return check_file(
                    path, at=at, workspace=workspace, passphrase=passphrase, compare=False
                )
            except StocktakeError as error:
                return not_opened(path.name, sentence_for(error), at)

        self._context.read(work, lambda checked: self._judged(path, checked), self)

    def _judged(self, path: Path, checked: "Checked") -> None:
        if path not in self._wanted:
            return
        known = self.found | {path: checked}
        self.found = {one: known[one] for one in self._wanted if one in known}
        if checked.seals:
            self._comparing.add(path)
            self._compare(path)
        self._arrange()

    def _compare(self, path: Path) -> None:
        from stocktake_app.actions.checking import check_file

        workspace, at = self._context.workspace, now()
        passphrase = self._context.passphrase
        self._context.read(
            lambda: check_file(path, at=at, workspace=workspace, passphrase=passphrase),
            lambda checked: self._compared(path, checked),
            self,
        )

    def _compared(self, path: Path, checked: "Checked") -> None:
        self._comparing.discard(path)
        if path in self.found:
            self.found[path] = checked
            self._arrange()

    @property
    def comparing(self) -> bool:
        """Whether some file is still being compared with what was signed."""
        return bool(self._comparing)

    def _look_again(self) -> None:
        self.check(list(self.found))

    # Showing

    def _arrange(self) -> None:
        """Show one file by itself, many in heaps."""
        many = len(self.found) > 1
        self.summary.setText(self._summary() if many else "")
        self.summary.setVisible(many)
        self._left.setVisible(many)
        self.list.show_files(self.found)
        ready = self._ready()
        self.take_all.setVisible(bool(ready))
        words = _n("Take in one file…", "Take in {n} files…", len(ready))
        self.take_all.setText(words.format(n=len(ready)))
        self.take_all.setAccessibleName(self.take_all.text())
        rows = min(max(len(self.found) + 3, FEWEST_ROWS), MOST_ROWS)
        self.list.setFixedHeight(rows * scaled(self, ROW))
        if not self.found:
            clear(self.details)
        elif not many:
            self._detail(next(iter(self.found)))

    def _summary(self) -> str:
        waiting = len(self._comparing)
        checked = _n("One file checked.", "{n} files checked.", len(self.found))
        text = checked.format(n=len(self.found))
        if not waiting:
            return text
        still = _n(
            "One is still being compared with what was signed.",
            "{n} are still being compared with what was signed.",
            waiting,
        )
        return f"{text} {still.format(n=waiting)}"

    def _ready(self) -> list[Path]:
        return [path for path, one in self.found.items() if one.judged.step == "take_in"]

    def _take_all(self) -> None:
        self.steps.take_in(self._ready())

    def _detail(self, path: Path) -> None:
        clear(self.details)
        comparing = path in self._comparing
        self.details.addWidget(
            CheckedPanel(path, self.found[path], self.steps, comparing=comparing)
        )
        self.details.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the details beside the heaps, or under them where there is little room."""
        super().resizeEvent(event)
        wide = self.width() >= scaled(self, SIDE_BY_SIDE)
        way = QBoxLayout.Direction
        self._both.setDirection(way.LeftToRight if wide else way.TopToBottom)
        self._left.setMinimumWidth(scaled(self, LIST_WIDTH) if wide else 0)
        self._left.setMaximumWidth(scaled(self, LIST_WIDTH) if wide else self.width())


def packages_in(files: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and of each folder the packages in it, each once."""
    found: dict[Path, None] = {}
    for one in files:
        inside = sorted(one.iterdir()) if one.is_dir() else [one]
        found |= dict.fromkeys(
            path for path in inside if path == one or path.suffix.lower() in PACKAGES
        )
    yield from found
