"""The built wheel holds every module, questionnaire and resource, and finds them."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ["forms", "resources"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the project's files alone and unpack it."""
    source = tmp_path_factory.mktemp("source")
    for name in project_files():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    code = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next((source / "dist").glob("*.whl"))) as wheel:
        wheel.extractall(target)
    return target


def project_files() -> list[str]:
    """Return the project's files: those that git would keep, or all in an unpacked copy."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
    else:
        parts = ["stocktake_app", *SHIPPED]
        names = [str(one.relative_to(ROOT)) for part in parts for one in (ROOT / part).rglob("*")]
        names += ["pyproject.toml", "README.md", "LICENSE"]
    kept = [name for name in names if name and (ROOT / name).is_file()]
    return [name for name in kept if "__pycache__" not in name and not name.startswith("tests/")]


def test_wheel_holds_every_module(installed: Path) -> None:
    modules = {name for name in project_files() if name.startswith("stocktake_app/")}
    assert {name for name in modules if not (installed / name).is_file()} == set()


@pytest.mark.parametrize("folder", SHIPPED)
def test_wheel_holds_every_shipped_file(installed: Path, folder: str) -> None:
    shipped = {name for name in project_files() if name.startswith(f"{folder}/")}
    assert shipped
    missing = {name for name in shipped if not (installed / "stocktake_app" / name).is_file()}
    assert missing == set()


def test_installed_program_finds_what_it_ships(installed: Path) -> None:
    code = (
        "from stocktake_app.settings import resource\n"
        "print(resource('forms/regional.md'), resource('resources/fonts'), sep='\\n')"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert [Path(one).is_relative_to(installed) for one in found] == [True, True]


def test_licence_travels_with_the_wheel(installed: Path) -> None:
    text = next(installed.glob("*.dist-info/licenses/LICENSE")).read_text()
    assert "Apache License" in text
