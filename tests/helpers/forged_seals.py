"""Forgeries of the seals inside of a package, in both kinds of package and in files saved again.

Whoever signs the package puts forged seals in: a dishonest author, or a bureau that forges what its
officers said. Without the outer signature, the same must be noticed by what the seals say alone.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from backports import zstd
from forgery import Book
from packages import (
    FORM,
    FORM_ID,
    Made,
    officer_contents,
    packed,
    seal_of,
    unpacked,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
)

from stocktake_app.exchange.contents import Contents
from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import MAGIC
from stocktake_app.trust.cms import Signer, sign_detached

Forged = Callable[[Made], tuple[Contents, Signer]]
XLSX = Book("seals", "xlsx", who="author")
PDF = Book("seals", "pdf", who="author")
RESAVED = Book("seals in a file saved again", "xlsx")
BOOKS = (XLSX, PDF, RESAVED)


@dataclass(frozen=True)
class RawSeal:
    """The bytes of a seal file, whatever they are."""

    data: bytes

    @property
    def id(self) -> str:
        """An id of the right form: writers put it into the file."""
        return hashlib.sha256(self.data).hexdigest()

    def encode(self) -> bytes:
        """Return them."""
        return self.data


def add(name: str, forged: Forged, verdict: Verdict = Verdict.ALTERED) -> None:
    """Write a forgery down for a workbook, a PDF, and a workbook without its signature."""

    def workbook(made: Made) -> bytes:
        contents, signer = forged(made)
        return wrongly_signed_xlsx(contents, signer, made.people.now)

    def document(made: Made) -> bytes:
        contents, signer = forged(made)
        return wrongly_signed_pdf(contents, signer, made.people.now)

    def resaved(made: Made) -> bytes:
        parts = unpacked(workbook(made))
        return packed({name: data for name, data in parts.items() if "_xmlsig" not in name})

    XLSX.add(name, workbook, verdict)
    PDF.add(name, document, verdict)
    if name not in ONLY_UNDER_A_SIGNATURE:
        RESAVED.add(name, resaved, verdict)


# Without an outer signature nobody says in which order they stood, nor who the last one is.
ONLY_UNDER_A_SIGNATURE = frozenset(
    {
        "officers' seals in another order",
        "closing seal before the others",
        "package signed by an officer whose seal it carries",
        "package signed by another bureau",
        "package signed by HQ",
        "package signed by a stranger",
    }
)


def framed(manifest: bytes, cms: bytes, lines: bytes) -> bytes:
    """Return a seal file of these parts."""
    return MAGIC + b"".join(len(one).to_bytes(8, "big") + one for one in (manifest, cms, lines))


def contents_with(made: Made, *seals: object) -> Contents:
    """Return contents that end with these seals in place of the closing one."""
    kept: Any = (*made.contents.seals[:-1], *seals)
    return Contents(kept, made.contents.objects)


def with_file(made: Made, data: bytes) -> tuple[Contents, Signer]:
    """Return contents whose closing seal is this file."""
    return contents_with(made, RawSeal(data)), made.signer


# The frame of a seal file.
def reframed(made: Made, *, change: Callable[[bytes], bytes]) -> tuple[Contents, Signer]:
    return with_file(made, change(made.contents.closing.encode()))


def _length(data: bytes, value: int) -> bytes:
    return data[:8] + value.to_bytes(8, "big") + data[16:]


FRAMES: dict[str, Callable[[bytes], bytes]] = {
    "another mark": lambda data: b"STKSEAL2" + data[8:],
    "no mark": lambda data: data[8:],
    "nothing": lambda _data: b"",
    "the mark alone": lambda data: data[:8],
    "bytes behind its end": lambda data: data + b"\0",
    "another seal behind its end": lambda data: data + data,
    "its end cut off": lambda data: data[:-1],
    "a manifest of no length": lambda data: _length(data, 0),
    "a manifest one byte longer": lambda d: _length(d, int.from_bytes(d[8:16], "big") + 1),
    "a manifest of exabytes": lambda data: _length(data, 2**63),
    "a manifest of a negative length": lambda data: _length(data, 2**64 - 1),
}
for _title, _frame in FRAMES.items():
    add(f"seal file with {_title}", partial(reframed, change=_frame))


# Mixing what belongs to different seals.
def mixed(made: Made, *, manifest: int, cms: int, lines: int) -> tuple[Contents, Signer]:
    """Make the closing seal of parts of itself (0) and of another day's by the same author (1)."""
    other = seal_of(made.signer, made.people.now, "other", made.contents.seals[:-1])
    both = (made.contents.closing, other)
    data = framed(both[manifest].manifest.encoded, both[cms].cms, both[lines].lines)
    return with_file(made, data)


