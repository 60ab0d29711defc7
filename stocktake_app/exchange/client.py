"""Sending to HQ's mailbox and fetching from it, over links that break: the only network client.

A package goes in pieces from wherever the mailbox says it stands; whatever fails is tried again,
later each time. It counts as delivered only against HQ's signed receipt. Nothing is sent before the
other side has signed a challenge with a certificate under HQ's pinned root: so a hotel's sign-in
page is told apart from HQ, and a wrong clock is noticed.
"""

import random
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from stocktake_app.errors import NetworkError, RefusedError, WrongUseError
from stocktake_app.exchange import wire
from stocktake_app.exchange.greeting import (
    NotTheMailboxError,
    WrongClockError,
    check_hello,
    login_body,
    new_challenge,
)
from stocktake_app.exchange.receipts import BadReceiptError, read_receipt
from stocktake_app.exchange.retries import Patience, TryAgainError, persist
from stocktake_app.settings import MAX_PACKAGE_BYTES
from stocktake_app.store.files import sha256_of, sync_folder
from stocktake_app.trust.certificates import to_pem
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many are there."""

Package = Path | bytes | BinaryIO
"""A package to deliver; an open file stays open."""


def _ignore(_done: int, _size: int) -> None:
    """Show no progress."""


SMALLEST_PIECE = 64 * 1024
LARGEST_PIECE = 4 * 1024 * 1024
QUICK = 3.0
"""Seconds: a piece that took less lets the next one be larger."""
READ_BYTES = 256 * 1024
SILENCE = 30.0
"""Seconds without a byte after which a connection counts as dead."""
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
TEMPORARY = {408, 425, 429, 500, 502, 503, 504, 507}
"""Answers after which trying again makes sense."""


class HqRefusesError(RefusedError):
    """HQ does not take this."""


@dataclass(frozen=True)
class Hq:
    """HQ's mailbox as one sender reaches it.

    ``now`` is this computer's clock, ``sleep`` waits some seconds, ``chance`` gives numbers from 0
    to 1 that spread the tries of many laptops; ``cancelled`` is asked between pieces.
    """

    url: str
    signer: Signer
    trust: Trust
    now: Callable[[], datetime]
    cancelled: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    @cached_property
    def address(self) -> str:
        """Host and port, as the login names them."""
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.hostname}:{port}"

    @property
    def patience(self) -> Patience:
        """How to wait between tries."""
        return Patience(self.sleep, self.chance, self.cancelled)


def deliver(hq: Hq, package: Package, sha256: str, *, progress: Progress = _ignore) -> bytes:
    """Deliver a package and return HQ's signed receipt, checked (``read_receipt`` reads it).

    A package that arrived before is not sent again.

    Raises:
        NetworkError: not now; a later call goes on where this one stopped.
        RefusedError: HQ does not take it, or the file is not the package named.
        CancelledError: the person stopped it.
        WrongUseError: the address is not https.
    """
    with _opened(package, sha256) as (file, size), _link(hq) as link:
        _Upload(link, file, size, sha256, progress).run()
        data = persist(hq.patience, lambda: _fetch_receipt(link, sha256))
    try:
        receipt = read_receipt(data, hq.trust, hq.now())
    except BadReceiptError as error:
        raise NotTheMailboxError(f"{hq.url} gave a receipt that is not HQ's: {error}.") from None
    if receipt.package != sha256:
        raise NotTheMailboxError(f"{hq.url} gave the receipt of another package.")
    return data


def fetch_inbox(hq: Hq, after: int) -> tuple[wire.InboxRow, ...]:
    """Return what waits for us behind a place in HQ's log; 0 means everything.

    Raises:
        NetworkError, RefusedError, CancelledError, WrongUseError: as ``deliver``.
    """
    rows: list[wire.InboxRow] = []
    with _link(hq) as link:
        while True:
            page = persist(hq.patience, partial(_inbox_page, link, after))
            rows += page
            if len(page) < wire.MAX_INBOX_ROWS:
                return tuple(rows)
            after = page[-1].position


def fetch_package(hq: Hq, row: wire.InboxRow, out: Path, *, progress: Progress = _ignore) -> None:
    """Fetch a package into a file; what came before a break waits beside it in ``<name>.part``.

    Raises:
        NetworkError, RefusedError, CancelledError, WrongUseError: as ``deliver``.
    """
    if row.size > MAX_PACKAGE_BYTES:
        raise HqRefusesError(f"The package {row.sha256[:12]} is too large: {row.size} bytes.")
    part = out.with_name(f"{out.name}.part")
    with part.open("ab") as file, _link(hq) as link:
        persist(
            hq.patience, lambda: _download(link, row, file, progress), lambda: part.stat().st_size
        )
    with part.open("rb") as arrived:
        damaged = sha256_of(arrived) != row.sha256
    if damaged:
        part.unlink()
        raise NetworkError("A package arrived damaged and was thrown away; fetch it again.")
    part.replace(out)
    sync_folder(out.parent)


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: "httpx.Headers"
    body: bytes


class _Link:
    """One logged-in connection to the mailbox; each failure is raised as what to do about it."""

    def __init__(self, hq: Hq, client: "httpx.Client") -> None:
        self.hq = hq
        self._client = client
        self._token = ""

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        content: bytes = b"",
        take: Callable[[Iterator[bytes]], bytes] | None = None,
    ) -> _Answer:
        """Ask as the sender we are, logging in first if need be."""
        if not self._token:
            self._log_in()
        known = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        answer = self._exchange(method, path, known, content, take)
        if answer.status == 401:  # noqa: PLR2004 - the token has run out
            self._token = ""
            raise TryAgainError(f"{self.hq.url} does not know us any more.")
        return self._sorted(answer)

    def _log_in(self) -> None:
        challenge = new_challenge()
        hello = self._sorted(self._exchange("POST", "/hello", {}, challenge.encode()))
        nonce = check_hello(hello.body, challenge, self.hq.trust, self.hq.now(), self.hq.url)
        body = login_body(nonce, self.hq.address, self.hq.signer, self.hq.now())
        answer = self._sorted(self._exchange("POST", "/login", {}, body))
        try:
            self._token = wire.parse_token(answer.body)
        except wire.BadStatementError as error:
            raise NotTheMailboxError(f"{self.hq.url} gave no token: {error}.") from None

    def _exchange(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: bytes,
        take: Callable[[Iterator[bytes]], bytes] | None = None,
    ) -> _Answer:
        """Send one request; ``take`` takes a good answer's body as it comes."""
        import httpx

        url = self.hq.url.rstrip("/") + path
        try:
            with self._client.stream(method, url, headers=headers, content=content) as response:
                self._check_origin(response)
                good = response.status_code in {200, 206}
                blocks = response.iter_raw(READ_BYTES)
                body = take(blocks) if take and good else _bounded(blocks)
                return _Answer(response.status_code, response.headers, body)
        except httpx.TransportError as error:
            raise self._transport_trouble(error) from None
        except httpx.InvalidURL:
            raise WrongUseError(f"{self.hq.url!r} is not an address.") from None

    def _check_origin(self, response: "httpx.Response") -> None:
        """Tell the mailbox's own answers from those of whatever stands in between."""
        ours = response.headers.get(wire.MARK) == wire.VERSION
        if ours and not response.is_redirect and "content-encoding" not in response.headers:
            return
        if not ours and response.status_code in TEMPORARY:
            raise TryAgainError(f"{self.hq.url} cannot be reached ({response.status_code}).")
        raise NotTheMailboxError(
            f"Something else answered for {self.hq.url}: perhaps this network wants you to sign in "
            "first (open any web page to see), or the address is wrong."
        )

    def _transport_trouble(self, error: Exception) -> Exception:
        reason = _tls_reason(error)
        if "expired" in reason or "not yet valid" in reason:
            return WrongClockError(
                f"{self.hq.url} cannot be checked: either the clock of this computer is wrong "
                f"(it says {self.hq.now():%Y-%m-%d %H:%M}), or HQ's web certificate is out of date."
            )
        if reason:
            return NotTheMailboxError(
                f"{self.hq.url} cannot be checked ({reason}): perhaps this network wants you to "
                "sign in first (open any web page to see), or the address is wrong."
            )
        return TryAgainError(f"{self.hq.url} cannot be reached, or the connection broke off.")

    def _sorted(self, answer: _Answer) -> _Answer:
        """Return a usable answer; raise any other as what it means."""
        if answer.status in TEMPORARY:
            raise TryAgainError(f"{self.hq.url}: {wire.parse_error(answer.body)}")
        if answer.status >= 400 and answer.status not in {409, 422}:  # noqa: PLR2004 - HTTP's
            raise HqRefusesError(f"HQ refuses: {wire.parse_error(answer.body)}")
        return answer


