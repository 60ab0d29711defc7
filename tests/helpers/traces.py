"""Looking for words and keys in all bytes of a folder, packed and encoded ones too."""

import binascii
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path

from backports import zstd

DEPTH = 4
_MOST = 50_000_000
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]{40,}={0,2}")
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZLIB = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78][\x01\x5e\x9c\xda]")
_LOCAL = b"PK\x03\x04"


def spellings(word: str) -> list[bytes]:
    """Return a word as it may lie in a file."""
    texts = {word, word.lower(), word.upper()}
    forms = [text.encode(code) for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be")]
    return [*forms, *(form.hex().encode() for form in forms)]


def traces(folder: Path, marks: Iterable[bytes]) -> list[str]:
    """Return which marks are found in which files, however they are packed."""
    wanted = list(marks)
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for layer in _layers(path.read_bytes(), DEPTH):
            found += [f"{path.name}: {mark!r}" for mark in wanted if mark in layer]
    return found


def _layers(data: bytes, depth: int) -> Iterator[bytes]:
    """Give the bytes themselves and everything that can be unpacked out of them."""
    yield data
    if depth:
        for inner in _unpacked(data):
            yield from _layers(inner, depth - 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    for start in _places(data, re.compile(re.escape(_LOCAL))):
        name, extra = (
            int.from_bytes(data[start + at : start + at + 2], "little") for at in (26, 28)
        )
        yield from _inflated(data[start + 30 + name + extra :], -zlib.MAX_WBITS)
    for start in _places(data, _ZLIB):
        yield from _inflated(data[start:], zlib.MAX_WBITS)
    for start in _places(data, re.compile(re.escape(_ZSTD))):
        yield from _from_zstd(data[start:])
    for match in _BASE64.finditer(data):
        text = re.sub(rb"\s", b"", match[0])
        try:
            yield b64decode(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            continue


def _places(data: bytes, pattern: re.Pattern[bytes]) -> list[int]:
    return [match.start() for match in pattern.finditer(data)]


def _inflated(data: bytes, bits: int) -> Iterator[bytes]:
    try:
        found = zlib.decompressobj(bits).decompress(data, _MOST)
    except zlib.error:
        return
    if found:
        yield found


def _from_zstd(data: bytes) -> Iterator[bytes]:
    try:
        yield zstd.ZstdDecompressor().decompress(data, _MOST)
    except zstd.ZstdError:
        return
