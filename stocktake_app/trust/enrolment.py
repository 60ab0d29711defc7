"""Enrolment by files: somebody asks, the bureau or HQ answers, the first one takes the answer in.

Requests are in ``requests.py``. The answer carries the certificates and HQ's root, and is signed by
whoever approved it. A renewal keeps the identity because the old key signed it; a recovery because
people compared the new key aloud, after the old one was withdrawn.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust import signed_json
from stocktake_app.trust.certificates import (
    Authority,
    Certificate,
    Subject,
    certificate_key,
    from_pem,
    is_same_authority,
    issue_bureau_ca,
    issue_leaf,
    make_hq,
    make_provisional,
    subject_of,
    to_pem,
)
from stocktake_app.trust.chain import (
    Chain,
    ChainVerdict,
    Trust,
    is_root,
    judge_authority,
    judge_chain,
)
from stocktake_app.trust.cms import BadSignatureError, Signer, open_detached, sign_detached
from stocktake_app.trust.keys import PrivateKey, fingerprint
from stocktake_app.trust.requests import OwnKeys, Request
from stocktake_app.trust.signed_json import BadSignedFileError

APPROVAL_FORMAT = "stocktake-approval/1"

_APPROVAL = (
    "format", "approved", "chain", "root", "recovers", "notices", "signature",
)  # fmt: skip


@dataclass(frozen=True)
class Approval:
    """An answer whose signature was found good under the root that it brings.

    ``chain`` is for an officer the certificate and the bureau's, for HQ's people the certificate,
    for a bureau the one it issues with. ``approved`` is RFC 3339. ``notices`` are what the office
    that answers tells everybody; each is still judged itself. ``recovers`` is the identity that
    was asked with when another one, from before a loss, is given back.
    """

    chain: Chain
    root: Certificate
    approver: Subject
    approved: str
    notices: tuple[bytes, ...] = ()
    recovers: str = ""

    @property
    def root_fingerprint(self) -> str:
        """HQ's fingerprint, to be compared aloud before the root is pinned."""
        return fingerprint(certificate_key(self.root))


@dataclass(frozen=True)
class Installed:
    """What a workspace has after its approval: a signer, an anchor, and who issues an authority."""

    signer: Signer
    authority: Authority | None
    anchor: Certificate
    approver: Subject

    @property
    def root_fingerprint(self) -> str:
        """HQ's fingerprint, to be compared aloud."""
        return fingerprint(certificate_key(self.anchor))


def found_hq(keys: OwnKeys, subject: Subject, now: datetime) -> Installed:
    """Make HQ: the root certificate and the one that signs; nobody has to approve it.

    Raises:
        BadSubjectError: the name or office cannot stand in a certificate.
    """
    authority = make_hq(keys.issuing, subject, now)
    leaf = issue_leaf(authority, keys.signing.public_key(), subject, now)
    return Installed(Signer(keys.signing, (leaf,)), authority, authority.root, subject)


def provisional_signer(key: PrivateKey, subject: Subject, now: datetime) -> Signer:
    """Return a signer for somebody whom nobody has approved yet.

    Raises:
        BadSubjectError: the name, office or bureau cannot stand in a certificate.
    """
    return Signer(key, (make_provisional(key, subject, now),))


def approve(
    request: Request,
    authority: Authority,
    signer: Signer,
    now: datetime,
    known: Sequence[Certificate] = (),
    *,
    withdrawn: Collection[Certificate] = (),
    notices: Iterable[bytes] = (),
) -> bytes:
    """Answer a request, after the fingerprint was compared aloud.

    ``signer`` is the approver's own; ``known`` are the certificates of people known here, among
    whom nobody may already have this identity, unless the request is signed with that one's key;
    ``withdrawn`` those of them that were withdrawn. An officer who named no bureau gets this one.
    ``notices`` travel in the answer.

    Raises:
        RefusedError: it is not for this authority to approve, the identity is somebody else's, or
            the key was withdrawn.
    """
    _check_keys(request, withdrawn)
    _check_identity(request, known, withdrawn)
    chain = _issue(request, request.subject, authority, now)
    return _answer(chain, authority, signer, now, notices=notices)


