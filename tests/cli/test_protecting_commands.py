"""``protect``, ``passphrase`` and ``recovery`` as a person types them."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import pytest

from stocktake_app.__main__ import main
from stocktake_app.cli.faces import Faces
from stocktake_app.cli.main import main as run_command
from stocktake_app.cli.main import make_parser
from stocktake_app.trust import slots

FIRST, SECOND, THIRD = "four quiet green boats", "six loud yellow drums", "two slow brown rivers"
ANSWERS = {"event_details": {"event": "2020-12-14-WCA", "start_date": "2020-12-14",
                             "end_date": "2020-12-15", "bureau": "WCA"},
           "findings": [{"kind": "progress", "text": "Kasserine has a school."}]}  # fmt: skip


def run(*arguments: str | Path) -> tuple[int, Any]:
    """Run a command with ``--json``; return its exit code and its object."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = main([*map(str, arguments), "--json"])
    assert "Traceback" not in complained.getvalue()
    return code, json.loads(said.getvalue())


@pytest.fixture(autouse=True)
def _quick_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the tests most of the half second that a passphrase takes."""
    monkeypatch.setattr(slots, "MEMORY_KIB", 64)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with three files of passphrases, in which commands run."""
    for name, passphrase in (("first", FIRST), ("second", SECOND), ("third", THIRD)):
        (tmp_path / name).write_text(f"{passphrase}\n", encoding="utf-8")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def officer(place: Path) -> tuple[str | Path, ...]:
    """Make an officer's workspace without a passphrase and return the option that names it."""
    here = ("--workspace", "dakar")
    assert run("init", *here, "--name", "Stocktaking officer", "--office", "Dakar")[0] == 0
    assert run("capture", "regional", "--answers", "answers.json", *here)[0] == 0
    return here


def test_protect_asks_for_a_passphrase_and_from_then_on_everything_does(
    officer: tuple[str, ...],
) -> None:
    assert run("protect", *officer)[0] == 2
    code, done = run("protect", *officer, "--passphrase-file", "first")
    assert (code, done["entries"], done["packages"]) == (0, 1, 0)
    assert "solid-state drive" in done["notes"][0]
    assert run("list", *officer)[0] == 2
    assert run("list", *officer, "--passphrase-file", "second")[0] == 1
    code, listed = run("list", *officer, "--passphrase-file", "first")
    assert (code, len(listed["entries"])) == (0, 1)
    assert run("protect", *officer, "--passphrase-file", "first")[0] == 2


def test_a_weak_passphrase_is_refused_wherever_one_is_chosen(
    officer: tuple[str, ...], place: Path
) -> None:
    (place / "weak").write_text("Password2021", encoding="utf-8")
    weak = ("--passphrase-file", "weak")
    assert run("protect", *officer, *weak)[0] == 2
    assert run("export", *officer, *weak)[0] == 2
    assert run("init", "--workspace", "other", "--name", "Other", *weak)[0] == 2
    assert not (place / "dakar" / "keys.json").exists()
    run("protect", *officer, "--passphrase-file", "first")
    change = ("passphrase", "change", *officer, "--passphrase-file", "first")
    code, refused = run(*change, "--new-passphrase-file", "weak")
    assert code == 2
    assert "thieves try first" in refused["error"]


def test_the_passphrase_is_changed(officer: tuple[str, ...]) -> None:
    run("protect", *officer, "--passphrase-file", "first")
    change = ("passphrase", "change", *officer, "--new-passphrase-file", "second")
    assert run(*change, "--passphrase-file", "third")[0] == 1
    assert run(*change, "--passphrase-file", "first")[0] == 0
    assert run("list", *officer, "--passphrase-file", "first")[0] == 1
    assert run("list", *officer, "--passphrase-file", "second")[0] == 0


def test_without_a_keyring_the_command_says_so(officer: tuple[str, ...]) -> None:
    run("protect", *officer, "--passphrase-file", "first")
    code, refused = run("passphrase", "keyring", *officer, "--passphrase-file", "first")
    assert code == 2
    assert "no keyring" in refused["error"]
    assert run("passphrase", "keyring", *officer, "--off", "--passphrase-file", "first")[0] == 1


def test_a_keyring_opens_the_workspace_without_the_passphrase_until_it_is_told_not_to(
    officer: tuple[str, ...],
) -> None:
    run("protect", *officer, "--passphrase-file", "first")
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    known = ("--passphrase-file", "first")
    try:
        code, done = run("passphrase", "keyring", *officer, *known)
        assert (code, done["ways"]) == (0, ["keyring", "passphrase"])
        assert run("list", *officer)[0] == 0
        assert run("export", *officer, "--out", "out.xlsx")[0] == 0
        assert run("passphrase", "keyring", *officer, "--off")[1]["ways"] == ["passphrase"]
        assert run("list", *officer)[0] == 2
        assert run("list", *officer, *known)[0] == 0
    finally:
        keyring.set_keyring(before)


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that works, as a desktop has one; it stands at the border to the system."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_the_printed_recovery_key_opens_a_workspace_again(
    officer: tuple[str, ...], place: Path
) -> None:
    run("protect", *officer, "--passphrase-file", "first")
    key = ("recovery", "key", *officer, "--passphrase-file", "first", "--out", "page.txt")
    assert run(*key, "--language", "fr") == (0, {"path": "page.txt"})
    assert (place / "page.txt").stat().st_mode & 0o777 == 0o600
    use = ("recovery", "use", *officer, "--new-passphrase-file", "second", "--key-file")
    page = (place / "page.txt").read_text("utf-8")
    (place / "slip").write_text(page.replace("3. ", "3. X", 1)[:-1], encoding="utf-8")
    code, refused = run(*use, "slip")
    assert code == 1
    assert "compare it with the paper" in refused["error"]
    assert run(*use, "page.txt")[0] == 0
    assert run("list", *officer, "--passphrase-file", "second")[0] == 0


