from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake_app.documents import spool as spool_module
from stocktake_app.documents.spool import Spool

SECRET = b"what a person said in confidence " * 100


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=5_000), max_size=20), st.randoms())
def test_blocks_come_back_in_any_order(blocks: list[bytes], chance: object) -> None:
    with Spool() as spool:
        kept = [(spool.add(data), data) for data in blocks if data]
        chance.shuffle(kept)  # type: ignore[attr-defined]
        assert list(spool.read([place for place, _data in kept])) == [data for _, data in kept]


def test_what_goes_to_disk_has_no_name_and_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(spool_module, "MEMORY_BYTES", 100)
    with Spool(tmp_path) as spool:
        first, second = spool.add(SECRET), spool.add(SECRET)
        assert spool._file._rolled  # type: ignore[attr-defined]  # it is on disk now
        assert list(tmp_path.iterdir()) == []
        spool._file.seek(0)
        written = spool._file.read()
        assert len(written) == 2 * len(SECRET)
        assert SECRET[:8] not in written
        assert written[: len(SECRET)] != written[len(SECRET) :]
        assert b"".join(spool.read([second, first])) == 2 * SECRET
