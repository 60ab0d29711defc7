"""Files that are whole or not there."""

import errno
from pathlib import Path

import pytest

from stocktake_app.store.files import atomic_file, atomic_write, file_error, require_room
from stocktake_app.store.machine_errors import (
    DiskFullError,
    DiskTroubleError,
    ReadOnlyStoreError,
)


def test_a_file_appears_whole_and_alone(tmp_path: Path) -> None:
    atomic_write(tmp_path / "package.xlsx", b"whole")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "package.xlsx": b"whole"
    }


def test_a_writer_that_fails_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "package.xlsx"
    path.write_bytes(b"older")

    def fail() -> None:
        with atomic_file(path) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [one.name for one in tmp_path.iterdir()] == ["package.xlsx"]
    assert path.read_bytes() == b"older"


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250)
    atomic_write(path, b"whole")
    assert path.read_bytes() == b"whole"


def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskTroubleError, match="cannot be written"):
        atomic_write(tmp_path / "nowhere" / "package.xlsx", b"")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EACCES, ReadOnlyStoreError),
        (errno.EROFS, ReadOnlyStoreError),
        (errno.EIO, DiskTroubleError),
    ],
)
def test_what_the_system_says_becomes_a_sentence(number: int, kind: type[Exception]) -> None:
    error = file_error(OSError(number, "reason"), Path("stick/package.xlsx"))
    assert type(error) is kind
    assert "package.xlsx" in str(error)


def test_too_little_room_is_told_before_the_work_begins(tmp_path: Path) -> None:
    require_room(tmp_path, 1)
    with pytest.raises(DiskFullError, match="free"):
        require_room(tmp_path, 1 << 60)
