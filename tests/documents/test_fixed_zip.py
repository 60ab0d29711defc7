import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake_app.documents import fixed_zip
from stocktake_app.documents.fixed_zip import PackedPart, ZipWriter
from stocktake_app.documents.spool import Spool
from stocktake_app.errors import RefusedError

CHUNKS = st.lists(st.binary(max_size=70_000), max_size=6)


def _written(parts: list[list[bytes]]) -> bytes:
    out = io.BytesIO()
    with Spool() as spool:
        packed = [PackedPart(f"part{number}.xml", spool) for number in range(len(parts))]
        for turn in range(max(map(len, parts), default=0)):
            for part, chunks in zip(packed, parts, strict=True):
                if turn < len(chunks):
                    part.take(chunks[turn])
        writer = ZipWriter(out)
        for part in packed:
            writer.add_packed(part)
        writer.add("whole.xml", b"".join(b"".join(chunks) for chunks in parts))
        writer.close()
    return out.getvalue()


@settings(max_examples=40, deadline=None)
@given(st.lists(CHUNKS, max_size=4))
def test_parts_whose_pieces_come_mixed_are_whole_in_the_file(parts: list[list[bytes]]) -> None:
    with zipfile.ZipFile(io.BytesIO(_written(parts))) as archive:
        assert archive.testzip() is None
        for number, chunks in enumerate(parts):
            assert archive.read(f"part{number}.xml") == b"".join(chunks)
        assert archive.read("whole.xml") == b"".join(b"".join(chunks) for chunks in parts)


def test_equal_parts_are_equal_bytes_with_nothing_of_today_in_them() -> None:
    parts = [[b"rows " * 50_000, b"more"], [b"other"]]

    data = _written(parts)

    assert data == _written(parts)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {(one.flag_bits, one.extra, one.comment) for one in archive.infolist()} == {
            (0, b"", b"")
        }


def test_what_no_program_opens_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_zip, "MAX_BYTES", 1_000)
    with pytest.raises(RefusedError, match="larger than 4 GB"):
        _written([[b"a" * 1_001]])
    with pytest.raises(RefusedError, match="export fewer entries"):
        ZipWriter(io.BytesIO()).add("part.xml", bytes(1_001))
