"""Who one is: certificates requested, renewed and given by files; what they say of people here."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.escrow import escrow_wanted, leave_box, want_escrow
from stocktake_app.actions.result import Result
from stocktake_app.actions.signing import (
    Office,
    PassphraseNeededError,
    fingerprint_of,
    further_signing_key,
    own_authority,
    own_keys,
    own_office,
    own_signer,
    own_subject,
    signer_with,
    stored_signer,
    unlock,
    write_file,
)
from stocktake_app.actions.trusting import (
    Growth,
    issues,
    learn,
    own_notices,
    read_newer_list,
    remember_chains,
    root_certificates,
    small_notices,
    take_notices,
    take_waiting,
    trust_of,
    withdrawn_certificates,
)
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store import rows
from stocktake_app.store.seals import list_seals
from stocktake_app.store.trust_objects import load_trust, own_chain, set_own_chain
from stocktake_app.store.workspace import Workspace, save_profile
from stocktake_app.trust import enrolment
from stocktake_app.trust.certificates import (
    Authority,
    Certificate,
    Subject,
    from_pem,
    is_provisional,
    is_same_authority,
    issue_leaf,
    make_root,
    subject_of,
)
from stocktake_app.trust.chain import is_root, judge_chain
from stocktake_app.trust.keystore import has_keystore
from stocktake_app.trust.requests import OwnKeys, Request, make_request, read_request
from stocktake_app.trust.revocation import PEM_BEGIN

__all__ = [
    "Approved",
    "Installed",
    "Known",
    "PassphraseNeededError",
    "Requested",
    "Rotated",
    "Standing",
    "approve",
    "install",
    "known",
    "own_signer",
    "own_subject",
    "request",
    "rotate",
    "standing",
    "stored_signer",
    "unlock",
]

PENDING_REQUEST = "request"
CERTIFICATE_BEGIN = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True)
class Standing(Result):
    """How this workspace's own identity stands; fingerprints and times may be "".

    ``withdrawn`` says why its certificate does not count any more, or is ""; ``asked`` is the
    fingerprint of a request that has not been answered yet. What ends soon says ``expiry``.
    """

    has_key: bool
    approved: bool
    fingerprint: str
    root_fingerprint: str
    valid_until: str
    identity: str = ""
    issuer_valid_until: str = ""
    withdrawn: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Requested(Result):
    """A request for a certificate, written to a file; ``renews`` is the fingerprint it renews."""

    path: Path
    fingerprint: str
    renews: str = ""


@dataclass(frozen=True)
class Rotated(Result):
    """A renewal: done at once (``path`` is None), or asked for by the file ``path``.

    ``fingerprint`` is the key that signs then, ``renews`` the one that did before. What the old key
    signed stays good.
    """

    path: Path | None
    fingerprint: str
    renews: str
    valid_until: str


@dataclass(frozen=True)
class Approved(Result):
    """An answer to a request, written to a file; ``renews`` is the fingerprint that it renews."""

    path: Path
    name: str
    role: str
    office: str
    fingerprint: str
    identity: str = ""
    renews: str = ""


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


@dataclass(frozen=True)
class Known(Result):
    """A person or office whose signature this workspace knows; ``withdrawn`` says since when."""

    identity: str
    name: str
    role: str
    office: str
    bureau: str
    fingerprint: str
    valid_until: str = ""
    withdrawn: str = ""


def standing(workspace: Workspace, now: datetime | None = None) -> Standing:
    """Say how this workspace's own identity stands, as of ``now``; needs no passphrase."""
    chain, roots = own_chain(workspace), root_certificates(workspace)
    approved = bool(chain) and not is_provisional(chain[0])
    issuer = (*chain, *roots)[1] if approved and len((*chain, *roots)) > 1 else None
    return Standing(
        has_key=has_keystore(workspace.folder),
        approved=approved,
        fingerprint=fingerprint_of(chain[0]) if chain else "",
        root_fingerprint=fingerprint_of(roots[0]) if roots else "",
        valid_until=_day(chain[0]) if chain else "",
        identity=workspace.profile.identity,
        issuer_valid_until=_day(issuer) if issuer else "",
        withdrawn=_withdrawn(workspace, now) if approved and now else "",
        asked=_asked_fingerprint(workspace, chain),
    )