def recover(
    request: Request,
    lost: Subject,
    authority: Authority,
    signer: Signer,
    now: datetime,
    *,
    notices: Iterable[bytes] = (),
) -> bytes:
    """Give a new key the identity of somebody whose key was lost, after ``check_recovery``.

    Name and office are as asked for, role and bureau as before.
    """
    asked = request.subject
    given = replace(asked, identity=lost.identity, bureau=lost.bureau)
    chain = _issue(request, given, authority, now)
    return _answer(chain, authority, signer, now, recovers=asked.identity, notices=notices)


def check_recovery(request: Request, lost: Subject, withdrawn: Collection[Certificate]) -> None:
    """Check that a request can take the place of somebody whose certificates are withdrawn.

    Raises:
        RefusedError: another role or bureau is asked for, or the key is one of those withdrawn.
    """
    _check_keys(request, withdrawn)
    asked = request.subject
    if asked.role is not lost.role or asked.bureau not in {"", lost.bureau}:
        raise RefusedError(
            f"{asked.name} asks to be {asked.role} of {asked.unit}, but {lost.name} was "
            f"{lost.role} of {lost.unit}."
        )


def _answer(
    chain: Chain,
    authority: Authority,
    signer: Signer,
    now: datetime,
    *,
    recovers: str = "",
    notices: Iterable[bytes],
) -> bytes:
    body = {
        "format": APPROVAL_FORMAT,
        "approved": now.isoformat(timespec="seconds"),
        "chain": to_pem(chain),
        "root": to_pem([authority.root]),
        "recovers": recovers,
        "notices": " ".join(signed_json.encode_bytes(one) for one in notices),
    }
    signature = sign_detached(signed_json.canonical(body), signer, now)
    return signed_json.readable(body | {"signature": signed_json.encode_bytes(signature)})


def read_approval(data: bytes, trust: Trust, at: datetime) -> Approval:
    """Read an answer file; while no root is pinned, its root is believed to be compared aloud.

    Raises:
        UserFileError: it is not an answer, was changed, or does not lead to the pinned root.
    """
    body = signed_json.read_object(data, "answer", APPROVAL_FORMAT, _APPROVAL)
    signature = signed_json.decode_bytes(body.pop("signature"), "answer")
    chain, roots = from_pem(body["chain"].encode()), from_pem(body["root"].encode())
    if len(roots) != 1 or not is_root(roots[0]):
        raise BadSignedFileError("This answer does not bring exactly one root of HQ.")
    _check_pinned(roots[0], trust)
    try:
        opened = open_detached(signed_json.canonical(body), signature)
    except BadSignatureError as error:
        raise BadSignedFileError(
            f"This answer is damaged or was changed ({error}); ask for a new one."
        ) from None
    trusted = Trust(roots, trust.crls, practice=trust.practice)
    approver = _require_valid(judge_chain(opened.chain, trusted, at))
    approved = _require_valid(_judge_granted(chain, trusted, at))
    if approver.role is Role.OFFICER or approver.bureau not in {"", approved.bureau}:
        raise BadSignedFileError(f"{approver.name} may not approve {approved.name}.")
    notices = tuple(signed_json.decode_bytes(one, "answer") for one in body["notices"].split())
    return Approval(
        chain=chain,
        root=roots[0],
        approver=approver,
        approved=body["approved"],
        notices=notices,
        recovers=body["recovers"],
    )


