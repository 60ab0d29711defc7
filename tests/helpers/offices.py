"""HQ, its bureau and an officer, enrolled through the real files; HQ's and a trainee's practice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stocktake_app.actions import capture, identity
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.store.workspace import Profile, Workspace, create_workspace
from stocktake_app.trust.keys import new_key
from stocktake_app.trust.keystore import AUTHORITY, SIGNING

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
    """Make a workspace with keys, P-256 as they are quick to make, and not encrypted at rest."""
    bureau = "" if role is Role.HQ else "WCA"
    profile = Profile(f"Office {name}", name.title(), role, bureau, "", "en", new_id())
    made = create_workspace(folder / name, profile, now=now, practice=practice)
    unlocked = identity.unlock(made, PASSPHRASE)
    for key in (SIGNING, AUTHORITY)[: 1 if role is Role.OFFICER else 2]:
        unlocked.add_key(key, new_key("ec"))
    identity.own_signer(made, PASSPHRASE, now=now)
    return made


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
