"""Receipts: HQ's signed word that a package arrived, when, and what the verifier said of it."""

import re
from dataclasses import dataclass
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
_DOUBTFUL = re.compile(rf"[0-9a-f]{{64}}:(?:{'|'.join(Verdict)})")
_SAID = ("format", "package", "seal", "received", "verdict", "position", "practice")
_MEMBERS = (*_SAID, "doubtful", "unlisted", "signature")
MAX_DOUBTFUL = 2000
"""Records that one receipt names; the rest is counted."""


class BadReceiptError(RefusedError):
    """A receipt that does not count; the message says why."""


@dataclass(frozen=True)
class Receipt:
    """What HQ says. Hashes are 64 hexadecimal digits.

    ``package`` names the file, ``seal`` its closing seal ("" when it could not be read), which
    itself names all other seals inside; ``received`` is HQ's time (RFC 3339), ``verdict`` the
    file's, ``position`` the place in HQ's log, from 1. ``doubtful`` are the seals inside that are
    not valid, by id with their verdicts; every other one is. ``unlisted`` counts doubtful ones for
    which a receipt has no room.
    """

    package: str
    seal: str
    received: str
    verdict: Verdict
    position: int
    doubtful: tuple[tuple[str, Verdict], ...] = ()
    unlisted: int = 0

    def verdict_of(self, seal: str) -> Verdict | None:
        """Return what HQ says of a seal inside; None when the receipt has no room to tell."""
        named = dict(self.doubtful).get(seal)
        return named or (None if self.unlisted else Verdict.VALID)


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
    """Return the receipt's members, all as text."""
    return {
        "format": FORMAT,
        "package": receipt.package,
        "seal": receipt.seal,
        "received": receipt.received,
        "verdict": receipt.verdict.value,
        "doubtful": " ".join(f"{seal}:{verdict.value}" for seal, verdict in receipt.doubtful),
        "unlisted": str(receipt.unlisted),
        "position": str(receipt.position),
        "practice": _PRACTICE[practice],
    }


def _read(data: bytes) -> dict[str, str]:
    body = signed_json.read_object(data, "receipt", FORMAT, _MEMBERS)
    if signed_json.canonical(body) != data:
        raise signed_json.BadSignedFileError("it is not as we write it.")
    return body


def _parse(body: dict[str, str]) -> Receipt:
    hashes = _HASH.fullmatch(body["package"]) and _HASH.fullmatch(body["seal"] or "0" * 64)
    position, doubtful = body["position"], body["doubtful"].split(" ") if body["doubtful"] else []
    known = body["verdict"] in set(Verdict) and all(_DOUBTFUL.fullmatch(one) for one in doubtful)
    counts = _is_position(position) and (body["unlisted"] == "0" or _is_position(body["unlisted"]))
    if not (hashes and known and counts and _is_time(body["received"])):
        raise signed_json.BadSignedFileError("it does not say what a receipt says.")
    named = [one.partition(":") for one in doubtful]
    return Receipt(
        package=body["package"],
        seal=body["seal"],
        received=body["received"],
        verdict=Verdict(body["verdict"]),
        position=int(position),
        doubtful=tuple((seal, Verdict(verdict)) for seal, _, verdict in named),
        unlisted=int(body["unlisted"]),
    )


def _is_position(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,15}", text)) and int(text) <= MAX_POSITION


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
