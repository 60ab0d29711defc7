"""Revocation lists (RFC 5280, section 5): an authority's numbered list of what it withdrew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from stocktake_app.errors import UserFileError
from stocktake_app.trust.certificates import Authority, Certificate, certificate_key
from stocktake_app.trust.profile import ALGORITHMS

RevocationList = x509.CertificateRevocationList

MAX_LIST_BYTES = 4 * 1024 * 1024
LIST_LIFE = timedelta(days=90)
"""After that a list is called old; it still counts, as laptops may be offline for months."""

REASONS = {
    x509.ReasonFlags.key_compromise: "the key may be in other hands",
    x509.ReasonFlags.affiliation_changed: "the person has left the office",
    x509.ReasonFlags.superseded: "it was replaced by a newer one",
    x509.ReasonFlags.cessation_of_operation: "it is no longer used",
    x509.ReasonFlags.unspecified: "no reason is given",
}


@dataclass(frozen=True)
class Revocation:
    """One withdrawn certificate: its serial number, since when, and why."""

    serial: int
    date: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified

    @property
    def why(self) -> str:
        """The reason in plain words."""
        return REASONS.get(self.reason, self.reason.value)


def issue_list(
    authority: Authority, revocations: Iterable[Revocation], number: int, now: datetime
) -> RevocationList:
    """Issue the authority's next list; it names every certificate ever withdrawn.

    ``number`` must grow with every list: of several, the highest number counts.
    """
    builder = x509.CertificateRevocationListBuilder()
    builder = builder.issuer_name(authority.certificate.subject)
    builder = builder.last_update(now).next_update(now + LIST_LIFE)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(
        certificate_key(authority.certificate)
    )
    builder = builder.add_extension(issuer, critical=False)
    for revocation in sorted(revocations, key=lambda one: one.serial):
        builder = builder.add_revoked_certificate(_entry(revocation))
    return builder.sign(authority.key, hashes.SHA256())


def _entry(revocation: Revocation) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(revocation.serial)
    builder = builder.revocation_date(revocation.date)
    if revocation.reason is not x509.ReasonFlags.unspecified:  # RFC 5280 5.3.1: then left out
        builder = builder.add_extension(x509.CRLReason(revocation.reason), critical=False)
    return builder.build()


def read_list(data: bytes) -> RevocationList:
    """Read a revocation list from DER or PEM; whose it is, is judged where it is used.

    Raises:
        UserFileError: it is not a revocation list.
    """
    if len(data) > MAX_LIST_BYTES:
        raise UserFileError("The revocation list is far too large; it was not read.")
    pem = data.lstrip().startswith(b"-----BEGIN")
    try:
        return x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
    except ValueError as error:
        raise UserFileError(f"This is not a revocation list ({error}).") from None


def list_number(crl: RevocationList) -> int | None:
    """Return the list's number, or None if it has none or has extensions we do not know."""
    try:
        numbers = [one.value for one in crl.extensions if isinstance(one.value, x509.CRLNumber)]
        foreign = any(
            one.critical or not isinstance(one.value, x509.CRLNumber | x509.AuthorityKeyIdentifier)
            for one in crl.extensions
        )
    except (ValueError, x509.DuplicateExtension):
        return None
    return None if foreign or len(numbers) != 1 else numbers[0].crl_number


def newest_list(lists: Sequence[RevocationList], issuer: Certificate) -> RevocationList | None:
    """Return, of the lists that the issuer made, the one with the highest number."""
    own = [crl for crl in lists if _is_of(crl, issuer)]
    return max(own, key=lambda crl: (list_number(crl), crl.last_update_utc), default=None)


def _is_of(crl: RevocationList, issuer: Certificate) -> bool:
    return (
        crl.issuer == issuer.subject
        and list_number(crl) is not None
        and crl.signature_algorithm_oid in ALGORITHMS
        and crl.is_signature_valid(certificate_key(issuer))
    )


def find_revocation(crl: RevocationList, certificate: Certificate) -> Revocation | None:
    """Return what the list says of this certificate."""
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return None
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (ValueError, x509.ExtensionNotFound):
        reason = x509.ReasonFlags.unspecified
    return Revocation(certificate.serial_number, entry.revocation_date_utc, reason)
