"""The main job, end to end, on real input: capture, sign, exchange, merge, decide, consolidate.

Plays ``resources/demo/scenario.json``: three officers in two regions, their bureaux, HQ. What it
leaves is real: workspaces that open, packages that any reader shows as signed, papers.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from stocktake_app.actions import capture, conflicts, identity
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import Imported, import_files
from stocktake_app.actions.packing import Kind
from stocktake_app.actions.reporting import background
from stocktake_app.actions.result import Result
from stocktake_app.actions.workspaces import Person, create, write_root
from stocktake_app.errors import RefusedError
from stocktake_app.exchange.record_layout import Format
from stocktake_app.model import paths
from stocktake_app.model.codes import Role
from stocktake_app.settings import resource
from stocktake_app.store.entries import get_entry
from stocktake_app.store.workspace import Workspace

LANGUAGES = ("en", "fr", "ar")


@dataclass(frozen=True)
class Played(Result):
    """What the demonstration left. ``packages`` are all signed files; all are paths."""

    workspaces: tuple[Path, ...]
    packages: tuple[Path, ...]
    reports: tuple[Path, ...]
    trust_root: Path
    passphrase_file: Path
    steps: tuple[str, ...]

    def sentence(self) -> str:
        """Return what was done and where to look, for people."""
        return "\n".join(
            [
                *(f"  {path}" for path in (*self.packages, *self.reports)),
                f"\nHQ's root certificate: {self.trust_root}",
                f"Check a package: stocktake verify {self.packages[0]} --trust {self.trust_root}",
            ]
        )


@dataclass
class _Stage:
    """The demonstration while it plays."""

    out: Path
    passphrase: str = field(repr=False)
    now: datetime
    listener: Callable[[str], None]
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    packages: list[Path] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def say(self, step: str) -> None:
        self.steps.append(step)
        self.listener(step)


def play(out: Path, *, now: datetime, say: Callable[[str], None] = lambda _: None) -> Played:
    """Play the demonstration into a new or empty folder; ``say`` gets each step as it is done.

    Raises:
        RefusedError: the folder is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RefusedError(f"{out} is not an empty folder; choose a new one for the demonstration")
    scenario = _read("scenario.json")
    stage = _Stage(out.resolve(), secrets.token_urlsafe(12), now, say)
    _prepare(stage)
    _enrol(stage, scenario["workspaces"])
    _capture(stage, scenario["workspaces"])
    _exchange_and_edit(stage, scenario)
    _merge_at_bureaux(stage, scenario)
    reports = _consolidate(stage)
    return _finish(stage, reports)


def _prepare(stage: _Stage) -> None:
    for name in ("workspaces", "packages", "enrolment", "reports"):
        (stage.out / name).mkdir(parents=True)
    secret = stage.out / "passphrase.txt"
    secret.write_text(stage.passphrase + "\n", encoding="utf-8")
    secret.chmod(0o600)


def _enrol(stage: _Stage, people: Iterable[Mapping[str, Any]]) -> None:
    """Make every workspace; each asks its issuer for a certificate, by files."""
    for one in people:
        person = Person(
            name=one["name"],
            office=one["office"],
            role=Role(one["role"]),
            bureau=one["bureau"],
            country=one["country"],
            language=one["language"],
        )
        workspace = create(
            stage.out / "workspaces" / one["key"],
            person,
            now=stage.now,
            passphrase=stage.passphrase,
            encrypt=False,  # so that everybody can look into the demonstration's stores
        )
        stage.workspaces[one["key"]] = workspace
        if one["issuer"]:
            _approve(stage, workspace, stage.workspaces[one["issuer"]], one["key"])
    root = stage.out / "trust-root.pem"
    write_root(stage.workspaces["hq"], root)
    stage.say(f"{len(stage.workspaces)} workspaces made and approved under HQ's root")


def _approve(stage: _Stage, workspace: Workspace, issuer: Workspace, key: str) -> None:
    asked = stage.out / "enrolment" / f"{key}-request.json"
    answer = stage.out / "enrolment" / f"{key}-answer.json"
    secret, now = stage.passphrase, stage.now
    identity.request(workspace, asked, passphrase=secret, now=now)
    identity.approve(issuer, asked.read_bytes(), answer, passphrase=secret, now=now)
    identity.install(workspace, answer.read_bytes(), passphrase=secret, now=now)


def _capture(stage: _Stage, people: Iterable[Mapping[str, Any]]) -> None:
    for one in people:
        for name in one["entries"]:
            content = _read(f"entries/{name}.json")
            done = capture.capture(
                stage.workspaces[one["key"]], content["form"], content["answers"], now=stage.now
            )
            if done.entry is None or not done.complete:
                raise RefusedError(f"the demonstration's {name} does not fit: {done.problems}")
            stage.entries[name] = done.entry
    stage.say(f"{len(stage.entries)} entries captured in the shipped questionnaires")


