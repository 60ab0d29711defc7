"""Taking in what an office gave: the answer to a request, a list, a renewed root."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from stocktake_app.actions.escrow import escrow_wanted, leave_box
from stocktake_app.actions.result import Result
from stocktake_app.actions.signing import fingerprint_of, own_keys, unlock
from stocktake_app.actions.trusting import (
    Growth,
    learn,
    read_newer_list,
    root_certificates,
    take_notices,
    take_waiting,
)
from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.store import rows
from stocktake_app.store.seals import list_seals
from stocktake_app.store.trust_objects import load_trust, set_own_chain
from stocktake_app.store.workspace import Workspace, save_profile
from stocktake_app.trust import enrolment
from stocktake_app.trust.certificates import (
    Certificate,
    Subject,
    from_pem,
    is_same_authority,
    subject_of,
)
from stocktake_app.trust.chain import is_root
from stocktake_app.trust.requests import Request, read_request
from stocktake_app.trust.revocation import PEM_BEGIN

PENDING_REQUEST = "request"
"""Name of the setting that holds the request that was made last."""
CERTIFICATE_BEGIN = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True)
class Installed(Result):
    """What was taken in: ``kind`` is certificate, list or root.

    ``identity`` is whose certificate it is; it is another one than before after a recovery, and an
    open window has to open the workspace again. ``escrow`` is the office that can help with a
    forgotten passphrase from now on, "" where none can.
    """

    name: str
    root_fingerprint: str
    valid_until: str
    kind: str = "certificate"
    identity: str = ""
    escrow: str = ""
    notes: tuple[str, ...] = ()


def install(
    workspace: Workspace, data: bytes, *, passphrase: str | None, now: datetime
) -> Installed:
    """Take in a file that an office gave: the answer to a request, a list, a renewed root.

    The first answer pins HQ's root. A revocation list and a renewed root need no passphrase.

    Raises:
        RefusedError: it answers somebody else's request, leads to another root, or is older than
            what is known here.
    """
    if data.startswith(PEM_BEGIN):
        return _install_list(workspace, data, now)
    if data.startswith(CERTIFICATE_BEGIN):
        return _install_root(workspace, data, now)
    asked = pending_request(workspace)
    if asked is None:
        raise RefusedError("this workspace has not asked for a certificate yet")
    approval = enrolment.read_approval(data, load_trust(workspace), now)
    unlocked = unlock(workspace, passphrase)
    done = enrolment.install(approval, asked, own_keys(workspace, unlocked, asked.key), now)
    workspace = _take_identity(workspace, subject_of(done.signer.certificate))
    learn(workspace, Growth(anchors=(done.anchor,), chains=(done.signer.chain,)), now)
    set_own_chain(workspace, done.signer.chain, now)
    take_waiting(workspace, now)
    notices = {hashlib.sha256(one).hexdigest(): one for one in approval.notices}
    notes = take_notices(workspace, notices, now)
    keeper = leave_box(workspace, unlocked, now) if escrow_wanted(workspace) else ""
    leaf = done.signer.certificate
    return Installed(
        name=subject_of(leaf).name,
        root_fingerprint=done.root_fingerprint,
        valid_until=last_day(leaf),
        identity=subject_of(leaf).identity,
        escrow=keeper,
        notes=notes,
    )


def pending_request(workspace: Workspace) -> Request | None:
    """Return the request that was made last here, answered or not."""
    with workspace.store.reading() as connection:
        found = rows.setting(connection, PENDING_REQUEST)
    return read_request(found.encode()) if found else None


def last_day(certificate: Certificate) -> str:
    """Return the last day of a certificate as an ISO date."""
    return f"{certificate.not_valid_after_utc:%Y-%m-%d}"


def _install_list(workspace: Workspace, data: bytes, now: datetime) -> Installed:
    crl, issuer = read_newer_list(data, load_trust(workspace))
    learn(workspace, Growth(lists=((crl, issuer),)), now)
    until = crl.next_update_utc
    return Installed(
        name=subject_of(issuer).name,
        root_fingerprint=_root_fingerprint(workspace),
        valid_until=f"{until:%Y-%m-%d}" if until else "",
        kind="list",
        identity=subject_of(issuer).identity,
    )


def _install_root(workspace: Workspace, data: bytes, now: datetime) -> Installed:
    """Take in a renewal of the root that is pinned: the same key, so nothing is to be compared."""
    found, *others = from_pem(data)
    pinned = root_certificates(workspace)
    if others or not is_root(found) or not any(is_same_authority(found, one) for one in pinned):
        raise RefusedError(
            "This certificate is not a renewal of HQ's root that is trusted here; a new HQ is "
            "trusted by a new workspace only."
        )
    learn(workspace, Growth(anchors=(found,)), now)
    subject = subject_of(found)
    root = fingerprint_of(found)
    return Installed(subject.name, root, last_day(found), "root", subject.identity)


def _take_identity(workspace: Workspace, granted: Subject) -> Workspace:
    """Write on as whom the certificate names: after a recovery the one from before the loss."""
    profile = workspace.profile
    if granted.identity != profile.identity and any(one.own for one in list_seals(workspace)):
        raise RefusedError(
            "This answer gives back an older identity, but packages were made here with the new "
            "one; make a new workspace and recover into that, or ask to be approved as you are."
        )
    bureau = profile.bureau if granted.role is Role.HQ else granted.bureau
    if (profile.identity, profile.bureau) == (granted.identity, bureau):
        return workspace
    return save_profile(workspace, replace(profile, identity=granted.identity, bureau=bureau))


def _root_fingerprint(workspace: Workspace) -> str:
    roots = root_certificates(workspace)
    return fingerprint_of(roots[0]) if roots else ""
