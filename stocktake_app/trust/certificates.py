"""Certificates: HQ's root -> HQ's signers and the bureaux; a bureau -> itself and its officers.

What stands in them is in ``subjects.py``, what is checked of them in ``profile.py``.
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author
from stocktake_app.trust import der
from stocktake_app.trust.keys import PrivateKey, PublicKey, accept_key
from stocktake_app.trust.subjects import (
    PRACTICE_ORGANIZATION,
    URN,
    USAGES,
    BadSubjectError,
    Subject,
    alternative_names,
    authority_name,
    check_subject,
    key_usage,
    leaf_name,
    name_constraints,
)

__all__ = [
    "UNREADABLE",
    "Authority",
    "BadCertificateError",
    "BadSubjectError",
    "Certificate",
    "Subject",
    "author_of",
    "certificate_key",
    "check_subject",
    "from_pem",
    "is_practice",
    "is_provisional",
    "is_same_authority",
    "issue_bureau_ca",
    "issue_leaf",
    "load_certificate",
    "make_hq",
    "make_provisional",
    "make_root",
    "subject_of",
    "to_pem",
]

Certificate = x509.Certificate

MAX_FILE_BYTES = 256 * 1024

ROOT_LIFE = timedelta(days=20 * 365)
BUREAU_LIFE = timedelta(days=10 * 365)
LEAF_LIFE = timedelta(days=5 * 365 + 2)
"""A cycle between two global forums is four years; a signer outlives it by one."""

EARLIER = timedelta(days=1)
"""A certificate begins a day early: laptops' clocks differ."""

UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, late, for the parts of a hostile certificate."""


_PEM = re.compile(
    rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----",
)


class BadCertificateError(ValueError):
    """A certificate that is not one of ours; the message says why."""


@dataclass(frozen=True)
class Authority:
    """A key that issues certificates: HQ's root, or a bureau under it."""

    key: PrivateKey
    certificate: Certificate
    root: Certificate

    @property
    def intermediates(self) -> tuple[Certificate, ...]:
        """What stands between a certificate issued here and the root."""
        return () if self.certificate == self.root else (self.certificate,)


def make_root(key: PrivateKey, subject: Subject, now: datetime) -> Certificate:
    """Make HQ's root certificate; it signs certificates and revocation lists only."""
    name = authority_name(subject, key.public_key())
    builder = _builder(name, name, key.public_key())
    builder = _valid(builder, now, now + ROOT_LIFE)
    builder = _as_authority(builder, subject, path_length=1)
    return _sign(builder, key)


def make_hq(key: PrivateKey, subject: Subject, now: datetime) -> Authority:
    """Make HQ's certificate authority: the root certificate with its key."""
    root = make_root(key, subject, now)
    return Authority(key, root, root)


def issue_bureau_ca(
    authority: Authority, key: PublicKey, subject: Subject, now: datetime
) -> Certificate:
    """Issue, under HQ's root, the certificate with which a bureau issues its own.

    Raises:
        RefusedError: the authority is not HQ's, or the subject is not a bureau.
    """
    _check_kind(authority, subject)
    _require(not authority.intermediates, "Only HQ can approve a bureau.")
    _require(subject.role is Role.BUREAU, f"{subject.name} did not ask to be a bureau.")
    builder = _builder(authority_name(subject, key), authority.certificate.subject, key)
    builder = _valid(builder, now, _end(authority, now, BUREAU_LIFE))
    builder = _as_authority(builder, subject, path_length=0)
    builder = builder.add_extension(name_constraints(subject), critical=True)
    return _sign(builder, authority.key)


def issue_leaf(
    authority: Authority, key: PublicKey, subject: Subject, now: datetime
) -> Certificate:
    """Issue the certificate of somebody who signs: HQ by its root, others by their bureau.

    Raises:
        RefusedError: this authority cannot speak for that role or bureau.
    """
    _check_competence(authority, subject)
    builder = _builder(leaf_name(subject), authority.certificate.subject, key)
    builder = _valid(builder, now, _end(authority, now, LEAF_LIFE))
    return _sign(_as_leaf(builder, subject), authority.key)


def make_provisional(key: PrivateKey, subject: Subject, now: datetime) -> Certificate:
    """Make a self-signed certificate for somebody whom nobody has approved yet."""
    name = leaf_name(subject)
    builder = _builder(name, name, key.public_key())
    return _sign(_as_leaf(_valid(builder, now, now + LEAF_LIFE), subject), key)


def is_provisional(certificate: Certificate) -> bool:
    """Say whether nobody but the signer stands behind this certificate."""
    return certificate.issuer == certificate.subject


def is_same_authority(one: Certificate, other: Certificate) -> bool:
    """Say whether these are certificates of one authority: the same name and the same key."""
    return one.subject == other.subject and one.public_key() == other.public_key()


def is_practice(certificate: Certificate) -> bool:
    """Say whether this certificate is for practice: it then signs practice records only."""
    return _texts(certificate, NameOID.ORGANIZATION_NAME) == [PRACTICE_ORGANIZATION]