def install(approval: Approval, request: Request, keys: OwnKeys, now: datetime) -> Installed:
    """Take an answer in: it must be for this request and these keys; a bureau issues its own leaf.

    Raises:
        RefusedError: it is an answer to somebody else's request.
    """
    granted = subject_of(approval.chain[0])
    asked = request.subject
    if approval.recovers == asked.identity:
        asked = replace(asked, identity=granted.identity)
    _check_answers(granted, asked)
    if granted.role is not Role.BUREAU:
        _check_own(approval.chain[0], keys.signing)
        signer = Signer(keys.signing, approval.chain)
        return Installed(signer, None, approval.root, approval.approver)
    issuing = keys.issuing
    _check_own(approval.chain[0], issuing)
    authority = Authority(issuing, approval.chain[0], approval.root)
    leaf = issue_leaf(authority, keys.signing.public_key(), asked, now)
    signer = Signer(keys.signing, (leaf, authority.certificate))
    return Installed(signer, authority, approval.root, approval.approver)


def _check_keys(request: Request, withdrawn: Collection[Certificate]) -> None:
    for certificate in withdrawn:
        if certificate.public_key() in request.keys:
            raise RefusedError(
                f"This request is signed with the key {fingerprint(certificate_key(certificate))} "
                f"of {subject_of(certificate).name}, which was withdrawn; whoever has it may not "
                "be that person. A new key can be given the same identity: recover it."
            )


def _check_identity(
    request: Request, known: Sequence[Certificate], withdrawn: Collection[Certificate]
) -> None:
    """Let an identity go only to a key of its own, or on from one of its own that is good."""
    holders = [one for one in known if subject_of(one).identity == request.subject.identity]
    good = [one for one in holders if one not in withdrawn]
    if not holders or any(one.public_key() in request.keys for one in good):
        return
    holder = holders[-1]
    raise RefusedError(
        f"{request.subject.name} asks with the identity of {subject_of(holder).name}, whose key is "
        f"{fingerprint(certificate_key(holder))}. If that key was lost, recover the identity; if "
        "it was replaced, ask for a renewal that is signed with it."
    )


def _issue(request: Request, subject: Subject, authority: Authority, now: datetime) -> Chain:
    if subject.role is Role.BUREAU:
        if request.authority_key is None:
            raise RefusedError("The request of a bureau lacks its second key.")
        return (issue_bureau_ca(authority, request.authority_key, subject, now),)
    if subject.role is Role.OFFICER and not subject.bureau:
        subject = replace(subject, bureau=subject_of(authority.certificate).bureau)
    return (issue_leaf(authority, request.key, subject, now), *authority.intermediates)


def _check_pinned(root: Certificate, trust: Trust) -> None:
    """Take the pinned root, or a renewal of it with the same key, and no other."""
    pinned = [anchor for anchor in trust.anchors if is_root(anchor)]
    if pinned and not any(is_same_authority(root, one) for one in pinned):
        raise BadSignedFileError(
            f"This answer is by another HQ ({fingerprint(certificate_key(root))}) than the one "
            f"trusted here ({fingerprint(certificate_key(pinned[0]))})."
        )


def _judge_granted(chain: Chain, trust: Trust, at: datetime) -> ChainVerdict:
    """Judge what an answer grants: a signer's chain, or the one certificate of a bureau."""
    bureau = judge_authority(chain[0], trust, at) if len(chain) == 1 else None
    return bureau if bureau and bureau.subject else judge_chain(chain, trust, at)


def _require_valid(found: ChainVerdict) -> Subject:
    if found.verdict is not Verdict.VALID or found.subject is None:
        raise BadSignedFileError(" ".join(["This answer cannot be trusted.", *found.reasons]))
    return found.subject


def _check_answers(granted: Subject, asked: Subject) -> None:
    if granted.identity != asked.identity:
        raise RefusedError(f"This answer is for {granted.name}, not for {asked.name}.")
    if granted.practice != asked.practice:
        raise RefusedError("This answer mixes practice and real work; ask for a new one.")
    if granted.role is not asked.role or asked.bureau not in {"", granted.bureau}:
        raise RefusedError(
            f"This answer makes {asked.name} {granted.role} of {granted.unit}; "
            f"{asked.role} of {asked.unit} was asked for."
        )


def _check_own(certificate: Certificate, key: PrivateKey) -> None:
    if certificate.public_key() != key.public_key():
        raise RefusedError("This answer is for another key than the one in this workspace.")
