"""``stocktake serve``: a workspace of HQ receives packages until it is stopped."""

from collections.abc import Callable
from datetime import datetime

from stocktake_app.actions.identity import own_signer
from stocktake_app.actions.importing import import_bytes
from stocktake_app.actions.trusting import trust_of
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.server.judging import make_judge
from stocktake_app.server.mailbox import Identity, Importer, open_mailbox
from stocktake_app.server.objects import open_objects
from stocktake_app.server.settings_file import SETTINGS, read_settings
from stocktake_app.server.web import LOOPBACK, Place, run
from stocktake_app.store.database import Database
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.chain import Trust

FOLDER = "mailbox"
"""Where in HQ's workspace the mailbox keeps its book and what arrives."""


def serve(
    workspace: Workspace,
    *,
    host: str,
    port: int,
    passphrase: str | None,
    now: Callable[[], datetime],
    started: Callable[[str], None],
) -> None:
    """Receive, judge and import packages until the process is told to stop.

    Raises:
        WrongUseError: the workspace is not HQ's, or it would listen beyond this machine in clear.
        UserFileError: the settings of the mailbox cannot be read.
        PassphraseNeededError: HQ's key is locked and no passphrase is given.
        MachineError: the port is taken.
    """
    if workspace.role is not Role.HQ:
        raise WrongUseError("only a workspace of HQ receives packages (stocktake init --role hq)")
    folder = workspace.folder / FOLDER
    folder.mkdir(exist_ok=True)
    settings = read_settings(folder)
    place = Place(host, port, settings.names, settings.certificate, settings.key)
    if host not in LOOPBACK and not place.certificate:
        raise WrongUseError(
            f"{host} can be reached from outside: name a web certificate in {folder / SETTINGS}"
        )
    signer = own_signer(workspace, passphrase, now=now())

    def trust() -> Trust:
        return trust_of(workspace)

    mailbox = open_mailbox(
        folder,
        Database(folder / "mailbox.db"),
        Identity(signer, trust, place.addresses),
        objects=open_objects(settings.packages or folder / "packages"),
        now=now,
    )
    try:
        run(mailbox, place, make_judge(signer, trust, now), importer_into(workspace, now), started)
    finally:
        mailbox.ledger.database.close()


def importer_into(workspace: Workspace, now: Callable[[], datetime]) -> Importer:
    """Return what takes a package into HQ's workspace."""

    def take_in(data: bytes, name: str) -> None:
        done = import_bytes(workspace, data, name, now=now())
        refresh_projections(workspace)
        if not done.accepted:
            raise RefusedError(" ".join(done.reasons) or f"{name} was refused.")

    return take_in
