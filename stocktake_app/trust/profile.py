"""Whether a single certificate is written as ours are; foreign ones are simply not known.

Strict on purpose: names are rebuilt from what the certificate says and compared, extensions must
be exactly ours. cryptography's own path verification is made for web servers and refuses
directoryName constraints, so the rules of RFC 5280 that concern us are here and in ``chain.py``.
"""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtensionOID, SignatureAlgorithmOID

from stocktake_app.model.codes import Role
from stocktake_app.trust.certificates import (
    UNREADABLE,
    BadCertificateError,
    Certificate,
    certificate_key,
    is_practice,
    is_provisional,
    subject_of,
)
from stocktake_app.trust.keys import BadKeyError
from stocktake_app.trust.subjects import (
    USAGES,
    Subject,
    alternative_names,
    authority_name,
    key_usage,
    leaf_name,
    name_constraints,
)

ALGORITHMS = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
        SignatureAlgorithmOID.ECDSA_WITH_SHA512,
    }
)
AUTHORITY_KEY = ExtensionOID.AUTHORITY_KEY_IDENTIFIER
CRITICAL = frozenset(
    {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.NAME_CONSTRAINTS}
)


def check_leaf(certificate: Certificate) -> Subject:
    """Check the certificate of somebody who signs; return who it is.

    Raises:
        BadCertificateError: it is not written as ours are.
    """
    subject = _subject(certificate)
    expected = _common(certificate, subject, authority=False)
    expected[ExtensionOID.EXTENDED_KEY_USAGE] = x509.ExtendedKeyUsage(USAGES)
    expected[ExtensionOID.BASIC_CONSTRAINTS] = x509.BasicConstraints(ca=False, path_length=None)
    _check_extensions(certificate, expected)
    _require_name(certificate, leaf_name(subject))
    return subject


def check_bureau(certificate: Certificate) -> Subject:
    """Check the certificate with which a bureau issues others; return the bureau.

    Raises:
        BadCertificateError: it is not written as ours are.
    """
    subject = _subject(certificate)
    if subject.role is not Role.BUREAU:
        raise BadCertificateError(f"it issues certificates, but its role is {subject.role}")
    expected = _common(certificate, subject, authority=True)
    expected[ExtensionOID.BASIC_CONSTRAINTS] = x509.BasicConstraints(ca=True, path_length=0)
    expected[ExtensionOID.NAME_CONSTRAINTS] = name_constraints(subject)
    _check_extensions(certificate, expected)
    _require_name(certificate, authority_name(subject, certificate_key(certificate)))
    return subject


def check_root(certificate: Certificate) -> Subject:
    """Check HQ's root certificate, its own signature included; return HQ.

    Raises:
        BadCertificateError: it is not written as ours are.
    """
    subject = _subject(certificate)
    if subject.role is not Role.HQ or not is_provisional(certificate):
        raise BadCertificateError("it is not a root certificate of HQ")
    expected = _common(certificate, subject, authority=True)
    expected[ExtensionOID.BASIC_CONSTRAINTS] = x509.BasicConstraints(ca=True, path_length=1)
    _check_extensions(certificate, expected)
    _require_name(certificate, authority_name(subject, certificate_key(certificate)))
    check_issued(certificate, certificate)
    return subject


def check_issued(certificate: Certificate, issuer: Certificate) -> None:
    """Check that ``issuer``'s name and key made this certificate, and that it names that key.

    Practice issues practice, real work real work.

    Raises:
        BadCertificateError: they did not.
    """
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        raise BadCertificateError("its signature is not by the issuer that it names") from None
    if is_practice(certificate) != is_practice(issuer):
        raise BadCertificateError("practice and real certificates are mixed in it")
    named = [one.value for one in certificate.extensions if one.oid == AUTHORITY_KEY]
    expected = x509.AuthorityKeyIdentifier.from_issuer_public_key(certificate_key(issuer))
    if named != [expected]:
        raise BadCertificateError("it names another issuing key")


def _subject(certificate: Certificate) -> Subject:
    if certificate.signature_algorithm_oid not in ALGORITHMS:
        raise BadCertificateError("it is signed with an algorithm that is not accepted")
    try:
        certificate_key(certificate)
        return subject_of(certificate)
    except (BadCertificateError, BadKeyError) as error:
        raise BadCertificateError(str(error)) from None
    except UNREADABLE as error:
        raise BadCertificateError(f"it cannot be read ({error})") from None


def _common(
    certificate: Certificate, subject: Subject, *, authority: bool
) -> dict[x509.ObjectIdentifier, x509.ExtensionType]:
    """Return what every certificate of ours has; the issuer's key is compared apart."""
    key = certificate_key(certificate)
    return {
        ExtensionOID.KEY_USAGE: key_usage(authority=authority),
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME: alternative_names(subject, authority=authority),
        ExtensionOID.SUBJECT_KEY_IDENTIFIER: x509.SubjectKeyIdentifier.from_public_key(key),
    }


def _check_extensions(
    certificate: Certificate, expected: dict[x509.ObjectIdentifier, x509.ExtensionType]
) -> None:
    found = {one.oid: one for one in certificate.extensions}
    found.pop(AUTHORITY_KEY, None)
    if found.keys() != expected.keys():
        raise BadCertificateError("it has other extensions than ours have")
    for oid, extension in found.items():
        if extension.value != expected[oid] or extension.critical != (oid in CRITICAL):
            raise BadCertificateError(f"its extension {oid._name} is not as ours is")  # noqa: SLF001 - the only name it has


def _require_name(certificate: Certificate, name: x509.Name) -> None:
    if certificate.subject != name:
        raise BadCertificateError(
            f"its name is {certificate.subject.rfc4514_string()}, not {name.rfc4514_string()}"
        )
