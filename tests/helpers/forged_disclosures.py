"""Forgeries of confidential content, which travels beside the seals: only digests name it."""

from base64 import b64encode
from collections.abc import Callable
from functools import partial

from backports import zstd
from forged_seals import Forged
from forged_signing import sign_parts_anew
from forgery import Book
from packages import (
    FORM,
    FORM_ID,
    Made,
    packed,
    unpacked,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
)

from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.model.codes import Verdict
from stocktake_app.model.disclosure import Attachment, Value, as_answer, digest_of, pack
from stocktake_app.trust.cms import Signer

XLSX = Book("confidential content", "xlsx", who="author")
PDF = Book("confidential content", "pdf", who="author")
RESAVED = Book("confidential content in a file saved again", "xlsx")
BOOKS = (XLSX, PDF, RESAVED)

SALT = "5a" * 16
STORY = Value(SALT, "Fatou told us").encoded
OTHER = Value("a5" * 16, "Somebody else told us").encoded
PICTURE = Attachment(SALT, "school.png", "image/png", b"\x89PNG\r\n\x1a\npicture").encoded


def by_digest(*disclosures: bytes) -> dict[str, bytes]:
    return {digest_of(one): one for one in disclosures}


def confidential(
    made: Made, *, named: tuple[bytes, ...], carried: dict[str, bytes]
) -> tuple[Contents, Signer]:
    """Return contents whose lines name some disclosures, and that carry some."""
    lines = [
        b'{"device":"%b","entry":"%b","lamport":%d,"number":%d,"replaces":{},"set":{"a":"%b"},'
        b'"time":"2021-04-28T10:00:00+00:00"}'
        % (b"0f" * 16, b"0a" * 16, number, number, as_answer(digest_of(one)).encode())
        for number, one in enumerate(named, 1)
    ]
    header = Header(device="0f" * 16, number=1, forms=(FORM_ID,))
    signer = made.people.wca_officer
    seal = make_seal(lines, header, signer, made.people.now)
    return Contents((seal,), {FORM_ID: FORM}, carried), signer


def genuine(made: Made) -> tuple[Contents, Signer]:
    """Return contents with a confidential answer and an attachment, as they should be."""
    return confidential(made, named=(STORY, PICTURE), carried=by_digest(STORY, PICTURE))


def add(name: str, forged: Forged) -> None:
    """Write a forgery down for a workbook, a PDF, and a workbook without its signature."""

    def workbook(made: Made) -> bytes:
        contents, signer = forged(made)
        return wrongly_signed_xlsx(contents, signer, made.people.now)

    def document(made: Made) -> bytes:
        contents, signer = forged(made)
        return wrongly_signed_pdf(contents, signer, made.people.now)

    XLSX.add(name, workbook)
    PDF.add(name, document)
    RESAVED.add(name, lambda made: saved_again(workbook(made)))


def saved_again(data: bytes) -> bytes:
    """Take the signature off a workbook."""
    parts = unpacked(data)
    return packed({name: one for name, one in parts.items() if "_xmlsig" not in name})


# Carried, but not as any line names it.
for _title, _carried in {
    "an answer that nobody named": by_digest(STORY, PICTURE, OTHER),
    "an answer in place of another": by_digest(OTHER, PICTURE),
    "an attachment that nobody named": by_digest(STORY, PICTURE, PICTURE + b"x"),
    "an attachment with other bytes": by_digest(STORY, PICTURE + b"x"),
    "an attachment under the digest of another": {
        **by_digest(STORY),
        digest_of(PICTURE): PICTURE + b"x",
    },
    "an attachment by another name": by_digest(STORY, PICTURE.replace(b"school", b"church")),
}.items():
    add(f"{_title}", partial(confidential, named=(STORY, PICTURE), carried=_carried))


# Named by the author, but nothing that our writer would disclose.
def sealed_so(made: Made, *, disclosure: bytes) -> tuple[Contents, Signer]:
    return confidential(made, named=(disclosure,), carried=by_digest(disclosure))


def attached(name: str, media_type: str = "image/png") -> bytes:
    return Attachment(SALT, name, media_type, b"x").encoded


