import os
import stat
from pathlib import Path

import pytest

from stocktake_app.errors import MachineError
from stocktake_app.trust.private_file import write_private


def test_a_private_file_replaces_an_older_one_and_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b"older, and open to all")
    path.chmod(0o644)
    write_private(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_older_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    write_private(path, b"older")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError, match="No space left on device"):
        write_private(path, b"newer")
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_its_place_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "keys.json").mkdir()
    with pytest.raises(MachineError, match="cannot be written"):
        write_private(tmp_path / "keys.json", b"keys")
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
