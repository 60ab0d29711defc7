"""Leaving a box with the office that approved us, so that a forgotten passphrase is not the end.

Whether to is decided when a certificate is requested, and said aloud there; the box is made when
the answer is installed, because only the answer brings the office's own encryption key.
"""

import secrets
from datetime import datetime

from stocktake_app.actions.recipients import recipients
from stocktake_app.model.codes import Role
from stocktake_app.store import rows
from stocktake_app.store.trust_objects import own_chain
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import N_
from stocktake_app.trust.certificates import is_provisional, subject_of
from stocktake_app.trust.escrow import Box
from stocktake_app.trust.keystore import Unlocked
from stocktake_app.trust.recipients import Recipient
from stocktake_app.trust.slots import KEY_BYTES

WANTED = "escrow_wanted"
SAID_ALOUD = N_(
    "If you forget your passphrase, the office that approves you can help you to a new one. It "
    "cannot read anything of yours by itself: that needs your laptop and your own request."
)
SAID_WITHOUT = N_(
    "If you forget your passphrase, nobody can help you: only a printed recovery key will."
)


def want_escrow(workspace: Workspace, *, wanted: bool) -> None:
    """Note what was decided when the certificate was requested."""
    with workspace.store.writing() as connection:
        rows.set_setting(connection, WANTED, wanted)


def escrow_wanted(workspace: Workspace) -> bool:
    """Say what was decided; until somebody decides, a box is wanted."""
    with workspace.store.reading() as connection:
        return rows.setting(connection, WANTED) is not False


def keeper_of(workspace: Workspace, now: datetime) -> Recipient | None:
    """Return the office that approved us, as boxes can be left with it; None while nobody did."""
    chain = own_chain(workspace)
    if workspace.role is Role.HQ or not chain or is_provisional(chain[0]):
        return None
    by_bureau = workspace.role is Role.OFFICER and len(chain) > 1
    office = subject_of(chain[1]).unit if by_bureau else Role.HQ.value
    found = {one.office.casefold(): one for one in recipients(workspace, now)}
    return found.get(office.casefold())


def leave_box(workspace: Workspace, unlocked: Unlocked, now: datetime) -> str:
    """Leave a box with the office that approved us; return its name, or "" when none can keep it.

    An older box opens nothing any more.
    """
    keeper = keeper_of(workspace, now)
    if keeper is None:
        return ""
    box = Box(
        keystore=unlocked.keystore.id,
        identity=workspace.profile.identity,
        name=workspace.profile.name,
        made=now.isoformat(timespec="seconds"),
        key=secrets.token_bytes(KEY_BYTES),
    )
    unlocked.add_escrow(box, keeper.recipient, keeper.subject.name)
    return keeper.subject.name
