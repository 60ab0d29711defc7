"""The web server: where it listens, how it starts and ends, the importer beside it."""

import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from stocktake_app.errors import MachineError
from stocktake_app.server.app import make_app
from stocktake_app.server.importer import ImporterThread
from stocktake_app.server.mailbox import Importer, Judge, Mailbox

LAST_ANSWERS = 10
"""Seconds that answers under way may still take when the mailbox is stopped."""
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Place:
    """Where the mailbox listens.

    ``names`` are further addresses (host and port) under which senders call it, such as that of a
    proxy in front; ``certificate`` and ``key`` are PEM files for https, needed off this machine.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """Where to call it."""
        return f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses that a login may name."""
        hosts = {self.host, *LOOPBACK} if self.host in LOOPBACK else {self.host}
        return frozenset({f"{host}:{self.port}" for host in hosts} | set(self.names))


def run(
    mailbox: Mailbox,
    place: Place,
    judge: Judge,
    importer: Importer | None = None,
    started: Callable[[str], None] = lambda _address: None,
) -> None:
    """Run the web server and the importer in this process until it is told to stop.

    ``started`` gets the address once somebody may call it.

    Raises:
        MachineError: as ``_listening``.
    """
    import uvicorn

    thread = ImporterThread(mailbox, judge, importer)

    @asynccontextmanager
    async def importing(_app: Starlette) -> AsyncIterator[None]:
        thread.start()
        try:
            yield
        finally:
            thread.stop()

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    config = uvicorn.Config(
        make_app(mailbox, arrived=thread.wake, lifespan=importing),
        ssl_certfile=place.certificate,
        ssl_keyfile=place.key,
        log_config=None,
        access_log=False,
        server_header=False,
        http="h11",
        ws="none",
        limit_concurrency=mailbox.limits.connections,
        h11_max_incomplete_event_size=mailbox.limits.header_bytes,
        timeout_graceful_shutdown=LAST_ANSWERS,
    )
    with _listening(place) as listener, suppress(KeyboardInterrupt):
        # uvicorn hands on a signal when it is done: as it is, SIGTERM would end us before we are.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        started(place.url)
        uvicorn.Server(config).run([listener])


def _listening(place: Place) -> socket.socket:
    """Listen.

    Raises:
        MachineError: the port is taken, or the address is not one of this machine.
    """
    try:
        return socket.create_server((place.host, place.port))
    except OSError as error:
        raise MachineError(
            f"Nothing can be received at {place.host}:{place.port} ({error.strerror}): perhaps "
            "another program, or another mailbox, listens there; choose another --port."
        ) from None
