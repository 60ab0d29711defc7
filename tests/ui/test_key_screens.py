"""Keys in the window: one question per page, from the first request to a forgotten passphrase."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from officers_site import PASSPHRASE, Site
from PySide6.QtWidgets import QCheckBox, QDialog, QRadioButton
from pytestqt.qtbot import QtBot
from window_driver import dialog, quiet, showing, started, until, write

from stocktake_app.actions import protecting, workspaces
from stocktake_app.actions.identity import Standing
from stocktake_app.ui.application import Start
from stocktake_app.ui.clock import now
from stocktake_app.ui.exchange.identity_tab import standing_words
from stocktake_app.ui.exchange.office_steps import AnswerRequest, ApproveMany
from stocktake_app.ui.exchange.own_steps import AskApproval
from stocktake_app.ui.exchange.screen import ExchangeScreen
from stocktake_app.ui.exchange.withdraw_steps import Withdraw
from stocktake_app.ui.forgotten import Forgotten
from stocktake_app.ui.preferences import Preferences, save_preferences
from stocktake_app.ui.protection import ChangePassphrase, MakeRecoveryKey, Protect
from stocktake_app.ui.settings_screen import SettingsScreen
from stocktake_app.ui.unlock_page import UnlockPage
from stocktake_app.ui.wizard import Wizard

NEW = "seven loud orange trains"


@pytest.fixture
def bureau(qtbot: QtBot, site: Site, tmp_path: Path) -> Iterator[Start]:
    """Start the program on the bureau's workspace, whose passphrase was typed already."""
    folder = tmp_path / "bureau"
    shutil.copytree(site.bureau, folder)
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        showing(qtbot, made.window, "home")
        made.context.passphrase = PASSPHRASE
        yield made


def exchange(qtbot: QtBot, start: Start) -> ExchangeScreen:
    start.window.go("exchange")
    showing(qtbot, start.window, "exchange")
    screen = start.window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    screen.tabs.setCurrentIndex(2)
    quiet(qtbot, start.window)
    return screen


def settings(qtbot: QtBot, start: Start) -> SettingsScreen:
    start.window.go("settings")
    showing(qtbot, start.window, "settings")
    screen = start.window.screens["settings"]
    assert isinstance(screen, SettingsScreen)
    return screen


def opened(qtbot: QtBot, kind: type[QDialog], start: Start) -> Wizard:
    shown = dialog(qtbot, kind, start.window)
    assert isinstance(shown, Wizard)
    return shown


def at(qtbot: QtBot, wizard: Wizard, title: str) -> None:
    until(qtbot, lambda: title in wizard.title)


def standing(**facts: object) -> Standing:
    base = {"has_key": True, "approved": True, "fingerprint": "K", "root_fingerprint": "R"}
    return Standing(**(base | {"valid_until": "2022-01-01"} | facts))  # type: ignore[arg-type]


def test_own_signature_stands_with_fingerprint_and_code(qtbot: QtBot, bureau: Start) -> None:
    screen = exchange(qtbot, bureau)
    assert "Approved until" in screen.identity.standing.sentence
    assert screen.identity.renew.isVisible()
    assert not screen.identity.ask.isVisible()
    assert "QR code" in screen.identity._code.accessibleName()


@pytest.mark.parametrize(
    ("facts", "tone", "words"),
    [
        ({}, "good", "Approved until"),
        ({"valid_until": "2021-12-01"}, "warn", "30 more days"),
        ({"valid_until": "2021-10-31"}, "bad", "ended on"),
        ({"withdrawn": "lost"}, "bad", "withdrawn"),
        ({"approved": False, "asked": "K"}, "warn", "waits for its answer"),
        ({"approved": False}, "warn", "Not approved yet"),
        ({"approved": False, "has_key": False}, "warn", "no key yet"),
    ],
)
def test_end_of_ones_certificate_is_said_in_time(
    qapp: object, facts: dict[str, object], tone: str, words: str
) -> None:
    found = standing_words(standing(**facts), date(2021, 11, 1))
    assert found[0] == tone
    assert words in found[1]


def test_request_says_who_helps_with_a_forgotten_passphrase(
    qtbot: QtBot, start: Start, tmp_path: Path
) -> None:
    screen = exchange(qtbot, start)
    screen.identity.ask.click()
    wizard = opened(qtbot, AskApproval, start)
    wizard.go.click()
    at(qtbot, wizard, "What if you forget")
    assert any(one.isChecked() for one in wizard.findChildren(QCheckBox))
    start.context.passphrase = PASSPHRASE
    wizard._write(tmp_path / "request.json")  # type: ignore[attr-defined]
    at(qtbot, wizard, "read this aloud")
    assert (tmp_path / "request.json").exists()
    wizard.go.click()
    quiet(qtbot, start.window)
    assert "waits for its answer" in screen.identity.standing.sentence


def test_request_is_answered_only_after_the_letters_were_compared(
    qtbot: QtBot, bureau: Start, site: Site, tmp_path: Path
) -> None:
    screen = exchange(qtbot, bureau)
    screen.identity._answer()
    wizard = opened(qtbot, AnswerRequest, bureau)
    assert isinstance(wizard, AnswerRequest)
    wizard.read(site.request)
    at(qtbot, wizard, "Is it really Newcomer")
    wizard.go.click()
    assert "Compare the letters" in wizard.problem
    assert wizard.compared is not None
    wizard.compared.tick()
    wizard.answer(site.request, tmp_path / "answer.json")
    at(qtbot, wizard, "is approved")
    assert (tmp_path / "answer.json").exists()
    wizard.go.click()
    quiet(qtbot, bureau.window)


