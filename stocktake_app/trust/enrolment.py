"""Enrolment by files: somebody asks, the bureau or HQ answers, the first one takes the answer in.

A request carries a public key (a bureau's carries two) and is signed by that key. The two people
compare one fingerprint aloud before the answer is made: the signing key's, whose signature covers
everything else in the request. The answer carries the certificates and HQ's root, and is signed by
whoever approved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stocktake_app.trust.certificates import Authority, Certificate, Subject
from stocktake_app.trust.chain import Chain, Trust
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.keys import PrivateKey, PublicKey


@dataclass(frozen=True)
class OwnKeys:
    """The private keys of who asks: one that signs; a bureau has a second one that issues."""

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
        raise NotImplementedError


@dataclass(frozen=True)
class Approval:
    """An answer whose signature was found good under the root that it brings.

    ``chain`` is for an officer the certificate and the bureau's, for HQ's people the certificate,
    for a bureau the one it issues with. ``root_fingerprint`` is to be compared aloud before the
    root is pinned; with a pinned root it must be that one.
    """

    chain: Chain
    root: Certificate
    approver: Subject
    approved: datetime
    root_fingerprint: str


@dataclass(frozen=True)
class Installed:
    """What a workspace has after its approval: a signer, for a bureau an authority, an anchor."""

    signer: Signer
    authority: Authority | None
    anchor: Certificate
    approver: Subject
    root_fingerprint: str


def make_request(keys: OwnKeys, subject: Subject, now: datetime) -> bytes:
    """Make a request file.

    Raises:
        BadSubjectError: the name, office or bureau cannot stand in a certificate.
        WrongUseError: a bureau without a second key.
    """
    raise NotImplementedError


def read_request(data: bytes) -> Request:
    """Read a request file and check that whoever wrote it holds the keys in it.

    Raises:
        BadSignedFileError: it is not a request, or was changed.
    """
    raise NotImplementedError


def approve(
    request: Request,
    authority: Authority,
    signer: Signer,
    now: datetime,
    known: Sequence[Certificate] = (),
) -> bytes:
    """Answer a request, after the fingerprint was compared aloud.

    ``signer`` is the approver's own; ``known`` are the certificates of people known here, among
    whom nobody may already have this identity with another key.

    Raises:
        RefusedError: it is not for this authority to approve, or the identity is somebody else's.
    """
    raise NotImplementedError


def read_approval(data: bytes, trust: Trust, at: datetime) -> Approval:
    """Read an answer file; without pinned anchors its root is believed until it is compared aloud.

    Raises:
        BadSignedFileError: it is not an answer, was changed, or does not lead to the pinned root.
    """
    raise NotImplementedError


def install(approval: Approval, request: Request, keys: OwnKeys, now: datetime) -> Installed:
    """Take an answer in: it must be for this request and these keys; a bureau issues its own leaf.

    Raises:
        RefusedError: it is an answer to somebody else's request.
    """
    raise NotImplementedError
