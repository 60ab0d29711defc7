"""What a screen is to the window."""

from PySide6.QtWidgets import QWidget

from stocktake_app.ui.context import Context


class Screen(QWidget):
    """A page of the window. Reads what it shows in ``refresh`` and keeps only plain values."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def refresh(self, argument: object = None) -> None:
        """Read anew what the screen shows; called whenever it comes into view."""

    def settled(self) -> bool:
        """Whether nothing typed here is still on its way to the disk."""
        return True

    def leave(self) -> None:
        """Put away what is open here: the window shows something else or closes."""

    def place(self) -> object:
        """What ``refresh`` needs to come back to where the person is now."""
        return None
