"""Asking for a file or a folder; the dialogs are opened, never executed, and answer by a call."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from stocktake_app.errors import UserFileError
from stocktake_app.ui.texts import _

LARGEST = 16 * 1024 * 1024
"""Bytes of the largest request or answer."""


def ask_files(
    parent: QWidget, title: str, pattern: str, then: Callable[[list[Path]], object]
) -> None:
    """Ask for one or more files that exist."""
    dialog = QFileDialog(parent, title, "", pattern)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda chosen: then([Path(one) for one in chosen]))
    dialog.open()


def ask_file(parent: QWidget, title: str, pattern: str, then: Callable[[Path], object]) -> None:
    """Ask for one file that exists."""
    dialog = QFileDialog(parent, title, "", pattern)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def ask_new_file(
    parent: QWidget, title: str, proposed: str, pattern: str, then: Callable[[Path], object]
) -> None:
    """Ask where to write a file; an existing one is only replaced after a question."""
    dialog = QFileDialog(parent, title, proposed, pattern)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(proposed).suffix.lstrip("."))
    dialog.selectFile(Path(proposed).name)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def ask_folder(parent: QWidget, title: str, then: Callable[[Path], object]) -> None:
    """Ask for a folder."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def read_small(path: Path) -> bytes:
    """Read a request or an answer.

    Raises:
        UserFileError: unreadable, or far too large to be one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UserFileError(
            _("{file} cannot be read: {reason}").format(file=path.name, reason=error.strerror)
        ) from error
    if len(data) > LARGEST:
        raise UserFileError(_("{file} is far too large to be one.").format(file=path.name))
    return data


def show_folder(folder: Path) -> None:
    """Show a folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