ODD = {
    "an answer without salt": b'["","x"]',
    "an answer with a short salt": b'["5a5a","x"]',
    "an answer with a salt in capitals": b'["%b","x"]' % (b"5A" * 16),
    "an answer of three": b'["%b","x","y"]' % SALT.encode(),
    "an answer alone": b'["%b"]' % SALT.encode(),
    "an answer that is no text": b'["%b",1]' % SALT.encode(),
    "an answer that is nothing": b'["%b",null]' % SALT.encode(),
    "an answer with white space": b'["%b", "x"]' % SALT.encode(),
    "an answer with an escaped letter": b'["%b","\\u0078"]' % SALT.encode(),
    "an answer with a lone surrogate": b'["%b","\\ud800"]' % SALT.encode(),
    "an answer in an object": b'{"salt":"%b","value":"x"}' % SALT.encode(),
    "an answer ten thousand lists deep": b"[" * 10_000 + b"]" * 10_000,
    "an answer in UTF-16": '["x","y"]'.encode("utf-16"),
    "nothing": b"",
    "an attachment by a path": attached("../../.bashrc"),
    "an attachment with a slash": attached("a/b.png"),
    "an attachment with a backslash": attached("a\\b.png"),
    "an attachment that turns the screen": attached("gnp.\u202eexe.school"),
    "an attachment with a null": attached("school.png\0.exe"),
    "an attachment of no name": attached(""),
    "an attachment of dots": attached(".."),
    "an attachment with a name of 300 letters": attached("a" * 300),
    "an attachment with an odd type": attached("school.png", "text/html; charset=utf-7"),
    "an attachment of no type": attached("school.png", ""),
    "an attachment without its head": b"\n\x89PNG",
}
for _title, _disclosure in ODD.items():
    add(_title, partial(sealed_so, disclosure=_disclosure))


# Packed otherwise, in a workbook.
Pack = Callable[[bytes], bytes]
PACKED: dict[str, Pack] = {
    "not packed": lambda lines: lines,
    "in two frames": lambda lines: zstd.compress(lines) + zstd.compress(b""),
    "with a skippable frame": lambda lines: b"\x50\x2a\x4d\x18\4\0\0\0evil" + zstd.compress(lines),
    "with bytes behind": lambda lines: zstd.compress(lines) + b"evil",
    "cut short": lambda lines: zstd.compress(lines)[:-1],
    "without the last line end": lambda lines: zstd.compress(lines[:-1]),
    "with an empty line": lambda lines: zstd.compress(lines + b"\n"),
    "twice": lambda lines: zstd.compress(lines + lines),
    "backwards": lambda lines: zstd.compress(b"".join(reversed(lines.splitlines(keepends=True)))),
    "as nothing": lambda _lines: zstd.compress(b""),
    "with a line of others": lambda lines: zstd.compress(lines + OTHER[::-1] + b"\n"),
}


def repacked(made: Made, *, change: Pack) -> bytes:
    contents, signer = confidential(made, named=(STORY, OTHER), carried=by_digest(STORY, OTHER))
    data = wrongly_signed_xlsx(contents, signer, made.people.now)
    signed = Made(data, contents, signer, made.people)
    return with_answers(signed, change(pack(by_digest(STORY, OTHER))))


def with_answers(made: Made, answers: bytes) -> bytes:
    """Put other bytes in place of the packed answers of a workbook, and sign as its author."""
    parts = unpacked(made.data)
    (name,) = (one for one in parts if b"<disclosures " in parts[one])
    begin = parts[name].partition(b'">')[0] + b'">'
    parts[name] = begin + b64encode(answers) + b"</disclosures>"
    sign_parts_anew(parts, made)
    return packed(parts)


for _title, _pack in PACKED.items():
    XLSX.add(f"answers packed {_title}", partial(repacked, change=_pack))
XLSX.add(
    "answers packed as a bomb",
    partial(repacked, change=lambda _lines: zstd.compress(bytes(100_000_000))),
    Verdict.UNREADABLE,
)


def _without_part(made: Made, *, mark: bytes) -> bytes:
    """What a stranger would take out of a signed package; its author may withhold it."""
    contents, signer = genuine(made)
    parts = unpacked(wrongly_signed_xlsx(contents, signer, made.people.now))
    return packed({name: one for name, one in parts.items() if mark not in one})


for _title, _mark in (("answers", b"<disclosures "), ("attachment", b"<attachment ")):
    XLSX.add(f"{_title} taken out by a stranger", partial(_without_part, mark=_mark))
