"""What ends soon: the certificate that signs here, and the ones above it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import root_certificates, trust_of
from stocktake_app.model.codes import Verdict
from stocktake_app.store.trust_objects import own_chain
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import N_
from stocktake_app.trust.certificates import Certificate, is_provisional
from stocktake_app.trust.chain import judge_chain

SOON = timedelta(days=60)


class Ending(StrEnum):
    """What is to be said, the gravest first."""

    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    ISSUER_ENDED = "issuer_ended"
    SOON = "soon"
    ISSUER_SOON = "issuer_soon"
    NOTHING = ""


SENTENCES: Mapping[Ending, str] = {
    Ending.WITHDRAWN: N_(
        "Your certificate was withdrawn. You can write on and make packages, but nobody takes them "
        "in as yours until your bureau says so. Ask your bureau."
    ),
    Ending.ENDED: N_(
        "Your certificate ended on {until}. You can write on and make packages, but whoever gets "
        "them sets them aside until you have renewed it. Renew it now."
    ),
    Ending.ISSUER_ENDED: N_(
        "The certificate of the office that stands for you ended on {until}. What you send is set "
        "aside until it is renewed. Tell your bureau or HQ."
    ),
    Ending.SOON: N_("Your certificate ends on {until}, in {days} days. Renew it before."),
    Ending.ISSUER_SOON: N_(
        "The certificate of the office that stands for you ends on {until}, in {days} days. Tell "
        "your bureau or HQ."
    ),
    Ending.NOTHING: "",
}
"""What to say at home and before an export."""


@dataclass(frozen=True)
class Expiry(Result):
    """What ends soon or has ended: ``until`` is an ISO date, ``days`` from now to it."""

    ending: Ending
    until: str = ""
    days: int = 0

    def sentence(self, say: Callable[[str], str] = str) -> str:
        """Return what to say in the language that ``say`` speaks; "" when nothing ends."""
        text = SENTENCES[self.ending]
        return say(text).format(until=self.until, days=self.days) if text else ""


def expiry(workspace: Workspace, now: datetime) -> Expiry:
    """Say what ends within sixty days, has ended or was withdrawn; nothing before an approval."""
    chain = own_chain(workspace)
    if not chain or is_provisional(chain[0]):
        return Expiry(Ending.NOTHING)
    if judge_chain(chain, trust_of(workspace), now).verdict is Verdict.SIGNER_REVOKED:
        return Expiry(Ending.WITHDRAWN)
    above = [*chain[1:], *root_certificates(workspace)[:1]]
    issuer = min(above, key=lambda one: one.not_valid_after_utc, default=None)
    if issuer is not None and issuer.not_valid_after_utc <= chain[0].not_valid_after_utc:
        return _until(issuer, now, Ending.ISSUER_ENDED, Ending.ISSUER_SOON)  # renewing helps not
    return _until(chain[0], now, Ending.ENDED, Ending.SOON)


def _until(certificate: Certificate, now: datetime, ended: Ending, soon: Ending) -> Expiry:
    end = certificate.not_valid_after_utc
    left = end - now
    if left > SOON:
        return Expiry(Ending.NOTHING)
    kind = ended if left < timedelta(0) else soon
    return Expiry(kind, f"{end:%Y-%m-%d}", max(left.days, 0))
