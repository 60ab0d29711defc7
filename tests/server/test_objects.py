"""Where packages lie: a folder and a bucket keep the same promises."""

from pathlib import Path

import pytest
from obstore.store import MemoryStore

from stocktake_app.server.objects import FolderObjects, ObjectStore, RemoteObjects, open_objects


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """Return an empty store of either kind."""
    if request.param == "folder":
        return FolderObjects(tmp_path / "packages")
    return RemoteObjects(MemoryStore())


def arrive(tmp_path: Path, data: bytes) -> Path:
    """Return a file that has arrived."""
    file = tmp_path / "incoming"
    file.write_bytes(data)
    return file


def test_object_can_be_read_back_whole_and_in_parts(objects: ObjectStore, tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000
    assert objects.size("a") is None
    objects.put("a", arrive(tmp_path, data))
    assert objects.size("a") == len(data)
    assert b"".join(objects.read("a", 0, len(data))) == data
    assert b"".join(objects.read("a", 100, 1_500_000)) == data[100:1_500_000]


def test_object_is_never_written_over(objects: ObjectStore, tmp_path: Path) -> None:
    objects.put("a", arrive(tmp_path, b"first"))
    objects.put("a", arrive(tmp_path, b"second"))
    assert b"".join(objects.read("a", 0, 5)) == b"first"


def test_incoming_file_is_gone_afterwards(objects: ObjectStore, tmp_path: Path) -> None:
    for _ in range(2):
        file = arrive(tmp_path, b"data")
        objects.put("a", file)
        assert not file.exists()


def test_store_is_opened_by_folder_or_by_address(tmp_path: Path) -> None:
    assert isinstance(open_objects(tmp_path / "packages"), FolderObjects)
    assert isinstance(open_objects("memory:///"), RemoteObjects)
