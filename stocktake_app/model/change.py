"""A change: one frozen edit of one entry. Immutable; the unit of merge and of sync.

Its canonical form is one JSON line with sorted keys and no white space; its id is the first
16 bytes of the SHA-256 of that line. ``replaces`` names, per answer, the live values that the
author saw and overwrote, so that no clock decides anything (design, section 6).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from stocktake_app.model import paths

MAX_NUMBER = 2**53 - 1

# Years 1 and 9999 have moments that are none in UTC, so a laptop that claims them is not heard.
_TIME = re.compile(
    r"(?!0001|9999)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)


class BadChangeError(ValueError):
    """A line that is not a change; the message says why."""


@dataclass(frozen=True)
class Change:
    """One edit. ``set`` gives answers by path (None clears); ``replaces`` gives change ids by path.

    ``device`` and ``entry`` are 32 hexadecimal digits, ``number`` counts the device's changes from
    1, ``lamport`` is greater than that of every change its author had seen, ``time`` is the
    laptop's claim (RFC 3339 with offset) and is shown to people only.
    """

    device: str
    number: int
    entry: str
    lamport: int
    time: str
    set: Mapping[str, str | None]
    replaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def line(self) -> bytes:
        """The canonical JSON line, without the line feed."""
        body = {
            "device": self.device,
            "entry": self.entry,
            "lamport": self.lamport,
            "number": self.number,
            "replaces": {path: sorted(ids) for path, ids in self.replaces.items() if ids},
            "set": dict(self.set),
            "time": self.time,
        }
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()

    @cached_property
    def id(self) -> str:
        """The change's id: 32 hexadecimal digits."""
        return line_id(self.line)


def line_id(line: bytes) -> str:
    """Return the id of the change whose canonical line this is."""
    return hashlib.sha256(line).hexdigest()[:32]


def parse_line(line: bytes) -> Change:
    """Read a canonical line, strictly.

    Raises:
        BadChangeError: not JSON, wrong members or types, or not in canonical form.
    """
    try:
        body = json.loads(line)
        change = _from_body(body)
        canonical = change.line
    except BadChangeError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadChangeError(f"not a change: {error}") from None
    if canonical != line:
        raise BadChangeError("not in canonical form")
    return change


def with_known_id(change: Change, known: str) -> Change:
    """Return the change with its id filled in, where a store has it already."""
    vars(change)["id"] = known
    return change


def is_time(text: str) -> bool:
    """Say whether this is a moment with its offset, as ``datetime.isoformat`` writes it."""
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _from_body(body: object) -> Change:
    if not isinstance(body, dict) or set(body) != {
        "device", "entry", "lamport", "number", "replaces", "set", "time"
    }:  # fmt: skip
        raise BadChangeError("wrong members")
    for name in ("device", "entry"):
        _require_hex(body[name], name)
    for name in ("lamport", "number"):
        if type(body[name]) is not int or not 0 < body[name] <= MAX_NUMBER:
            raise BadChangeError(f"{name} is {body[name]!r:.40}, not a positive whole number")
    if not isinstance(body["time"], str) or not is_time(body["time"]):
        raise BadChangeError(f"time is {body['time']!r:.40}, not a time with its offset")
    for path, value in body["set"].items():
        _require_path(path)
        if value is not None and not isinstance(value, str):
            raise BadChangeError(f"the value of {path} is not text")
    replaces = {}
    for path, ids in body["replaces"].items():
        _require_path(path)
        for one in ids:
            _require_hex(one, "a replaced change")
        replaces[path] = tuple(ids)
    return Change(
        device=body["device"],
        number=body["number"],
        entry=body["entry"],
        lamport=body["lamport"],
        time=body["time"],
        set=body["set"],
        replaces=replaces,
    )


def _require_hex(value: object, name: str) -> None:
    if not (isinstance(value, str) and len(value) == 32 and set(value) <= set("0123456789abcdef")):  # noqa: PLR2004 - 16 bytes in hexadecimal
        raise BadChangeError(f"{name} is {value!r:.40}, not an id")


def _require_path(path: str) -> None:
    if not paths.is_path(path):
        raise BadChangeError(f"{path!r:.80} is not an answer path")
