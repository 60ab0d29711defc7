"""Encrypted files in the window: the passphrase is asked for once, then they are as any other."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from officers_site import PASSPHRASE, Site
from pytestqt.qtbot import QtBot
from window_driver import dialog, quiet, showing, started, until, write

from stocktake_app.actions.recipients import own_notice
from stocktake_app.exchange.age import encrypt, new_secret, recipient_of
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.recipients import open_notice
from stocktake_app.ui.application import Start
from stocktake_app.ui.exchange.screen import ExchangeScreen
from stocktake_app.ui.passphrase import PassphraseDialog
from stocktake_app.ui.preferences import Preferences, save_preferences


@pytest.fixture
def start(qtbot: QtBot, site: Site, tmp_path: Path) -> Iterator[Start]:
    """Start the program on the bureau's workspace."""
    folder = tmp_path / "bureau"
    shutil.copytree(site.bureau, folder)
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        showing(qtbot, made.window, "home")
        yield made


def encrypted(source: Path, out: Path, recipient: str) -> Path:
    target = BytesIO()
    encrypt(BytesIO(source.read_bytes()), target, [recipient])
    out.write_bytes(target.getvalue())
    return out


@pytest.fixture
def files(start: Start, site: Site, tmp_path: Path) -> list[Path]:
    """Return a package encrypted for the bureau, one for somebody else, and one for everybody."""
    workspace = start.workspace
    assert workspace
    notice = own_notice(workspace)
    assert notice
    ours = open_notice(notice).recipient
    return [
        encrypted(site.packages[0], tmp_path / "ours.for-WCA.xlsx.age", ours),
        encrypted(site.packages[1], tmp_path / "a.for-HQ.xlsx.age", recipient_of(new_secret())),
        site.packages[2],
    ]


def shown(qtbot: QtBot, start: Start, files: list[Path]) -> ExchangeScreen:
    start.window.go("exchange", files)
    screen = start.window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    return screen


def test_the_passphrase_is_asked_for_once_and_every_file_gets_its_verdict(
    qtbot: QtBot, start: Start, files: list[Path]
) -> None:
    screen = shown(qtbot, start, files)
    asked = dialog(qtbot, PassphraseDialog, start.window)
    assert isinstance(asked, PassphraseDialog)
    write(asked.first, PASSPHRASE)
    asked._give()
    until(qtbot, lambda: len(screen.check.found) == 3 and not screen.check.comparing)
    quiet(qtbot, start.window)
    found = screen.check.found
    assert [found[one].verdict for one in files] == [
        Verdict.VALID,
        Verdict.UNREADABLE,
        Verdict.VALID,
    ]
    assert found[files[0]].visible == "same"
    assert found[files[1]].judged.icon == "locked"
    assert "for HQ, as its name says" in found[files[1]].reasons[0]


def test_without_the_passphrase_the_others_are_judged_all_the_same(
    qtbot: QtBot, start: Start, files: list[Path]
) -> None:
    screen = shown(qtbot, start, files)
    dialog(qtbot, PassphraseDialog, start.window).reject()
    until(qtbot, lambda: len(screen.check.found) == 3 and not screen.check.comparing)
    quiet(qtbot, start.window)
    found = screen.check.found
    assert found[files[0]].verdict is Verdict.UNREADABLE
    assert found[files[2]].verdict is Verdict.VALID
