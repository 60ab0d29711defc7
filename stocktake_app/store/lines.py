"""Change lines read strictly and fast: the same rules as ``model.change.parse_line``.

A line is accepted only when it equals its own re-serialisation, so the line can be given back
byte for byte from the columns it is stored in.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from stocktake_app import settings
from stocktake_app.model import paths
from stocktake_app.model.change import MAX_NUMBER, BadChangeError, Change, is_time
from stocktake_app.store.shapes import NO_QUESTIONS, Questions, questions_of

_ID = re.compile(r"[0-9a-f]{32}")


class _Envelope(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    device: str
    entry: str
    lamport: int
    number: int
    replaces: dict[str, list[str]]
    set: dict[str, str | None]
    time: str


class Line(NamedTuple):
    """A change as it is stored: the members of its line, and what was learnt while reading.

    ``answers`` and ``replaces`` are the line's own JSON text, ``values`` the decoded answers,
    ``questions`` what is known of their paths, ``reserved`` the reserved segments that it touches.
    """

    id: str
    device: str
    entry: str
    number: int
    lamport: int
    time: str
    answers: str
    replaces: str
    values: dict[str, str | None]
    questions: Questions
    reserved: frozenset[str]


_envelopes = msgspec.json.Decoder(_Envelope)
_values = msgspec.json.Decoder(dict[str, str | None])
_ids = msgspec.json.Decoder(dict[str, list[str]])
_encode = msgspec.json.Encoder(order="sorted").encode


def read_line(line: bytes) -> Line:
    """Read one line without its line feed.

    Raises:
        BadChangeError: it is not a change in canonical form; the message says why.
    """
    if len(line) > settings.MAX_LINE_BYTES:
        raise BadChangeError(f"it has {len(line):,} bytes, more than a change may have")
    try:
        envelope = _envelopes.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadChangeError(f"not a change: {error}") from None
    values = envelope.set
    _check_members(envelope)
    questions = _check_paths(values, len(line))
    reserved = questions.reserved
    answers, replaces = _encode(values), b"{}"
    if envelope.replaces:
        reserved |= _check_replaces(envelope.replaces)
        replaces = _encode(envelope.replaces)
    if _canonical(envelope, answers, replaces) != line:
        raise BadChangeError("not in canonical form")
    return Line(
        hashlib.sha256(line).hexdigest()[:32],
        envelope.device,
        envelope.entry,
        envelope.number,
        envelope.lamport,
        envelope.time,
        answers.decode(),
        replaces.decode(),
        values,
        questions,
        reserved,
    )


def canonical_line(row: tuple[str, str, int, int, str, str, str]) -> bytes:
    """Return the line of a stored change.

    ``row`` is device, entry, lamport, number, replaces, answers, time.
    """
    device, entry, lamport, number, replaces, answers, time = row
    return (
        f'{{"device":"{device}","entry":"{entry}","lamport":{lamport},"number":{number},'
        f'"replaces":{replaces},"set":{answers},"time":"{time}"}}'
    ).encode()


def stored_line(change: Change) -> Line:
    """Return a change of our own as it is stored."""
    return read_line(change.line)


def decode_values(text: str) -> dict[str, str | None]:
    """Return the answers that a stored change sets."""
    return _values.decode(text)


def decode_replaces(text: str) -> dict[str, list[str]]:
    """Return the change ids by path that a stored change replaces."""
    return _ids.decode(text)


def encode_answers(answers: dict[str, str]) -> str:
    """Return answers as the JSON text that an entry of several changes is stored with."""
    return _encode(answers).decode()


def reserved_segments(touched: Iterable[str]) -> frozenset[str]:
    """Return the reserved segments of these well-formed paths: ``@form``, ``@order``."""
    return (questions_of([path for path in touched if "@" in path]) or NO_QUESTIONS).reserved


def _canonical(envelope: _Envelope, answers: bytes, replaces: bytes) -> bytes:
    return (
        b'{"device":"%b","entry":"%b","lamport":%d,"number":%d,"replaces":%b,"set":%b,"time":"%b"}'
        % (
            envelope.device.encode(),
            envelope.entry.encode(),
            envelope.lamport,
            envelope.number,
            replaces,
            answers,
            envelope.time.encode(),
        )
    )


def _check_members(envelope: _Envelope) -> None:
    device, entry = envelope.device, envelope.entry
    if not (_ID.fullmatch(device) and _ID.fullmatch(entry)):
        raise BadChangeError(f"{device[:40]!r} or {entry[:40]!r} is not an id")
    if not (0 < envelope.lamport <= MAX_NUMBER and 0 < envelope.number <= MAX_NUMBER):
        raise BadChangeError(
            f"number {envelope.number} or lamport {envelope.lamport} is not a positive whole number"
        )
    if not is_time(envelope.time):
        raise BadChangeError(f"{envelope.time[:40]!r} is not a time with its offset")


def _check_paths(values: dict[str, str | None], size: int) -> Questions:
    """Check the paths and the lengths of values; return what is known of the paths."""
    questions = questions_of(values)
    if questions is None:
        wrong = next(path for path in values if not paths.is_path(path))
        raise BadChangeError(f"{wrong[:80]!r} is not an answer path")
    if size > paths.MAX_PATH_CHARS and max(map(len, values), default=0) > paths.MAX_PATH_CHARS:
        raise BadChangeError("an answer path is too long")
    if size > settings.MAX_VALUE_CHARS and any(
        value and len(value) > settings.MAX_VALUE_CHARS for value in values.values()
    ):
        raise BadChangeError(f"an answer has more than {settings.MAX_VALUE_CHARS:,} characters")
    return questions


def _check_replaces(replaces: dict[str, list[str]]) -> frozenset[str]:
    """Check what is replaced; return the reserved segments touched by that."""
    for path, ids in replaces.items():
        if not paths.is_path(path):
            raise BadChangeError(f"{path[:80]!r} is not an answer path")
        if not ids or ids != sorted(ids) or not all(map(_ID.fullmatch, ids)):
            raise BadChangeError(f"what {path[:80]!r} replaces is not a sorted list of ids")
    return reserved_segments(replaces)
