"""HQ's judgement on a package that has arrived, and the signed receipt that says so."""

from collections.abc import Callable
from datetime import datetime

from stocktake_app.exchange.receipts import MAX_DOUBTFUL, Receipt, make_receipt
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.model.codes import Verdict
from stocktake_app.server.ledger import Judged
from stocktake_app.server.mailbox import Judge
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer


def make_judge(signer: Signer, trust: Callable[[], Trust], now: Callable[[], datetime]) -> Judge:
    """Make the judge: the verifier's verdict as of arrival, receipts signed by HQ."""

    def judge(data: bytes, sha256: str, position: int, received: datetime) -> Judged:
        report = verify_package(data, trust(), received)
        if report.fault:
            raise report.fault  # no receipt says "unreadable" of what a cured program may read
        closing = report.seals[-1].seal if report.seals else None
        doubtful = tuple(
            (one.id, one.verdict) for one in report.seals if one.verdict is not Verdict.VALID
        )
        receipt = Receipt(
            package=sha256,
            seal=closing.id if closing else "",
            received=received.isoformat(),
            verdict=report.verdict,
            position=position,
            doubtful=doubtful[:MAX_DOUBTFUL],
            unlisted=len(doubtful[MAX_DOUBTFUL:]),
        )
        known = report.verdict is Verdict.VALID and report.subject is not None
        return Judged(
            verdict=report.verdict,
            author=report.subject.author if known and report.subject else None,
            recipient=_recipient(report),
            receipt=make_receipt(receipt, signer, now()),
        )

    return judge


def _recipient(report: Report) -> str:
    """Return whom the closing seal's manifest addresses."""
    return report.seals[-1].seal.manifest.to if report.seals else ""
