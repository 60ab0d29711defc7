"""HQ, a bureau and two officers whose packages say different things of the same answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stocktake_app.actions import capture, identity, workspaces
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.workspaces import Person, create
from stocktake_app.model.codes import Role
from stocktake_app.store.entries import get_entry
from stocktake_app.store.workspace import Workspace

PASSPHRASE = "four quiet green boats"
FIRST, OURS, THEIRS = "Said in the room.", "As Dakar heard it.", "As Niamey heard it."
ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": FIRST}],
}


@dataclass(frozen=True)
class Site:
    """The bureau's folder and the packages it received, the first of them before the two differ."""

    bureau: Path
    packages: tuple[Path, Path, Path]
    request: Path
    """A request that somebody new handed in."""


def make_site(folder: Path) -> Site:
    """Make all of it; the keys take some seconds, so once for many tests."""
    now = datetime.now(UTC)
    hq = _made(folder, "hq", Role.HQ, now)
    bureau = _made(folder, "bureau", Role.BUREAU, now, hq)
    dakar = _made(folder, "dakar", Role.OFFICER, now, bureau)
    niamey = _made(folder, "niamey", Role.OFFICER, now, bureau)
    entry = capture.capture(dakar, "regional", ANSWERS, now=now).entry
    assert entry is not None
    first = _package(dakar, folder / "dakar-1.xlsx", now)
    import_files(niamey, [first], dry_run=False, now=now)
    _rewrite(dakar, entry, OURS, now)
    _rewrite(niamey, entry, THEIRS, now)
    second = _package(dakar, folder / "dakar-2.xlsx", now)
    third = _package(niamey, folder / "niamey-1.xlsx", now)
    request = folder / "newcomer.json"
    newcomer = create(folder / "newcomer", Person("Newcomer", "Bamako", bureau="WCA"), now=now)
    identity.request(newcomer, request, passphrase=PASSPHRASE, now=now)
    for workspace in (hq, bureau, dakar, niamey, newcomer):
        workspace.close()
    return Site(folder / "bureau", (first, second, third), request)


def _made(
    folder: Path, name: str, role: Role, now: datetime, issuer: Workspace | None = None
) -> Workspace:
    person = Person(f"Office {name}", name.title(), role, bureau="WCA" if issuer else "")
    workspace = workspaces.create(
        folder / name, person, now=now, passphrase=PASSPHRASE, encrypt=False
    )
    if issuer:
        asked, answer = folder / f"{name}-request.json", folder / f"{name}-answer.json"
        identity.request(workspace, asked, passphrase=PASSPHRASE, now=now)
        identity.approve(issuer, asked.read_bytes(), answer, passphrase=PASSPHRASE, now=now)
        identity.install(workspace, answer.read_bytes(), passphrase=PASSPHRASE, now=now)
    return workspace


def _rewrite(workspace: Workspace, entry: str, text: str, now: datetime) -> None:
    path = next(path for path in get_entry(workspace, entry).answers if path.endswith("]/text"))
    draft = capture.edit(workspace, entry, now=now)
    capture.save(workspace, draft, {path: text}, now=now)
    capture.leave(workspace, draft, now=now)


def _package(workspace: Workspace, out: Path, now: datetime) -> Path:
    return export(workspace, None, out=out, passphrase=PASSPHRASE, now=now).path
