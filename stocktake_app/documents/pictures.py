"""Pictures and files as people attach them: what they are, made small, freed of where they were.

The type follows from the content, never from the name. A picture is decoded within limits and
written anew, so nothing but its pixels goes on, unless its place is wanted.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from stocktake_app.errors import UserFileError

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

LONGEST_SIDE = 1600
"""Pixels of a picture's longer side, at most: a page of print, at a tenth of a camera's bytes."""

MAX_PIXELS = 120_000_000
QUALITY = 85
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")

PRINTED = frozenset({"image/jpeg", "image/png"})
"""Media types of the pictures that stand in records: what ``small_picture`` makes."""

MAX_PRINTED_PIXELS = 4_000_000
MAX_PRINTED_BYTES = 8 * 1024 * 1024
"""Larger ones were not attached by us; of these only the name stands in a record."""
_GPS = 0x8825

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"}) | {
    "image/tiff"
}
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "audio/flac": ".flac",
    "audio/amr": ".amr",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "text/plain": ".txt",
}
"""The media types that may be attached, each with the ending that a file of it gets."""

_BEGINS = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "image/bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"#!AMR"), "audio/amr"),
    (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), "audio/mpeg"),
    (re.compile(rb"....ftypM4A", re.DOTALL), "audio/mp4"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
_IN_ZIP = (
    (b"word/document.xml", ".docx"),
    (b"xl/workbook.xml", ".xlsx"),
    (b"ppt/presentation.xml", ".pptx"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", ".odt"),
)
_TEXT_BYTES = 64 * 1024


def sniff(data: bytes) -> str:
    """Return the media type that a file's content shows, "" when it is none that is taken."""
    for begin, media_type in _BEGINS:
        if begin.match(data):
            return media_type
    if data.startswith(b"PK\x03\x04"):
        suffix = next((one for mark, one in _IN_ZIP if mark in data), "")
        return next((kind for kind, one in SUFFIXES.items() if one == suffix), "")
    return "text/plain" if _is_text(data) else ""


def small_picture(data: bytes, *, keep_place: bool = False) -> tuple[bytes, str]:
    """Return a picture scaled down and written anew, with its media type (JPEG or PNG).

    With ``keep_place`` the coordinates that the camera wrote go along, else nothing but pixels.

    Raises:
        UserFileError: it is damaged, too large, or no picture that can be read.
    """
    image, exif = _decoded(data, LONGEST_SIDE)
    clear = "A" in image.getbands() or "transparency" in image.info
    pixels = image.convert("RGBA" if clear else "RGB")
    pixels.info.clear()  # comments, profiles, whatever else the file said
    place = {"exif": _place(exif)} if keep_place and _GPS in exif else {}
    out = BytesIO()
    if clear:
        pixels.save(out, "PNG", optimize=True, **place)
        return out.getvalue(), "image/png"
    pixels.save(out, "JPEG", quality=QUALITY, optimize=True, **place)
    return out.getvalue(), "image/jpeg"


def _place(exif: "Exif") -> bytes:
    """Return the coordinates alone out of all that a camera wrote."""
    from PIL import Image

    kept = Image.Exif()
    kept[_GPS] = exif.get_ifd(_GPS)
    return kept.tobytes()


def thumbnail(data: bytes, longest: int) -> bytes:
    """Return a small PNG of a picture; ``longest`` is its longer side in pixels.

    Raises:
        UserFileError: as ``small_picture``.
    """
    image, _ = _decoded(data, longest)
    out = BytesIO()
    image.convert("RGBA" if "A" in image.getbands() else "RGB").save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Printed:
    """A picture for a page: a JPEG without transparency, its sides in pixels."""

    data: bytes
    width: int
    height: int


def printed(data: bytes, longest: int) -> Printed | None:
    """Return a picture for a page; None when it is damaged, too large or of another kind.

    Equal bytes give equal bytes under equal libraries: ``record_layout`` names their versions.
    """
    from PIL import Image

    if len(data) > MAX_PRINTED_BYTES or sniff(data) not in PRINTED:
        return None
    try:
        image, _ = _decoded(data, longest, MAX_PRINTED_PIXELS)
    except UserFileError:
        return None
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image.convert("RGBA"))
    out = BytesIO()
    ground.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return Printed(out.getvalue(), *image.size)


def _decoded(data: bytes, longest: int, most: int = MAX_PIXELS) -> "tuple[Image, Exif]":
    """Decode a picture within limits, upright, not larger than asked for."""
    import struct
    import warnings

    from PIL import (  # noqa: F401 - a format is known once its module is imported
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        ImageOps,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata, which is dropped anyway
            image = Image.open(BytesIO(data), formats=_FORMATS)
            if image.width * image.height > most:
                raise UserFileError(
                    f"The picture has {image.width} x {image.height} points, more than are "
                    "opened; save it smaller and attach that."
                )
            exif = image.getexif()
            image.draft("RGB", (2 * longest, 2 * longest))
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    except Image.DecompressionBombError:
        raise UserFileError(
            "The picture has more points than are opened; save it smaller and attach that."
        ) from None
    except (OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError,
            EOFError, MemoryError, struct.error):  # fmt: skip
        # Decoders of hostile bytes fail in all these ways; none is our fault or the machine's.
        raise UserFileError(
            "The picture is damaged, or of a kind that cannot be opened here; save it as JPEG or "
            "PNG and attach that."
        ) from None
    return upright, exif


def _is_text(data: bytes) -> bool:
    head = data[:_TEXT_BYTES]
    if not head or b"\0" in head:
        return False
    try:
        head.decode() if len(data) <= _TEXT_BYTES else head[:-4].decode(errors="strict")
    except UnicodeDecodeError as error:
        return len(data) > _TEXT_BYTES and error.start >= len(head) - 8
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)
