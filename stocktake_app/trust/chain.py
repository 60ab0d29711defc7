"""The verdict on a signer: who it is, and whether what we trust leads to its certificate.

A chain is the signer's certificate first, then its issuer, exactly; the root stays out of it and
is looked up among the anchors that this workspace pinned. Time is an argument: the moment of first
receipt, so that the same trust gives the same verdict for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from cryptography import x509

from stocktake_app.model.codes import Role, Verdict
from stocktake_app.translations import N_, Sentence, sentence_of
from stocktake_app.trust.certificates import (
    UNREADABLE,
    BadCertificateError,
    Certificate,
    certificate_key,
    is_provisional,
)
from stocktake_app.trust.keys import fingerprint
from stocktake_app.trust.profile import check_bureau, check_issued, check_leaf, check_root
from stocktake_app.trust.revocation import (
    IssuedList,
    Revocation,
    RevocationList,
    find_revocation,
    is_list_of,
    newest_list,
)
from stocktake_app.trust.subjects import MAX_NAME_CHARS, Subject, name_constraints

Chain = tuple[Certificate, ...]

PRACTICE_SIGNER = Sentence("This is a practice signature: nothing that is signed with it is real.")
REAL_SIGNER = Sentence("This is a real signature, and only practice ones are known here.")
PRACTICE_NOTE = Sentence("A practice signature: no HQ stands behind it.")


@dataclass(frozen=True)
class Trust:
    """What this workspace goes by.

    ``anchors`` are HQ's pinned root certificates, and single senders' own ones that a person here
    compared aloud. ``crls`` are all revocation lists at hand, ``known`` the chains of approved
    signers: what they signed before their approval counts too. ``practice`` is how a practice
    workspace judges: practice signers need no approval, and nobody else is known.
    """

    anchors: tuple[Certificate, ...]
    crls: tuple[RevocationList, ...] = ()
    known: tuple[Chain, ...] = ()
    practice: bool = False

    def knowing(self, *chains: Chain) -> "Trust":
        """Return the same trust with more chains of signers; each is still judged itself."""
        return replace(self, known=self.known + chains)


@dataclass(frozen=True)
class ChainVerdict:
    """What the chain says of the signer; ``reasons`` and ``notes`` are whole sentences.

    ``verdict`` is valid, signer_unknown, signer_expired or signer_revoked. ``subject`` is only
    what the certificate claims while the signer is unknown, and None if it is none of ours.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    subject: Subject | None
    certificate: Certificate
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The signer's fingerprint to read aloud; "" for a key that is not accepted."""
        return fingerprint(certificate_key(self.certificate)) if self.subject else ""


def judge_chain(chain: Chain, trust: Trust, at: datetime, record: str = "") -> ChainVerdict:
    """Judge a signer's chain as of ``at``; never raises for what the certificates are.

    ``record`` is the hash of the seal that was signed ("" for anything else): a list of withdrawn
    certificates may say that it stays good.
    """
    when = _When(at, record)
    try:
        subject = check_leaf(chain[0])
        if subject.practice != trust.practice:
            return _judge_other_world(chain[0], subject)
        if is_provisional(chain[0]):
            return _judge_provisional(chain, subject, trust, when)
        path = _path(chain, subject, trust)
    except UNREADABLE as error:
        reason = Sentence(
            "We do not know this sender. The certificate of {name} cannot be trusted, as {why}.",
            name=_name(chain[0]),
            why=sentence_of(error),
        )
        return ChainVerdict(Verdict.SIGNER_UNKNOWN, (reason,), _claimed(chain[0]), chain[0])
    found = _judge_path(path, subject, trust, when)
    if found.verdict is Verdict.VALID or _is_withdrawn(path, trust):
        return found
    return _judge_by_newer_certificate(found, chain, trust, when)


@dataclass(frozen=True)
class _When:
    """What is judged beside the certificates: when it was first received, and which record."""

    at: datetime
    record: str = ""


def _is_withdrawn(path: Chain, trust: Trust) -> bool:
    """Say whether the signer's own certificate was withdrawn, whatever became of its issuer's."""
    own = newest_list(trust.crls, path[1]) if len(path) > 1 else None
    return own is not None and find_revocation(own, path[0]) is not None


def _judge_by_newer_certificate(
    found: ChainVerdict, chain: Chain, trust: Trust, when: _When
) -> ChainVerdict:
    """Judge a signer whose certificate or issuer is gone by another certificate of the same key.

    So a record may come late, and nobody in the field signs anew for what happened in the office.
    """
    others = [one for one in trust.known if one != chain]
    renewed = _approvals(found.subject, chain[0], others, trust, when) if found.subject else []
    good = [one for one in renewed if one.verdict is Verdict.VALID]
    if not good:
        return found
    note = Sentence("The same key has another certificate, which stands for this signer.")
    return replace(good[0], notes=(*good[0].notes, note))


