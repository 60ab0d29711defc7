"""The words that say whether what was typed is on the disk; always in sight while filling."""

from PySide6.QtWidgets import QWidget

from stocktake_app.ui.capture.saving import Saver, SaveState
from stocktake_app.ui.icons import pixmap
from stocktake_app.ui.parts import icon_label, label, line, restyle
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens

LOOKS = {SaveState.SAVED: "good", SaveState.SAVING: "muted", SaveState.FAILED: "bad"}
ICONS = {SaveState.SAVED: "saved", SaveState.SAVING: "saving", SaveState.FAILED: "bad"}


class SavedLabel(QWidget):
    """“Saved 14:32:05”, “Saving…”, or why not."""

    def __init__(self, saver: Saver, tokens: Tokens) -> None:
        super().__init__()
        self._saver, self._tokens = saver, tokens
        self._icon = icon_label("saved", tokens.good, 18)
        self._text = label("", "good")
        self.setLayout(line(self._icon, self._text, spacing=6))
        saver.state_changed.connect(self._show)
        self._show(saver.state, "")

    def _show(self, state: SaveState, sentence: str) -> None:
        look = LOOKS[state]
        restyle(self._text, "look", look)
        self._icon.setPixmap(pixmap(ICONS[state], getattr(self._tokens, look), 18, 2.0))
        self._text.setText(self._words(state))
        self._text.setToolTip(sentence)
        self.setAccessibleName(f"{self._words(state)} {sentence}".strip())

    def _words(self, state: SaveState) -> str:
        if state is SaveState.SAVING:
            return _("Saving…")
        if state is SaveState.FAILED:
            return _("Not saved yet")
        at = self._saver.saved_at
        return _("Saved {time}").format(time=f"{at:%H:%M:%S}") if at else _("All saved")

    @property
    def words(self) -> str:
        """What it says now."""
        return self._text.text()
