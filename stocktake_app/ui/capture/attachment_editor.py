"""Attaching a picture, a recording or a file: choose it, or drop it here; see it, take it out."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from stocktake_app.questionnaire.form import Kind
from stocktake_app.ui.capture.editors import Editor
from stocktake_app.ui.drop_area import DropFrame
from stocktake_app.ui.files import ask_file
from stocktake_app.ui.jobs import Lane
from stocktake_app.ui.parts import at_edge, button, column, icon_label, label, line, scaled
from stocktake_app.ui.problem_dialog import sentence_for
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.actions.attaching import Attached, Look
    from stocktake_app.ui.capture.filling import Filling

SIDE = 120
"""Points of a thumbnail's longer side."""

_PATTERNS = {
    Kind.IMAGE: "*.jpg *.jpeg *.png *.gif *.webp *.bmp *.tif *.tiff",
    Kind.AUDIO: "*.mp3 *.m4a *.ogg *.oga *.opus *.wav *.flac *.amr",
    Kind.FILE: "*",
}


def _words(kind: Kind) -> tuple[str, str]:
    """Return what the button says, and what stands beside it while nothing is attached."""
    return {
        Kind.IMAGE: (_("Choose a picture…"), _("or drop a picture here")),
        Kind.AUDIO: (_("Choose a recording…"), _("or drop a recording here")),
        Kind.FILE: (_("Choose a file…"), _("or drop a file here")),
    }[kind]


class AttachmentEditor(Editor):
    """One attached file. What is chosen is on the disk before it is the answer."""

    def __init__(self, kind: Kind, filling: "Filling") -> None:
        super().__init__()
        self._kind, self._filling = kind, filling
        self._shown: str | None = None
        self._complaint = ""
        self._asked = ("", "")
        choose, drop = _words(kind)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = at_edge(label("", "strong", wrap=True))
        self.size_words = at_edge(label("", "small"))
        self.choose = button(choose, self._choose)
        self.remove = button(_("Remove"), self._remove, name=_("Remove the attached file"))
        self._empty = QWidget()
        icon = icon_label("inbox", filling.context.tokens.accent, 24)
        self._empty.setLayout(line(icon, label(drop, "muted"), 1, spacing=8))
        self._file = QWidget()
        words = column(self.name, self.size_words, 1, spacing=2)
        row = line(self.picture, words, spacing=12)
        row.setStretch(1, 1)
        self._file.setLayout(row)
        self._area = DropFrame(lambda files: self.take(files[0]))
        body = column(self._empty, self._file, line(self.choose, self.remove, 1), margin=12)
        self._area.setLayout(body)
        self.setLayout(column(self._area))
        self.watch(self.choose, self.remove)
        self._show(None)

    def show_value(self, value: str | None) -> None:
        """Show the file that an answer names."""
        if value == self._shown:
            return
        self._shown = value
        if value is None:
            self._show(None)
            return
        from stocktake_app.actions.attaching import look

        workspace, draft = self._filling.context.workspace, self._filling.draft
        longest = round(SIDE * self.devicePixelRatioF())
        self._filling.context.jobs.run(
            Lane.READS,
            lambda _: look(workspace, draft, value, longest),
            self._show,
            owner=self,
            failed=self._refused,
        )

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch
        """Allow or forbid changing the file; it is still shown."""
        self.choose.setEnabled(not read_only)
        self.remove.setEnabled(not read_only)
        self._area.setAcceptDrops(not read_only)

    def inputs(self) -> list[QWidget]:
        """Return the buttons."""
        return [self.choose, *([self.remove] if self.remove.isVisibleTo(self) else [])]

    def describe(self, name: str, description: str) -> None:
        """Tell a screen reader what is asked, and which file is there."""
        self._asked = (name, description)
        file = self.name.text()
        said = ", ".join(part for part in (name, file, self.choose.text()) if part)
        self.choose.setAccessibleName(said)
        self.remove.setAccessibleName(_("Remove {file}").format(file=file) if file else "")
        self.choose.setAccessibleDescription(description)

    def complaint(self) -> str:
        """Return why the last file was not taken."""
        return self._complaint

    def take(self, file: Path) -> None:
        """Attach a file; what is wrong with it is said under the question."""
        from stocktake_app.actions.attaching import attach_file

        workspace, draft, kind = self._filling.context.workspace, self._filling.draft, self._kind
        self.choose.setEnabled(False)
        self._filling.context.jobs.run(
            Lane.READS,  # decoding takes a moment, and typing must not wait for it
            lambda _: attach_file(workspace, draft, file, kind=kind),
            self._taken,
            owner=self,
            failed=self._refused,
        )

    def _choose(self) -> None:
        ask_file(self, self.choose.text(), _PATTERNS[self._kind], self.take)

    def _remove(self) -> None:
        self._complaint = ""
        self._shown = None
        self._show(None)
        self.choose.setFocus()
        self.edited.emit(None)

    def _taken(self, found: "Attached") -> None:
        self._complaint = ""
        self.choose.setEnabled(True)
        self.edited.emit(found.answer)
        self.show_value(found.answer)
        self.left.emit()

    def _refused(self, error: BaseException) -> None:
        self.choose.setEnabled(True)
        self._complaint = sentence_for(error)
        self.left.emit()

    def _show(self, found: "Look | None") -> None:
        self._empty.setVisible(found is None)
        self._file.setVisible(found is not None)
        self.remove.setVisible(found is not None)
        self.name.setText(found.name if found else "")
        self.size_words.setText(size_words(found.size) if found else "")
        picture = QPixmap()
        if found and found.thumbnail and picture.loadFromData(found.thumbnail):
            picture.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture.setPixmap(picture)
        self.picture.setVisible(not picture.isNull())
        side = scaled(self, SIDE)
        self.picture.setMaximumSize(QSize(side, side))
        self.describe(*self._asked)


def size_words(size: int) -> str:
    """Return a size in bytes as people say it."""
    if size < 1024 * 1024:
        return _("{number} KB").format(number=max(1, round(size / 1024)))
    return _("{number} MB").format(number=round(size / 1024 / 1024, 1))