def _judge_other_world(certificate: Certificate, subject: Subject) -> ChainVerdict:
    reason = PRACTICE_SIGNER if subject.practice else REAL_SIGNER
    return ChainVerdict(Verdict.SIGNER_UNKNOWN, (reason,), subject, certificate)


def judge_authority(certificate: Certificate, trust: Trust, at: datetime) -> ChainVerdict:
    """Judge the certificate with which a bureau issues others; ``subject`` is the bureau."""
    try:
        subject = check_bureau(certificate)
        path = (certificate, _anchor_of(certificate, trust))
    except UNREADABLE as error:
        reason = f"The certificate of {_name(certificate)} cannot be trusted, as {error}."
        return ChainVerdict(Verdict.SIGNER_UNKNOWN, (reason,), None, certificate)
    return _judge_path(path, subject, trust, _When(at))


def check_list(issued: IssuedList, trust: Trust) -> None:
    """Check that a revocation list is by who it says, and that what we trust leads to its issuer.

    Raises:
        BadCertificateError: it does not; the message is a whole sentence.
    """
    crl, issuer = issued
    try:
        if issuer not in trust.anchors or not is_root(issuer):
            check_bureau(issuer)
            _anchor_of(issuer, trust)
    except UNREADABLE as error:
        raise BadCertificateError(
            f"This list of withdrawn certificates cannot be trusted, as of {_name(issuer)} {error}."
        ) from None
    if not is_list_of(crl, issuer):
        raise BadCertificateError(
            f"This list of withdrawn certificates is not by {_name(issuer)}, or not as we write it."
        )


def is_root(certificate: Certificate) -> bool:
    """Say whether this is a root certificate of an HQ, whichever."""
    try:
        check_root(certificate)
    except UNREADABLE:
        return False
    return True


def _path(chain: Chain, subject: Subject, trust: Trust) -> Chain:
    """Check who issued what up to an anchor; return the chain with the anchor.

    A sender whom a person here approved alone needs no issuer, but is never taken for HQ.
    """
    try:
        return _path_to_root(chain, subject, trust)
    except BadCertificateError:
        if chain[0] in trust.anchors and subject.role is not Role.HQ:
            return chain[:1]
        raise


def _path_to_root(chain: Chain, subject: Subject, trust: Trust) -> Chain:
    if subject.role is Role.HQ:
        _require_length(chain, 1)
    else:
        _require_length(chain, 2)
        _check_bureau_issued(chain[0], chain[1])
    try:
        return (*chain, _anchor_of(chain[-1], trust))
    except BadCertificateError:
        if trust.practice and subject.practice:
            return chain  # trainees of any class exchange packages, whoever made their root
        raise


def _require_length(chain: Chain, length: int) -> None:
    if len(chain) != length:
        raise BadCertificateError(f"it comes with {len(chain) - 1} issuers instead of {length - 1}")


def _check_bureau_issued(leaf: Certificate, issuer: Certificate) -> None:
    bureau = check_bureau(issuer)
    # The leaf's name was rebuilt from its bureau, so this says too that the bureaux are the same.
    if not _inside(leaf.subject, name_constraints(bureau)):
        raise BadCertificateError(f"its name lies outside of what {bureau.bureau} may issue")
    check_issued(leaf, issuer)


def _inside(name: x509.Name, constraints: x509.NameConstraints) -> bool:
    """Say whether the name lies under a permitted branch (RFC 5280, 4.2.1.10 directoryName)."""
    return any(
        isinstance(branch, x509.DirectoryName)
        and name.rdns[: len(branch.value.rdns)] == branch.value.rdns
        for branch in constraints.permitted_subtrees or ()
    )


def _anchor_of(certificate: Certificate, trust: Trust) -> Certificate:
    named = [one for one in trust.anchors if one.subject == certificate.issuer]
    if not named:
        raise BadCertificateError(Sentence("it does not lead to a root that is trusted here"))
    anchor = max(named, key=lambda one: one.not_valid_after_utc)  # a renewed root keeps its key
    check_root(anchor)
    check_issued(certificate, anchor)
    return anchor


def _judge_path(path: Chain, subject: Subject, trust: Trust, when: _When) -> ChainVerdict:
    revoked, notes = _revocations(path, trust, when)
    outside = [sentence for one in path if (sentence := _out_of_time(one, when.at))]
    if trust.practice:
        notes.append(PRACTICE_NOTE)
    elif len(path) == 1:
        notes.append(Sentence("A person here approved this sender by the fingerprint; no HQ did."))
    verdict = Verdict.VALID
    if outside:
        verdict = Verdict.SIGNER_EXPIRED
    if revoked:
        verdict = Verdict.SIGNER_REVOKED
    return ChainVerdict(verdict, (*revoked, *outside), subject, path[0], tuple(notes))