def test_file_that_is_no_request_is_refused_on_the_page(
    qtbot: QtBot, bureau: Start, tmp_path: Path
) -> None:
    screen = exchange(qtbot, bureau)
    screen.identity._answer()
    wizard = opened(qtbot, AnswerRequest, bureau)
    assert isinstance(wizard, AnswerRequest)
    other = tmp_path / "other.json"
    other.write_text("{}")
    wizard.read(other)
    until(qtbot, lambda: wizard.problem and wizard.go.isEnabled())
    assert "Traceback" not in wizard.problem
    wizard.reject()
    quiet(qtbot, bureau.window)


def test_many_are_approved_against_a_list(
    qtbot: QtBot, bureau: Start, site: Site, tmp_path: Path
) -> None:
    requests = tmp_path / "requests"
    requests.mkdir()
    shutil.copy(site.request, requests)
    roster = tmp_path / "people.csv"
    roster.write_text("name,office,bureau,fingerprint\nNewcomer,Bamako,WCA,\n")
    screen = exchange(qtbot, bureau)
    screen.identity._approve_many()
    wizard = opened(qtbot, ApproveMany, bureau)
    assert isinstance(wizard, ApproveMany)
    wizard.approve(roster, requests)
    at(qtbot, wizard, "0 people are approved")
    wizard.go.click()
    quiet(qtbot, bureau.window)


def test_certificate_is_withdrawn_with_day_and_reason(qtbot: QtBot, bureau: Start) -> None:
    screen = exchange(qtbot, bureau)
    screen.identity._withdraw()
    wizard = opened(qtbot, Withdraw, bureau)
    assert isinstance(wizard, Withdraw)
    wizard.person.setCurrentIndex(wizard.person.findText("Office dakar, Dakar"))
    wizard.go.click()
    at(qtbot, wizard, "Since when")
    wizard.go.click()
    at(qtbot, wizard, "Why")
    wizard.go.click()
    assert "Choose a reason" in wizard.problem
    wizard.findChildren(QRadioButton)[0].setChecked(True)
    wizard.go.click()
    at(qtbot, wizard, "is withdrawn")
    wizard.go.click()
    quiet(qtbot, bureau.window)
    assert any(one.withdrawn for one in screen.identity._people)


def test_going_back_keeps_what_was_typed(qtbot: QtBot, bureau: Start) -> None:
    settings(qtbot, bureau).change.click()
    wizard = opened(qtbot, ChangePassphrase, bureau)
    assert isinstance(wizard, ChangePassphrase)
    write(wizard.old, PASSPHRASE)
    wizard.go.click()
    write(wizard.new.first, NEW)
    wizard._back.click()
    assert wizard.old.text() == PASSPHRASE
    wizard.go.click()
    assert wizard.new.text == NEW
    wizard.go.click()
    assert "not the same" in wizard.problem
    write(wizard.new.second, NEW)
    wizard.go.click()
    at(qtbot, wizard, "is changed")
    wizard.go.click()
    quiet(qtbot, bureau.window)
    assert bureau.context.passphrase == NEW


def test_workspace_is_protected_and_opened_again(qtbot: QtBot, start: Start) -> None:
    assert start.workspace is not None
    folder = start.workspace.folder
    settings(qtbot, start).protect.click()
    wizard = opened(qtbot, Protect, start)
    assert isinstance(wizard, Protect)
    wizard.go.click()
    write(wizard.new.first, "12345")
    wizard.go.click()
    assert wizard.problem
    wizard.new.first.clear()
    write(wizard.new.first, NEW)
    write(wizard.new.second, NEW)
    before = start.window
    wizard.go.click()
    until(qtbot, lambda: start.window is not before and start.window.current == "home")
    quiet(qtbot, start.window)
    assert protecting.ways(folder).protected
    assert settings(qtbot, start).lock.isVisible()


def test_recovery_key_is_shown_once_and_opens_a_forgotten_workspace(
    qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "protected"
    person = workspaces.Person("Protection officer", "Country office", bureau="WCA")
    workspaces.create(folder, person, now=now(), passphrase=PASSPHRASE).close()
    groups = protecting.make_recovery_key(folder, PASSPHRASE, now=now()).groups
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        until(qtbot, lambda: made.window.findChild(UnlockPage))
        page = made.window.findChild(UnlockPage)
        assert page is not None
        page.forgotten.click()
        wizard = opened(qtbot, Forgotten, made)
        assert isinstance(wizard, Forgotten)
        at(qtbot, wizard, "get in again")
        wizard.go.click()
        write(wizard._key, " ".join(groups))
        wizard.go.click()
        write(wizard._chosen.first, NEW)
        write(wizard._chosen.second, NEW)
        wizard.go.click()
        showing(qtbot, made.window, "home")
        made.context.passphrase = NEW
        settings(qtbot, made).recovery.click()
        printed = opened(qtbot, MakeRecoveryKey, made)
        assert isinstance(printed, MakeRecoveryKey)
        printed.go.click()
        at(qtbot, printed, "Print it or write it down")
        assert printed.page is not None
        assert "Recovery key" in printed.page.toPlainText()
        printed.go.click()
        quiet(qtbot, made.window)
