"""The lock files: complete, hashed, and silent about where packages come from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def pins(lock: str) -> dict[str, str]:
    """Return version by name."""
    lines = (ROOT / lock).read_text().splitlines()
    return {hit[1]: hit[2] for line in lines if (hit := PIN.match(line))}


def requirement_names(requirements: list[str]) -> set[str]:
    """Return the normalised names of requirements such as ``PySide6-Essentials>=6.8``."""
    names = [re.split(r"[<>=!~;\[ ]", one, maxsplit=1)[0] for one in requirements]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_or_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    after = [lines[index + 1] for index, line in enumerate(lines) if PIN.match(line)]
    assert all(HASH.match(line) for line in after)


def test_developers_get_the_same_versions_as_users() -> None:
    users = pins("requirements.lock")
    developers = pins("requirements-dev.lock")
    assert users
    assert {name: developers.get(name) for name in users} == users


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = requirement_names(project["dependencies"])
    assert wanted <= set(pins("requirements.lock"))
    wanted |= requirement_names(project["optional-dependencies"]["dev"])
    assert wanted <= set(pins("requirements-dev.lock"))
