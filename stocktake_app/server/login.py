"""Who is there: a signed hello, a signed login, a short token.

Nonces need no memory: each carries its time and a code that only this mailbox can make, so nothing
of an unknown sender is ever stored. A nonce lets somebody in once.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from stocktake_app.errors import RefusedError
from stocktake_app.exchange import wire
from stocktake_app.model.codes import Verdict
from stocktake_app.model.scope import Author
from stocktake_app.server.ledger import Ledger
from stocktake_app.server.limits import Limits
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.cms import BadSignatureError, Signer, open_detached, sign_detached


class LoginRefusedError(RefusedError):
    """HQ does not let this sender in."""


@dataclass(frozen=True)
class Door:
    """What the mailbox needs to let senders in.

    ``addresses`` are the names, with port, under which clients call this mailbox; ``trust`` is
    asked anew each time, so that a revocation works at once.
    """

    signer: Signer
    trust: Callable[[], Trust]
    ledger: Ledger
    addresses: frozenset[str]
    now: Callable[[], datetime]
    limits: Limits

    @cached_property
    def _secret(self) -> bytes:
        return self.ledger.secret()

    def hello(self, challenge: str) -> bytes:
        """Answer a client's challenge: a statement with its signature.

        Raises:
            LoginRefusedError: the challenge is not 64 hexadecimal digits.
        """
        if not wire.is_sha256(challenge):
            raise LoginRefusedError("The challenge must be 64 hexadecimal digits.")
        now = self.now()
        statement = wire.Hello(challenge, self._nonce(now), now.isoformat())
        data = wire.encode(statement)
        return wire.pack_signed(data, sign_detached(data, self.signer, now))

    def login(self, body: bytes) -> str:
        """Judge a signed login and return a token.

        Raises:
            LoginRefusedError: with one sentence for the sender.
        """
        try:
            statement, signature = wire.unpack_signed(body)
            login = wire.parse_login(statement)
            chain = open_detached(statement, signature).chain
        except (wire.BadStatementError, BadSignatureError) as error:
            raise LoginRefusedError(f"The login cannot be read: {error}.") from None
        if login.address not in self.addresses:
            raise LoginRefusedError(f"This mailbox is not known as {login.address[:80]}.")
        now = self.now()
        self._check_nonce(login.nonce, now)
        judged = judge_chain(chain, self.trust(), now)
        if judged.verdict is not Verdict.VALID or judged.subject is None:
            reasons = " ".join(judged.reasons) or "This sender is not known here."
            raise LoginRefusedError(reasons)
        return self._open_session(judged.subject.author, login.nonce, now)

    def _open_session(self, author: Author, nonce: str, now: datetime) -> str:
        token = self.ledger.open_session(author, nonce, now, self.limits.token_life)
        if token is None:
            raise LoginRefusedError("This login was used before; ask for a new one.")
        return token

    def _nonce(self, now: datetime) -> str:
        head = f"{int(now.timestamp())}.{secrets.token_hex(16)}"
        return f"{head}.{self._code(head)}"

    def _code(self, head: str) -> str:
        return hmac.new(self._secret, head.encode(), hashlib.sha256).hexdigest()

    def _check_nonce(self, nonce: str, now: datetime) -> None:
        head, _, code = nonce.rpartition(".")
        if not hmac.compare_digest(self._code(head), code):
            raise LoginRefusedError("This login was not asked for here; ask for a new one.")
        made = datetime.fromtimestamp(int(head.split(".", maxsplit=1)[0]), UTC)
        if abs((now - made).total_seconds()) > self.limits.nonce_life:
            raise LoginRefusedError("This login came too late; ask for a new one.")