def _out_of_time(certificate: Certificate, at: datetime) -> str:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < begin:
        return Sentence(
            "The certificate of {name} begins only on {day}; it is {today} here: check the clock "
            "of this computer.",
            name=_name(certificate),
            day=f"{begin:%Y-%m-%d}",
            today=f"{at:%Y-%m-%d}",
        )
    if at <= end:
        return ""
    return Sentence(
        "The certificate of {name} ended on {day}.", name=_name(certificate), day=f"{end:%Y-%m-%d}"
    )


def _revocations(path: Chain, trust: Trust, when: _When) -> tuple[list[str], list[str]]:
    """Return the sentences about withdrawn certificates, then the notes about the lists.

    From the root down: once an issuer is withdrawn, what its own list says counts no more, as
    whoever has its key could write one.
    """
    notes: list[str] = []
    for certificate, issuer in reversed(list(pairwise(path))):
        crl = newest_list(trust.crls, issuer)
        if crl is None:
            continue
        if crl.next_update_utc is None or crl.next_update_utc < when.at:
            notes.append(_old_list(crl, issuer))
        found = find_revocation(crl, certificate)
        if found is None:
            continue
        if found.keeps(when.record):
            notes.append(_withdrawn(STAYS_GOOD, certificate, found))
            break
        if found.date <= when.at:
            return [_withdrawn(WITHDRAWN, certificate, found)], notes
        notes.append(_withdrawn(RECEIVED_BEFORE, certificate, found))
    return [], notes


WITHDRAWN = N_("The certificate of {name} was withdrawn on {day}: {why}.")
STAYS_GOOD = N_(
    "The certificate of {name} was withdrawn on {day}: {why}; this is one of the records that stay "
    "good."
)
RECEIVED_BEFORE = N_(
    "The certificate of {name} was withdrawn on {day}: {why}; this was received before."
)


def _withdrawn(template: str, certificate: Certificate, found: Revocation) -> Sentence:
    day = f"{found.date:%Y-%m-%d}"
    return Sentence(template, name=_name(certificate), day=day, why=found.why)


def _old_list(crl: RevocationList, issuer: Certificate) -> Sentence:
    return Sentence(
        "The list of withdrawn certificates by {name} is from {day}; ask for a newer one.",
        name=_name(issuer),
        day=f"{crl.last_update_utc:%Y-%m-%d}",
    )


def _judge_provisional(chain: Chain, subject: Subject, trust: Trust, when: _When) -> ChainVerdict:
    """Judge somebody who signed before being approved: by the approval of the same key, if any."""
    _require_length(chain, 1)
    check_issued(chain[0], chain[0])
    approved = _approvals(subject, chain[0], trust.known, trust, when) or _approvals(
        subject, chain[0], [(anchor,) for anchor in trust.anchors], trust, when
    )
    if approved:
        best = min(approved, key=lambda found: list(Verdict).index(found.verdict))
        if best.certificate == chain[0]:
            return best
        note = Sentence(
            "It was signed before the sender was approved; the same key was approved later."
        )
        return replace(best, notes=(*best.notes, note))
    if trust.practice:
        return _judge_path(chain, subject, trust, when)
    reason = Sentence(
        "We do not know this sender yet: the key {key} calls itself {name} ({office}). Compare the "
        "fingerprint aloud before you approve it.",
        key=fingerprint(certificate_key(chain[0])),
        name=subject.name,
        office=subject.unit,
    )
    return ChainVerdict(Verdict.SIGNER_UNKNOWN, (reason,), subject, chain[0])


def _approvals(
    claimed: Subject,
    certificate: Certificate,
    known: Sequence[Chain],
    trust: Trust,
    when: _When,
) -> list[ChainVerdict]:
    """Judge those of the known chains that are for the same key and identity."""
    key = certificate.public_key()
    same = [chain for chain in known if chain[0].public_key() == key]
    found = [_judge_approved(chain, trust, when) for chain in same]
    return [
        one for one in found if one and one.subject and one.subject.identity == claimed.identity
    ]


def _judge_approved(known: Chain, trust: Trust, when: _When) -> ChainVerdict | None:
    """Judge an approved chain for what was signed before: an approval looks backwards."""
    try:
        subject = check_leaf(known[0])
        path = _path(known, subject, trust)
    except UNREADABLE:
        return None  # an approval that is not trusted here is none
    since = max(when.at, *(one.not_valid_before_utc for one in path))
    return _judge_path(path, subject, trust, _When(since, when.record))


def _claimed(certificate: Certificate) -> Subject | None:
    try:
        return check_leaf(certificate)
    except UNREADABLE:
        return None


def _name(certificate: Certificate) -> str:
    """Return a name that is safe to show, also of a certificate that nobody has checked."""
    try:
        names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    except ValueError:
        names = []
    if not names:
        return Sentence("somebody without a name")
    name = str(names[0].value)
    return "".join(letter if letter.isprintable() else "?" for letter in name[:MAX_NAME_CHARS])
