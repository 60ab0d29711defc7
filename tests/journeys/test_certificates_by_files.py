"""A laptop is lost: the whole way by the command line, with every exit code and JSON object."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from stocktake_app.__main__ import main
from stocktake_app.actions import signing
from stocktake_app.trust.keys import new_key

ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": "34 of the 55 pledges are in progress."}],
}
WHO = ("--name", "Officer in Thiès", "--office", "Thiès", "--bureau", "WCA")


def run(*arguments: str) -> tuple[int, Any]:
    """Run a command with ``--json``; return its exit code and its object."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = main([*arguments, "--json"])
    assert "Traceback" not in complained.getvalue()
    return code, json.loads(said.getvalue() or "{}")


def done(*arguments: str) -> Any:
    code, said = run(*arguments)
    assert code == 0, said
    return said


def enrol(name: str, issuer: str) -> str:
    asked = done("identity", "request", "--out", f"{name}.json", "--workspace", name)
    done("identity", "approve", f"{name}.json", "--out", "answer.json", "--workspace", issuer)
    installed = done("identity", "install", "answer.json", "--workspace", name)
    assert installed["escrow"]
    return str(asked["fingerprint"])


def written(place: str, out: str) -> str:
    entry = done("capture", "regional", "--answers", "answers.json", "--workspace", place)["entry"]
    done("export", "--workspace", place, "--out", out)
    return str(entry)


@pytest.fixture
def offices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(signing, "new_key", partial(new_key, "ec"))  # RSA keys take seconds
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOCKTAKE_PASSPHRASE", "a passphrase for this test")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    done("init", "--workspace", "hq", "--role", "hq", "--name", "HQ")
    bureau = ("--name", "Bureau in Dakar", "--office", "Dakar", "--bureau", "WCA")
    done("init", "--workspace", "bureau", "--role", "bureau", *bureau)
    done("init", "--workspace", "old", *WHO)
    enrol("bureau", "hq")
    return tmp_path


@pytest.mark.timeout(300)
def test_a_laptop_is_lost_and_its_officer_goes_on(offices: Path) -> None:
    first = enrol("old", "bureau")
    early = written("old", "1.xlsx")
    done("import", "1.xlsx", "--workspace", "bureau")
    lost = datetime.now(UTC).isoformat()
    stolen = written("old", "2.xlsx")

    done("init", "--workspace", "new", *WHO)
    asked = done("identity", "request", "--out", "new.json", "--workspace", "new")
    recover = ("identity", "recover", "new.json", first, "--out", "back.json")
    assert run(*recover, "--workspace", "bureau")[0] == 2
    back = done(*recover, "--from", lost, "--workspace", "bureau")
    assert back["approved"]["fingerprint"] == asked["fingerprint"]
    assert (back["withdrawn"]["kept"], back["withdrawn"]["waiting"]) == (1, 0)
    taken = done("identity", "install", "back.json", "--workspace", "new")
    assert taken["identity"] == back["withdrawn"]["identity"]

    code, said = run("import", "2.xlsx", "--workspace", "bureau")
    assert (code, said["files"][0]["verdict"]) == (1, "signer_revoked")
    assert run("verify", "2.xlsx", "--workspace", "bureau")[0] == 1
    later = written("new", "3.xlsx")
    done("import", "3.xlsx", "--workspace", "bureau")
    done("export", "--all", "--workspace", "bureau", "--out", "bureau.xlsx")
    done("import", "bureau.xlsx", "--workspace", "hq")
    entries = done("list", "--workspace", "hq")["entries"]
    assert {one["id"] for one in entries} == {early, later}
    assert {one["author"] for one in entries} == {taken["identity"]}
    assert run("verify", "2.xlsx", "--workspace", "hq")[1]["verdict"] == "signer_revoked"

    reason = ("--from", lost, "--reason", "lost_laptop")
    good = next(one["id"] for one in run("verify", "2.xlsx", "--workspace", "hq")[1]["seals"])
    done("identity", "revoke", first, *reason, "--good", good, "--out", "list.pem",
         "--workspace", "bureau")  # fmt: skip
    done("identity", "install", "list.pem", "--workspace", "hq")
    done("import", "2.xlsx", "--workspace", "hq")
    assert stolen in {one["id"] for one in done("list", "--workspace", "hq")["entries"]}


def test_what_is_wrong_is_said_with_its_exit_code(offices: Path) -> None:
    assert run("identity", "revoke", "--workspace", "bureau")[0] == 2
    assert run("identity", "revoke", "X", "--workspace", "bureau")[0] == 2
    wrong = ("--from", "yesterday", "--reason", "mistake")
    assert run("identity", "revoke", "X", *wrong, "--workspace", "bureau")[0] == 2
    right = ("--from", "2021-04-28", "--reason", "mistake")
    assert run("identity", "revoke", "X", *right, "--workspace", "bureau")[0] == 1
    written_list = done("identity", "revoke", "--out", "list.pem", "--workspace", "bureau")
    assert (written_list["number"], written_list["certificates"]) == (1, 0)
    assert done("identity", "install", "list.pem", "--workspace", "hq")["kind"] == "list"
    assert run("identity", "install", "list.pem", "--workspace", "hq")[0] == 1
    (offices / "roster.csv").write_text("name,fingerprint\nOfficer in Thiès,\n", encoding="utf-8")
    done("identity", "request", "--out", "old.json", "--workspace", "old")
    roster = ("identity", "roster", "roster.csv", "old.json", "--out", "answers")
    code, said = run(*roster, "--workspace", "bureau")
    assert (code, said["rows"][0]["outcome"], said["complete"]) == (1, "compare", False)
    named = f"name,fingerprint\nOfficer in Thiès,{said['rows'][0]['fingerprint']}\n"
    (offices / "roster.csv").write_text(named, encoding="utf-8")
    assert done(*roster, "--workspace", "bureau")["complete"]
    done("identity", "install", "answers/old-answer.json", "--workspace", "old")
    renewed = done("identity", "rotate", "--workspace", "bureau")
    assert (renewed["path"], renewed["renews"] != renewed["fingerprint"]) == (None, True)
    assert run("identity", "rotate", "--workspace", "old")[0] == 2
    assert done("laptops", "--workspace", "bureau") == {"laptops": []}
