"""The client's side of the login: is this HQ, is the clock right, and who are we."""

import secrets
from datetime import datetime, timedelta

from stocktake_app.errors import NetworkError
from stocktake_app.exchange import wire
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.cms import BadSignatureError, Signer, open_detached, sign_detached

CLOCK_TOLERANCE = timedelta(days=1)


class NotTheMailboxError(NetworkError):
    """Something else answered than HQ's mailbox."""


class WrongClockError(NetworkError):
    """The clock of this computer is wrong."""


def new_challenge() -> str:
    """Return a fresh challenge for the mailbox to sign."""
    return secrets.token_hex(32)


def check_hello(body: bytes, challenge: str, trust: Trust, now: datetime, url: str) -> str:
    """Check that HQ itself answered the challenge just now; return its nonce.

    Raises:
        NotTheMailboxError: it did not.
        WrongClockError: HQ's clock and ours are more than a day apart.
    """
    try:
        statement, signature = wire.unpack_signed(body)
        hello = wire.parse_hello(statement)
        chain = open_detached(statement, signature).chain
    except (wire.BadStatementError, BadSignatureError) as error:
        raise NotTheMailboxError(f"{url} is not HQ's mailbox: {error}.") from None
    if hello.challenge != challenge:
        raise NotTheMailboxError(f"{url} answered somebody else's question.")
    # By HQ's clock: ours may be what is wrong, and must not make HQ look like a stranger.
    theirs = wire.parse_time(hello.time)
    judged = judge_chain(chain, trust, theirs)
    if judged.verdict is not Verdict.VALID or judged.subject is None:
        raise NotTheMailboxError(f"{url} cannot show that it is HQ. {' '.join(judged.reasons)}")
    if judged.subject.role is not Role.HQ:
        raise NotTheMailboxError(f"{url} is {judged.subject.name}, not HQ.")
    if abs(theirs - now) > CLOCK_TOLERANCE:
        raise WrongClockError(
            f"The clock of this computer says {now:%Y-%m-%d %H:%M}, HQ's says "
            f"{theirs:%Y-%m-%d %H:%M}: set the clock, then send again."
        )
    return hello.nonce


def login_body(nonce: str, address: str, signer: Signer, now: datetime) -> bytes:
    """Return the request that answers the mailbox's nonce."""
    statement = wire.encode(wire.Login(address, nonce))
    return wire.pack_signed(statement, sign_detached(statement, signer, now))
