"""Who one is: certificates requested, renewed and given by files; what they say of people here."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.escrow import want_escrow
from stocktake_app.actions.installing import (
    PENDING_REQUEST,
    Installed,
    install,
    last_day,
    pending_request,
)
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
    remember_chains,
    root_certificates,
    small_notices,
    trust_of,
    withdrawn_certificates,
)
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store import rows
from stocktake_app.store.seals import list_seals
from stocktake_app.store.trust_objects import load_trust, own_chain, set_own_chain
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust import enrolment
from stocktake_app.trust.certificates import (
    Authority,
    Certificate,
    Subject,
    is_provisional,
    issue_leaf,
    make_root,
    subject_of,
)
from stocktake_app.trust.chain import judge_chain
from stocktake_app.trust.keys import PublicKey
from stocktake_app.trust.keystore import has_keystore
from stocktake_app.trust.requests import OwnKeys, Request, make_request, read_request

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
        valid_until=last_day(chain[0]) if chain else "",
        identity=workspace.profile.identity,
        issuer_valid_until=last_day(issuer) if issuer else "",
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
        waiting = _waiting_key(workspace, signer.key.public_key())
        keys = replace(keys, signing=further_signing_key(unlocked, waiting))
    if authority and workspace.role is Role.HQ:
        root = make_root(keys.issuing, own_subject(workspace), now)
        learn(workspace, Growth(anchors=(root,)), now)
        return Rotated(None, fingerprint_of(root), fingerprint_of(root), last_day(root))
    if not authority and workspace.role is not Role.OFFICER:
        leaf = _issue_own(workspace, keys, own_authority(workspace, unlocked), now)
        old = fingerprint_of(signer.certificate)
        return Rotated(None, fingerprint_of(leaf), old, last_day(leaf))
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


def _ask(workspace: Workspace, keys: OwnKeys, out: Path, now: datetime) -> Requested:
    data = make_request(keys, own_subject(workspace), now)
    with workspace.store.writing() as connection:  # names people: not beside the encrypted store
        rows.set_setting(connection, PENDING_REQUEST, data.decode())
    write_file(out, data)
    asked = read_request(data)
    return Requested(out, asked.fingerprint, asked.renews)


def _issue_own(
    workspace: Workspace, keys: OwnKeys, authority: Authority, now: datetime
) -> Certificate:
    """Issue this office's own certificate to sign with, by its own authority."""
    leaf = issue_leaf(authority, keys.signing.public_key(), own_subject(workspace), now)
    chain = (leaf, *authority.intermediates)
    remember_chains(workspace, (own_chain(workspace), chain), now)
    set_own_chain(workspace, chain, now)
    return leaf


def _waiting_key(workspace: Workspace, signing: PublicKey) -> PublicKey | None:
    """Return the key that an officer asked for and that no answer came for yet.

    A bureau answers itself: what it once asked HQ for may name a key that it has long renewed.
    """
    asked = pending_request(workspace) if workspace.role is Role.OFFICER else None
    return asked.key if asked and asked.key != signing else None


def _asked_fingerprint(workspace: Workspace, chain: tuple[Certificate, ...]) -> str:
    asked = pending_request(workspace)
    approved = {fingerprint_of(one) for one in chain if not is_provisional(one)}
    return asked.fingerprint if asked and asked.fingerprint not in approved else ""


def _withdrawn(workspace: Workspace, now: datetime) -> str:
    found = judge_chain(own_chain(workspace), trust_of(workspace), now)
    return " ".join(found.reasons) if found.verdict is Verdict.SIGNER_REVOKED else ""


def _known(subject: Subject, certificate: Certificate, withdrawn: str) -> Known:
    return Known(
        identity=subject.identity,
        name=subject.name,
        role=subject.role.value,
        office=subject.office,
        bureau=subject.bureau,
        fingerprint=fingerprint_of(certificate),
        valid_until=last_day(certificate),
        withdrawn=withdrawn,
    )