def subject_of(certificate: Certificate) -> Subject:
    """Return who the certificate is for, as it says itself; trust is not judged here.

    Raises:
        BadCertificateError: its names are not written as we write them.
    """
    says = _urns(certificate)
    units = _texts(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
    name = says.get("name") or "".join(_texts(certificate, NameOID.COMMON_NAME))
    office = says.get("office") or "".join(units[1:])
    role = says.get("role", "")
    if role not in set(Role):
        raise BadCertificateError(f"it names no known role but {role[:20]!r}")
    subject = Subject(
        identity=says.get("identity", ""),
        name=name,
        role=Role(role),
        bureau=says.get("bureau", ""),
        office=office,
        practice=is_practice(certificate),
    )
    try:
        check_subject(subject)
    except BadSubjectError as error:
        raise BadCertificateError(str(error)) from None
    return subject


def author_of(certificate: Certificate) -> Author:
    """Return the author that the certificate names, for the rules of who may touch what.

    Raises:
        BadCertificateError: as ``subject_of``.
    """
    return subject_of(certificate).author


def certificate_key(certificate: Certificate) -> PublicKey:
    """Return the certificate's public key.

    Raises:
        BadKeyError: it is of a kind or size that is not accepted.
    """
    return accept_key(certificate.public_key())


def to_pem(certificates: Iterable[Certificate]) -> str:
    """Return certificates as PEM text, one after the other."""
    return "".join(
        one.public_bytes(serialization.Encoding.PEM).decode("ascii") for one in certificates
    )


def from_pem(data: bytes) -> tuple[Certificate, ...]:
    """Read one or more certificates from a PEM file.

    Raises:
        UserFileError: there is none in it, or one is broken.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UserFileError("The certificate file is far too large; choose a .pem file.")
    try:
        found = tuple(load_certificate(b64decode(text)) for text in _PEM.findall(data))
    except ValueError as error:
        raise UserFileError(f"A certificate in this file is broken: {error}.") from None
    if not found:
        raise UserFileError("There is no certificate in this file; choose a .pem file.")
    return found


def load_certificate(data: bytes) -> Certificate:
    """Read one certificate from DER; nothing in it is judged.

    Raises:
        BadCertificateError: it is none, or one of a kind that cryptography only warns about.
    """
    try:
        certificate = x509.load_der_x509_certificate(data) if _is_sound(data) else None
        if certificate is not None:
            _read_names(certificate)
    except (*UNREADABLE, IndexError, TypeError, UserWarning) as error:
        raise BadCertificateError(f"it cannot be read ({error})") from None
    if certificate is None:
        raise BadCertificateError("its version, serial number or signature is written oddly")
    return certificate


def _read_names(certificate: Certificate) -> None:
    """Read every name now: for a name of a wrong type cryptography raises TypeError, and late.

    Of one too long it only warns; where warnings are errors, that is refused here too.
    """
    _ = certificate.subject, certificate.issuer
    with suppress(*UNREADABLE):  # what is wrong with extensions is judged where they are used
        _ = certificate.extensions


def _is_sound(data: bytes) -> bool:
    """Say whether version is 3, serial number positive, and no bit of the signature unused."""
    body, _, signature = der.members(data)
    version, serial, *_ = der.members(body)
    number = int.from_bytes(der.content(serial), signed=True)
    return version[0] == der.CONTEXT_0 and number > 0 and der.content(signature)[0] == 0


def _builder(name: x509.Name, issuer: x509.Name, key: PublicKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer)
    builder = builder.public_key(accept_key(key)).serial_number(x509.random_serial_number())
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _valid(
    builder: x509.CertificateBuilder, now: datetime, end: datetime
) -> x509.CertificateBuilder:
    begin = (now - EARLIER).replace(microsecond=0)
    return builder.not_valid_before(begin).not_valid_after(end.replace(microsecond=0))


def _end(authority: Authority, now: datetime, life: timedelta) -> datetime:
    last = authority.certificate.not_valid_after_utc
    _require(now < last, f"Your own certificate ended on {last:%Y-%m-%d}; renew it first.")
    return min(now + life, last)


def _as_authority(
    builder: x509.CertificateBuilder, subject: Subject, *, path_length: int
) -> x509.CertificateBuilder:
    check_subject(subject)
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    builder = builder.add_extension(constraints, critical=True)
    builder = builder.add_extension(key_usage(authority=True), critical=True)
    return builder.add_extension(alternative_names(subject, authority=True), critical=False)


def _as_leaf(builder: x509.CertificateBuilder, subject: Subject) -> x509.CertificateBuilder:
    check_subject(subject)
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    builder = builder.add_extension(constraints, critical=True)
    builder = builder.add_extension(key_usage(authority=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(USAGES), critical=False)
    return builder.add_extension(alternative_names(subject), critical=False)


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return builder.add_extension(issuer, critical=False).sign(key, hashes.SHA256())


def _check_competence(authority: Authority, subject: Subject) -> None:
    _check_kind(authority, subject)
    if subject.role is Role.HQ:
        _require(not authority.intermediates, "Only HQ can approve somebody of HQ.")
        return
    _require(
        bool(authority.intermediates),
        f"HQ approves bureaux; {subject.name} ({subject.role}) is approved by bureau "
        f"{subject.bureau}.",
    )
    own = subject_of(authority.certificate).bureau
    _require(
        own == subject.bureau,
        f"{subject.name} asks to belong to {subject.bureau}; only that bureau can approve it, "
        f"not {own}.",
    )


def _check_kind(authority: Authority, subject: Subject) -> None:
    practice = is_practice(authority.certificate)
    _require(practice or not subject.practice, "This request is for practice; this office is real.")
    _require(not practice or subject.practice, "This office is for practice; the request is real.")


def _require(fact: bool, sentence: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not fact:
        raise RefusedError(sentence)


def _texts(certificate: Certificate, kind: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in certificate.subject.get_attributes_for_oid(kind)]


def _urns(certificate: Certificate) -> dict[str, str]:
    """Return our URIs of the subject alternative name by their first word."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except UNREADABLE as error:
        raise BadCertificateError(f"it does not say whose it is ({error})") from None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    words = [uri.removeprefix(URN).partition(":") for uri in uris if uri.startswith(URN)]
    return {kind: unquote(word) for kind, _, word in words}
