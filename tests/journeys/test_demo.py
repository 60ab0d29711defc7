"""The demonstration plays the main job on real input and leaves what it says it leaves."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stocktake_app.actions import conflicts, reading
from stocktake_app.actions.workspaces import open_folder
from stocktake_app.store.findings import list_findings, list_interventions


def stocktake(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stocktake_app", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The object that ``demo --json`` prints."""
    out = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(tmp_path_factory.mktemp("state")))
        played = stocktake("demo", "--out", str(out), "--json")
    assert played.returncode == 0, played.stderr
    result: dict[str, Any] = json.loads(played.stdout)
    return result


def workspace(demo: dict[str, Any], key: str) -> Path:
    return next(Path(path) for path in demo["workspaces"] if Path(path).name == key)


def test_everything_that_is_named_is_there(demo: dict[str, Any]) -> None:
    files = [*demo["packages"], *demo["reports"], demo["trust_root"], demo["passphrase_file"]]
    assert [path for path in files if not Path(path).is_file()] == []
    assert len(demo["workspaces"]) == 6
    assert any("background" in Path(path).name for path in demo["reports"])
    assert {Path(path).suffix for path in demo["packages"]} == {".xlsx", ".pdf"}


def test_every_package_is_valid_under_hqs_root_and_nothing_else(demo: dict[str, Any]) -> None:
    for package in demo["packages"]:
        checked = stocktake("verify", package, "--trust", demo["trust_root"], "--json")
        assert json.loads(checked.stdout)["verdict"] == "valid", package
    alone = stocktake("verify", demo["packages"][0], "--json")
    assert (alone.returncode, json.loads(alone.stdout)["verdict"]) == (1, "signer_unknown")


def test_a_stranger_with_the_root_reads_what_hq_reads(demo: dict[str, Any], tmp_path: Path) -> None:
    reader = str(tmp_path / "reader")
    init = ("init", "--role", "hq", "--trust", demo["trust_root"], "--workspace", reader)
    assert stocktake(*init).returncode == 0
    package = next(path for path in demo["packages"] if Path(path).name == "hq.xlsx")
    assert stocktake("import", package, "--workspace", reader).returncode == 0
    at_hq = stocktake("list", "--json", "--workspace", str(workspace(demo, "hq")))
    assert stocktake("list", "--json", "--workspace", reader).stdout == at_hq.stdout


def test_the_officers_packages_differ_until_the_bureau_decides(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    reader = str(tmp_path / "reader")
    init = ("init", "--role", "hq", "--trust", demo["trust_root"], "--workspace", reader)
    assert stocktake(*init).returncode == 0
    by_name = {Path(path).name: path for path in demo["packages"]}
    officers = [by_name[name] for name in ("niamey-2.xlsx", "dakar-2.xlsx", "dakar-1.xlsx")]
    assert stocktake("import", *officers, "--workspace", reader).returncode == 0
    place = open_folder(tmp_path / "reader")
    assert [one.path.endswith("/text") for one in conflicts.pending(place)] == [True]
    place.close()
    assert stocktake("import", by_name["wca-bureau.pdf"], "--workspace", reader).returncode == 0
    place = open_folder(tmp_path / "reader")
    assert conflicts.pending(place) == ()
    place.close()


def test_hq_holds_the_consultation_with_its_twenty_interventions(demo: dict[str, Any]) -> None:
    hq = open_folder(workspace(demo, "hq"))
    speakers = [one.speaker_type for one in list_interventions(hq)]
    findings = list_findings(hq, limit=None)
    hq.close()
    assert (len(speakers), speakers.count("states")) == (20, 15)
    assert len({finding.kind for finding in findings}) == 7


def test_every_finding_leads_back_to_a_signer(demo: dict[str, Any]) -> None:
    hq = open_folder(workspace(demo, "hq"))
    for finding in list_findings(hq, limit=None):
        steps = reading.trace(hq, f"{finding.entry}/{finding.row}")["changes"]
        assert steps
        assert all(step["verdict"] == "valid" and step["fingerprint"] for step in steps)
    hq.close()
