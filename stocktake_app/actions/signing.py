"""This workspace's own keys and signer: made when first needed, found by their certificate."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.recipients import publish_recipient
from stocktake_app.actions.trusting import root_certificates
from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.store.files import atomic_write
from stocktake_app.store.imports import Signer as StoredSigner
from stocktake_app.store.trust_objects import add_anchor, own_chain, set_own_chain
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
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.keys import PrivateKey, PublicKey, fingerprint, new_key
from stocktake_app.trust.keystore import (
    AUTHORITY,
    SIGNING,
    Unlocked,
    create_keystore,
    has_keystore,
    open_keystore,
)
from stocktake_app.trust.passphrases import check_passphrase
from stocktake_app.trust.requests import OwnKeys
from stocktake_app.trust.slots import KEYRING


class PassphraseNeededError(WrongUseError):
    """The key is locked: give its passphrase (--passphrase-file, or STOCKTAKE_PASSPHRASE)."""


@dataclass(frozen=True)
class Office:
    """Who answers for an office: its signer, and the authority that issues certificates."""

    signer: Signer
    authority: Authority


def unlock(workspace: Workspace, passphrase: str | None) -> Unlocked:
    """Open this workspace's keys; they are made with the passphrase when there are none yet.

    Raises:
        PassphraseNeededError: a passphrase is needed and none is given.
        WrongPassphraseError: it is not the right one.
        WeakPassphraseError: a new one is too easily guessed.
    """
    if not has_keystore(workspace.folder):
        if not passphrase:
            raise PassphraseNeededError(
                "this workspace has no key yet: choose a passphrase for it (--passphrase-file, or "
                "STOCKTAKE_PASSPHRASE)"
            )
        profile = workspace.profile
        check_passphrase(passphrase, (profile.name, profile.office))
        return create_keystore(workspace.folder, passphrase=passphrase)
    keystore = open_keystore(workspace.folder)
    if not passphrase and KEYRING not in keystore.slots:
        raise PassphraseNeededError
    return keystore.unlock(passphrase)


def own_signer(workspace: Workspace, passphrase: str | None, *, now: datetime) -> Signer:
    """Return this workspace's signer, making key and certificate where they are missing.

    HQ makes its root; everybody else signs with a provisional certificate until approved.
    """
    return signer_with(workspace, unlock(workspace, passphrase), now)


def own_office(workspace: Workspace, passphrase: str | None, *, now: datetime) -> Office:
    """Return what an office answers requests and withdraws certificates with.

    Raises:
        RefusedError: an officer's workspace, or a bureau that HQ has not approved.
    """
    unlocked = unlock(workspace, passphrase)
    signer = signer_with(workspace, unlocked, now)
    return Office(signer, own_authority(workspace, unlocked))


def signer_with(workspace: Workspace, unlocked: Unlocked, now: datetime) -> Signer:
    """Return this workspace's signer as ``own_signer`` does, with keys that are open already."""
    chain = own_chain(workspace)
    keys = own_keys(workspace, unlocked, certificate_key(chain[0]) if chain else None)
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
        fingerprint=fingerprint_of(signer.certificate),
    )


def own_keys(workspace: Workspace, unlocked: Unlocked, key: PublicKey | None = None) -> OwnKeys:
    """Return this workspace's keys, made where they are missing; ``key`` is the one that signs.

    Raises:
        RefusedError: the keystore does not have that one.
    """
    authority = None if workspace.role is Role.OFFICER else _named_key(unlocked, AUTHORITY)
    first = _named_key(unlocked, SIGNING)
    return OwnKeys(first if key is None else _signing_key(unlocked, key), authority)


def further_signing_key(unlocked: Unlocked, pending: PublicKey | None) -> PrivateKey:
    """Make one more key to sign with, or return the pending one: the older ones stay."""
    if pending is not None:
        return _signing_key(unlocked, pending)
    made = new_key()
    unlocked.add_key(f"{SIGNING} {fingerprint(made.public_key())}", made)
    return made


def own_authority(workspace: Workspace, unlocked: Unlocked) -> Authority:
    """Return the authority with which this office issues certificates and lists.

    Raises:
        RefusedError: it has none: an officer's workspace, or a bureau that HQ has not approved.
    """
    roots, chain = root_certificates(workspace), own_chain(workspace)
    approved = bool(chain) and not is_provisional(chain[0])
    if workspace.role is Role.OFFICER or not approved or not roots:
        raise RefusedError("only HQ and an approved bureau can answer requests")
    certificate = roots[0] if workspace.role is Role.HQ else chain[-1]
    return Authority(unlocked.private_key(AUTHORITY), certificate, roots[0])


def fingerprint_of(certificate: Certificate) -> str:
    """Return the fingerprint of a certificate's key, to be read aloud."""
    return fingerprint(certificate_key(certificate))


def write_file(out: Path, data: bytes) -> None:
    """Write a file that the user named, and the folders above it.

    Raises:
        UserFileError: it is a folder.
    """
    if out.is_dir():
        raise UserFileError(f"{out} is a folder; name a file in it")
    out.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(out, data)


def _named_key(unlocked: Unlocked, name: str) -> PrivateKey:
    if name not in unlocked.key_names():
        unlocked.add_key(name, new_key())
    return unlocked.private_key(name)


def _signing_key(unlocked: Unlocked, key: PublicKey) -> PrivateKey:
    """Return the signing key that belongs to a public key."""
    for name in unlocked.key_names():
        if name.startswith(SIGNING):
            found = unlocked.private_key(name)
            if found.public_key() == key:
                return found
    raise RefusedError(
        f"The key {fingerprint(key)} is not among the keys of this workspace; was keys.json "
        "replaced by an older one? Restore the newer one, or ask for a new certificate."
    )
