"""What tests of the window share: the real program on a real workspace, off the screen."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from officers_site import Site, make_site
from pytestqt.qtbot import QtBot
from window_driver import showing, started

from stocktake_app.actions import workspaces
from stocktake_app.model.codes import Role
from stocktake_app.ui.application import Start
from stocktake_app.ui.context import Context
from stocktake_app.ui.jobs import Jobs
from stocktake_app.ui.preferences import Preferences, save_preferences
from stocktake_app.ui.texts import set_language
from stocktake_app.ui.theme import LIGHT

NOW = datetime(2021, 4, 28, 14, 0, tzinfo=UTC)
PASSPHRASE = "four quiet green boats"
OFFICER = workspaces.Person("Field officer", "Country office", bureau="WCA", country="SEN")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one line of the offscreen platform pass: it has no window manager to ask."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin in English, whatever language an earlier test left the window in."""
    set_language("en")
    yield
    set_language("en")


@pytest.fixture
def jobs(qapp: object) -> Iterator[Jobs]:
    """Give the lanes; an error that nobody handles fails the test."""

    def fail(error: BaseException) -> None:
        raise error

    made = Jobs(fail)
    yield made
    made.close()


@pytest.fixture
def context(jobs: Jobs) -> Context:
    """Give a context without a workspace."""
    return Context(jobs, LIGHT, Preferences(language="en"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an officer's workspace and return its folder."""
    path = tmp_path / "officer"
    workspaces.create(path, OFFICER, now=NOW).close()
    return path


@pytest.fixture
def start(qtbot: QtBot, folder: Path) -> Iterator[Start]:
    """Start the program on an officer's workspace and wait for its home."""
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        showing(qtbot, made.window, "home")
        yield made


@pytest.fixture(scope="session")
def hq_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make headquarters' workspace once; tests work on copies, as making its keys is slow."""
    path = tmp_path_factory.mktemp("made") / "hq"
    person = workspaces.Person("Global Compact on Refugees section", "Headquarters", Role.HQ)
    workspaces.create(path, person, now=NOW, passphrase=PASSPHRASE, encrypt=False).close()
    return path


@pytest.fixture
def hq(qtbot: QtBot, tmp_path: Path, hq_folder: Path) -> Iterator[Start]:
    """Start the program on headquarters' workspace, which has every screen."""
    path = tmp_path / "hq"
    shutil.copytree(hq_folder, path)
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, path) as made:
        showing(qtbot, made.window, "home")
        yield made


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Make HQ, a bureau and two officers who disagree, once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(tmp_path_factory.mktemp("state")))
        return make_site(tmp_path_factory.mktemp("site"))
