"""Pictures: made small, freed of place, hostile ones refused in a sentence."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stocktake_app.documents import pictures
from stocktake_app.documents.pictures import (
    LONGEST_SIDE,
    PICTURES,
    SUFFIXES,
    printed,
    small_picture,
    sniff,
    thumbnail,
)
from stocktake_app.errors import UserFileError

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def camera_picture(size: tuple[int, int] = (3000, 2000), orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[MAKE] = "A camera of Dakar"
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS).update({1: "N", 2: (14.0, 41.0, 30.0), 3: "W", 4: (17.0, 26.0, 48.0)})
    out = io.BytesIO()
    Image.new("RGB", size, "#2a6f97").save(out, "JPEG", exif=exif, comment=b"Said by somebody")
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_large_picture_is_made_small_and_says_nothing_of_place_or_camera() -> None:
    data, media_type = small_picture(camera_picture())
    picture = opened(data)
    assert (media_type, picture.size) == ("image/jpeg", (LONGEST_SIDE, 1067))
    assert dict(picture.getexif()) == {}
    assert b"Dakar" not in data
    assert b"Said by somebody" not in data
    assert b"Exif" not in data


def test_the_place_goes_along_when_it_is_wanted_and_nothing_else() -> None:
    data, _ = small_picture(camera_picture(), keep_place=True)
    exif = opened(data).getexif()
    assert exif.get_ifd(GPS)[1] == "N"
    assert MAKE not in exif
    assert b"A camera of Dakar" not in data


def test_a_picture_taken_upright_stays_upright() -> None:
    data, _ = small_picture(camera_picture((300, 200), orientation=6))
    assert opened(data).size == (200, 300)


def test_a_picture_with_clear_parts_stays_a_png() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    data, media_type = small_picture(out.getvalue())
    assert (media_type, opened(data).mode) == ("image/png", "RGBA")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_every_kind_of_picture_is_known_by_its_content(form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, form)
    media_type = sniff(out.getvalue())
    assert media_type in PICTURES
    assert media_type in SUFFIXES
    assert opened(thumbnail(out.getvalue(), 8)).size == (8, 4)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"ID3\x04", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        ("Notes de la réunion\n".encode(), "text/plain"),
        (b"MZ\x90\x00", ""),
        (b"\x7fELF\x02", ""),
        (b"", ""),
        (b"\xff\xfe\x00", ""),
        (b"PK\x03\x04 something else", ""),
    ],
)
def test_other_files_are_known_by_their_content_or_not_taken(data: bytes, media_type: str) -> None:
    assert sniff(data) == media_type


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 11_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UserFileError, match="picture"):
        small_picture(bomb(*size))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 3000), byte=st.integers(0, 255), cut=st.integers(0, 4000))
def test_a_damaged_picture_is_made_small_or_refused_never_a_crash(
    at: int, byte: int, cut: int
) -> None:
    for form in ("JPEG", "PNG", "GIF", "TIFF"):
        out = io.BytesIO()
        Image.effect_noise((60, 40), 50).convert("RGB").save(out, form)
        data = bytearray(out.getvalue())
        data[at % len(data)] = byte
        try:
            small, _ = small_picture(bytes(data[: max(20, cut)]))
        except UserFileError:
            continue
        assert sniff(small) in PICTURES


def test_a_picture_for_a_page_is_small_upright_and_says_nothing_of_place_or_camera() -> None:
    found = printed(camera_picture((1500, 1000), orientation=6), 480)
    assert found is not None
    picture = opened(found.data)

    assert (found.width, found.height) == picture.size == (320, 480)
    assert picture.mode == "RGB"
    assert not picture.getexif()
    assert "comment" not in picture.info


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_any_picture_for_a_page_stands_on_white_without_transparency(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (20, 10)).save(out, "PNG")
    found = printed(out.getvalue(), 480)

    assert found is not None
    assert opened(found.data).mode == "RGB"


def test_what_is_too_large_or_of_another_kind_is_not_put_on_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gif = io.BytesIO()
    Image.new("L", (20, 10)).save(gif, "GIF")

    assert printed(gif.getvalue(), 480) is None
    assert printed(bomb(2001, 2000), 480) is None
    assert printed(b"said", 480) is None
    monkeypatch.setattr(pictures, "MAX_PRINTED_BYTES", 100)
    assert printed(camera_picture((200, 100)), 480) is None


@settings(deadline=None)
@given(st.data())
def test_a_damaged_picture_for_a_page_is_left_out_never_a_crash(data: st.DataObject) -> None:
    whole = bytearray(camera_picture((64, 48)))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = printed(bytes(whole), 32)

    assert found is None or opened(found.data).size == (found.width, found.height)
