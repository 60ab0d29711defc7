"""The whole main job through the command line, as a person would do it, on real files."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from stocktake_app.__main__ import main

ANSWERS = {
    "event_details": {
        "event": "2020-12-14-WCA",
        "start_date": "2020-12-14",
        "end_date": "2020-12-15",
        "bureau": "WCA",
    },
    "findings": [
        {"kind": "progress", "text": "34 of the 55 pledges are in progress."},
        {"kind": "challenge", "text": "Nothing is reported of 18 pledges."},
    ],
}

Stocktake = Callable[..., tuple[int, Any]]


def run(*arguments: str) -> tuple[int, Any]:
    """Run a command with ``--json``; return its exit code and its object."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = main([*arguments, "--json"])
    assert "Traceback" not in complained.getvalue()
    return code, json.loads(said.getvalue())


def enrol(stocktake: Stocktake, name: str, role: str, issuer: str) -> None:
    who = ("--name", f"Office {name}", "--office", "Dakar", "--bureau", "WCA")
    assert stocktake("init", "--workspace", name, "--role", role, *who)[0] == 0
    asked, answer = f"{name}-request.json", f"{name}-answer.json"
    _, request = stocktake("identity", "request", "--workspace", name, "--out", asked)
    _, approval = stocktake("identity", "approve", asked, "--workspace", issuer, "--out", answer)
    assert request["fingerprint"] == approval["fingerprint"]
    assert stocktake("identity", "install", answer, "--workspace", name)[0] == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with HQ, a bureau and two officers under it, all approved."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        _enter(folder, patch)
        assert run("init", "--workspace", "hq", "--role", "hq", "--name", "HQ")[0] == 0
        enrol(run, "bureau", "bureau", "hq")
        enrol(run, "dakar", "officer", "bureau")
        enrol(run, "niamey", "officer", "bureau")
    return folder


