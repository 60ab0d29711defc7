"""The mailbox over HTTP: who may ask what, and how each trouble is answered, in one table.

POST /hello            challenge -> statement signed by HQ, with a nonce
POST /login            nonce signed by the sender -> token
HEAD /p/<sha256>       how much has arrived (Upload-Offset, Upload-Complete)
PATCH /p/<sha256>      append at exactly that offset; 409 tells the true one; 201 when whole
GET /p/<sha256>        a package, whole or a range of it
GET /receipt/<sha256>  HQ's signed receipt; 202 while it is being made
GET /inbox?after=N     packages for me behind place N of the log
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stocktake_app.errors import StocktakeError
from stocktake_app.exchange import wire
from stocktake_app.model.scope import Author
from stocktake_app.server.login import LoginRefusedError
from stocktake_app.server.mailbox import Mailbox
from stocktake_app.server.ranges import BadRangeError, parse_range
from stocktake_app.server.turns import Turns
from stocktake_app.server.uploads import DamagedUploadError, DiskFullError, TooMuchError

MAX_DIGITS = 15
"""Of a number in a request: it stays below 2**53."""

log = logging.getLogger(__name__)

STATUS: dict[type[StocktakeError], int] = {
    LoginRefusedError: 403,
    TooMuchError: 413,
    DamagedUploadError: 422,
    DiskFullError: 507,
}
"""The answer to each kind of trouble; any other StocktakeError is a 503: try again later."""

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
Answer = Callable[[Request, Author], Awaitable[Response]]


def make_app(
    mailbox: Mailbox,
    *,
    arrived: Callable[[], None] = lambda: None,
    lifespan: Lifespan | None = None,
) -> ASGIApp:
    """Make the web application; ``arrived`` is called when a package has come in whole."""
    desk = _Desk(mailbox, arrived)
    routes = [
        Route("/hello", desk.hello, methods=["POST"]),
        Route("/login", desk.login, methods=["POST"]),
        Route("/p/{sha256}", desk.known(desk.offset), methods=["HEAD"]),
        Route("/p/{sha256}", desk.known(desk.append), methods=["PATCH"]),
        Route("/p/{sha256}", desk.known(desk.fetch), methods=["GET"]),
        Route("/receipt/{sha256}", desk.known(desk.receipt), methods=["GET"]),
        Route("/inbox", desk.known(desk.inbox), methods=["GET"]),
    ]
    handlers: Any = {
        StocktakeError: _tell_trouble,
        HTTPException: _tell_status,
        ClientDisconnect: _tell_nobody,
        Exception: _tell_fault,
    }
    return _Marked(Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan))


class _Desk:
    """The answers, one method each; the class holds what they share."""

    def __init__(self, mailbox: Mailbox, arrived: Callable[[], None]) -> None:
        self.mailbox = mailbox
        self.arrived = arrived
        self.turns = Turns()

    def known(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Let only logged-in senders through, at their rate, naming well-formed packages."""

        async def answer_known(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            sender = None
            if scheme.lower() == "bearer":
                find = self.mailbox.ledger.sender
                sender = await run_in_threadpool(find, token, self.mailbox.now())
            if sender is None:
                raise HTTPException(401, "Log in first.")
            if not self.mailbox.requests.allows(sender.identity):
                raise HTTPException(429, "Too many requests in a minute; wait a little.")
            if not wire.is_sha256(request.path_params.get("sha256", "0" * 64)):
                raise HTTPException(404, "A package is named by its SHA-256.")
            return await answer(request, sender)

        return answer_known

    async def hello(self, request: Request) -> Response:
        self._slow_down_strangers(request)
        body = await self._small_body(request)
        challenge = body.decode("ascii", errors="replace").strip()
        signed = await run_in_threadpool(self.mailbox.door.hello, challenge)
        return Response(signed, media_type="application/json")

    async def login(self, request: Request) -> Response:
        self._slow_down_strangers(request)
        body = await self._small_body(request)
        return JSONResponse({"token": await run_in_threadpool(self.mailbox.door.login, body)})

    def _slow_down_strangers(self, request: Request) -> None:
        address = request.client.host if request.client else ""
        if not self.mailbox.logins.allows(address):
            raise HTTPException(429, "Too many logins in a minute; wait a little.")

    async def offset(self, request: Request, sender: Author) -> Response:
        sha256 = request.path_params["sha256"]
        # A connection that died unnoticed must not add bytes behind the answer's back.
        async with self.turns.turn((sender.identity, sha256)):
            return await run_in_threadpool(self._state, sha256, sender)

    def _state(self, sha256: str, sender: Author, status: int = 200) -> Response:
        size = self.mailbox.objects.size(sha256)
        if size is not None:
            # Killed between rename and book: the book is brought up to date here.
            if not self.mailbox.ledger.is_received(sha256):
                self.mailbox.received(sha256, size, sender.identity)
                self.arrived()
            self.mailbox.uploads.drop(sender.identity, sha256)
            return _progress(200, size, complete=True)
        return _progress(status, self.mailbox.uploads.offset(sender.identity, sha256))

    async def append(self, request: Request, sender: Author) -> Response:
        sha256 = request.path_params["sha256"]
        offset, last = _upload_headers(request)
        async with self.turns.turn((sender.identity, sha256)) as turn:
            state = await run_in_threadpool(self._begin, sha256, sender, offset)
            if state is not None:
                return state
            with turn.scope:
                await self._take_body(request, sender, sha256)
                if not last:
                    return await run_in_threadpool(self._state, sha256, sender, 204)
                with anyio.CancelScope(shield=True):
                    return await run_in_threadpool(self._finish, sha256, sender)
        raise HTTPException(409, "Another connection went on with this package.")

    def _begin(self, sha256: str, sender: Author, offset: int) -> Response | None:
        """Return an answer if there is nothing to append: all is here, or the offset is wrong."""
        uploads = self.mailbox.uploads
        complete = self.mailbox.objects.size(sha256) is not None
        if complete or offset != uploads.offset(sender.identity, sha256):
            return self._state(sha256, sender, 409)
        uploads.check_room(sender.identity, sha256)
        return None

    async def _take_body(self, request: Request, sender: Author, sha256: str) -> None:
        with self.mailbox.uploads.appending(sender.identity, sha256) as append:
            async for chunk in self._chunks(request):
                append(chunk)

    def _finish(self, sha256: str, sender: Author) -> Response:
        size = self.mailbox.uploads.finish(sender.identity, sha256)
        self.mailbox.received(sha256, size, sender.identity)
        self.arrived()
        return _progress(201, size, complete=True)

    async def fetch(self, request: Request, sender: Author) -> Response:
        sha256 = request.path_params["sha256"]
        size = await run_in_threadpool(self._readable_size, sha256, sender)
        headers = {"ETag": f'"{sha256}"', "Accept-Ranges": "bytes"}
        try:
            part = parse_range(request.headers.get("range", ""), size)
        except BadRangeError:
            headers["Content-Range"] = f"bytes */{size}"
            raise HTTPException(416, f"The package has {size} bytes.", headers) from None
        headers["Content-Length"] = str(len(part))
        if len(part) != size:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        blocks = self.mailbox.objects.read(sha256, part.start, part.stop)
        status = 200 if len(part) == size else 206
        return StreamingResponse(blocks, status, headers, "application/octet-stream")

    def _readable_size(self, sha256: str, sender: Author) -> int:
        size = self.mailbox.objects.size(sha256)
        if size is None or not self.mailbox.ledger.may_read(sha256, sender):
            raise HTTPException(404, "There is no such package for you.")
        return size

    async def receipt(self, request: Request, _sender: Author) -> Response:
        sha256 = request.path_params["sha256"]
        receipt = await run_in_threadpool(self.mailbox.ledger.receipt, sha256)
        if receipt is not None:
            return Response(receipt, media_type="application/octet-stream")
        if await run_in_threadpool(self.mailbox.ledger.is_received, sha256):
            return Response(status_code=202, headers={"Retry-After": "1"})
        raise HTTPException(404, "This package has not arrived here.")

    async def inbox(self, request: Request, sender: Author) -> Response:
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= MAX_DIGITS):
            raise HTTPException(400, "after must be a place in the log, such as 0.")
        rows = await run_in_threadpool(self.mailbox.ledger.inbox, sender, int(after))
        return JSONResponse({"inbox": [vars(row) for row in rows]})

    async def _small_body(self, request: Request) -> bytes:
        body = b""
        async for chunk in self._chunks(request):
            body += chunk
            if len(body) > wire.MAX_STATEMENT_BYTES:
                raise HTTPException(413, "The request is too long.")
        return body

    async def _chunks(self, request: Request) -> AsyncIterator[bytes]:
        """Yield the body; a sender who falls silent is cut off."""
        stream = request.stream()
        while True:
            try:
                with anyio.fail_after(self.mailbox.limits.silence):
                    chunk = await anext(stream, None)
            except TimeoutError:
                raise HTTPException(
                    408, "Nothing came for too long; go on from the offset."
                ) from None
            if chunk is None:
                return
            if chunk:
                yield chunk