def _exchange_and_edit(stage: _Stage, scenario: Mapping[str, Any]) -> None:
    """Officers export; two of one bureau take each other's package and edit the same entry."""
    officers = [one["key"] for one in scenario["workspaces"] if one["role"] == Role.OFFICER]
    for key in officers:
        _export(stage, key, "xlsx", f"{key}-1.xlsx")
    script = _read(scenario["edits"])
    editors = [one["workspace"] for one in script["edits"]]
    for key in editors:
        others = [stage.out / "packages" / f"{other}-1.xlsx" for other in editors if other != key]
        _take(stage, key, others)
    entry = stage.entries[script["entry"]]
    for one in script["edits"]:
        workspace = stage.workspaces[one["workspace"]]
        answers = _answers(workspace, entry, one["set"])
        capture.revise(workspace, entry, answers, now=stage.now)
    for key in editors:
        _export(stage, key, "xlsx", f"{key}-2.xlsx")
    for key in officers:
        _export(stage, key, "pdf", f"{key}.pdf", everything=True)
    stage.say(f"{' and '.join(editors)} edited the same entry without seeing each other's edit")


def _merge_at_bureaux(stage: _Stage, scenario: Mapping[str, Any]) -> None:
    """Bureaux take everything in, decide what differs, and send on what they have."""
    decision = _read(scenario["edits"])["decision"]
    for bureau in (one for one in scenario["workspaces"] if one["role"] == Role.BUREAU):
        key = bureau["key"]
        mine = [one["key"] for one in scenario["workspaces"] if one["issuer"] == key]
        files = sorted(path for path in stage.packages if path.stem.rsplit("-", 1)[0] in mine)
        twice = [*reversed(files), *files]  # any order, any number of times
        planned = _take(stage, key, twice, dry_run=True)
        taken = _take(stage, key, twice)
        if planned.files != tuple(replace(file, number=0) for file in taken.files):
            raise RefusedError(f"{key}'s import did something else than its dry run said")
        stage.say(f"{key}: {_counts(taken)}, as the dry run had said")
        if decision["workspace"] == key:
            _decide(stage, key, decision["set"])
        _export(stage, key, "xlsx", f"{key}.xlsx", everything=True)
        _export(stage, key, "pdf", f"{key}.pdf", everything=True)


def _decide(stage: _Stage, key: str, decisions: Iterable[Mapping[str, Any]]) -> None:
    workspace = stage.workspaces[key]
    found = conflicts.pending(workspace)
    for one in found:
        values = _answers(workspace, one.entry, decisions)
        conflicts.resolve(workspace, one.entry, one.path, values[one.path], now=stage.now)
    stage.say(f"{key}: {len(found)} answer with differing versions was decided by a person")


def _consolidate(stage: _Stage) -> tuple[Path, ...]:
    """HQ takes the bureaux' packages in and writes the background paper."""
    bureaux = [key for key, one in stage.workspaces.items() if one.role is Role.BUREAU]
    taken = _take(stage, "hq", [stage.out / "packages" / f"{key}.xlsx" for key in bureaux])
    stage.say(f"hq: {_counts(taken)}")
    _export(stage, "hq", "xlsx", "hq.xlsx", everything=True)
    reports = []
    for language in LANGUAGES:
        for form in ("pdf", "docx") if language == "en" else ("pdf",):
            path = stage.out / "reports" / f"background-{language}.{form}"
            background(stage.workspaces["hq"], path, form=form, language=language, now=stage.now)
            reports.append(path)
    public = stage.out / "reports" / "background-public-en.pdf"
    background(stage.workspaces["hq"], public, audience="public", now=stage.now)
    stage.say(f"{len(reports) + 1} versions of the background paper written")
    return (*reports, public)


def _export(stage: _Stage, key: str, form: Format, name: str, *, everything: bool = False) -> None:
    out = stage.out / "packages" / name
    export(
        stage.workspaces[key],
        None,
        Kind(form),
        out=out,
        everything=everything,
        passphrase=stage.passphrase,
        now=stage.now,
    )
    stage.packages.append(out)


def _take(stage: _Stage, key: str, files: list[Path], *, dry_run: bool = False) -> Imported:
    done = import_files(stage.workspaces[key], files, dry_run=dry_run, now=stage.now)
    if not done.accepted:
        raise RefusedError(f"{key} refused {[one for one in done.files if not one.accepted]}")
    return done


def _counts(imported: Imported) -> str:
    words = ("new", "newer", "conflicting", "same")
    totals = {word: sum(getattr(file, word) for file in imported.files) for word in words}
    return ", ".join(f"{count} {word}" for word, count in totals.items())


def _answers(
    workspace: Workspace, entry: str, settings: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """Return the answer paths that a script's questions and row numbers mean in an entry."""
    found = get_entry(workspace, entry)
    rows = _rows(found.answers)
    return {
        _with_row(one["question"], rows[one["row"] - 1] if "row" in one else ""): one["value"]
        for one in settings
    }


def _rows(answers: Mapping[str, str]) -> list[str]:
    orders = {
        path.removesuffix(f"/{paths.ORDER}"): float(value)
        for path, value in answers.items()
        if path.startswith("findings[") and path.endswith(f"/{paths.ORDER}")
    }
    return sorted(orders, key=lambda row: orders[row])


def _with_row(question: str, row: str) -> str:
    return question.replace("findings/", f"{row}/", 1) if row else question


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        resource(f"resources/demo/{name}").read_text(encoding="utf-8")
    )
    return content


def _finish(stage: _Stage, reports: tuple[Path, ...]) -> Played:
    for workspace in stage.workspaces.values():
        workspace.close()
    return Played(
        workspaces=tuple(workspace.folder for workspace in stage.workspaces.values()),
        packages=tuple(stage.packages),
        reports=reports,
        trust_root=stage.out / "trust-root.pem",
        passphrase_file=stage.out / "passphrase.txt",
        steps=tuple(stage.steps),
    )
