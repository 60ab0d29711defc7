"""Small signed files: one JSON object, strictly read, with a signature beside its members."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping

from stocktake_app.errors import UserFileError

MAX_BYTES = 256 * 1024


class BadSignedFileError(UserFileError):
    """A small signed file that cannot be used; the message says which and why."""


def canonical(body: Mapping[str, object]) -> bytes:
    """Return the bytes that are signed: JSON with sorted keys and no white space."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def readable(body: Mapping[str, object]) -> bytes:
    """Return the same for a file that people may look into."""
    return (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def read_object(data: bytes, what: str, form: str, members: Iterable[str]) -> dict[str, str]:
    """Read one JSON object of exactly these members, all of them text.

    ``what`` names the file in sentences, such as ``request``; ``form`` is what its member
    ``format`` must say.

    Raises:
        BadSignedFileError: it is too large, no JSON, or has other members.
    """
    if len(data) > MAX_BYTES:
        raise BadSignedFileError(f"This {what} is far too large; choose the right file.")
    try:
        body = json.loads(data, object_pairs_hook=_without_twins)
        known = isinstance(body, dict) and body.get("format") == form and bool(canonical(body))
    except (ValueError, RecursionError):
        known = False
    if not known:
        raise BadSignedFileError(f"This file is no {what} that can be read; choose another one.")
    if body.keys() != set(members) or not all(isinstance(one, str) for one in body.values()):
        raise BadSignedFileError(f"This {what} is not as it was written; ask for a new one.")
    return dict(body)


def encode_bytes(data: bytes) -> str:
    """Return bytes as base64 text."""
    return b64encode(data).decode("ascii")


def decode_bytes(text: str, what: str) -> bytes:
    """Read what ``encode_bytes`` wrote, strictly.

    Raises:
        BadSignedFileError: it is not exactly that.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if encode_bytes(data) != text:
        raise BadSignedFileError(f"The signature of this {what} is damaged; ask for a new one.")
    return data


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a member stands twice")
    return body
