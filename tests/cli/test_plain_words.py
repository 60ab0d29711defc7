"""What the commands say to people, beside what they say to machines."""

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from officers_site import ANSWERS, PASSPHRASE

from stocktake_app.__main__ import main
from stocktake_app.cli.output import table


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it said on stdout and stderr."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = main(arguments)
    return code, said.getvalue(), complained.getvalue()


@pytest.fixture(autouse=True)
def _one_user(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKTAKE_STATE", str(site / "state"))
    monkeypatch.setenv("STOCKTAKE_PASSPHRASE", PASSPHRASE)


def test_only_the_last_column_of_a_table_is_never_cut_short() -> None:
    long = "word " * 30
    _, line, row = table(("first", "last"), [(long, long)]).splitlines()
    first, last = row.split("…  ")
    assert (len(first), last) == (59, long.strip())
    assert len(line) == 60 + 2 + 60


def test_a_gap_is_said_at_the_import_and_stands_in_the_list_of_laptops(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, answers, third = site / "ca.pem", site / "answers.json", site / "dakar-3.xlsx"
    answers.write_text(json.dumps(ANSWERS), encoding="utf-8")
    dakar, reader = ("--workspace", str(site / "dakar")), ("--workspace", str(site / "reader"))
    assert run("capture", "regional", "--answers", str(answers), *dakar)[0] == 0
    assert run("export", "--out", str(third), *dakar)[0] == 0
    assert run("identity", "root", "--out", str(root), *dakar)[0] == 0
    monkeypatch.delenv("STOCKTAKE_PASSPHRASE")
    assert run("init", "--trust", str(root), *reader)[0] == 0
    _, said, _ = run("import", str(site / "dakar-1.xlsx"), str(third), *reader)
    assert "dakar-3.xlsx: Package 2 of laptop" in said
    _, said, _ = run("laptops", *reader)
    assert said.splitlines()[2].split()[-2] == "2"


def test_a_copied_workspace_says_so_once(site: Path) -> None:
    shutil.copytree(site / "dakar", site / "copy")
    copy = ("--workspace", str(site / "copy"))
    assert "This laptop was copied" in run("list", *copy)[2]
    assert run("list", *copy)[2] == ""


def test_a_roster_says_what_to_do_about_who_was_not_approved(site: Path) -> None:
    roster = site / "roster.csv"
    roster.write_text(
        "name,office,bureau,fingerprint\nNewcomer,Bamako,WCA,\nSomebody,Bamako,WCA,\n",
        encoding="utf-8",
    )
    request, out = str(site / "newcomer.json"), ("--out", str(site / "answers"))
    bureau = ("--workspace", str(site / "bureau"))
    code, said, _ = run("identity", "roster", str(roster), request, *out, *bureau)
    assert code == 1
    assert "call them, compare the fingerprint aloud" in said
    assert "no request of theirs was given" in said


def test_a_request_is_no_answer(site: Path) -> None:
    request = str(site / "newcomer.json")
    code, _, complained = run("identity", "install", request, "--workspace", str(site / "dakar"))
    assert code == 1
    assert "This file is no answer that can be read" in complained


def test_one_entry_is_one_entry(site: Path) -> None:
    out = str(site / "again.xlsx")
    _, said, _ = run("export", "--all", "--out", out, "--workspace", str(site / "niamey"))
    assert " holds 1 entry in " in said


def test_offices_that_can_open_it_are_named_in_one_line(site: Path) -> None:
    to = ("--encrypt-to", "HQ", "--encrypt-to", "WCA", "--out", str(site / "for-two.age"))
    _, said, _ = run("export", "--all", *to, "--workspace", str(site / "niamey"))
    assert said.count("can open it") == 1
    assert "Only these offices can open it: Office hq (" in said
