"""What this workspace trusts, and judging again what is kept here when that grows."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.x509 import KeyUsage

from stocktake_app.actions.recipients import recipient_notices, take_recipient
from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.exchange.seals import SealReport, open_seal
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store.database import Connection
from stocktake_app.store.imports import Signer
from stocktake_app.store.objects import insert_object, list_objects
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.seals import (
    StoredSeal,
    Verdicts,
    get_seal,
    list_seals,
    write_verdicts,
)
from stocktake_app.store.trust_objects import (
    ANCHOR,
    encode_certificate,
    insert_trust,
    list_anchors,
    list_issuers,
    load_trust,
    replace_list,
)
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import joined
from stocktake_app.trust.certificates import (
    BadCertificateError,
    Certificate,
    certificate_key,
    from_pem,
    is_provisional,
    subject_of,
    to_pem,
)
from stocktake_app.trust.chain import Chain, Trust, check_list, is_root
from stocktake_app.trust.keys import fingerprint
from stocktake_app.trust.recipients import is_recipient_notice
from stocktake_app.trust.revocation import (
    PEM_BEGIN,
    IssuedList,
    RevocationList,
    find_revocation,
    list_notice,
    list_number,
    list_rank,
    list_revocations,
    newest_list,
    read_notice,
)

CHAIN = "chain"
NOTICE = "notice"
MAX_IN_ANSWER = 64 * 1024
"""Bytes of notices in an answer to a request; all of them travel in packages too."""

Concerned = Callable[[StoredSeal], bool]


def known_chains(workspace: Workspace) -> tuple[Chain, ...]:
    """Return the chains of signers that were approved here or came with trusted records."""
    return tuple(from_pem(data) for data in list_objects(workspace, CHAIN))


def root_certificates(workspace: Workspace) -> list[Certificate]:
    """Return HQ's root certificates that are pinned here, the first pinned first.

    Of a root that was renewed with the same key it is the one that lasts longest.
    """
    roots: dict[tuple[str, str], Certificate] = {}
    for anchor in filter(is_root, list_anchors(workspace)):
        key = (anchor.subject.rfc4514_string(), fingerprint(certificate_key(anchor)))
        last = roots.get(key, anchor)
        roots[key] = max(last, anchor, key=lambda one: one.not_valid_after_utc)
    return list(roots.values())


def withdrawn_certificates(trust: Trust) -> dict[Certificate, str]:
    """Return the known certificates that their issuers withdrew, with since when and why."""
    found = {}
    for chain in trust.known:
        issuers = (*chain[1:], *trust.anchors)
        for issuer in (one for one in issuers if one.subject == chain[0].issuer):
            crl = newest_list(trust.crls, issuer)
            said = find_revocation(crl, chain[0]) if crl is not None else None
            if said is not None:
                found[chain[0]] = f"{said.date:%Y-%m-%d}: {said.why}"
    return found


def trust_of(workspace: Workspace) -> Trust:
    """Return what the workspace trusts: anchors, revocation lists, approved signers."""
    return load_trust(workspace).knowing(*known_chains(workspace))


def signer_of(report: SealReport) -> Signer:
    """Return who signed a record, as the store keeps it."""
    subject = report.subject
    if subject is None:
        return Signer(report.seal.manifest.identity, "", Role.OFFICER, "", "", "")
    return Signer(
        identity=subject.identity,
        name=subject.name,
        role=subject.role,
        bureau=subject.bureau,
        office=subject.office,
        fingerprint=report.fingerprint,
    )


def seal_reason(report: SealReport) -> str:
    """Return why a record does not count, in one sentence, or ""."""
    return joined(report.reasons)


@dataclass(frozen=True)
class Growth:
    """What changes trust: ``anchors`` to pin, ``chains`` of approved signers, newer ``lists``."""

    anchors: tuple[Certificate, ...] = ()
    chains: tuple[Chain, ...] = ()
    lists: tuple[IssuedList, ...] = ()


def remember_chains(workspace: Workspace, chains: Iterable[Chain], now: datetime) -> int:
    """Keep chains of approved signers: what they signed before their approval counts then too.

    Returns how many entries changed by it.
    """
    return learn(workspace, Growth(chains=tuple(chains)), now)


def rejudge(workspace: Workspace, now: datetime) -> int:
    """Judge again, as of their first receipt, all records that do not count yet."""
    return learn(workspace, Growth(), now)


def learn(workspace: Workspace, growth: Growth, now: datetime) -> int:
    """Take in what changes trust and judge again what it concerns, all or nothing.

    A certificate that comes late makes earlier records count, a withdrawal that comes late sets
    records aside: each is judged as of its first receipt here, so it does not matter what came
    first. Our own records always count here. Returns how many entries changed.
    """
    with workspace.store.writing() as connection:
        before = trust_of(workspace)
        _write(connection, before, growth, now)
        concerned, trust = _concerned(before, growth), _grown(before, growth)
        verdicts, chains = _judged_again(workspace, trust, concerned)
        while fresh := chains - set(trust.known):  # what came before there was a root
            _write(connection, trust, Growth(chains=tuple(fresh)), now)
            trust = trust.knowing(*fresh)
            verdicts, chains = _judged_again(workspace, trust, concerned)
        changed = write_verdicts(connection, workspace, verdicts) if verdicts else 0
    refresh_projections(workspace)
    return changed


def take_notices(
    workspace: Workspace, objects: Mapping[str, bytes], now: datetime
) -> tuple[str, ...]:
    """Take in the notices among a package's objects; returns a sentence for each left out.

    Each is judged by HQ's pinned root alone, whoever brought it; nothing broken, unknown or older
    stops anything. What cannot be judged yet is judged when a root is pinned (``take_waiting``).
    """
    notes: list[str] = []
    lists = newer_lists(objects, load_trust(workspace), notes)
    if lists:
        learn(workspace, Growth(lists=lists), now)
    for _, data in sorted(objects.items()):
        if is_recipient_notice(data):
            try:
                take_recipient(workspace, data, now)
            except RefusedError as error:
                notes.append(str(error))
    return tuple(notes)


def newer_lists(
    objects: Mapping[str, bytes], trust: Trust, notes: list[str] | None = None
) -> tuple[IssuedList, ...]:
    """Return the revocation lists among objects that are newer than those known.

    ``notes`` gets a sentence for each that is left out, but for those known already.
    """
    found: list[IssuedList] = []
    for _, data in sorted(objects.items()):
        if not data.startswith(PEM_BEGIN):
            continue
        try:
            found.append(read_newer_list(data, with_lists(trust, found)))
        except KnownListError:
            continue
        except RefusedError as error:
            if notes is not None:
                notes.append(str(error))
    return tuple(found)


def with_lists(trust: Trust, lists: Iterable[IssuedList]) -> Trust:
    """Return the same trust with more revocation lists; of each issuer the newest counts."""
    return replace(trust, crls=(*trust.crls, *(crl for crl, _ in lists)))


def take_waiting(workspace: Workspace, now: datetime) -> None:
    """Take in the notices that came before there was a root to judge them by."""
    waiting = list_objects(workspace, NOTICE)
    take_notices(workspace, {hashlib.sha256(one).hexdigest(): one for one in waiting}, now)


def own_notices(workspace: Workspace, now: datetime) -> dict[str, bytes]:
    """Return the notices that our packages carry, by SHA-256: newest lists, keys to encrypt to.

    Those of a bureau and of HQ do; an officer's packages carry none.
    """
    if workspace.role is Role.OFFICER:
        return {}
    found = list(recipient_notices(workspace, now))
    crls = load_trust(workspace).crls
    for issuer in list_issuers(workspace):
        crl = newest_list(crls, issuer)
        if crl is not None:
            found.append(list_notice(crl, issuer))
    return {hashlib.sha256(one).hexdigest(): one for one in found}


def small_notices(notices: Mapping[str, bytes]) -> list[bytes]:
    """Return as many of these notices as an answer has room for, the smallest first."""
    room, found = MAX_IN_ANSWER, []
    for data in sorted(notices.values(), key=lambda one: (len(one), one)):
        room -= len(data)
        if room >= 0:
            found.append(data)
    return found


class KnownListError(RefusedError):
    """This list of withdrawn certificates is known here already."""


class OlderListError(RefusedError):
    """A list of withdrawn certificates that is older than the one known here."""


def read_newer_list(data: bytes, trust: Trust) -> IssuedList:
    """Read a revocation list that is newer than those known.

    Raises:
        UserFileError: it is damaged, or by nobody whom we trust.
        OlderListError: a newer one is known; an older one may hide who was withdrawn since.
        KnownListError: it is the one that is known.
    """
    crl, issuer = read_notice(data)
    try:
        check_list((crl, issuer), trust)
    except BadCertificateError as error:
        raise UserFileError(str(error)) from None
    known = newest_list(trust.crls, issuer)
    if known is not None and list_rank(crl) == list_rank(known):
        raise KnownListError
    if known is not None and list_rank(crl) < list_rank(known):
        raise OlderListError(
            f"The list of withdrawn certificates by {subject_of(issuer).unit} in this file (number "
            f"{list_number(crl)}) is older than the one known here (number {list_number(known)}); "
            "it is not used."
        )
    return crl, issuer


def _grown(before: Trust, growth: Growth) -> Trust:
    anchors = tuple(dict.fromkeys((*before.anchors, *growth.anchors)))
    return replace(with_lists(before, growth.lists), anchors=anchors).knowing(*growth.chains)


def _write(connection: Connection, before: Trust, growth: Growth, now: datetime) -> None:
    insert_trust(connection, ANCHOR, [encode_certificate(one) for one in growth.anchors], now)
    for chain in growth.chains:
        insert_object(connection, CHAIN, to_pem(chain).encode())
    for crl, issuer in growth.lists:
        older = [one for one in before.crls if one.issuer == crl.issuer]
        replace_list(connection, crl, encode_certificate(issuer), older, now)


def _judged_again(
    workspace: Workspace, trust: Trust, concerned: Concerned
) -> tuple[Verdicts, set[Chain]]:
    """Judge what does not count and what new lists concern; return verdicts and signers' chains."""
    verdicts, chains = {}, set()
    for stored in list_seals(workspace):
        if stored.own or not (stored.verdict is not Verdict.VALID or concerned(stored)):
            continue
        at = datetime.fromisoformat(stored.received)
        report = open_seal(get_seal(workspace, stored.id), trust, at)
        if report.author is not None and not is_provisional(report.chain[0]):
            chains.add(report.chain)
        judged = (report.verdict, seal_reason(report))
        if judged != (stored.verdict, stored.reason):
            verdicts[stored.id] = (*judged, signer_of(report))
    return verdicts, chains


