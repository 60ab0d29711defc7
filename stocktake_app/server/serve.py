"""``stocktake serve``: a workspace of HQ receives packages until it is stopped."""

from collections.abc import Callable
from datetime import datetime

from stocktake_app.actions.checking import trust_of
from stocktake_app.actions.identity import own_signer
from stocktake_app.actions.importing import import_bytes
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.server.judging import make_judge
from stocktake_app.server.mailbox import Identity, Importer, Mailbox, open_mailbox
from stocktake_app.server.objects import open_objects
from stocktake_app.server.web import LOOPBACK, Place, run
from stocktake_app.store.database import Database
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.cms import Signer

FOLDER = "mailbox"
"""Where in HQ's workspace the mailbox keeps its book and what arrives."""


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
