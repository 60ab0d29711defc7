"""What the command line refuses, with which exit code and in which words."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from officers_site import PASSPHRASE

from stocktake_app.__main__ import main


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run a command with ``--json``; return its exit code and its object."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = main([*arguments, "--json"])
    return code, json.loads(said.getvalue())


@pytest.mark.parametrize(
    "command",
    [
        ("verify", "missing.xlsx"),
        ("verify", "a.json", "--trust", "missing.pem"),
        ("import", "a.json", "missing.xlsx"),
        ("capture", "regional", "--answers", "missing.json"),
        ("form", "check", "missing.xlsx"),
        ("identity", "approve", "missing.json", "--out", "answer.json"),
        ("identity", "install", "missing.json"),
        ("list", "--passphrase-file", "missing.txt"),
        ("init", "--trust", "missing.pem"),
        ("recovery", "show", "missing.json"),
    ],
)
def test_a_file_that_is_not_there_is_wrong_use_and_nothing_is_done(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    code, said = run(*command, "--workspace", "w")
    assert code == 2
    assert "there is no file 'missing." in said["error"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_in_the_place_of_a_file_is_wrong_use_too(tmp_path: Path) -> None:
    code, said = run("verify", str(tmp_path))
    assert (code, "is a folder, not a file" in said["error"]) == (2, True)


def test_a_file_that_is_there_and_no_package_is_an_answer_that_is_no(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"nothing")
    code, said = run("verify", str(tmp_path / "a.xlsx"))
    assert (code, said["verdict"]) == (1, "unreadable")


@pytest.mark.parametrize(
    ("option", "typed", "nearest"),
    [
        ("--bureau", "WAC", "WCA (West and Central Africa)"),
        ("--bureau", "???", "It has AME, ASO"),
        ("--country", "Sénégal", "SEN (Senegal)"),
        ("--country", "SEM", "SEN (Senegal)"),
        ("--country", "1", "such as SEN (Senegal)"),
    ],
)
def test_an_unknown_place_is_refused_with_the_nearest(
    option: str, typed: str, nearest: str, tmp_path: Path
) -> None:
    code, said = run("init", "--workspace", str(tmp_path / "w"), "--name", "Office", option, typed)
    assert code == 2
    assert f"{typed!r} in the register" in said["error"]
    assert nearest in said["error"]
    assert not (tmp_path / "w").exists()


def test_a_required_answer_is_left_blank_only_with_yes(site: Path) -> None:
    bureau = ("--workspace", str(site / "bureau"))
    _, found = run("conflicts", *bureau)
    conflict = found["conflicts"][0]
    where = (conflict["entry"], conflict["path"])
    code, said = run("resolve", *where, "--blank", *bureau)
    assert code == 1
    assert "requires an answer" in said["error"]
    assert len(run("conflicts", *bureau)[1]["conflicts"]) == 1
    code, said = run("resolve", *where, "--blank", "--yes", *bureau)
    assert (code, said["value"]) == (0, None)


def test_a_round_that_does_not_reach_hq_is_trouble_with_the_network(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKTAKE_PASSPHRASE", PASSPHRASE)
    code, said = run("send", "--to", "http://127.0.0.1:9", "--workspace", str(site / "dakar"))
    assert (code, said["reached"]) == (3, False)
    assert said["waiting"]


def test_encryption_is_for_folders(site: Path) -> None:
    command = ("send", "--to", "http://127.0.0.1:9", "--encrypt-to", "HQ")
    code, said = run(*command, "--workspace", str(site / "dakar"))
    assert (code, "is for --folder" in said["error"]) == (2, True)


def test_offices_that_can_be_written_to_are_listed_and_a_notice_is_written(
    site: Path, tmp_path: Path
) -> None:
    _, found = run("identity", "recipients", "--workspace", str(site / "dakar"))
    assert [one["office"] for one in found["recipients"]] == ["HQ", "WCA"]
    out = str(tmp_path / "wca.notice")
    code, said = run("identity", "recipients", "--out", out, "--workspace", str(site / "bureau"))
    assert (code, said) == (0, {"path": out})
    code, said = run("identity", "recipients", "--out", out, "--workspace", str(site / "dakar"))
    assert (code, "officers have none" in said["error"]) == (1, True)
