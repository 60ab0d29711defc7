"""Receipts: HQ's signed word that a package arrived, when, and what the verifier said of it."""

from dataclasses import dataclass
from datetime import datetime

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer

FORMAT = "stocktake-receipt/1"


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
    """Return the receipt file: canonical JSON with the signature in it."""
    raise NotImplementedError


def read_receipt(data: bytes, trust: Trust, at: datetime) -> Receipt:
    """Read a receipt that HQ signed.

    Raises:
        BadReceiptError: it is damaged, or by anybody else than a trusted HQ.
    """
    raise NotImplementedError