@dataclass
class _Upload:
    """One package on its way: goes on from the mailbox's offset until it is there."""

    link: _Link
    file: BinaryIO
    size: int
    sha256: str
    progress: Progress
    reached: int = 0
    piece: int = SMALLEST_PIECE * 4
    damaged: bool = False

    def run(self) -> None:
        persist(self.link.hq.patience, self._go_on, lambda: self.reached)

    def _go_on(self) -> None:
        offset, complete = self._state(self.link.ask("HEAD", f"/p/{self.sha256}"))
        while not complete:
            self.link.hq.patience.check()
            offset, complete = self._append(offset)
            self.reached = max(self.reached, offset)
            self.progress(min(offset, self.size), self.size)

    def _append(self, offset: int) -> tuple[int, bool]:
        """Send the next piece; return where the mailbox stands then."""
        self.file.seek(min(offset, self.size))
        content = self.file.read(self.piece)
        last = offset + len(content) >= self.size
        headers = {
            wire.UPLOAD_OFFSET: str(offset),
            wire.UPLOAD_COMPLETE: "?1" if last else "?0",
            "Content-Type": wire.UPLOAD_TYPE,
        }
        begun = time.monotonic()
        piece, self.piece = self.piece, max(SMALLEST_PIECE, self.piece // 4)
        answer = self.link.ask("PATCH", f"/p/{self.sha256}", headers=headers, content=content)
        quick = time.monotonic() - begun < QUICK
        self.piece = min(LARGEST_PIECE, piece * 2) if quick else piece
        return self._state(answer)

    def _state(self, answer: _Answer) -> tuple[int, bool]:
        if answer.status == 422:  # noqa: PLR2004 - what arrived has another hash
            if self.damaged:
                raise HqRefusesError("The package arrived damaged twice; ask HQ to look into it.")
            self.damaged, self.reached = True, 0
            return 0, False
        offset = answer.headers.get(wire.UPLOAD_OFFSET, "")
        if not (offset.isascii() and offset.isdigit()):
            raise NotTheMailboxError(f"{self.link.hq.url} does not say how much has arrived.")
        return int(offset), answer.headers.get(wire.UPLOAD_COMPLETE) == "?1"


def _fetch_receipt(link: _Link, sha256: str) -> bytes:
    answer = link.ask("GET", f"/receipt/{sha256}")
    if answer.status == 202:  # noqa: PLR2004 - HTTP's "accepted, not done"
        raise TryAgainError("HQ has the package; its receipt is not signed yet and comes later.")
    return answer.body


def _inbox_page(link: _Link, after: int) -> tuple[wire.InboxRow, ...]:
    body = link.ask("GET", f"/inbox?after={after}").body
    try:
        rows = wire.parse_inbox(body)
    except wire.BadStatementError as error:
        raise NotTheMailboxError(f"{link.hq.url} gave no list: {error}.") from None
    if rows and rows[0].position <= after:
        raise NotTheMailboxError(f"{link.hq.url} lists the same packages again.")
    return rows


def _download(link: _Link, row: wire.InboxRow, file: BinaryIO, progress: Progress) -> None:
    def take(blocks: Iterator[bytes]) -> bytes:
        for block in blocks:
            link.hq.patience.check()
            if file.tell() + len(block) > row.size:
                raise NotTheMailboxError(f"{link.hq.url} sends more than the package has.")
            file.write(block)
            file.flush()
            progress(file.tell(), row.size)
        return b""

    if file.tell() < row.size:
        part = {"Range": f"bytes={file.tell()}-"}
        answer = link.ask("GET", f"/p/{row.sha256}", headers=part, take=take)
        if file.tell() != row.size or answer.status not in {200, 206}:
            raise TryAgainError(f"{link.hq.url} broke off in the middle of a package.")


@contextmanager
def _link(hq: Hq) -> Iterator[_Link]:
    import httpx

    parts = urlsplit(hq.url)
    local = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise WrongUseError(f"{hq.url!r} is not an address that begins with https://.")
    context = ssl.create_default_context()
    if hq.trust.anchors:
        # HQ may certify its own web address; a public certificate works as well.
        context.load_verify_locations(cadata=to_pem(hq.trust.anchors))
    headers = {"Accept-Encoding": "identity", "User-Agent": "stocktake"}
    with httpx.Client(
        verify=context, headers=headers, timeout=SILENCE, trust_env=not local
    ) as client:
        yield _Link(hq, client)


@contextmanager
def _opened(package: Package, sha256: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open the package and check that it is the one named."""
    with _open(package) as file:
        if sha256_of(file) != sha256:
            raise RefusedError("The package was changed after it was made; export it again.")
        yield file, file.seek(0, 2)


def _open(package: Package) -> AbstractContextManager[BinaryIO]:
    file = BytesIO(package) if isinstance(package, bytes) else package
    return file.open("rb") if isinstance(file, Path) else nullcontext(file)


def _bounded(blocks: Iterator[bytes]) -> bytes:
    body = b""
    for block in blocks:
        body += block
        if len(body) > wire.MAX_ANSWER_BYTES:
            raise NotTheMailboxError("The answer is far longer than any of HQ's mailbox.")
    return body


def _tls_reason(error: BaseException | None) -> str:
    """Return why the other side's web certificate was not accepted, or "" if that is not it."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message)
        error = error.__cause__ or error.__context__
    return ""
