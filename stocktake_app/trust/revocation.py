"""Revocation lists (RFC 5280, section 5): an authority's numbered list of what it withdrew.

An entry says since when the certificate does not count (invalidityDate, 5.3.2) and names, in an
extension of our own, the signed records that stay good all the same: those that the authority
had received before. A date alone would not do: a thief can write any date, and an honest record
may take weeks to reach HQ. Naming only the last good number of a laptop would not do either: a
second record with an earlier number could not be told apart without having all of them. So each
good record is named by its hash, and whoever has the record and the list judges alike, in
whatever order they came.

A list travels as PEM text: the list, then the certificate of who issued it, so that it can be
judged by whoever knows HQ's root and nothing else.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from stocktake_app.errors import UserFileError
from stocktake_app.translations import Sentence
from stocktake_app.trust import der
from stocktake_app.trust.certificates import (
    UNREADABLE,
    Authority,
    BadCertificateError,
    Certificate,
    certificate_key,
    load_certificate,
)
from stocktake_app.trust.profile import ALGORITHMS

RevocationList = x509.CertificateRevocationList
IssuedList = tuple[RevocationList, Certificate]
"""A list and the certificate of who issued it."""

MAX_LIST_BYTES = 4 * 1024 * 1024
LIST_LIFE = timedelta(days=90)
"""After that a list is called old; it still counts, as laptops may be offline for months."""

KEPT_RECORDS = x509.ObjectIdentifier("2.25.147856395389230447358218830519671577059")
"""Our extension of an entry: the records that stay good. An arc made from a UUID (X.667)."""

MARK_BYTES = 16
"""Records are named by the first bytes of their hash: 128 bits, which nobody can aim at."""

MAX_LIST_NUMBER = 2**63 - 1
"""A list with a higher number is none of ours; nobody issues or prints beyond all measure."""

PEM_BEGIN = b"-----BEGIN X509 CRL-----"

REASONS = {
    x509.ReasonFlags.key_compromise: Sentence("the key may be in other hands"),
    x509.ReasonFlags.affiliation_changed: Sentence("the person has left the office"),
    x509.ReasonFlags.superseded: Sentence("it was replaced by a newer one"),
    x509.ReasonFlags.cessation_of_operation: Sentence("it is no longer used"),
    x509.ReasonFlags.privilege_withdrawn: Sentence("it was given by mistake"),
    x509.ReasonFlags.unspecified: Sentence("no reason is given"),
}

_BUNDLE = re.compile(
    rb"\s*-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----\s*"
    rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*"
)


@dataclass(frozen=True)
class Revocation:
    """One withdrawn certificate: its serial number, since when it does not count, and why.

    ``kept`` are the marks (``mark_of``) of the records that stay good; ``decided`` is when it was
    withdrawn, None when that is the date itself.
    """

    serial: int
    date: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified
    kept: frozenset[bytes] = frozenset()
    decided: datetime | None = None

    @property
    def why(self) -> str:
        """The reason in plain words."""
        return REASONS.get(self.reason, self.reason.value)

    def keeps(self, record: str) -> bool:
        """Say whether the record of this hash (64 hexadecimal digits, or "") stays good."""
        return bool(record) and mark_of(record) in self.kept


def mark_of(record: str) -> bytes:
    """Return how a list names a record: the first 16 bytes of its SHA-256."""
    return bytes.fromhex(record)[:MARK_BYTES]


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
    builder = builder.revocation_date(revocation.decided or revocation.date)
    if revocation.reason is not x509.ReasonFlags.unspecified:  # RFC 5280 5.3.1: then left out
        builder = builder.add_extension(x509.CRLReason(revocation.reason), critical=False)
    if revocation.decided is not None:
        since = revocation.date.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        builder = builder.add_extension(x509.InvalidityDate(since), critical=False)
    if revocation.kept:
        marks = der.element(der.OCTETS, b"".join(sorted(revocation.kept)))
        kept = x509.UnrecognizedExtension(KEPT_RECORDS, marks)
        builder = builder.add_extension(kept, critical=False)
    return builder.build()


def list_notice(crl: RevocationList, issuer: Certificate) -> bytes:
    """Return a list as it travels, with the certificate of who issued it."""
    pem = serialization.Encoding.PEM
    return crl.public_bytes(pem) + issuer.public_bytes(pem)


def read_notice(data: bytes) -> IssuedList:
    """Read what ``list_notice`` wrote: list and issuer; neither is judged.

    Raises:
        UserFileError: it is not that.
    """
    found = _BUNDLE.fullmatch(data) if len(data) <= MAX_LIST_BYTES else None
    if found is None:
        raise UserFileError("This is not a revocation list with the certificate of its issuer.")
    try:
        return read_list(b64decode(found[1])), load_certificate(b64decode(found[2]))
    except (ValueError, BadCertificateError) as error:
        raise UserFileError(f"This revocation list is damaged ({error}).") from None


def read_list(data: bytes) -> RevocationList:
    """Read a revocation list from DER or PEM; whose it is, is judged where it is used.

    Raises:
        UserFileError: it is not a revocation list.
    """
    if len(data) > MAX_LIST_BYTES:
        raise UserFileError("The revocation list is far too large; it was not read.")
    pem = data.lstrip().startswith(b"-----BEGIN")
    try:
        crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
        _ = crl.issuer  # read now: for a name of a wrong type there is a TypeError, and late
    except (*UNREADABLE, TypeError, UserWarning) as error:
        raise UserFileError(f"This is not a revocation list ({error}).") from None
    return crl


def list_number(crl: RevocationList) -> int | None:
    """Return the list's number; None if it has none that we write, or extensions of others."""
    try:
        numbers = [one.value for one in crl.extensions if isinstance(one.value, x509.CRLNumber)]
        foreign = any(
            one.critical or not isinstance(one.value, x509.CRLNumber | x509.AuthorityKeyIdentifier)
            for one in crl.extensions
        )
    except UNREADABLE:
        return None
    if foreign or len(numbers) != 1 or not 0 <= numbers[0].crl_number <= MAX_LIST_NUMBER:
        return None
    return numbers[0].crl_number