def _concerned(before: Trust, growth: Growth) -> Concerned:
    """Say which records that count new lists may set aside: by key, by bureau, at worst all."""
    keys: set[str] = set()
    bureaux: set[str] = set()
    every = False
    for crl, issuer in growth.lists:
        changed = _changed(before, crl, issuer)
        named = {
            one: chain
            for chain in (*before.known, *growth.chains)
            for one in chain
            if one.issuer == crl.issuer and one.serial_number in changed
        }
        for certificate, chain in named.items():
            if certificate == chain[0] and not issues(certificate):
                keys.add(fingerprint(certificate_key(certificate)))
            else:
                bureaux.add(subject_of(certificate).bureau)
        if {one.serial_number for one in named} != changed:  # one whose certificate is not here
            bureaux.add(subject_of(issuer).bureau)
            every = every or is_root(issuer)
    return lambda seal: every or seal.signer.fingerprint in keys or seal.signer.bureau in bureaux


def _changed(before: Trust, crl: RevocationList, issuer: Certificate) -> set[int]:
    """Return the serial numbers of which a list says something else than the one before."""
    known = newest_list(before.crls, issuer)
    old = set(list_revocations(known)) if known is not None else set()
    return {one.serial for one in old ^ set(list_revocations(crl))}


def issues(certificate: Certificate) -> bool:
    """Say whether a certificate is one that issues others."""
    usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    return usage.key_cert_sign
