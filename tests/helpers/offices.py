"""HQ, its bureau and an officer, enrolled through the real files; HQ's and a trainee's practice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stocktake_app.actions import capture, identity, workspaces
from stocktake_app.actions.workspaces import Person
from stocktake_app.model.codes import Role
from stocktake_app.store.workspace import Workspace

PASSPHRASE = "four quiet green boats"
SAID = "Schools in Matam opened their doors to everybody."


@dataclass(frozen=True)
class Offices:
    """The workspaces of those who write to each other, and the time of all of it."""

    hq: Workspace
    bureau: Workspace
    officer: Workspace
    now: datetime

    def say(self, text: str = SAID) -> str:
        """Let the officer note a finding; returns the entry."""
        answers = {
            "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
            "findings": [{"kind": "progress", "text": text}],
        }
        done = capture.capture(self.officer, "regional", answers, now=self.now)
        assert done.entry
        return done.entry


def make(
    folder: Path, name: str, role: Role, now: datetime, *, practice: bool = False
) -> Workspace:
    """Make a workspace with keys, not encrypted at rest."""
    bureau = "" if role is Role.HQ else "WCA"
    return workspaces.create(
        folder / name,
        Person(f"Office {name}", name.title(), role, bureau=bureau),
        now=now,
        passphrase=PASSPHRASE,
        practice=practice,
        encrypt=False,
    )


def enrol(who: Workspace, issuer: Workspace, now: datetime) -> None:
    """Let an office approve somebody, by files."""
    asked, answer = who.folder / "asked.json", who.folder / "answer.json"
    identity.request(who, asked, passphrase=PASSPHRASE, now=now)
    identity.approve(issuer, asked.read_bytes(), answer, passphrase=PASSPHRASE, now=now)
    identity.install(who, answer.read_bytes(), passphrase=PASSPHRASE, now=now)


def make_offices(folder: Path) -> Offices:
    """Make HQ, a bureau and an officer of it; the keys take some seconds."""
    now = datetime.now(UTC).replace(microsecond=0)
    hq = make(folder, "hq", Role.HQ, now)
    bureau = make(folder, "bureau", Role.BUREAU, now)
    officer = make(folder, "officer", Role.OFFICER, now)
    enrol(bureau, hq, now)
    enrol(officer, bureau, now)
    return Offices(hq, bureau, officer, now)
