"""Certificates that our writer would never make."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from stocktake_app.trust.certificates import Certificate
from stocktake_app.trust.keys import PrivateKey, PublicKey


def forge(
    genuine: Certificate,
    issuer_key: PrivateKey,
    *extensions: tuple[x509.ExtensionType, bool],
    name: x509.Name | None = None,
    issuer: x509.Name | None = None,
    key: PublicKey | None = None,
    end: datetime | None = None,
    without: type[x509.ExtensionType] | None = None,
) -> Certificate:
    """Sign a copy of a certificate with some parts exchanged.

    An extension given replaces the one of its kind or comes in addition; the flag says critical.
    """
    builder = x509.CertificateBuilder(
        issuer or genuine.issuer,
        name or genuine.subject,
        key or genuine.public_key(),
        x509.random_serial_number(),
        genuine.not_valid_before_utc,
        end or genuine.not_valid_after_utc,
    )
    kept = {one.oid: (one.value, one.critical) for one in genuine.extensions}
    kept |= {value.oid: (value, critical) for value, critical in extensions}
    for oid, (value, critical) in kept.items():
        if without is None or oid != without.oid:
            builder = builder.add_extension(value, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())
