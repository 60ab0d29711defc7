"""Who one is: keys made when they are first needed; certificates requested and given by files."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import KeyUsage

from stocktake_app.actions.recipients import publish_recipient, recipient_notices
from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import (
    known_chains,
    remember_chains,
    root_certificates,
    take_notices,
    take_waiting,
)
from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.store.files import atomic_write
from stocktake_app.store.imports import Signer as StoredSigner
from stocktake_app.store.seals import list_seals
from stocktake_app.store.trust_objects import (
    add_anchor,
    load_trust,
    own_chain,
    set_own_chain,
)
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust import enrolment
from stocktake_app.trust.certificates import (
    Authority,
    Certificate,
    Subject,
    certificate_key,
    is_provisional,
    subject_of,
)
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.keys import PrivateKey, fingerprint, new_key
from stocktake_app.trust.keystore import (
    AUTHORITY,
    SIGNING,
    Unlocked,
    create_keystore,
    has_keystore,
    open_keystore,
)
from stocktake_app.trust.requests import OwnKeys, make_request, read_request
from stocktake_app.trust.slots import KEYRING

REQUEST_FILE = "request.json"


class PassphraseNeededError(WrongUseError):
    """The key is locked: give its passphrase (--passphrase-file, or STOCKTAKE_PASSPHRASE)."""


@dataclass(frozen=True)
class Standing(Result):
    """How this workspace's own identity stands; fingerprints and times may be ""."""

    has_key: bool
    approved: bool
    fingerprint: str
    root_fingerprint: str
    valid_until: str


@dataclass(frozen=True)
class Requested(Result):
    """A request for a certificate, written to a file."""

    path: Path
    fingerprint: str


@dataclass(frozen=True)
class Approved(Result):
    """An answer to a request, written to a file."""

    path: Path
    name: str
    role: str
    office: str
    fingerprint: str


@dataclass(frozen=True)
class Installed(Result):
    """A certificate taken in."""

    name: str
    root_fingerprint: str
    valid_until: str


@dataclass(frozen=True)
class Known(Result):
    """A person or office whose signature this workspace knows."""

    identity: str
    name: str
    role: str
    office: str
    bureau: str
    fingerprint: str


def standing(workspace: Workspace) -> Standing:
    """Say how this workspace's own identity stands; needs no passphrase."""
    chain = own_chain(workspace)
    roots = root_certificates(workspace)
    return Standing(
        has_key=has_keystore(workspace.folder),
        approved=bool(chain) and not is_provisional(chain[0]),
        fingerprint=_fingerprint(chain[0]) if chain else "",
        root_fingerprint=_fingerprint(roots[0]) if roots else "",
        valid_until=f"{chain[0].not_valid_after_utc:%Y-%m-%d}" if chain else "",
    )


def unlock(workspace: Workspace, passphrase: str | None) -> Unlocked:
    """Open this workspace's keys; they are made with the passphrase when there are none yet.

    Raises:
        PassphraseNeededError: a passphrase is needed and none is given.
        WrongPassphraseError: it is not the right one.
    """
    if not has_keystore(workspace.folder):
        if not passphrase:
            raise PassphraseNeededError(
                "this workspace has no key yet: choose a passphrase for it (--passphrase-file, or "
                "STOCKTAKE_PASSPHRASE)"
            )
        return create_keystore(workspace.folder, passphrase=passphrase)
    keystore = open_keystore(workspace.folder)
    if not passphrase and KEYRING not in keystore.slots:
        raise PassphraseNeededError
    return keystore.unlock(passphrase)


def own_signer(workspace: Workspace, passphrase: str | None, *, now: datetime) -> Signer:
    """Return this workspace's signer, making key and certificate where they are missing.

    HQ makes its root; everybody else signs with a provisional certificate until approved.
    """
    unlocked = unlock(workspace, passphrase)
    keys = _own_keys(workspace, unlocked)
    chain = own_chain(workspace)
    signer = Signer(keys.signing, chain) if chain else _first_signer(workspace, keys, now)
    publish_recipient(workspace, unlocked, signer, now)
    return signer


def _first_signer(workspace: Workspace, keys: OwnKeys, now: datetime) -> Signer:
    if workspace.role is Role.HQ:
        made = enrolment.found_hq(keys, own_subject(workspace), now)
        add_anchor(workspace, made.anchor, now)
        signer = made.signer
    else:
        signer = enrolment.provisional_signer(keys.signing, own_subject(workspace), now)
    set_own_chain(workspace, signer.chain, now)
    return signer


def own_subject(workspace: Workspace) -> Subject:
    """Return this workspace's person or office as it stands in certificates."""
    profile = workspace.profile
    bureau = "" if profile.role is Role.HQ else profile.bureau
    return Subject(
        identity=profile.identity,
        name=profile.name,
        role=profile.role,
        bureau=bureau,
        office=profile.office,
        practice=workspace.practice,
    )


def stored_signer(signer: Signer) -> StoredSigner:
    """Return a signer as the store keeps it."""
    subject = subject_of(signer.certificate)
    return StoredSigner(
        identity=subject.identity,
        name=subject.name,
        role=subject.role,
        bureau=subject.bureau,
        office=subject.office,
        fingerprint=_fingerprint(signer.certificate),
    )


