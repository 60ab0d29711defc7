"""Who can be written to confidentially: an office's age recipient, signed by the office.

A notice: small, self-describing, signed with the certificate that the office signs packages with.
It travels in packages and in answers to requests. Of one office the newest counts, and an older
one never replaces it: who stole an old key cannot have files encrypted to it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust import signed_json
from stocktake_app.trust.certificates import UNREADABLE, Subject, subject_of
from stocktake_app.trust.chain import Chain, Trust, judge_chain
from stocktake_app.trust.cms import BadSignatureError, Signer, open_detached, sign_detached
from stocktake_app.trust.signed_json import BadSignedFileError

FORMAT = "stocktake-recipient/1"
MAX_BYTES = signed_json.MAX_BYTES
_MEMBERS = ("format", "created", "recipient", "signature")
WHAT = "notice of an encryption key"


@dataclass(frozen=True)
class Recipient:
    """An office's recipient (``age1…``) that leads to a trusted root; ``created`` is aware."""

    subject: Subject
    fingerprint: str
    recipient: str
    created: datetime

    @property
    def office(self) -> str:
        """What ``--encrypt-to`` calls it: ``HQ`` or the bureau's code."""
        return self.subject.unit

    @property
    def owner(self) -> tuple[str, str]:
        """Office and identity: another bureau could issue a certificate with anybody's identity."""
        return (self.office, self.subject.identity)


@dataclass(frozen=True)
class Notice:
    """A notice whose own signature holds; nobody has judged yet who stands behind it."""

    chain: Chain
    recipient: str
    created: datetime

    @property
    def owner(self) -> tuple[str, str]:
        """Whose it is, as the certificate says: office and identity."""
        subject = subject_of(self.chain[0])
        return (subject.unit, subject.identity)


def make_recipient_notice(recipient: str, signer: Signer, now: datetime) -> bytes:
    """Sign an office's own recipient."""
    body = {
        "format": FORMAT,
        "created": now.isoformat(timespec="seconds"),
        "recipient": recipient,
    }
    signature = sign_detached(signed_json.canonical(body), signer, now)
    return signed_json.canonical(body | {"signature": signed_json.encode_bytes(signature)})


def is_recipient_notice(data: bytes) -> bool:
    """Say whether these bytes claim to be such a notice; nothing is judged."""
    return data.startswith(b"{") and FORMAT.encode() in data


def open_notice(data: bytes) -> Notice:
    """Read a notice and check its signature.

    Raises:
        BadSignedFileError: it is none, or was changed.
    """
    body = signed_json.read_object(data, WHAT, FORMAT, _MEMBERS)
    signature = signed_json.decode_bytes(body.pop("signature"), WHAT)
    try:
        opened = open_detached(signed_json.canonical(body), signature)
        same = datetime.fromisoformat(body["created"]) == opened.signing_time
        subject_of(opened.chain[0])
    except (BadSignatureError, *UNREADABLE, TypeError) as error:
        raise BadSignedFileError(
            f"This {WHAT} is damaged or was changed ({error}); ask for a new one."
        ) from None
    if not same:
        raise BadSignedFileError(f"This {WHAT} names another time than its signature.")
    return Notice(opened.chain, body["recipient"], opened.signing_time)


def judge_notice(notice: Notice, trust: Trust, at: datetime) -> Recipient:
    """Check who stands behind a notice.

    Raises:
        BadSignedFileError: nobody who may be written to: unknown, ended, withdrawn, an officer.
    """
    found = judge_chain(notice.chain, trust, at)
    if found.verdict is not Verdict.VALID or found.subject is None:
        raise BadSignedFileError(" ".join([f"This {WHAT} cannot be trusted.", *found.reasons]))
    if found.subject.role is Role.OFFICER:
        raise BadSignedFileError(f"{found.subject.name} is an officer; offices have such keys.")
    return Recipient(found.subject, found.fingerprint, notice.recipient, notice.created)


def newest(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Return the newest of each owner, by office and name."""
    found: dict[tuple[str, str], Recipient] = {}
    for one in sorted(recipients, key=lambda one: (one.created, one.recipient)):
        found[one.owner] = one
    return tuple(sorted(found.values(), key=lambda one: (one.office, one.subject.name)))