def request(
    workspace: Workspace,
    out: Path,
    *,
    escrow: bool | None = None,
    passphrase: str | None,
    now: datetime,
) -> Requested:
    """Write a request for a certificate; makes the keys when there are none yet.

    ``escrow`` is whether the office that approves may help with a forgotten passphrase; None
    leaves it as it was decided before.

    Raises:
        WrongUseError: HQ asks nobody.
    """
    if workspace.role is Role.HQ:
        raise WrongUseError("HQ has its own root and asks nobody for a certificate")
    if escrow is not None:
        want_escrow(workspace, wanted=escrow)
    unlocked = unlock(workspace, passphrase)
    signer = signer_with(workspace, unlocked, now)
    keys = own_keys(workspace, unlocked, signer.key.public_key())
    old = None if is_provisional(signer.certificate) else signer.key
    return _ask(workspace, replace(keys, old=old), out, now)


def rotate(
    workspace: Workspace,
    out: Path | None,
    *,
    same_key: bool = False,
    authority: bool = False,
    passphrase: str | None,
    now: datetime,
) -> Rotated:
    """Renew the certificate that signs, with a new key or the same one, before it ends.

    An officer asks for it by the file ``out``, signed with the old key too, so that the bureau
    need not compare anything aloud; the old key signs until the answer is installed. A bureau and
    HQ have it at once. ``authority`` renews instead the certificate that issues others, always
    with its key: a bureau asks HQ for it, HQ makes it.

    Raises:
        WrongUseError: a file is needed and none is given; an officer issues nothing.
        RefusedError: nobody has approved this workspace yet.
    """
    unlocked = unlock(workspace, passphrase)
    signer = signer_with(workspace, unlocked, now)
    if is_provisional(signer.certificate):
        raise RefusedError("there is nothing to renew yet: ask for a certificate first")
    if authority and workspace.role is Role.OFFICER:
        raise WrongUseError("an officer issues no certificates; --authority is for bureaux and HQ")
    keys = own_keys(workspace, unlocked, signer.key.public_key())
    keys = replace(keys, old=signer.key)
    if not same_key and not authority:
        pending = _pending(workspace)
        waiting = pending.key if pending and pending.key != signer.key.public_key() else None
        keys = replace(keys, signing=further_signing_key(unlocked, waiting))
    if authority and workspace.role is Role.HQ:
        root = make_root(keys.issuing, own_subject(workspace), now)
        learn(workspace, Growth(anchors=(root,)), now)
        return Rotated(None, fingerprint_of(root), fingerprint_of(root), _day(root))
    if not authority and workspace.role is not Role.OFFICER:
        leaf = _issue_own(workspace, keys, own_authority(workspace, unlocked), now)
        old = fingerprint_of(signer.certificate)
        return Rotated(None, fingerprint_of(leaf), old, _day(leaf))
    if out is None:
        raise WrongUseError("name the file for the request (--out)")
    asked = _ask(workspace, keys, out, now)
    return Rotated(out, asked.fingerprint, asked.renews, "")


def approve(
    workspace: Workspace, data: bytes, out: Path, *, passphrase: str | None, now: datetime
) -> Approved:
    """Answer a request: a bureau for its officers, HQ for bureaux and its own.

    The fingerprint in the result is to be compared aloud before the answer is handed over; not
    for a renewal, which the old key has signed.

    Raises:
        RefusedError: the request is damaged, or not for this office to answer.
    """
    office = own_office(workspace, passphrase, now=now)
    return approve_as(workspace, office, read_request(data), out, now=now)


def approve_as(
    workspace: Workspace, office: Office, found: Request, out: Path, *, now: datetime
) -> Approved:
    """Answer a request that was read, as an office whose keys are open."""
    trust = trust_of(workspace)
    answer = enrolment.approve(
        found,
        office.authority,
        office.signer,
        now,
        [chain[0] for chain in trust.known],
        withdrawn=withdrawn_certificates(trust),
        notices=small_notices(own_notices(workspace, now)),
    )
    return hand_out(workspace, found, answer, out, now=now)


