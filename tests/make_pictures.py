"""Make the pictures of checking, keys, locking and practice in docs/pictures, off the screen.

    python -m tests.make_pictures OUT

A person looks at what comes out before it is kept. Everything in it is made for the purpose.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from stocktake_app.actions import capture, identity, workspaces
from stocktake_app.actions.exporting import export
from stocktake_app.model.codes import Role
from stocktake_app.store.workspace import Workspace
from stocktake_app.ui.application import Start
from stocktake_app.ui.exchange.screen import ExchangeScreen
from stocktake_app.ui.preferences import Preferences, save_preferences
from stocktake_app.ui.unlock_page import UnlockPage

PASSPHRASE = "four quiet green boats"
SIZE = (1366, 768)
PATIENCE = 60.0
ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": "Schools were opened to refugee children."}],
}
OFFICERS = (
    ("Protection officer", "Country office, Dakar", True),
    ("Registration officer", "Sub-office, Agadez", True),
    ("Field officer", "Field office, Maradi", False),
)
Look = tuple[str, str, str, str]
LOOKS: tuple[Look, ...] = (
    ("light", "en", "light", "take_in"),
    ("dark", "en", "dark", "do_not_use"),
    ("arabic", "ar", "light", "ask_the_sender"),
)
"""Name of the picture, language, colours, and the heap whose first file is looked at."""


def make_site(folder: Path, now: datetime) -> list[Path]:
    """Make HQ, a bureau, officers and what the bureau received; return the received files."""
    hq = _create(folder / "hq", Role.HQ, "Global Compact on Refugees section", "Geneva", now)
    name = "Regional Bureau for West and Central Africa"
    bureau = _create(folder / "bureau", Role.BUREAU, name, "Dakar", now)
    _approve(bureau, hq, now)
    received = folder / "received"
    received.mkdir()
    for number, (name, office, approved) in enumerate(OFFICERS):
        officer = _create(folder / f"officer{number}", Role.OFFICER, name, office, now)
        if approved:
            _approve(officer, bureau, now)
        capture.capture(officer, "regional", ANSWERS, now=now)
        out = received / f"WCA-SEN-2020-12-14-{number}.xlsx"
        export(officer, None, out=out, passphrase=PASSPHRASE, now=now)
        officer.close()
    changed = bytearray((received / "WCA-SEN-2020-12-14-0.xlsx").read_bytes())
    changed[len(changed) // 2] ^= 1
    (received / "changed-on-the-way.xlsx").write_bytes(bytes(changed))
    (received / "minutes.pdf").write_bytes(b"%PDF-1.4")
    for one in (hq, bureau):
        one.close()
    return sorted(received.iterdir())


def _create(folder: Path, role: Role, name: str, office: str, now: datetime) -> Workspace:
    bureau = "" if role is Role.HQ else "WCA"
    person = workspaces.Person(name, office, role, bureau=bureau)
    return workspaces.create(folder, person, now=now, passphrase=PASSPHRASE)


def _approve(who: Workspace, by: Workspace, now: datetime) -> None:
    asked, answer = who.folder / "request.json", who.folder / "answer.json"
    identity.request(who, asked, passphrase=PASSPHRASE, now=now)
    identity.approve(by, asked.read_bytes(), answer, passphrase=PASSPHRASE, now=now)
    identity.install(who, answer.read_bytes(), passphrase=PASSPHRASE, now=now)


def wait(condition: Callable[[], object]) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.01)
        if time.monotonic() > end:
            raise TimeoutError("the window did not come to rest")


def grab(start: Start, out: Path) -> None:
    """Take a picture once nothing is under way."""
    pause = time.monotonic() + 0.5
    wait(lambda: not start.jobs.busy and time.monotonic() > pause)
    start.window.grab().save(str(out))


def opened(folder: Path, language: str, scheme: str) -> Start:
    """Start the program on a workspace and unlock it."""
    save_preferences(Preferences(language=language, scheme=scheme))
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    start = Start(application, folder)
    start.window.resize(*SIZE)
    start.begin()
    wait(lambda: start.window.current or start.window.findChild(UnlockPage))
    page = start.window.findChild(UnlockPage)
    if page is not None and not start.window.current:
        page.given.emit(PASSPHRASE)
    wait(lambda: start.window.current == "home")
    return start


def picture_bureau(folder: Path, files: list[Path], out: Path, look: Look) -> None:
    """Take the pictures of checking, of one's own identity and of the locked window."""
    name, language, scheme, heap = look
    start = opened(folder, language, scheme)
    start.window.go("exchange", files)
    screen = start.window.screens["exchange"]
    assert isinstance(screen, ExchangeScreen)
    tab = screen.check
    wait(lambda: len(tab.found) == len(files) and not tab.comparing)
    tab.list.look_at(next(path for path, one in tab.found.items() if one.judged.heap == heap))
    grab(start, out / f"checked-{name}.png")
    screen.tabs.setCurrentIndex(2)
    grab(start, out / f"identity-{name}.png")
    start.lock()
    wait(lambda: start.workspace is None)
    grab(start, out / f"locked-{name}.png")
    _close(start)


def picture_practice(folder: Path, out: Path, now: datetime) -> None:
    """Take the picture of a practice workspace."""
    person = workspaces.Person("Trainee", "Training", bureau="WCA", country="SEN")
    workspaces.create(folder, person, now=now, practice=True).close()
    start = opened(folder, "en", "light")
    grab(start, out / "practice-light.png")
    _close(start)


def _close(start: Start) -> None:
    start.window.retire()
    start.end()


def main(out: Path) -> None:
    """Make all of them."""
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    os.environ["STOCKTAKE_STATE"] = str(folder / "state")
    now = datetime.now().astimezone()
    try:
        files = make_site(folder, now)
        for look in LOOKS:
            picture_bureau(folder / "bureau", files, out, look)
        picture_practice(folder / "practice", out, now)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
