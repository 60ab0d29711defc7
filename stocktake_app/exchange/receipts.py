"""Receipts: HQ's signed word that a package arrived, when, and what the verifier said of it."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust import signed_json
from stocktake_app.trust.certificates import is_practice
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.cms import BadSignatureError, Signer, open_detached, sign_detached

FORMAT = "stocktake-receipt/1"
MAX_POSITION = 2**53 - 1

_HASH = re.compile(r"[0-9a-f]{64}")
_SAID = ("format", "package", "seal", "received", "verdict", "position", "practice")
_MEMBERS = (*_SAID, "signature")


class BadReceiptError(RefusedError):
    """A receipt that does not count; the message says why."""


@dataclass(frozen=True)
class Receipt:
    """What HQ says. Hashes are 64 hexadecimal digits.

    ``package`` names the file, ``seal`` its closing seal ("" when it could not be read),
    ``received`` is HQ's time (RFC 3339), ``position`` the place in HQ's log, from 1.
    """

    package: str
    seal: str
    received: str
    verdict: Verdict
    position: int


def make_receipt(receipt: Receipt, signer: Signer, now: datetime) -> bytes:
    """Return the receipt file: canonical JSON with HQ's signature in it.

    One that is signed for practice says so in words too.
    """
    body = _body(receipt, practice=is_practice(signer.certificate))
    signature = sign_detached(signed_json.canonical(body), signer, now)
    return signed_json.canonical(body | {"signature": signed_json.encode_bytes(signature)})


def read_receipt(data: bytes, trust: Trust, at: datetime) -> Receipt:
    """Read a receipt that HQ signed.

    Raises:
        BadReceiptError: it is damaged, or by anybody else than a trusted HQ.
    """
    try:
        body = _read(data)
        signature = signed_json.decode_bytes(body.pop("signature"), "receipt")
        receipt = _parse(body)
        opened = open_detached(signed_json.canonical(body), signature)
    except (signed_json.BadSignedFileError, BadSignatureError) as error:
        raise BadReceiptError(f"The receipt does not count: {error}") from None
    found = judge_chain(opened.chain, trust, at)
    if found.verdict is not Verdict.VALID or found.subject is None:
        raise BadReceiptError(" ".join(["The receipt does not count.", *found.reasons]))
    if found.subject.role is not Role.HQ:
        raise BadReceiptError(f"The receipt does not count: {found.subject.name} is not HQ.")
    if body["practice"] != _PRACTICE[found.subject.practice]:
        raise BadReceiptError("The receipt does not count: it mixes practice and real work.")
    return receipt


_PRACTICE = {True: "PRACTICE", False: ""}


def _body(receipt: Receipt, *, practice: bool) -> dict[str, str]:
    """Return the receipt's members, all as text; the number has no other way to be written."""
    said = asdict(receipt) | {"position": str(receipt.position)}
    return {"format": FORMAT, **said, "practice": _PRACTICE[practice]}


def _read(data: bytes) -> dict[str, str]:
    body = signed_json.read_object(data, "receipt", FORMAT, _MEMBERS)
    if signed_json.canonical(body) != data:
        raise signed_json.BadSignedFileError("it is not as we write it.")
    return body


def _parse(body: dict[str, str]) -> Receipt:
    hashes = _HASH.fullmatch(body["package"]) and _HASH.fullmatch(body["seal"] or "0" * 64)
    position = body["position"]
    known = body["verdict"] in set(Verdict)
    if not (hashes and known and _is_position(position) and _is_time(body["received"])):
        raise signed_json.BadSignedFileError("it does not say what a receipt says.")
    return Receipt(
        body["package"], body["seal"], body["received"], Verdict(body["verdict"]), int(position)
    )


def _is_position(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,15}", text)) and int(text) <= MAX_POSITION


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
