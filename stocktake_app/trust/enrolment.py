"""Enrolment by files: somebody asks, the bureau or HQ answers, the first one takes the answer in.

A request carries a public key (a bureau's carries two) and is signed by that key. The two people
compare one fingerprint aloud before the answer is made: the signing key's, whose signature covers
everything else in the request. The answer carries the certificates and HQ's root, and is signed by
whoever approved it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust import signed_json
from stocktake_app.trust.certificates import (
    Authority,
    BadSubjectError,
    Certificate,
    Subject,
    certificate_key,
    check_subject,
    from_pem,
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
from stocktake_app.trust.keys import (
    BadKeyError,
    PrivateKey,
    PublicKey,
    check_signature,
    fingerprint,
    public_pem,
    read_public_pem,
    sign,
)
from stocktake_app.trust.keystore import AUTHORITY, SIGNING, Unlocked
from stocktake_app.trust.signed_json import BadSignedFileError

REQUEST_FORMAT = "stocktake-request/1"
APPROVAL_FORMAT = "stocktake-approval/1"

_ASKED = ("format", "created", "identity", "name", "role", "bureau", "office", "practice")
_REQUEST = (*_ASKED, "key", "authority_key", "signature", "authority_signature")
_APPROVAL = ("format", "approved", "chain", "root", "notices", "signature")
_PRACTICE = {"yes": True, "no": False}


@dataclass(frozen=True)
class OwnKeys:
    """The private keys of who asks: one that signs; who issues certificates has a second one."""

    signing: PrivateKey
    authority: PrivateKey | None = None


@dataclass(frozen=True)
class Request:
    """A request whose own signature was found good; who is behind it is for people to find out."""

    subject: Subject
    key: PublicKey
    authority_key: PublicKey | None
    created: str

    @property
    def fingerprint(self) -> str:
        """What both sides read aloud before it is approved."""
        return fingerprint(self.key)


@dataclass(frozen=True)
class Approval:
    """An answer whose signature was found good under the root that it brings.

    ``chain`` is for an officer the certificate and the bureau's, for HQ's people the certificate,
    for a bureau the one it issues with. ``approved`` is RFC 3339. ``notices`` are what the office
    that answers tells everybody; each is still judged itself.
    """

    chain: Chain
    root: Certificate
    approver: Subject
    approved: str
    notices: tuple[bytes, ...] = ()

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


def own_keys(unlocked: Unlocked) -> OwnKeys:
    """Return the keys of a keystore: ``SIGNING``, and ``AUTHORITY`` if there is one."""
    issuing = unlocked.private_key(AUTHORITY) if AUTHORITY in unlocked.key_names() else None
    return OwnKeys(unlocked.private_key(SIGNING), issuing)


def found_hq(keys: OwnKeys, subject: Subject, now: datetime) -> Installed:
    """Make HQ: the root certificate and the one that signs; nobody has to approve it.

    Raises:
        BadSubjectError: the name or office cannot stand in a certificate.
    """
    authority = make_hq(_authority_key(keys), subject, now)
    leaf = issue_leaf(authority, keys.signing.public_key(), subject, now)
    return Installed(Signer(keys.signing, (leaf,)), authority, authority.root, subject)


def provisional_signer(key: PrivateKey, subject: Subject, now: datetime) -> Signer:
    """Return a signer for somebody whom nobody has approved yet.

    Raises:
        BadSubjectError: the name, office or bureau cannot stand in a certificate.
    """
    return Signer(key, (make_provisional(key, subject, now),))


def make_request(keys: OwnKeys, subject: Subject, now: datetime) -> bytes:
    """Make a request file.

    Raises:
        BadSubjectError: the name, office or bureau cannot stand in a certificate.
        WrongUseError: a bureau without a second key.
    """
    check_subject(subject)
    second = _authority_key(keys) if subject.role is Role.BUREAU else None
    body = {
        "format": REQUEST_FORMAT,
        "created": now.isoformat(timespec="seconds"),
        "identity": subject.identity,
        "name": subject.name,
        "role": subject.role.value,
        "bureau": subject.bureau,
        "office": subject.office,
        "practice": "yes" if subject.practice else "no",
        "key": public_pem(keys.signing.public_key()),
        "authority_key": public_pem(second.public_key()) if second else "",
    }
    signed = signed_json.canonical(body)
    body["signature"] = signed_json.encode_bytes(sign(keys.signing, signed))
    body["authority_signature"] = signed_json.encode_bytes(sign(second, signed)) if second else ""
    return signed_json.readable(body)


def read_request(data: bytes) -> Request:
    """Read a request file and check that whoever wrote it holds the keys in it.

    Raises:
        BadSignedFileError: it is not a request, or was changed.
    """
    body = signed_json.read_object(data, "request", REQUEST_FORMAT, _REQUEST)
    signature = signed_json.decode_bytes(body.pop("signature"), "request")
    second_signature = signed_json.decode_bytes(body.pop("authority_signature"), "request")
    signed = signed_json.canonical(body)
    try:
        subject = _asked_subject(body)
        key, second = read_public_pem(body["key"]), None
        check_signature(key, signature, signed)
        if subject.role is Role.BUREAU:
            second = read_public_pem(body["authority_key"])
            check_signature(second, second_signature, signed)
    except (BadSubjectError, BadKeyError, BadSignatureError) as error:
        raise BadSignedFileError(
            f"This request is damaged or was changed ({error}); ask for a new one."
        ) from None
    return Request(subject, key, second, body["created"])


def approve(
    request: Request,
    authority: Authority,
    signer: Signer,
    now: datetime,
    known: Sequence[Certificate] = (),
    notices: Iterable[bytes] = (),
) -> bytes:
    """Answer a request, after the fingerprint was compared aloud.

    ``signer`` is the approver's own; ``known`` are the certificates of people known here, among
    whom nobody may already have this identity with another key. An officer who named no bureau
    gets this one. ``notices`` travel in the answer.

    Raises:
        RefusedError: it is not for this authority to approve, or the identity is somebody else's.
    """
    _check_identity_free(request, known)
    body = {
        "format": APPROVAL_FORMAT,
        "approved": now.isoformat(timespec="seconds"),
        "chain": to_pem(_issue(request, authority, now)),
        "root": to_pem([authority.root]),
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
    return Approval(chain, roots[0], approver, body["approved"], notices)


def install(approval: Approval, request: Request, keys: OwnKeys, now: datetime) -> Installed:
    """Take an answer in: it must be for this request and these keys; a bureau issues its own leaf.

    Raises:
        RefusedError: it is an answer to somebody else's request.
    """
    granted = subject_of(approval.chain[0])
    _check_answers(granted, request.subject)
    if granted.role is not Role.BUREAU:
        _check_own(approval.chain[0], keys.signing)
        signer = Signer(keys.signing, approval.chain)
        return Installed(signer, None, approval.root, approval.approver)
    issuing = _authority_key(keys)
    _check_own(approval.chain[0], issuing)
    authority = Authority(issuing, approval.chain[0], approval.root)
    leaf = issue_leaf(authority, keys.signing.public_key(), request.subject, now)
    signer = Signer(keys.signing, (leaf, authority.certificate))
    return Installed(signer, authority, approval.root, approval.approver)


def _authority_key(keys: OwnKeys) -> PrivateKey:
    if keys.authority is None:
        raise WrongUseError("A bureau or HQ needs a second key, which issues certificates.")
    return keys.authority


def _asked_subject(body: dict[str, str]) -> Subject:
    if body["role"] not in set(Role):
        raise BadSubjectError(f"the role {body['role'][:20]!r} is not known")
    if body["practice"] not in _PRACTICE:
        raise BadSubjectError("it does not say whether it is for practice")
    subject = Subject(
        identity=body["identity"],
        name=body["name"],
        role=Role(body["role"]),
        bureau=body["bureau"],
        office=body["office"],
        practice=_PRACTICE[body["practice"]],
    )
    check_subject(subject)
    return subject


def _check_identity_free(request: Request, known: Sequence[Certificate]) -> None:
    own = [request.key, request.authority_key]
    for certificate in known:
        holder = subject_of(certificate)
        if holder.identity == request.subject.identity and certificate.public_key() not in own:
            raise RefusedError(
                f"{request.subject.name} asks with the identity of {holder.name}, whose key is "
                f"{fingerprint(certificate_key(certificate))}. If the key was lost or replaced, "
                "withdraw that certificate first."
            )


def _issue(request: Request, authority: Authority, now: datetime) -> Chain:
    subject = request.subject
    if subject.role is Role.BUREAU:
        if request.authority_key is None:
            raise RefusedError("The request of a bureau lacks its second key.")
        return (issue_bureau_ca(authority, request.authority_key, subject, now),)
    if subject.role is Role.OFFICER and not subject.bureau:
        subject = replace(subject, bureau=subject_of(authority.certificate).bureau)
    return (issue_leaf(authority, request.key, subject, now), *authority.intermediates)


def _check_pinned(root: Certificate, trust: Trust) -> None:
    pinned = [anchor for anchor in trust.anchors if is_root(anchor)]
    if pinned and root not in pinned:
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
