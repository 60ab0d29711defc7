"""What still keeps a questionnaire from being finished, each with a way to its field."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import column, icon_button, icon_label, label, line, scaled
from stocktake_app.ui.texts import _, _n

LINES = 4


class ProblemList(QFrame):
    """Shown after somebody tried to finish; Enter on a line goes there."""

    jumped = Signal(str)

    def __init__(self, filling: Filling) -> None:
        super().__init__()
        self._filling = filling
        tokens = filling.context.tokens
        self.setProperty("tone", "warn")
        self._title = label("", "strong", wrap=True)
        self.list = QListWidget()
        self.list.setProperty("look", "rows")
        self.list.setAccessibleName(_("What is missing or not right yet"))
        self.list.itemActivated.connect(self._jump)
        self.list.itemClicked.connect(self._jump)
        close = icon_button(_("Hide this list"), "cross", tokens, self.hide)
        head = line(icon_label("warn", tokens.warn), self._title, close, spacing=8)
        head.setStretch(1, 1)
        self.setLayout(column(head, self.list, spacing=6, margin=8))
        self.hide()

    def show_problems(self, problems: list[tuple[str, str]]) -> None:
        """Show these (path, sentence); hide when there are none."""
        self.list.clear()
        session = self._filling.session
        count = len(problems)
        self._title.setText(
            _n(
                "One answer is missing or not right yet. It stays a draft until then.",
                "{n} answers are missing or not right yet. It stays a draft until then.",
                count,
            ).format(n=count)
        )
        for path, sentence in problems:
            item = QListWidgetItem(f"{session.label(path)}: {sentence}", self.list)
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setIcon(icon("jump", self._filling.context.tokens.ink))
        row = max(self.list.sizeHintForRow(0), scaled(self, 24))
        self.list.setFixedHeight(min(count, LINES) * row + scaled(self, 10))
        self.setVisible(bool(problems))
        if problems:
            self.list.setCurrentRow(0)

    def _jump(self, item: QListWidgetItem) -> None:
        self.jumped.emit(str(item.data(Qt.ItemDataRole.UserRole)))
