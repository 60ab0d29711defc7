"""Settings: who one is, language, text size, light or dark, where the data lies, protection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFormLayout, QLayout, QWidget

from stocktake_app import __version__
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import show_folder
from stocktake_app.ui.flow import FlowLayout
from stocktake_app.ui.parts import (
    Message,
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
    from stocktake_app.actions.protecting import Ways
    from stocktake_app.actions.workspaces import WorkspaceInfo
    from stocktake_app.store.workspace import Workspace

WIDTH = 720
LOCK_MINUTES = (5, 10, 15, 30, 60)


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
        self._has_key = False
        self._who = QFormLayout()
        self._where = QFormLayout()
        content = QWidget()
        inner = QWidget()
        inner.setLayout(
            column(
                heading(_("Settings")),
                self._card(_("How it looks"), self._looks()),
                self._card(_("Who is working"), self._who),
                self._card(_("Protection"), self._protection()),
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
        workspace = self.context.workspace
        self.context.read(lambda: _read(workspace), lambda found: self._show(*found), self)

    # Protection

    def _protection(self) -> QFormLayout:
        form = QFormLayout()
        self.safe = Message(self.context.tokens)
        self.protect = button(_("Protect this workspace…"), self._protect, "primary")
        self.change = button(_("Change the passphrase…"), self._change)
        self.recovery = button(_("Print a recovery key…"), self._make_recovery_key)
        self.lock = button(_("Lock now (Ctrl+L)"), self.context.lock_wanted.emit)
        form.addRow(self.safe)
        tools = QWidget()
        flow = FlowLayout(tools, 8)
        for one in (self.protect, self.change, self.recovery, self.lock):
            one.hide()
            flow.addWidget(one)
        form.addRow(tools)
        minutes = [(one, _("{n} minutes").format(n=one)) for one in LOCK_MINUTES]
        picked = Picked(_("Lock after"), minutes, self.context.preferences.lock_minutes)
        self.lock_minutes = self._choice(form, picked, "lock_minutes")
        return form

    def _show_protection(self, info: "WorkspaceInfo", ways: "Ways | None") -> None:
        self._has_key = ways is not None
        if info.protected:
            printed = ways is not None and "recovery" in ways.ways
            words = _("Protected by a passphrase.")
            helped = ways.keeper if ways else ""
            if helped:
                words += " " + _("{office} can help if it is forgotten.").format(office=helped)
            elif not printed:
                words += " " + _("Nobody can help if it is forgotten: print a recovery key.")
            self.safe.say("good" if printed or helped else "warn", words)
        else:
            self.safe.say("warn", _("Not protected: whoever has this laptop can read it"))
        self.protect.setVisible(not info.protected)
        self.lock.setVisible(info.protected)
        for one in (self.change, self.recovery):
            one.setVisible(self._has_key)

    def _protect(self) -> None:
        from stocktake_app.ui.protection import Protect

        chosen = self.context.protect_wanted.emit
        Protect(self.context, self, new=not self._has_key, chosen=chosen).open()

    def _change(self) -> None:
        from stocktake_app.ui.protection import ChangePassphrase

        ChangePassphrase(self.context, self).open()

    def _make_recovery_key(self) -> None:
        from stocktake_app.ui.protection import MakeRecoveryKey

        asked = MakeRecoveryKey(self.context, self)
        asked.finished.connect(lambda _code: self.refresh())
        asked.open()

    def _show(self, info: "WorkspaceInfo", ways: "Ways | None") -> None:
        self._show_protection(info, ways)
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
        self._where.addRow(label(_("Folder"), "muted"), label(str(info.folder), wrap=True))
        for note in info.notes:
            self._where.addRow(label(""), label(_(note), "small", wrap=True))
        self._where.addRow(
            label(""), line(button(_("Show the folder"), lambda: show_folder(info.folder)), 1)
        )


def _read(workspace: "Workspace") -> "tuple[WorkspaceInfo, Ways | None]":
    from stocktake_app.actions import protecting, workspaces
    from stocktake_app.trust.keystore import has_keystore

    keyed = has_keystore(workspace.folder)
    return workspaces.describe(workspace), protecting.ways(workspace.folder) if keyed else None
