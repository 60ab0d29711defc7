"""Help with a forgotten passphrase, by two files: a request, and the answer of who keeps the box.

The request carries the box (``escrow.py``) and a fresh one-time recipient; the answer carries the
key from the box, encrypted to that recipient. The one-time secret waits on the laptop, wrapped by
the new passphrase, which is chosen when the request is made: so neither request nor answer, nor
both together with the laptop, open anything for who does not know it.

Neither file is signed. A request that somebody swapped on its way has another fingerprint, which
the two people compare aloud; an answer with another key than that of the box opens no keystore.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stocktake_app.errors import RefusedError
from stocktake_app.trust import escrow, signed_json
from stocktake_app.trust.keys import short_fingerprint
from stocktake_app.trust.keystore import Keystore, Unlocked
from stocktake_app.trust.keystore_file import context
from stocktake_app.trust.private_file import write_private
from stocktake_app.trust.signed_json import BadSignedFileError
from stocktake_app.trust.slots import KEY_BYTES, open_passphrase_slot, passphrase_slot

PENDING = "recovery.json"
_REQUEST_FORMAT = "stocktake-recovery-request/1"
_ANSWER_FORMAT = "stocktake-recovery-answer/1"
_PENDING_FORMAT = "stocktake-recovery-pending/1"
_REQUEST = ("format", "created", "keystore", "box", "answer_to")
_ANSWER = ("format", "created", "request", "key")
_WHAT = "recovery request"
_WHAT_ANSWER = "recovery answer"


@dataclass(frozen=True)
class RecoveryRequest:
    """A request as its file says; ``fingerprint`` is read aloud. ``created`` is RFC 3339."""

    id: str
    created: str
    keystore: str
    box: bytes
    answer_to: str

    @property
    def fingerprint(self) -> str:
        """Eighty bits of the whole request."""
        return short_fingerprint(bytes.fromhex(self.id))


@dataclass(frozen=True)
class OpenedRequest:
    """A request whose box was opened by who keeps it."""

    request: RecoveryRequest
    box: escrow.Box = field(repr=False)


def make_request(keystore: Keystore, new_passphrase: str, now: datetime) -> bytes:
    """Make a request and leave its one-time secret beside the keys, wrapped by the passphrase.

    Raises:
        NoSlotError: no box was left with anybody.
        MachineError: the folder cannot be written.
    """
    secret = escrow.new_recovery_identity()
    body = {
        "format": _REQUEST_FORMAT,
        "created": now.isoformat(timespec="seconds"),
        "keystore": keystore.id,
        "box": signed_json.encode_bytes(keystore.escrow_box),
        "answer_to": escrow.recipient_of(secret),
    }
    pending = {
        "format": _PENDING_FORMAT,
        "request": _id(body),
        "slot": passphrase_slot(new_passphrase, secret, _pending_context(keystore)),
    }
    write_private(keystore.path.with_name(PENDING), json.dumps(pending, indent=1).encode())
    return signed_json.readable(body)


def read_request(data: bytes) -> RecoveryRequest:
    """Read a request file.

    Raises:
        BadSignedFileError: it is not one.
    """
    body = signed_json.read_object(data, _WHAT, _REQUEST_FORMAT, _REQUEST)
    box = signed_json.decode_bytes(body["box"], _WHAT)
    escrow.check_recipient(body["answer_to"])
    return RecoveryRequest(_id(body), body["created"], body["keystore"], box, body["answer_to"])


def open_request(data: bytes, secret: bytes) -> OpenedRequest:
    """Open the box of a request with the secret of who keeps it.

    Raises:
        NotForUsError: the box is kept by somebody else.
        UserFileError: the request or its box cannot be read, or the box is another laptop's.
    """
    request = read_request(data)
    box = escrow.open_box(request.box, secret)
    if box.keystore != request.keystore:
        raise BadSignedFileError("This request carries the box of another laptop; do not answer.")
    return OpenedRequest(request, box)


def make_answer(opened: OpenedRequest, now: datetime) -> bytes:
    """Make the answer, after the fingerprint was compared aloud with the person in the box."""
    key = escrow.lock_for(opened.request.answer_to, opened.box.key)
    return signed_json.readable(
        {
            "format": _ANSWER_FORMAT,
            "created": now.isoformat(timespec="seconds"),
            "request": opened.request.id,
            "key": signed_json.encode_bytes(key),
        }
    )


def open_answer(keystore: Keystore, data: bytes, new_passphrase: str) -> Unlocked:
    """Open an answer; the passphrase chosen for the request opens the keys from then on.

    Raises:
        WrongPassphraseError: it is not the passphrase chosen for the request.
        RefusedError: there is no request waiting, or this answers another one.
        BadSignedFileError: it is no answer.
    """
    body = signed_json.read_object(data, _WHAT_ANSWER, _ANSWER_FORMAT, _ANSWER)
    sealed = signed_json.decode_bytes(body["key"], _WHAT_ANSWER)
    pending = _pending(keystore)
    if pending["request"] != body["request"]:
        raise RefusedError("This answers another request; ask for the answer to the newest one.")
    secret = open_passphrase_slot(pending["slot"], new_passphrase, _pending_context(keystore))
    key = escrow.open_with(secret, sealed)
    if key is None or len(key) != KEY_BYTES:
        raise BadSignedFileError("This answer is damaged or was changed; ask for it again.")
    unlocked = keystore.unlock_with_escrow(key).set_passphrase(new_passphrase)
    keystore.path.with_name(PENDING).unlink()
    return unlocked


def _id(body: dict[str, str]) -> str:
    return hashlib.sha256(signed_json.canonical(body)).hexdigest()


def _pending(keystore: Keystore) -> dict[str, Any]:
    path = keystore.path.with_name(PENDING)
    try:
        body = json.loads(path.read_bytes())
        known = body["format"] == _PENDING_FORMAT and isinstance(body["slot"], dict)
    except FileNotFoundError:
        raise RefusedError("No recovery was requested from this workspace.") from None
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise RefusedError(f"{path} is damaged; make a new recovery request.")
    return dict(body)


def _pending_context(keystore: Keystore) -> bytes:
    return context(keystore.id, "recovery request")