def newest_list(lists: Sequence[RevocationList], issuer: Certificate) -> RevocationList | None:
    """Return, of the lists that the issuer made, the one with the highest number."""
    own = [crl for crl in lists if is_list_of(crl, issuer)]
    return max(own, key=list_rank, default=None)


def list_rank(crl: RevocationList) -> tuple[int, datetime, bytes]:
    """Return what orders the lists of an issuer: number, time, and bytes, so that none is equal."""
    encoded = crl.public_bytes(serialization.Encoding.DER)
    return (list_number(crl) or 0, crl.last_update_utc, encoded)


def is_list_of(crl: RevocationList, issuer: Certificate) -> bool:
    """Say whether the issuer made this list, and as we make them."""
    return crl.issuer == issuer.subject and _is_sound(
        crl.public_bytes(serialization.Encoding.DER), issuer
    )


@lru_cache(maxsize=256)
def _is_sound(encoded: bytes, issuer: Certificate) -> bool:
    crl = x509.load_der_x509_crl(encoded)
    return (
        list_number(crl) is not None
        and crl.signature_algorithm_oid in ALGORITHMS
        and crl.is_signature_valid(certificate_key(issuer))
    )


def find_revocation(crl: RevocationList, certificate: Certificate) -> Revocation | None:
    """Return what the list says of this certificate."""
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return None if entry is None else _revocation(entry)


def list_revocations(crl: RevocationList) -> tuple[Revocation, ...]:
    """Return everything that a list says, by serial number."""
    return tuple(sorted(map(_revocation, crl), key=lambda one: one.serial))


def _revocation(entry: x509.RevokedCertificate) -> Revocation:
    decided = entry.revocation_date_utc
    found = Revocation(entry.serial_number, decided)
    for said in _extensions(entry):
        if isinstance(said, x509.CRLReason):
            found = replace(found, reason=said.reason)
        elif isinstance(said, x509.InvalidityDate):
            found = replace(found, date=said.invalidity_date_utc, decided=decided)
        elif isinstance(said, x509.UnrecognizedExtension) and said.oid == KEPT_RECORDS:
            found = replace(found, kept=_marks(said.value))
    return found


def _extensions(entry: x509.RevokedCertificate) -> list[x509.ExtensionType]:
    """Return what an entry says beside its number and date; what cannot be read says nothing."""
    try:
        return [one.value for one in entry.extensions]
    except UNREADABLE:
        return []


@lru_cache(maxsize=1024)
def _marks(value: bytes) -> frozenset[bytes]:
    """Read the marks of the records that stay good; {} when they are not as we write them."""
    try:
        marks = der.content(value)
    except (ValueError, IndexError):
        return frozenset()
    if der.element(der.OCTETS, marks) != value or len(marks) % MARK_BYTES:
        return frozenset()
    return frozenset(
        marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES)
    )
