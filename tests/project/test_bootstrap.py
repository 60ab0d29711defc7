"""The command that a stranger types first: what it decides, without a network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLER = "STOCKTAKE_TEST_INSTALLER"
BROKEN_VENV = "import os, sys; os.mkdir(sys.argv[-1]); sys.exit('the power went out')"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout whose environment is ready and holds a program that tells how it ran."""
    for name in ("bootstrap.py", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    python = tmp_path / ".venv/bin/python"
    python.write_text('#!/bin/sh\necho "$PWD $*"\nexit 7\n')
    python.chmod(0o755)
    return tmp_path


def ready(checkout: Path, *locks: str) -> None:
    """Record lock files as installed, as bootstrap does."""
    code = "import bootstrap, sys; print(bootstrap.fingerprint(sys.argv[1]))"
    prints = {}
    for lock in locks:
        command = [sys.executable, "-c", code, lock]
        prints[lock] = subprocess.check_output(command, cwd=checkout, text=True).strip()
    (checkout / ".venv/installed.json").write_text(json.dumps(prints))


def bootstrap(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run bootstrap.py somewhere else than in the checkout; a .venv cannot be finished."""
    elsewhere = checkout / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "venv.py").write_text(BROKEN_VENV)
    nothing = str(checkout / "empty")
    environment = {**os.environ, "PATH": nothing, "PYTHONPATH": str(elsewhere)}
    return subprocess.run(
        [sys.executable, checkout / "bootstrap.py", *arguments],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_program_runs_where_the_person_stands_and_its_exit_code_comes_back(checkout: Path) -> None:
    ready(checkout, "requirements.lock")
    done = bootstrap(checkout, "run", "demo", "--out", "demo-out")
    assert done.stdout == f"{checkout}/elsewhere -m stocktake_app demo --out demo-out\n"
    assert done.returncode == 7


def test_developers_environment_can_run_the_program(checkout: Path) -> None:
    ready(checkout, "requirements.lock", "requirements-dev.lock")
    assert bootstrap(checkout, "run").returncode == 7


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"requirements.lock": "older"}'])
def test_environment_that_is_half_made_or_old_is_made_anew(checkout: Path, stamp: str) -> None:
    (checkout / ".venv/installed.json").write_text(stamp)
    (checkout / ".venv/left-over").touch()
    done = bootstrap(checkout, "run")
    assert "making it anew" in done.stderr
    assert done.returncode == 3  # nothing can be installed here
    assert not (checkout / ".venv/left-over").exists()
    assert not (checkout / ".venv/installed.json").exists()


def test_failure_leaves_no_environment_that_looks_ready(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    assert bootstrap(checkout, "run").returncode == 3
    again = bootstrap(checkout, "run")
    assert "making it anew" in again.stderr


def test_changed_lock_is_noticed(checkout: Path) -> None:
    ready(checkout, "requirements.lock")
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("another==1.0\n")
    assert "making it anew" in bootstrap(checkout, "run").stderr


def test_missing_system_packages_are_named_with_the_command(checkout: Path) -> None:
    """Without apt and programs in the path, ``test`` says what to type and goes on."""
    ready(checkout, "requirements.lock", "requirements-dev.lock")
    done = bootstrap(checkout, "test")
    assert "sudo apt-get install --no-install-recommends" in done.stderr
    assert "libreoffice-calc" in done.stderr
    assert done.returncode == 1


def test_checks_run_in_the_checkout(checkout: Path) -> None:
    ready(checkout, "requirements.lock", "requirements-dev.lock")
    lines = bootstrap(checkout, "test", "-k", "inbox").stdout.splitlines()
    assert lines == [
        f"{checkout} -m ruff check",
        f"{checkout} -m ruff format --check",
        f"{checkout} -m mypy",
        f"{checkout} -m pytest -n 2 --dist loadfile -k inbox",
    ]


def test_without_a_command_the_help_is_printed(checkout: Path) -> None:
    done = bootstrap(checkout)
    assert "bootstrap.py run" in done.stdout
    assert done.returncode == 2


@pytest.mark.skipif(INSTALLER not in os.environ, reason=f"takes two minutes; set {INSTALLER}=1")
def test_frozen_application_passes_its_own_test(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "PyInstaller", "--noconfirm", "build_installer.spec"]
    folders = ["--distpath", str(tmp_path / "dist"), "--workpath", str(tmp_path / "build")]
    subprocess.run([*build, *folders], cwd=ROOT, check=True, capture_output=True)
    program = tmp_path / "dist/stocktake/stocktake-cli"
    environment = {**os.environ, "STOCKTAKE_STATE": str(tmp_path / "state"), "PATH": ""}
    told = subprocess.run(
        [program, "--selftest", "--json"], env=environment, check=True, capture_output=True
    )
    assert json.loads(told.stdout)["selftest"] == "passed"
    # The demonstration reaches what the self-test does not: Word, typst, all fonts.
    demo: list[str | Path] = [program, "demo", "--out", tmp_path / "demo"]
    subprocess.run(demo, env=environment, check=True, capture_output=True)
    size = sum(file.lstat().st_size for file in (tmp_path / "dist").rglob("*") if file.is_file())
    assert size < 350_000_000