def test_a_recovery_key_without_a_file_is_shown_once(officer: tuple[str, ...], place: Path) -> None:
    run("protect", *officer, "--passphrase-file", "first")
    code, shown = run("recovery", "key", *officer, "--passphrase-file", "first")
    assert code == 0
    assert len(shown["groups"]) == 8
    assert all(group in shown["page"] for group in shown["groups"])
    (place / "typed").write_text(" ".join(shown["groups"]).lower(), encoding="utf-8")
    use = ("recovery", "use", *officer, "--key-file", "typed", "--new-passphrase-file", "second")
    assert run(*use)[0] == 0
    assert run("recovery", "ways", *officer)[1]["ways"] == ["passphrase", "recovery"]
    off = ("recovery", "key", *officer, "--off", "--passphrase-file", "second")
    assert run(*off)[1]["ways"] == ["passphrase"]
    assert run(*use)[0] == 2
    assert run(*off)[0] == 1


def enrol(name: str, role: str, issuer: str) -> None:
    mine = ("--workspace", name, "--passphrase-file", "first")
    who = ("--name", f"Office {name}", "--office", "Dakar", "--bureau", "WCA")
    assert run("init", *mine, "--role", role, *who)[0] == 0
    run("identity", "request", *mine, "--out", f"{name}.json")
    theirs = ("--workspace", issuer, "--passphrase-file", "first")
    run("identity", "approve", f"{name}.json", *theirs, "--out", f"{name}-answer.json")
    assert run("identity", "install", f"{name}-answer.json", *mine)[0] == 0


def test_the_bureau_helps_an_officer_and_hq_helps_the_bureau(place: Path) -> None:
    theirs = ("--passphrase-file", "first")
    assert run("init", "--workspace", "hq", "--role", "hq", "--name", "HQ", *theirs)[0] == 0
    enrol("bureau", "bureau", "hq")
    enrol("dakar", "officer", "bureau")
    for who, keeper in (("dakar", "bureau"), ("bureau", "hq")):
        mine, keepers = ("--workspace", who), ("--workspace", keeper, *theirs)
        assert run("recovery", "ways", *mine)[1]["ways"] == ["escrow", "passphrase"]
        ask = ("recovery", "request", *mine, "--new-passphrase-file", "second", "--out", "ask")
        _, asked = run(*ask)
        code, shown = run("recovery", "show", "ask", *keepers)
        assert (code, shown["name"]) == (0, f"Office {who}")
        assert shown["fingerprint"] == asked["fingerprint"]
        assert run("recovery", "answer", "ask", *keepers, "--out", "answer")[0] == 0
        opens = ("recovery", "open", "answer", *mine, "--passphrase-file")
        assert run(*opens, "third")[0] == 1
        assert run("list", *mine, "--passphrase-file", "second")[0] == 1
        assert run(*opens, "second")[0] == 0
        assert run("list", *mine, "--passphrase-file", "second")[0] == 0
        assert run(*opens, "second")[0] == 1
        change = ("passphrase", "change", *mine, "--passphrase-file", "second")
        assert run(*change, "--new-passphrase-file", "first")[0] == 0
    wrong = ("recovery", "answer", "ask", "--workspace", "bureau", *theirs, "--out", "no")
    assert run(*wrong)[0] == 1
    keeper_of = ("recovery", "keeper", "--workspace", "dakar", *theirs)
    assert run(*keeper_of, "--off")[1]["ways"] == ["passphrase"]
    refused = ("recovery", "request", "--workspace", "dakar", "--out", "ask")
    assert run(*refused, "--new-passphrase-file", "second")[0] == 2
    assert run(*keeper_of)[1]["keeper"] == "Office bureau"


def test_a_workspace_that_nobody_approved_can_leave_no_box(officer: tuple[str, ...]) -> None:
    code, refused = run("recovery", "keeper", *officer, "--passphrase-file", "first")
    assert code == 1
    assert "install the answer to your request first" in refused["error"]


def test_protect_in_a_process_of_its_own(officer: tuple[str, ...], place: Path) -> None:
    command = [sys.executable, "-m", "stocktake_app", "protect", *officer, "--json"]
    done = subprocess.run(
        [*command, "--passphrase-file", "first"], capture_output=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] == 1
    again = subprocess.run(command, capture_output=True, check=False, env=os.environ)
    assert again.returncode == 2
    assert b"Traceback" not in again.stderr


def test_a_crash_leaves_no_file_of_what_was_in_memory() -> None:
    code = (
        "import resource; from stocktake_app.__main__ import main; main(['--version']);"
        " print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"(0, 0)"


def test_no_option_takes_a_secret_itself() -> None:
    options = str([action.option_strings for action in make_parser()._actions])
    assert "--passphrase-file" in options
    for parser in every_parser(make_parser()):
        for action in parser._actions:
            for option in action.option_strings:
                secret = any(word in option for word in ("passphrase", "secret", "key"))
                assert not secret or option.endswith("-file") or option == "--same-key", option


def every_parser(parser: Any) -> list[Any]:
    found = [parser]
    for action in parser._actions:
        if isinstance(action.choices, dict):
            found += [one for child in action.choices.values() for one in every_parser(child)]
    return found


def test_the_window_and_what_it_starts_get_no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKTAKE_PASSPHRASE", FIRST)
    seen: list[str | None] = []

    def window(_workspace: Path | None, _files: Sequence[Path]) -> int:
        seen.append(os.environ.get("STOCKTAKE_PASSPHRASE"))
        return 0

    assert run_command([], Faces(window, lambda _: None)) == 0
    assert seen == [None]
