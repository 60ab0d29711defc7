"""Detached signatures: CAdES-BES (EN 319 122-1), one signer, DER, nothing optional.

Reading is strict by rebuilding: what can be read out of a signature is put together again, and
any byte that differs from what our writer makes is a bad signature. So there are no unsigned
attributes, no further certificates and no second signer to reason about. The signed attribute
signing-certificate-v2 names the whole chain, in order, so nobody can exchange a certificate.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stocktake_app.model.seal import MAX_CMS_BYTES
from stocktake_app.trust import der
from stocktake_app.trust.certificates import (
    UNREADABLE,
    Certificate,
    certificate_key,
    load_certificate,
)
from stocktake_app.trust.keys import (
    BadSignatureError,
    PrivateKey,
    PublicKey,
    check_signature,
    key_bytes,
    sign,
)

__all__ = [
    "BadSignatureError",
    "Opened",
    "Signer",
    "open_detached",
    "open_digest",
    "sign_detached",
    "sign_digest",
]

MAX_CHAIN = 4

DATA = der.oid("1.2.840.113549.1.7.1")
SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
SIGNING_TIME = der.oid("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
RSA_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.element(der.NULL))
ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
VERSION_1 = der.integer(1)


@dataclass(frozen=True)
class Signer:
    """A private key and its chain: the signer's certificate first, then its issuer, no root."""

    key: PrivateKey
    chain: tuple[Certificate, ...]

    def __post_init__(self) -> None:
        if key_bytes(self.key.public_key()) != key_bytes(certificate_key(self.chain[0])):
            raise ValueError("the certificate belongs to another key")

    @property
    def certificate(self) -> Certificate:
        """The signer's own certificate."""
        return self.chain[0]


@dataclass(frozen=True)
class Opened:
    """What a good signature says: who claims to have signed, and when; trust is judged apart."""

    chain: tuple[Certificate, ...]
    signing_time: datetime


@dataclass(frozen=True)
class _Parts:
    """Everything of a signature that the content does not give."""

    chain: tuple[Certificate, ...]
    signing_time: datetime | None
    signature: bytes = b""

    @property
    def key(self) -> PublicKey:
        return certificate_key(self.chain[0])


def sign_detached(data: bytes, signer: Signer, now: datetime) -> bytes:
    """Sign the data; return the DER of the signature that stands beside it."""
    time = now.astimezone(UTC).replace(microsecond=0)
    return _sign(hashlib.sha256(data).digest(), signer, time)


def sign_digest(digest: bytes, signer: Signer) -> bytes:
    """Sign a SHA-256 as PDF wants it: the time stands outside (EN 319 142-1, 6.3)."""
    return _sign(digest, signer, None)


def _sign(digest: bytes, signer: Signer, time: datetime | None) -> bytes:
    parts = _Parts(signer.chain, time)
    attributes = der.set_of(*_signed_attributes(digest, parts))
    return _assemble(digest, replace(parts, signature=sign(signer.key, attributes)))


def open_detached(data: bytes, signature: bytes) -> Opened:
    """Check a signature over the data, strictly.

    Raises:
        BadSignatureError: it does not hold, or is not exactly as our writer makes it.
    """
    parts = _open(hashlib.sha256(data).digest(), signature)
    if parts.signing_time is None:
        raise BadSignatureError("the signature does not say when it was made")
    return Opened(parts.chain, parts.signing_time)


def open_digest(digest: bytes, signature: bytes) -> tuple[Certificate, ...]:
    """Check a signature made by ``sign_digest``; return the chain that claims to have signed.

    Raises:
        BadSignatureError: as ``open_detached``.
    """
    parts = _open(digest, signature)
    if parts.signing_time is not None:
        raise BadSignatureError("the signature names a time where none belongs")
    return parts.chain


def _open(digest: bytes, signature: bytes) -> _Parts:
    if len(signature) > MAX_CMS_BYTES:
        raise BadSignatureError("the signature is far too large")
    try:
        parts = _take_apart(signature)
        rebuilt = _assemble(digest, parts)
    except (*UNREADABLE, IndexError, KeyError) as error:
        raise BadSignatureError(f"the signature cannot be read ({error})") from None
    if rebuilt != signature:
        raise BadSignatureError("the content or its signature was changed after signing")
    check_signature(parts.key, parts.signature, der.set_of(*_signed_attributes(digest, parts)))
    return parts


def _take_apart(signature: bytes) -> _Parts:
    """Read what varies; whether all the rest is as it must be, shows when it is rebuilt."""
    signed_data = der.members(der.members(signature)[1])[0]
    _, _, _, certificates, signers = der.members(signed_data)
    _, _, _, attributes, _, value = der.members(der.members(signers)[0])
    values = {
        kind: der.members(held)[0] for kind, held in map(der.members, der.members(attributes))
    }
    named = der.members(der.members(values[SIGNING_CERTIFICATE_V2])[0])
    if not 0 < len(named) <= MAX_CHAIN:
        raise BadSignatureError("the signature names too many certificates, or none")
    by_name = {_certificate_id(one): one for one in der.members(certificates)}
    chain = tuple(load_certificate(by_name[one]) for one in named)
    time = der.read_time(values[SIGNING_TIME]) if SIGNING_TIME in values else None
    return _Parts(chain, time, der.content(value))


def _assemble(digest: bytes, parts: _Parts) -> bytes:
    """Return the whole signature: ContentInfo of SignedData (RFC 5652, 5.1)."""
    issuer = der.sequence(
        parts.chain[0].issuer.public_bytes(), der.integer(parts.chain[0].serial_number)
    )
    signer = der.sequence(
        VERSION_1,
        issuer,
        SHA256,
        der.set_of(*_signed_attributes(digest, parts), tag=der.CONTEXT_0),
        RSA_SHA256 if isinstance(parts.key, rsa.RSAPublicKey) else ECDSA_SHA256,
        der.element(der.OCTETS, parts.signature),
    )
    signed = der.sequence(
        VERSION_1,
        der.set_of(SHA256),
        der.sequence(DATA),
        der.set_of(*map(_encoded, parts.chain), tag=der.CONTEXT_0),
        der.set_of(signer),
    )
    return der.sequence(SIGNED_DATA, der.element(der.CONTEXT_0, signed))


def _signed_attributes(digest: bytes, parts: _Parts) -> list[bytes]:
    named = der.sequence(*(_certificate_id(_encoded(one)) for one in parts.chain))
    values = {
        CONTENT_TYPE: DATA,
        MESSAGE_DIGEST: der.element(der.OCTETS, digest),
        SIGNING_CERTIFICATE_V2: der.sequence(named),
    }
    if parts.signing_time is not None:
        values[SIGNING_TIME] = der.time(parts.signing_time)
    return [der.sequence(kind, der.set_of(value)) for kind, value in values.items()]


def _certificate_id(certificate: bytes) -> bytes:
    """Return the ESSCertIDv2 (RFC 5035, 4): its SHA-256, which is the default and not named."""
    return der.sequence(der.element(der.OCTETS, hashlib.sha256(certificate).digest()))


def _encoded(certificate: Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
