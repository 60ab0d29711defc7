"""What the quick commands may cost: ``--version`` loads no heavy library."""

import subprocess
import sys

import pytest

import stocktake_app

HEAVY = {"PySide6", "sqlmodel", "sqlalchemy", "pyhanko", "reportlab", "openpyxl", "pyxform", "lxml"}
HEAVY |= {"docx", "typst", "httpx", "starlette", "uvicorn", "obstore", "keyring", "cryptography"}


@pytest.fixture(scope="module")
def version_command() -> subprocess.CompletedProcess[str]:
    """Run ``--version`` so that Python reports every module it loads."""
    command = [sys.executable, "-X", "importtime", "-m", "stocktake_app", "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_version_prints_the_version(version_command: subprocess.CompletedProcess[str]) -> None:
    assert stocktake_app.__version__ in version_command.stdout


def test_version_loads_no_heavy_library(version_command: subprocess.CompletedProcess[str]) -> None:
    lines = version_command.stderr.splitlines()
    loaded = {line.rsplit("|", 1)[-1].strip().split(".", maxsplit=1)[0] for line in lines}
    assert "argparse" in loaded  # the report was read rightly
    assert not loaded & HEAVY
