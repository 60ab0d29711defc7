"""``stocktake serve``: a workspace of HQ receives packages until it is stopped."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette

from stocktake_app.actions.checking import trust_of
from stocktake_app.actions.identity import own_signer
from stocktake_app.actions.importing import import_bytes
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.server.app import make_app
from stocktake_app.server.importer import ImporterThread
from stocktake_app.server.judging import make_judge
from stocktake_app.server.mailbox import Identity, Importer, Judge, Mailbox, open_mailbox
from stocktake_app.server.objects import open_objects
from stocktake_app.store.database import Database
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.cms import Signer

FOLDER = "mailbox"
"""Where in HQ's workspace the mailbox keeps its book and what arrives."""
LAST_ANSWERS = 10
"""Seconds that answers under way may still take when the mailbox is stopped."""
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Place:
    """Where the mailbox listens.

    ``names`` are further addresses (host and port) under which senders call it, such as that of a
    proxy in front; ``certificate`` and ``key`` are PEM files for https, needed off this machine.
    ``packages`` is a bucket's URL in place of a folder.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    packages: str = ""

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses that a login may name."""
        hosts = {self.host, *LOOPBACK} if self.host in LOOPBACK else {self.host}
        return frozenset({f"{host}:{self.port}" for host in hosts} | set(self.names))


def serve(
    workspace: Workspace,
    place: Place,
    *,
    passphrase: str | None = None,
    now: Callable[[], datetime],
) -> None:
    """Receive, judge and import packages until the process is told to stop.

    Raises:
        WrongUseError: the workspace is not HQ's, or the place is neither local nor https.
        PassphraseNeededError: HQ's key is locked and no passphrase is given.
    """
    if workspace.role is not Role.HQ:
        raise WrongUseError("Only a workspace of HQ receives packages: stocktake init --role hq.")
    if place.host not in LOOPBACK and not place.certificate:
        raise WrongUseError(f"{place.host} is not this machine alone: give a web certificate.")
    signer = own_signer(workspace, passphrase=passphrase, now=now())
    mailbox = mailbox_of(workspace, signer, place, now=now)
    judge = make_judge(signer, lambda: trust_of(workspace), now)
    try:
        run(mailbox, place, judge, importer_into(workspace, now))
    finally:
        mailbox.ledger.database.close()


def mailbox_of(
    workspace: Workspace, signer: Signer, place: Place, *, now: Callable[[], datetime]
) -> Mailbox:
    """Open the mailbox of HQ's workspace; its book has a file of its own."""
    folder = workspace.folder / FOLDER
    folder.mkdir(exist_ok=True)
    return open_mailbox(
        folder,
        Database(folder / "mailbox.db"),
        Identity(signer, lambda: trust_of(workspace), place.addresses),
        objects=open_objects(place.packages or folder / "packages"),
        now=now,
    )


def importer_into(workspace: Workspace, now: Callable[[], datetime]) -> Importer:
    """Return what takes a package into HQ's workspace."""

    def take_in(data: bytes, name: str) -> None:
        done = import_bytes(workspace, data, name, dry_run=False, now=now())
        refresh_projections(workspace)
        if not done.accepted:
            raise RefusedError(" ".join(done.reasons) or f"{name} was refused.")

    return take_in


def run(mailbox: Mailbox, place: Place, judge: Judge, importer: Importer | None) -> None:
    """Run the web server and the importer in this process until it is told to stop."""
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
    uvicorn.run(
        make_app(mailbox, arrived=thread.wake, lifespan=importing),
        host=place.host,
        port=place.port,
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