def hand_out(
    workspace: Workspace, found: Request, answer: bytes, out: Path, *, now: datetime
) -> Approved:
    """Write an answer and know whom it approves: what they signed before counts from now on."""
    approval = enrolment.read_approval(answer, load_trust(workspace), now)
    remember_chains(workspace, (approval.chain,), now)
    write_file(out, answer)
    return Approved(
        path=out,
        name=found.subject.name,
        role=found.subject.role.value,
        office=found.subject.office,
        fingerprint=found.fingerprint,
        identity=subject_of(approval.chain[0]).identity,
        renews=found.renews,
    )


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
    asked = _pending(workspace)
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
        valid_until=_day(leaf),
        identity=subject_of(leaf).identity,
        escrow=keeper,
        notes=notes,
    )


def known(workspace: Workspace) -> tuple[Known, ...]:
    """Return the people and offices known here, by name."""
    trust = trust_of(workspace)
    withdrawn = withdrawn_certificates(trust)
    found = {}
    for seal in list_seals(workspace):
        one = seal.signer
        found[one.identity] = Known(
            one.identity, one.name, one.role.value, one.office, one.bureau, one.fingerprint
        )
    leaves = [chain[0] for chain in trust.known if not issues(chain[0])]
    for leaf in sorted(leaves, key=lambda one: (one not in withdrawn, one.not_valid_after_utc)):
        subject = subject_of(leaf)  # a bureau is known by the key it signs with
        found[subject.identity] = _known(subject, leaf, withdrawn.get(leaf, ""))
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.identity)))


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
    return Installed(subject.name, root, _day(found), "root", subject.identity)


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


def _ask(workspace: Workspace, keys: OwnKeys, out: Path, now: datetime) -> Requested:
    data = make_request(keys, own_subject(workspace), now)
    with workspace.store.writing() as connection:  # names people: not beside the encrypted store
        rows.set_setting(connection, PENDING_REQUEST, data.decode())
    write_file(out, data)
    asked = read_request(data)
    return Requested(out, asked.fingerprint, asked.renews)


def _pending(workspace: Workspace) -> Request | None:
    with workspace.store.reading() as connection:
        found = rows.setting(connection, PENDING_REQUEST)
    return read_request(found.encode()) if found else None


def _issue_own(
    workspace: Workspace, keys: OwnKeys, authority: Authority, now: datetime
) -> Certificate:
    """Issue this office's own certificate to sign with, by its own authority."""
    leaf = issue_leaf(authority, keys.signing.public_key(), own_subject(workspace), now)
    chain = (leaf, *authority.intermediates)
    remember_chains(workspace, (own_chain(workspace), chain), now)
    set_own_chain(workspace, chain, now)
    return leaf


def _asked_fingerprint(workspace: Workspace, chain: tuple[Certificate, ...]) -> str:
    asked = _pending(workspace)
    approved = {fingerprint_of(one) for one in chain if not is_provisional(one)}
    return asked.fingerprint if asked and asked.fingerprint not in approved else ""


def _withdrawn(workspace: Workspace, now: datetime) -> str:
    found = judge_chain(own_chain(workspace), trust_of(workspace), now)
    return " ".join(found.reasons) if found.verdict is Verdict.SIGNER_REVOKED else ""


def _root_fingerprint(workspace: Workspace) -> str:
    roots = root_certificates(workspace)
    return fingerprint_of(roots[0]) if roots else ""


def _known(subject: Subject, certificate: Certificate, withdrawn: str) -> Known:
    return Known(
        identity=subject.identity,
        name=subject.name,
        role=subject.role.value,
        office=subject.office,
        bureau=subject.bureau,
        fingerprint=fingerprint_of(certificate),
        valid_until=_day(certificate),
        withdrawn=withdrawn,
    )


def _day(certificate: Certificate) -> str:
    return f"{certificate.not_valid_after_utc:%Y-%m-%d}"
