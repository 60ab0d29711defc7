"""The project's files speak of the product alone and leave no loose ends."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".toml", ".spec", ".csv", ".json", ".lock", ".txt", ".typ", ""}
# Written in halves, so that this file does not find itself.
FORBIDDEN = ["TO" + "DO", "FIX" + "ME", "lorem" + " ipsum", "index" + "-url"]


@cache
def tracked() -> list[Path]:
    """Return the files of the project that hold text, as git knows them."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    names = listing.stdout.decode().split("\0")
    paths = [ROOT / name for name in names if name]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


@cache
def text(path: Path) -> str:
    """Return what a file says; a picture without a suffix says nothing that is looked for."""
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_file_holds_a_loose_end(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b")
    found = [path for path in tracked() if pattern.search(text(path))]
    assert not found


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    pattern = re.compile(r"(?<![\w.)])/(?:home|Users|work|opt)/\w|/roo[t]/[^i]")
    found = [path for path in tracked() if pattern.search(text(path))]
    assert not found


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    modules = [path for path in tracked() if path.suffix == ".py" and "tests" not in path.parts]
    silent = [path for path in modules if not text(path).startswith('"""')]
    assert not silent


def test_module_stays_small_enough_to_read_at_once() -> None:
    modules = [path for path in tracked() if path.suffix == ".py" and "tests" not in path.parts]
    long = {path.name: lines for path in modules if (lines := len(text(path).splitlines())) > 400}
    assert not long
