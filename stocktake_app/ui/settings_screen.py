"""Settings: who one is, language, text size, light or dark, where the data lies, protection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFormLayout, QLayout, QWidget

from stocktake_app import __version__
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import show_folder
from stocktake_app.ui.parts import (
    button,
    column,
    heading,
    kept_narrow,
    label,
    line,
    panel,
    scrolling,
)
from stocktake_app.ui.registers import label_of
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import LANGUAGES, _
from stocktake_app.ui.theme import TEXT_SIZES
from stocktake_app.ui.words import role_words

if TYPE_CHECKING:
    from stocktake_app.actions.workspaces import WorkspaceInfo

WIDTH = 720


@dataclass(frozen=True)
class Picked:
    """A choice of the screen's: its name, the options as (value, label), and the value now."""

    name: str
    options: Sequence[tuple[object, str]]
    value: object


class SettingsScreen(Screen):
    """What is changed here takes effect at once."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._who = QFormLayout()
        self._where = QFormLayout()
        content = QWidget()
        inner = QWidget()
        inner.setLayout(
            column(
                heading(_("Settings")),
                self._card(_("How it looks"), self._looks()),
                self._card(_("Who is working"), self._who),
                self._card(_("Where the data lies"), self._where),
                label(_("Stocktake {version}").format(version=__version__), "small"),
                spacing=16,
            )
        )
        layout = column(kept_narrow(inner, WIDTH), 1)
        layout.setContentsMargins(28, 20, 28, 24)
        content.setLayout(layout)
        self.setLayout(column(scrolling(content)))

    def _card(self, title: str, content: QLayout) -> QWidget:
        content.setSpacing(10)
        return panel(column(label(title, "heading"), content, spacing=12, margin=18))

    def _looks(self) -> QFormLayout:
        now = self.context.preferences
        form = QFormLayout()
        sizes = [(size, f"{size} %") for size in TEXT_SIZES]
        schemes = [("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
        self.language = self._choice(
            form, Picked(_("Language"), list(LANGUAGES.items()), now.language), "language"
        )
        self.text_size = self._choice(
            form, Picked(_("Text size"), sizes, now.text_size), "text_size"
        )
        self.scheme = self._choice(form, Picked(_("Colours"), schemes, now.scheme), "scheme")
        form.addRow(
            label(""), label(_("Ctrl + and Ctrl − change the text size anywhere."), "small")
        )
        return form

    def _choice(self, form: QFormLayout, picked: Picked, field: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(picked.name)
        for value, words in picked.options:
            made.addItem(words, value)
        made.setCurrentIndex(made.findData(picked.value))
        made.activated.connect(lambda: self._prefer(field, made.currentData()))
        name = label(picked.name)
        name.setBuddy(made)
        form.addRow(name, made)
        return made

    def _prefer(self, field: str, value: object) -> None:
        wanted = replace(self.context.preferences, **{field: value})  # type: ignore[arg-type]
        if wanted != self.context.preferences:
            self.context.preferred.emit(wanted)

    def refresh(self, argument: object = None) -> None:  # noqa: ARG002 - has no places
        """Read who and where."""
        from stocktake_app.actions import workspaces

        workspace = self.context.workspace
        self.context.read(lambda: workspaces.describe(workspace), self._show, self)

    def _show(self, info: "WorkspaceInfo") -> None:
        language = self.context.preferences.language
        for form in (self._who, self._where):
            while form.rowCount():
                form.removeRow(0)
        for name, value in (
            (_("Name"), info.name),
            (_("Office"), info.office),
            (_("Tier"), role_words(info.role.value)),
            (_("Bureau"), label_of("bureaux", info.bureau, language)),
            (_("Country"), label_of("countries", info.country, language)),
        ):
            self._who.addRow(label(name, "muted"), label(value or "–", wrap=True))
        safe = (
            _("Protected by a passphrase")
            if info.protected
            else _("Not protected: whoever has this laptop can read it")
        )
        self._where.addRow(label(_("Folder"), "muted"), label(str(info.folder), wrap=True))
        self._where.addRow(label(_("Protection"), "muted"), label(safe, wrap=True))
        for note in info.notes:
            self._where.addRow(label(""), label(_(note), "small", wrap=True))
        self._where.addRow(
            label(""), line(button(_("Show the folder"), lambda: show_folder(info.folder)), 1)
        )