for _title, _parts in {
    "lines of another seal": (0, 0, 1),
    "signature of another seal": (0, 1, 0),
    "manifest of another seal": (1, 0, 0),
    "signature and lines of another seal": (0, 1, 1),
}.items():
    _manifest, _cms, _of_lines = _parts
    add(_title, partial(mixed, manifest=_manifest, cms=_cms, lines=_of_lines))


# Manifests that their author signed, though our writer would never have written them.
def remade(made: Made, *, change: Callable[[bytes], bytes]) -> tuple[Contents, Signer]:
    closing = made.contents.closing
    manifest = change(closing.manifest.encoded)
    signature = sign_detached(manifest, made.signer, made.people.now)
    return with_file(made, framed(manifest, signature, closing.lines))


def member(name: str, value: object) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        body = json.loads(data) | {name: value}
        return canonical(body)

    return change


def canonical(body: object) -> bytes:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def without(name: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        body = json.loads(data)
        del body[name]
        return canonical(body)

    return change


MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "a member twice": lambda data: data.replace(b'"to":"hq"', b'"to":"me","to":"hq"'),
    "white space": lambda data: data.replace(b",", b", ", 1),
    "a line feed behind": lambda data: data + b"\n",
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "members in another order": lambda data: json.dumps(
        dict(reversed(json.loads(data).items())), separators=(",", ":")
    ).encode(),
    "a letter escaped": lambda data: data.replace(b'"hq"', b'"\\u0068q"'),
    "a slash escaped": lambda data: data.replace(b"stocktake-seal/1", b"stocktake-seal\\/1"),
    "a lone surrogate": member("to", "\ud800"),
    "an escaped surrogate": lambda data: data.replace(b'"hq"', b'"\\ud800"'),
    "a number not whole": member("number", 1.0),
    "a number of truth": member("number", True),  # noqa: FBT003
    "a negative number": member("number", -1),
    "a number of 5,000 digits": lambda data: data.replace(
        b'"number":1', b'"number":' + b"1" * 5000
    ),
    "a number beyond all stores": member("number", 10**30),
    "a number that is none": lambda data: data.replace(b'"number":1', b'"number":NaN'),
    "an infinite number": lambda data: data.replace(b'"number":1', b'"number":Infinity'),
    "an exponent": lambda data: data.replace(b'"number":1', b'"number":1e0'),
    "a zero in front": lambda data: data.replace(b'"number":1', b'"number":01'),
    "a text for a number": member("number", "1"),
    "nothing for a text": member("to", None),
    "a text for a list": member("forms", FORM_ID),
    "a list in a list": member("forms", [[FORM_ID]]),
    "a hundred thousand lists": lambda data: data.replace(
        b'"notices":[]', b'"notices":' + b"[" * 100_000 + b"]" * 100_000
    ),
    "objects inside objects": member("to", {"a": {}}),
    "a member more": member("extra", "x"),
    "a member less": without("practice"),
    "no members": lambda _data: b"{}",
    "a list instead": lambda data: b"[" + data + b"]",
    "two of them": lambda data: data + data,
    "another format": member("format", "stocktake-seal/2"),
    "other lines": member("lines_sha256", "0" * 64),
    "lines in capitals": lambda data: canonical(
        (body := json.loads(data)) | {"lines_sha256": body["lines_sha256"].upper()}
    ),
    "a size that is not that of its lines": member("lines_size", 1),
    "a form that is not there": member("forms", [FORM_ID, "0" * 64]),
    "a form under another name": member("forms", [FORM_ID.upper()]),
    "a form by a path": member("forms", ["../../form"]),
    "labels that are not there": member("labels", "0" * 64),
    "a notice that is not there": member("notices", ["0" * 64]),
    "a seal that is not there": member("seals", ["0" * 64]),
    "itself among its seals": member("seals", ["1" * 64]),
    "another time than its signature": member("created", "1999-01-01T00:00:00+00:00"),
    "a time without zone": lambda data: canonical(
        (body := json.loads(data)) | {"created": body["created"][:19]}
    ),
    "no time": member("created", ""),
    "a week for a time": member("created", "2021-W17-3T00:00:00+00:00"),
    "a time in another form": lambda data: canonical(
        (body := json.loads(data)) | {"created": body["created"].replace("-", "").replace(":", "")}
    ),
    "somebody else as its author": member("identity", "0" * 32),
    "an author that is none": member("identity", ""),
    "a device that is none": member("device", "<script>"),
    "a number of nought": member("number", 0),
    "an addressee of a thousand letters": member("to", "x" * 1000),
    "an addressee that turns the screen": member("to", "\u202ehq"),
    "a layout of several lines": member("layout", "xlsx/1\nfr"),
    "an earlier seal that is none": member("previous", "x"),
    "more than a megabyte": member("to", "x" * 1_100_000),
    "a size beyond what anybody reads": member("raw_size", 2**60),
    "a count of lines beyond all measure": member("changes", 2**70),
}
for _title, _member in MANIFESTS.items():
    _swells = _title == "a size beyond what anybody reads"
    _verdict = Verdict.UNREADABLE if _swells else Verdict.ALTERED
    add(f"manifest with {_title}", partial(remade, change=_member), _verdict)