def _enter(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(folder)
    patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
    patch.setenv("STOCKTAKE_PASSPHRASE", "a passphrase for this test")


@pytest.fixture
def offices(site: Path, monkeypatch: pytest.MonkeyPatch) -> Stocktake:
    """Run commands in the folder of the offices."""
    _enter(site, monkeypatch)
    return run


def test_what_an_officer_captures_reaches_hq_and_leads_back_to_the_officer(
    offices: Stocktake, site: Path
) -> None:
    (site / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    capture = ("capture", "regional", "--answers", "answers.json", "--workspace", "dakar")
    code, captured = offices(*capture)
    assert (code, captured["problems"]) == (0, [])
    assert offices("export", "--workspace", "dakar", "--out", "dakar.xlsx")[0] == 0

    code, dry = offices("import", "dakar.xlsx", "--workspace", "bureau", "--dry-run")
    assert (code, dry["files"][0]["new"]) == (0, 1)
    listed = offices("list", "--workspace", "bureau")[1]["entries"]
    assert captured["entry"] not in [entry["id"] for entry in listed]
    code, taken = offices("import", "dakar.xlsx", "--workspace", "bureau")
    assert (code, taken["files"][0]["new"]) == (0, 1)
    number = str(taken["files"][0]["number"])
    code, undone = offices("undo", number, "--workspace", "bureau")
    assert (code, undone["gone"], undone["sent_on"]) == (0, 1, False)
    assert offices("undo", number, "--workspace", "bureau")[0] == 1
    assert offices("import", "dakar.xlsx", "--workspace", "bureau")[0] == 0

    assert offices("export", "--all", "--workspace", "bureau", "--out", "bureau.pdf",
                   "--format", "pdf")[0] == 0  # fmt: skip
    code, verdict = offices("verify", "bureau.pdf", "--workspace", "hq")
    assert (code, verdict["verdict"], len(verdict["seals"])) == (0, "valid", 2)
    assert offices("import", "bureau.pdf", "--workspace", "hq")[0] == 0

    for place in ("dakar", "bureau", "hq"):
        assert offices("list", "--workspace", place) == offices("list", "--workspace", "hq")
        shown = offices("show", captured["entry"], "--workspace", place)
        assert shown == offices("show", captured["entry"], "--workspace", "hq")
    _, trace = offices("trace", captured["entry"], "--workspace", "hq")
    assert {step["signer_name"] for step in trace["changes"]} == {"Office dakar"}
    code, report = offices("report", "background", "--workspace", "hq", "--out", "paper.pdf")
    assert (code, report["findings"]) == (0, 2)
    assert (site / "paper.pdf").read_bytes().startswith(b"%PDF-")


def test_two_officers_differ_a_person_decides_and_the_decision_travels(
    offices: Stocktake, site: Path
) -> None:
    (site / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    capture = ("capture", "regional", "--answers", "answers.json", "--workspace", "dakar")
    entry = offices(*capture)[1]["entry"]
    offices("export", "--workspace", "dakar", "--out", "one.xlsx")
    offices("import", "one.xlsx", "--workspace", "niamey")

    def revise(place: str, answers: dict[str, str]) -> None:
        from datetime import UTC, datetime

        from stocktake_app.actions import capture as actions
        from stocktake_app.actions.workspaces import open_folder

        workspace = open_folder(site / place, passphrase="a passphrase for this test")
        actions.revise(workspace, entry, answers, now=datetime.now(UTC))
        workspace.close()

    answers = offices("show", entry, "--workspace", "dakar")[1]["answers"]
    text = next(path for path in answers if path.endswith("/text"))
    revise("dakar", {text: "34 pledges are in progress, 3 are fulfilled."})
    revise("niamey", {text: "34 pledges advance.", "follow_up/summary": "A good day."})
    offices("export", "--workspace", "dakar", "--out", "two.xlsx")
    offices("export", "--workspace", "niamey", "--out", "three.xlsx")
    files = ("three.xlsx", "one.xlsx", "two.xlsx", "three.xlsx")
    assert offices("import", *files, "--workspace", "bureau")[0] == 0

    found = offices("conflicts", "--workspace", "bureau")[1]["conflicts"]
    assert [(one["entry"], one["path"]) for one in found] == [(entry, text)]
    values = {version["value"] for version in found[0]["versions"]}
    assert values == {"34 pledges advance.", "34 pledges are in progress, 3 are fulfilled."}
    assert offices("show", entry, "--workspace", "bureau")[1]["answers"]["follow_up/summary"]

    assert offices("resolve", entry, text, "--value", "Both.", "--workspace", "bureau")[0] == 0
    offices("export", "--all", "--workspace", "bureau", "--out", "decided.xlsx")
    for place in ("dakar", "niamey", "hq"):
        assert offices("import", "decided.xlsx", "--workspace", place)[0] == 0
        shown = offices("show", entry, "--workspace", place)
        assert shown == offices("show", entry, "--workspace", "bureau")
        assert shown[1]["answers"][text] == "Both."


def test_a_reading_workspace_trusts_a_root_and_imports_without_any_key(
    offices: Stocktake, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    offices("capture", "regional", "--answers", "answers.json", "--workspace", "dakar")
    offices("export", "--workspace", "dakar", "--out", "dakar.xlsx")
    offices("identity", "root", "--workspace", "hq", "--out", "hq-root.pem")
    monkeypatch.delenv("STOCKTAKE_PASSPHRASE")
    init = ("init", "--role", "hq", "--trust", "hq-root.pem", "--workspace", "reading")
    assert offices(*init)[0] == 0
    assert offices("verify", "dakar.xlsx", "--trust", "hq-root.pem")[0] == 0
    assert offices("import", "dakar.xlsx", "--workspace", "reading")[0] == 0
    assert len(offices("list", "--workspace", "reading")[1]["entries"]) == 1
    code, said = offices("export", "--workspace", "reading", "--all")
    assert code == 2
    assert "passphrase" in said["error"]
