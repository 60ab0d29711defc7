"""What client and mailbox say to each other over HTTP: header names and the signed statements.

Before anything is sent, the mailbox signs the client's random challenge together with a nonce of
its own (``Hello``); the client then signs that nonce together with the address it called
(``Login``). So neither a sign-in page of a hotel nor a machine in between can pass for the other.
Upload headers are those of the IETF draft "Resumable Uploads for HTTP".
"""

import base64
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime

UPLOAD_OFFSET = "Upload-Offset"
UPLOAD_COMPLETE = "Upload-Complete"
UPLOAD_TYPE = "application/partial-upload"
MARK = "Stocktake-Mailbox"
"""Header of every answer of a mailbox; its value is the version of this protocol."""
VERSION = "1"

HELLO_FORMAT = "stocktake-hello/1"
LOGIN_FORMAT = "stocktake-login/1"
MAX_STATEMENT_BYTES = 64 * 1024
"""Upper bound of a hello or login in either direction."""
MAX_ANSWER_BYTES = 1024 * 1024
"""Upper bound of any answer but a package."""
MAX_SENTENCE = 300
MAX_INBOX_ROWS = 500
"""How many packages one answer of the inbox lists at most; the client asks again behind them."""

_HEX_64 = re.compile(r"[0-9a-f]{64}")
_NONCE = re.compile(r"[0-9a-zA-Z_.\-]{1,256}")


class BadStatementError(ValueError):
    """Bytes that are not the statement expected; the message says why."""


@dataclass(frozen=True)
class Hello:
    """What a mailbox signs first: the client's challenge, its own nonce, its clock (RFC 3339)."""

    challenge: str
    nonce: str
    time: str
    format: str = HELLO_FORMAT


@dataclass(frozen=True)
class Login:
    """What a client signs: the mailbox's nonce and the address (host and port) that it called."""

    address: str
    nonce: str
    format: str = LOGIN_FORMAT


@dataclass(frozen=True)
class InboxRow:
    """One package that waits in the mailbox: its place in the log, its hash, its size in bytes."""

    position: int
    sha256: str
    size: int


def is_sha256(text: str) -> bool:
    """Say whether this is the name of a package: 64 lower-case hexadecimal digits."""
    return bool(_HEX_64.fullmatch(text))


def encode(statement: Hello | Login) -> bytes:
    """Return the bytes that are signed: JSON with sorted keys and no white space."""
    text = json.dumps(asdict(statement), sort_keys=True, separators=(",", ":"))
    return text.encode("ascii")


def parse_hello(data: bytes) -> Hello:
    """Read a mailbox's statement, strictly.

    Raises:
        BadStatementError: it is not one.
    """
    hello = Hello(**_members(data, {"challenge", "nonce", "time", "format"}))
    if hello.format != HELLO_FORMAT or not _NONCE.fullmatch(hello.nonce):
        raise BadStatementError("not a mailbox's statement")
    parse_time(hello.time)
    return hello


def parse_login(data: bytes) -> Login:
    """Read a client's statement, strictly.

    Raises:
        BadStatementError: it is not one.
    """
    login = Login(**_members(data, {"address", "nonce", "format"}))
    if login.format != LOGIN_FORMAT or not _NONCE.fullmatch(login.nonce):
        raise BadStatementError("not a client's statement")
    return login


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time with its offset.

    Raises:
        BadStatementError: it is not one.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadStatementError(f"{text[:40]!r} is not a time") from None
    if time.tzinfo is None:
        raise BadStatementError(f"{text[:40]!r} has no offset")
    return time


def pack_signed(statement: bytes, signature: bytes) -> bytes:
    """Return a statement with its signature as one body."""
    members = {"statement": statement, "signature": signature}
    texts = {name: base64.b64encode(one).decode("ascii") for name, one in members.items()}
    return json.dumps(texts).encode("ascii")


def unpack_signed(body: bytes) -> tuple[bytes, bytes]:
    """Take statement and signature out of a body.

    Raises:
        BadStatementError: it has another form.
    """
    members = _members(body, {"statement", "signature"})
    try:
        statement = base64.b64decode(members["statement"], validate=True)
        return statement, base64.b64decode(members["signature"], validate=True)
    except ValueError:
        raise BadStatementError("it is not base64") from None


def parse_inbox(data: bytes) -> tuple[InboxRow, ...]:
    """Read the mailbox's list of waiting packages, strictly.

    Raises:
        BadStatementError: it is not one, or its places do not rise.
    """
    try:
        rows = tuple(InboxRow(**one) for one in json.loads(data)["inbox"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadStatementError(f"not a list of packages: {error}") from None
    for row in rows:
        numbers = (row.position, row.size)
        if not all(type(one) is int and one > 0 for one in numbers) or not (
            isinstance(row.sha256, str) and is_sha256(row.sha256)
        ):
            raise BadStatementError("a row is not a package")
    positions = [row.position for row in rows]
    if positions != sorted(set(positions)):
        raise BadStatementError("the places do not rise")
    return rows


def parse_token(data: bytes) -> str:
    """Read the answer to a login.

    Raises:
        BadStatementError: there is no token in it.
    """
    token = _members(data, {"token"})["token"]
    if not _NONCE.fullmatch(token):
        raise BadStatementError("not a token")
    return token


def parse_error(data: bytes) -> str:
    """Read the sentence of an answer that says no; never raises, whatever the bytes are."""
    try:
        sentence = _members(data, {"error"})["error"]
    except BadStatementError:
        return "no reason was given."
    return "".join(one for one in sentence[:MAX_SENTENCE] if one.isprintable())


def _members(data: bytes, names: set[str]) -> dict[str, str]:
    if len(data) > MAX_STATEMENT_BYTES:
        raise BadStatementError("it is too long")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise BadStatementError("it is not JSON") from None
    if not isinstance(body, dict) or set(body) != names:
        raise BadStatementError("it has the wrong members")
    if not all(isinstance(value, str) for value in body.values()):
        raise BadStatementError("a member is not text")
    return body
