"""What every test gets: own settings folder, no screen, no keyring, no way out."""

import os
import socket
from pathlib import Path
from typing import Any

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A test must never reach the keyring of the person who runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# Machines that run tests are shared and slow at times: a property has no deadline.
hypothesis.settings.register_profile(
    "stocktake",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("stocktake")


@pytest.fixture(scope="session")
def converted_forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of converted questionnaires, shared by all tests as conversion is slow."""
    return tmp_path_factory.mktemp("forms")


@pytest.fixture(autouse=True)
def state(
    tmp_path_factory: pytest.TempPathFactory,
    converted_forms: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Give each test a state folder and a settings folder of its own, and return the former."""
    folder = tmp_path_factory.mktemp("state")
    (folder / "forms").symlink_to(converted_forms, target_is_directory=True)
    monkeypatch.setenv("STOCKTAKE_STATE", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    return folder


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        inside = self.family == socket.AF_UNIX or address[0] in {"127.0.0.1", "::1", "localhost"}
        if not inside:
            pytest.fail(f"a test tried to leave this machine: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