# Lines that their author signed, though nobody can read them so.
def relined(
    made: Made, *, lines: Callable[[bytes], bytes], raw_size: int | None = None
) -> tuple[Contents, Signer]:
    closing = made.contents.closing
    raw = zstd.decompress(closing.lines)
    data = lines(raw)
    manifest = replace(
        closing.manifest,
        lines_sha256=hashlib.sha256(data).hexdigest(),
        lines_size=len(data),
        raw_size=len(raw) if raw_size is None else raw_size,
    )
    signature = sign_detached(manifest.encoded, made.signer, made.people.now)
    return with_file(made, framed(manifest.encoded, signature, data))


SKIPPED = b"\x50\x2a\x4d\x18\x04\x00\x00\x00evil"
_WINDOW: dict[int, int] = {
    zstd.CompressionParameter.window_log: 27,
    zstd.CompressionParameter.checksum_flag: 1,
}


def _with_window(raw: bytes) -> bytes:
    compressor = zstd.ZstdCompressor(options=_WINDOW)
    return compressor.compress(raw) + compressor.flush()


def _with_dictionary(raw: bytes) -> bytes:
    dictionary = zstd.ZstdDict(raw[:64].ljust(64), is_raw=True)
    return zstd.compress(raw, zstd_dict=dictionary)


LINES: dict[str, Callable[[bytes], bytes]] = {
    "two frames": lambda raw: zstd.compress(raw[:40]) + zstd.compress(raw[40:]),
    "an empty frame behind": lambda raw: zstd.compress(raw) + zstd.compress(b""),
    "a skippable frame in front": lambda raw: SKIPPED + zstd.compress(raw),
    "a skippable frame behind": lambda raw: zstd.compress(raw) + SKIPPED,
    "bytes behind the frame": lambda raw: zstd.compress(raw) + b"evil",
    "the frame cut short": lambda raw: zstd.compress(raw)[:-1],
    "no frame": lambda raw: raw,
    "nothing at all": lambda _raw: b"",
    "a dictionary": _with_dictionary,
    "a window of 128 MB": _with_window,
}
for _title, _lines in LINES.items():
    add(f"lines with {_title}", partial(relined, lines=_lines))
for _title, _size in (("less", 1), ("more", 10**6), ("nothing", 0)):
    add(
        f"lines said to inflate to {_title}",
        partial(relined, lines=zstd.compress, raw_size=_size),
    )


# Objects.
def with_objects(made: Made, *, objects: dict[str, bytes]) -> tuple[Contents, Signer]:
    contents, signer = officer_contents(made.people)
    return Contents(contents.seals, objects), signer


_OTHER = hashlib.sha256(b"other").hexdigest()
for _title, _objects in {
    "form left out": {},
    "form under a false name": {FORM_ID: b"another form"},
    "object that no seal names": {FORM_ID: FORM, _OTHER: b"other"},
    "object of 0 bytes in place of the form": {FORM_ID: b""},
}.items():
    add(_title, partial(with_objects, objects=_objects))
