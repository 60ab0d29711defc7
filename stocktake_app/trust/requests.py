"""Requests: a public key asks for a certificate, signed by itself; a renewal by the old key too.

The two people compare one fingerprint aloud before an answer is made: the signing key's, whose
signature covers everything else in the request. Of a renewal the old key's signature stands for
the person, so there is nothing to compare.
"""

from dataclasses import dataclass
from datetime import datetime

from stocktake_app.errors import WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.trust import signed_json
from stocktake_app.trust.certificates import BadSubjectError, Subject, check_subject
from stocktake_app.trust.keys import (
    BadKeyError,
    BadSignatureError,
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

_ASKED = ("format", "created", "identity", "name", "role", "bureau", "office", "practice")
_KEYS = ("key", "authority_key", "old_key")
_SIGNATURES = ("signature", "authority_signature", "old_signature")
_REQUEST = (*_ASKED, *_KEYS, *_SIGNATURES)
_PRACTICE = {"yes": True, "no": False}


@dataclass(frozen=True)
class OwnKeys:
    """The private keys of who asks: one that signs; who issues certificates has a second one.

    ``old`` is the signing key that a renewal goes on from; it may be the same one.
    """

    signing: PrivateKey
    authority: PrivateKey | None = None
    old: PrivateKey | None = None

    @property
    def issuing(self) -> PrivateKey:
        """The key that issues certificates.

        Raises:
            WrongUseError: there is none.
        """
        if self.authority is None:
            raise WrongUseError("A bureau or HQ needs a second key, which issues certificates.")
        return self.authority


@dataclass(frozen=True)
class Request:
    """A request whose own signatures were found good; who is behind it is for people to find out.

    ``old_key`` is the signing key that it renews, None for a first request.
    """

    subject: Subject
    key: PublicKey
    authority_key: PublicKey | None
    created: str
    old_key: PublicKey | None = None

    @property
    def fingerprint(self) -> str:
        """What both sides read aloud before it is approved."""
        return fingerprint(self.key)

    @property
    def renews(self) -> str:
        """The fingerprint of the key that it renews, or ""."""
        return fingerprint(self.old_key) if self.old_key else ""

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """All keys that signed it."""
        return tuple(one for one in (self.key, self.authority_key, self.old_key) if one)


def own_keys(unlocked: Unlocked) -> OwnKeys:
    """Return the keys of a keystore: ``SIGNING``, and ``AUTHORITY`` if there is one."""
    issuing = unlocked.private_key(AUTHORITY) if AUTHORITY in unlocked.key_names() else None
    return OwnKeys(unlocked.private_key(SIGNING), issuing)


def make_request(keys: OwnKeys, subject: Subject, now: datetime) -> bytes:
    """Make a request file.

    Raises:
        BadSubjectError: the name, office or bureau cannot stand in a certificate.
        WrongUseError: a bureau without a second key.
    """
    check_subject(subject)
    second = keys.issuing if subject.role is Role.BUREAU else None
    body = {
        "format": REQUEST_FORMAT,
        "created": now.isoformat(timespec="seconds"),
        "identity": subject.identity,
        "name": subject.name,
        "role": subject.role.value,
        "bureau": subject.bureau,
        "office": subject.office,
        "practice": "yes" if subject.practice else "no",
    }
    signers = (keys.signing, second, keys.old)
    body |= {name: _public(key) for name, key in zip(_KEYS, signers, strict=True)}
    signed = signed_json.canonical(body)
    body |= {name: _signed(key, signed) for name, key in zip(_SIGNATURES, signers, strict=True)}
    return signed_json.readable(body)


def read_request(data: bytes) -> Request:
    """Read a request file and check that whoever wrote it holds the keys in it.

    Raises:
        BadSignedFileError: it is not a request, or was changed.
    """
    body = signed_json.read_object(data, "request", REQUEST_FORMAT, _REQUEST)
    signatures = [signed_json.decode_bytes(body.pop(one), "request") for one in _SIGNATURES]
    signed = signed_json.canonical(body)
    try:
        subject = _asked_subject(body)
        key = read_public_pem(body["key"])
        second = read_public_pem(body["authority_key"]) if subject.role is Role.BUREAU else None
        old = read_public_pem(body["old_key"]) if body["old_key"] else None
        for one, signature in zip((key, second, old), signatures, strict=True):
            if one is not None:
                check_signature(one, signature, signed)
    except (BadSubjectError, BadKeyError, BadSignatureError) as error:
        raise BadSignedFileError(
            f"This request is damaged or was changed ({error}); ask for a new one."
        ) from None
    return Request(subject, key, second, body["created"], old)


def _public(key: PrivateKey | None) -> str:
    return public_pem(key.public_key()) if key else ""


def _signed(key: PrivateKey | None, signed: bytes) -> str:
    return signed_json.encode_bytes(sign(key, signed)) if key else ""


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