def _upload_headers(request: Request) -> tuple[int, bool]:
    offset = request.headers.get(wire.UPLOAD_OFFSET, "")
    last = request.headers.get(wire.UPLOAD_COMPLETE, "?0")
    whole = offset.isascii() and offset.isdigit() and len(offset) <= MAX_DIGITS
    if not whole or last not in {"?0", "?1"}:
        raise HTTPException(400, f"{wire.UPLOAD_OFFSET} and {wire.UPLOAD_COMPLETE} are missing.")
    if request.headers.get("content-type") != wire.UPLOAD_TYPE:
        raise HTTPException(415, f"The content type must be {wire.UPLOAD_TYPE}.")
    return int(offset), last == "?1"


def _progress(status: int, offset: int, *, complete: bool = False) -> Response:
    headers = {wire.UPLOAD_OFFSET: str(offset), wire.UPLOAD_COMPLETE: "?1" if complete else "?0"}
    return Response(status_code=status, headers=headers)


def _error(status: int, sentence: str, headers: Any = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers)


async def _tell_trouble(_request: Request, error: StocktakeError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 503)
    if status >= 500:  # noqa: PLR2004 - HQ's own trouble, which HQ must hear of
        log.warning("%s", error)
    return _error(status, str(error))


async def _tell_status(_request: Request, error: HTTPException) -> Response:
    return _error(error.status_code, error.detail, error.headers)


async def _tell_nobody(_request: Request, _error: ClientDisconnect) -> Response:
    return Response(status_code=400)  # the sender is gone and goes on from the offset


async def _tell_fault(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "HQ's mailbox has a fault; HQ was told."}, 500)


class _Marked:
    """Marks every answer as a mailbox's, so that a client notices a stranger's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                marks = [(wire.MARK.lower().encode(), wire.VERSION.encode())]
                marks.append((b"cache-control", b"no-store"))
                message["headers"] = [*message["headers"], *marks]
            with suppress(ClientDisconnect):
                await send(message)

        await self.app(scope, receive, send_marked)