def request(workspace: Workspace, out: Path, *, passphrase: str | None, now: datetime) -> Requested:
    """Write a request for a certificate; makes the keys when there are none yet.

    Raises:
        WrongUseError: HQ asks nobody.
    """
    if workspace.role is Role.HQ:
        raise WrongUseError("HQ has its own root and asks nobody for a certificate")
    keys = _own_keys(workspace, unlock(workspace, passphrase))
    own_signer(workspace, passphrase, now=now)
    data = make_request(keys, own_subject(workspace), now)
    atomic_write(workspace.folder / REQUEST_FILE, data)
    _write(out, data)
    return Requested(out, read_request(data).fingerprint)


def approve(
    workspace: Workspace, data: bytes, out: Path, *, passphrase: str | None, now: datetime
) -> Approved:
    """Answer a request: a bureau for its officers, HQ for bureaux and its own.

    The fingerprint in the result is to be compared aloud before the answer is handed over.

    Raises:
        RefusedError: the request is damaged, or not for this office to answer.
    """
    found = read_request(data)
    signer = own_signer(workspace, passphrase, now=now)
    authority = _authority(workspace, unlock(workspace, passphrase))
    known = [chain[0] for chain in known_chains(workspace)]
    notices = recipient_notices(workspace, now)
    answer = enrolment.approve(found, authority, signer, now, known, notices)
    trust = Trust((authority.root,), practice=workspace.practice)
    chain = enrolment.read_approval(answer, trust, now).chain
    remember_chains(workspace, (chain,), now)
    _write(out, answer)
    return Approved(
        path=out,
        name=found.subject.name,
        role=found.subject.role.value,
        office=found.subject.office,
        fingerprint=found.fingerprint,
    )


def install(
    workspace: Workspace, data: bytes, *, passphrase: str | None, now: datetime
) -> Installed:
    """Take in the answer to this workspace's request; the first one pins HQ's root.

    Raises:
        RefusedError: it answers somebody else's request, or leads to another root.
    """
    try:
        asked = read_request((workspace.folder / REQUEST_FILE).read_bytes())
    except FileNotFoundError:
        raise RefusedError("this workspace has not asked for a certificate yet") from None
    approval = enrolment.read_approval(data, load_trust(workspace), now)
    keys = _own_keys(workspace, unlock(workspace, passphrase))
    done = enrolment.install(approval, asked, keys, now)
    add_anchor(workspace, done.anchor, now)
    set_own_chain(workspace, done.signer.chain, now)
    remember_chains(workspace, (done.signer.chain,), now)
    take_waiting(workspace, now)
    take_notices(workspace, {hashlib.sha256(one).hexdigest(): one for one in approval.notices}, now)
    leaf = done.signer.certificate
    return Installed(
        name=subject_of(leaf).name,
        root_fingerprint=done.root_fingerprint,
        valid_until=f"{leaf.not_valid_after_utc:%Y-%m-%d}",
    )


def known(workspace: Workspace) -> tuple[Known, ...]:
    """Return the people and offices known here, by name."""
    found = {}
    for seal in list_seals(workspace):
        one = seal.signer
        found[one.identity] = Known(
            one.identity, one.name, one.role.value, one.office, one.bureau, one.fingerprint
        )
    for chain in known_chains(workspace):
        one_subject = subject_of(chain[0])
        if not _issues(chain[0]):  # a bureau is known by the key it signs with
            found[one_subject.identity] = _known(one_subject, chain[0])
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.identity)))


def _issues(certificate: Certificate) -> bool:
    usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    return usage.key_cert_sign


def _known(subject: Subject, certificate: Certificate) -> Known:
    return Known(
        identity=subject.identity,
        name=subject.name,
        role=subject.role.value,
        office=subject.office,
        bureau=subject.bureau,
        fingerprint=_fingerprint(certificate),
    )


def _fingerprint(certificate: Certificate) -> str:
    return fingerprint(certificate_key(certificate))


def _key(unlocked: Unlocked, name: str) -> PrivateKey:
    if name not in unlocked.key_names():
        unlocked.add_key(name, new_key())
    return unlocked.private_key(name)


def _own_keys(workspace: Workspace, unlocked: Unlocked) -> OwnKeys:
    authority = None if workspace.role is Role.OFFICER else _key(unlocked, AUTHORITY)
    return OwnKeys(_key(unlocked, SIGNING), authority)


def _authority(workspace: Workspace, unlocked: Unlocked) -> Authority:
    roots, chain = root_certificates(workspace), own_chain(workspace)
    if workspace.role is Role.OFFICER or AUTHORITY not in unlocked.key_names() or not roots:
        raise RefusedError("only HQ and an approved bureau can answer requests")
    certificate = roots[0] if workspace.role is Role.HQ else chain[-1]
    return Authority(unlocked.private_key(AUTHORITY), certificate, roots[0])


def _write(out: Path, data: bytes) -> None:
    if out.is_dir():
        raise UserFileError(f"{out} is a folder; name a file in it")
    out.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(out, data)
