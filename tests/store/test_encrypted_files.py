"""Encrypted files: what was written reads back at any place, and nothing else passes for it."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.errors import MachineError
from stocktake_app.store.encrypted_files import BLOCK, encrypted_file, open_encrypted
from stocktake_app.store.machine_errors import DamagedStoreError

KEY, OTHER = bytes(range(32)), bytes(32)
SIZES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 17]
HEAD = 32


def content(size: int) -> bytes:
    return bytes(number * 31 % 251 for number in range(size))


def write(path: Path, data: bytes, pieces: int = 5000) -> None:
    with encrypted_file(path, KEY) as file:
        for start in range(0, len(data), pieces):
            file.write(data[start : start + pieces])


def read(path: Path, key: bytes = KEY) -> bytes:
    with open_encrypted(path, key) as file:
        return file.read()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_reads_back(tmp_path: Path, size: int) -> None:
    write(tmp_path / "file", content(size))
    assert read(tmp_path / "file") == content(size)


@given(st.lists(st.tuples(st.integers(0, 2 * BLOCK), st.integers(0, BLOCK)), max_size=8))
def test_any_place_reads_as_in_a_plain_file(
    tmp_path_factory: pytest.TempPathFactory, reads: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("file") / "file"
    data = content(BLOCK + 777)
    write(path, data, BLOCK)
    plain = io.BytesIO(data)
    with open_encrypted(path, KEY) as file:
        for place, count in reads:
            assert file.seek(place) == plain.seek(place)
            assert file.read(count) == plain.read(count)
        assert file.seek(0, io.SEEK_END) == len(data)


def test_nothing_can_be_read_and_no_two_files_are_the_same(tmp_path: Path) -> None:
    data = b"a word that stands out " * 10_000
    for name in ("one", "two"):
        write(tmp_path / name, data)
    one, two = ((tmp_path / name).read_bytes() for name in ("one", "two"))
    assert b"word" not in one
    assert one[HEAD:] != two[HEAD:]
    with pytest.raises(DamagedStoreError):
        read(tmp_path / "one", OTHER)


def test_a_file_that_was_not_finished_does_not_appear(tmp_path: Path) -> None:
    def break_off() -> None:
        with encrypted_file(tmp_path / "file", KEY) as file:
            file.write(content(BLOCK * 2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", [0, 20, HEAD, HEAD + BLOCK, HEAD + BLOCK + 20, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, place: int) -> None:
    path = tmp_path / "file"
    write(path, content(2 * BLOCK))
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedStoreError, match="is damaged; export these entries again"):
        read(path)


@pytest.mark.parametrize("size", [0, 10, HEAD, HEAD + 5, HEAD + BLOCK + 16, HEAD + 2 * BLOCK])
def test_a_file_that_was_cut_off_is_refused_at_once(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    write(path, content(3 * BLOCK))
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedStoreError), open_encrypted(path, KEY):
        pass


def test_blocks_that_changed_places_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(path, content(3 * BLOCK))
    data, step = path.read_bytes(), BLOCK + 16
    one, two = data[HEAD : HEAD + step], data[HEAD + step : HEAD + 2 * step]
    path.write_bytes(data[:HEAD] + two + one + data[HEAD + 2 * step :])
    with pytest.raises(DamagedStoreError):
        read(path)


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(MachineError, match="cannot be written"),
        encrypted_file(tmp_path / "missing" / "file", KEY),
    ):
        pass
