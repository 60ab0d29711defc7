"""The signature part of an Office file: XML-DSig with XAdES-EPES, as Office itself writes it.

ECMA-376-2 (digital signatures), [MS-OFFCRYPTO] 2.5.2 and ETSI TS 101 903. The text is written so
that it is its own canonical form (C14N 1.0): default namespace, attributes in alphabetical order,
no empty-element tags, no white space. Reading takes the few values that vary out of it, writes it
again and compares bytes: whatever is not exactly ours is refused, wrapped signatures and other
algorithms among it.
"""

import hashlib
import html
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from stocktake_app.exchange.contents import PACKAGE_FORMAT, AlteredFileError
from stocktake_app.exchange.relationships import escape
from stocktake_app.trust.certificates import (
    UNREADABLE,
    Certificate,
    certificate_key,
    load_certificate,
)
from stocktake_app.trust.keys import PrivateKey, PublicKey, check_signature, sign

MAX_CERTIFICATES = 6

_DS = "http://www.w3.org/2000/09/xmldsig#"
_MDSSI = "http://schemas.openxmlformats.org/package/2006/digital-signature"
_XD = "http://uri.etsi.org/01903/v1.3.2#"
_OFFICE = "http://schemas.microsoft.com/office/2006/digsig"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_P256_BYTES = 32
_DIGEST = '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
_CANONICAL = f'<Transform Algorithm="{_C14N}"></Transform>'
_RELATIONSHIP = (
    '<Transform Algorithm="http://schemas.openxmlformats.org/package/2006/RelationshipTransform">'
)
_SOURCE = f'<mdssi:RelationshipReference xmlns:mdssi="{_MDSSI}" SourceId="'
_SOURCE_END = '"></mdssi:RelationshipReference>'
_OBJECT_TYPE = f"{_DS}Object"
_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"

# Office shows these as "signature details"; "9" and "1" mean its own provider, no picture.
_DETAILS = (
    ("SetupID", ""),
    ("SignatureText", ""),
    ("SignatureImage", ""),
    ("SignatureComments", PACKAGE_FORMAT),
    ("WindowsVersion", "10.0"),
    ("OfficeVersion", "16.0"),
    ("ApplicationVersion", "16.0"),
    ("Monitors", "1"),
    ("HorizontalResolution", "1920"),
    ("VerticalResolution", "1080"),
    ("ColorDepth", "32"),
    ("SignatureProviderId", "{00000000-0000-0000-0000-000000000000}"),
    ("SignatureProviderUrl", ""),
    ("SignatureProviderDetails", "9"),
    ("SignatureType", "1"),
)


@dataclass(frozen=True, slots=True)
class PartDigest:
    """One signed part: its name without slash, its type, the SHA-256 of what is signed of it.

    For a relationships part ``sources`` are the ids of the signed relationships; else None.
    """

    name: str
    content_type: str
    sha256: bytes
    sources: tuple[str, ...] | None = None


@dataclass(frozen=True)
class PackageSignature:
    """What a signature part says; ``certificates`` begin with the signer's."""

    parts: tuple[PartDigest, ...]
    certificates: tuple[Certificate, ...]
    signed_at: datetime
    value: bytes


def sign_parts(
    parts: Iterable[PartDigest],
    key: PrivateKey,
    certificates: Sequence[Certificate],
    now: datetime,
) -> bytes:
    """Return the signature part over these parts."""
    body = _Body(tuple(parts), tuple(certificates), now.astimezone(UTC))
    return body.document(_to_xml(key.public_key(), sign(key, body.signed_info())))


def read_signature(data: bytes) -> PackageSignature:
    """Read a signature part and check its value against the first certificate in it.

    Whether the parts are as digested, and whether the signer is known, is for the caller.

    Raises:
        AlteredFileError: one byte is not as we write it, or the value does not fit.
    """
    try:
        return _read(data)
    except AlteredFileError:
        raise
    except UNREADABLE_SIGNATURE:
        raise AlteredFileError("its signature does not fit") from None


UNREADABLE_SIGNATURE = (*UNREADABLE, IndexError)
"""What is raised for values that are none."""


def _read(data: bytes) -> PackageSignature:
    text = data.decode("utf-8", "replace")
    value = b64decode(_one(_VALUE, text))
    encoded = _CERTIFICATE.findall(text, 0, text.find("</KeyInfo>"))[:MAX_CERTIFICATES]
    certificates = tuple(load_certificate(b64decode(one)) for one in encoded)
    signed_at = datetime.fromisoformat(_one(_TIME, text))
    parts = tuple(_read_reference(*one) for one in _REFERENCE.findall(text))
    body = _Body(parts, certificates, signed_at)
    if body.document(value) != data:
        raise AlteredFileError("its signature was changed")
    signer = certificate_key(certificates[0])
    check_signature(signer, _from_xml(signer, value), body.signed_info())
    return PackageSignature(parts, certificates, signed_at, value)


_VALUE = re.compile(r"<SignatureValue>([A-Za-z0-9+/=]*)</SignatureValue>")
_CERTIFICATE = re.compile(r"<X509Certificate>([A-Za-z0-9+/=]*)</X509Certificate>")
_TIME = re.compile(r"<mdssi:Value>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)</mdssi:Value>")
_REFERENCE = re.compile(
    r'<Reference URI="/([^"?]*)\?ContentType=([^"]*)">'
    rf"(<Transforms>{re.escape(_RELATIONSHIP)}"
    rf'((?:{re.escape(_SOURCE)}[^"<]*{re.escape(_SOURCE_END)})*)'
    rf"</Transform>{re.escape(_CANONICAL)}</Transforms>)?"
    rf"{re.escape(_DIGEST)}<DigestValue>([A-Za-z0-9+/=]*)</DigestValue></Reference>"
)
_SOURCE_ID = re.compile(r'SourceId="([^"<]*)"')


def _one(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise AlteredFileError("its signature was changed")
    return found.group(1)


def _read_reference(
    name: str, content_type: str, transforms: str, sources: str, digest: str
) -> PartDigest:
    ids = tuple(html.unescape(one) for one in _SOURCE_ID.findall(sources))
    return PartDigest(
        html.unescape(name),
        html.unescape(content_type),
        b64decode(digest),
        ids if transforms else None,
    )


@dataclass(frozen=True)
class _Body:
    """The text of a signature part, all but its value."""

    parts: tuple[PartDigest, ...]
    certificates: tuple[Certificate, ...]
    signed_at: datetime

    def document(self, value: bytes) -> bytes:
        certificates = "".join(
            f"<X509Certificate>{_base64(_der(one))}</X509Certificate>" for one in self.certificates
        )
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<Signature xmlns="{_DS}" Id="idPackageSignature">'
            f"{_inherited(self.signed_info().decode())}"
            f"<SignatureValue>{_base64(value)}</SignatureValue>"
            f"<KeyInfo><X509Data>{certificates}</X509Data></KeyInfo>"
            f"{_inherited(self._package())}{_inherited(_office())}"
            f'<Object><xd:QualifyingProperties xmlns:xd="{_XD}" Target="#idPackageSignature">'
            f"{_inherited(self._signed_properties()).replace(_XD_INHERITED, '')}"
            "</xd:QualifyingProperties></Object></Signature>"
        ).encode()

    def signed_info(self) -> bytes:
        signer = certificate_key(self.certificates[0])
        method = _RSA if isinstance(signer, rsa.RSAPublicKey) else _ECDSA
        return (
            f'<SignedInfo xmlns="{_DS}"><CanonicalizationMethod Algorithm="{_C14N}">'
            f'</CanonicalizationMethod><SignatureMethod Algorithm="{method}"></SignatureMethod>'
            f"{_reference('idPackageObject', _OBJECT_TYPE, self._package())}"
            f"{_reference('idOfficeObject', _OBJECT_TYPE, _office())}"
            f"{_reference('idSignedProperties', _PROPERTIES_TYPE, self._signed_properties())}"
            "</SignedInfo>"
        ).encode()

    def _package(self) -> str:
        references = "".join(_part_reference(part) for part in self.parts)
        return (
            f'<Object xmlns="{_DS}" Id="idPackageObject"><Manifest>{references}</Manifest>'
            '<SignatureProperties><SignatureProperty Id="idSignatureTime"'
            f' Target="#idPackageSignature"><mdssi:SignatureTime xmlns:mdssi="{_MDSSI}">'
            "<mdssi:Format>YYYY-MM-DDThh:mm:ssTZD</mdssi:Format>"
            f"<mdssi:Value>{self._time()}</mdssi:Value></mdssi:SignatureTime>"
            "</SignatureProperty></SignatureProperties></Object>"
        )

    def _signed_properties(self) -> str:
        signer = self.certificates[0]
        return (
            f'<xd:SignedProperties xmlns="{_DS}"{_XD_INHERITED} Id="idSignedProperties">'
            f"<xd:SignedSignatureProperties><xd:SigningTime>{self._time()}</xd:SigningTime>"
            f"<xd:SigningCertificate><xd:Cert><xd:CertDigest>{_DIGEST}<DigestValue>"
            f"{_base64(hashlib.sha256(_der(signer)).digest())}</DigestValue></xd:CertDigest>"
            f"<xd:IssuerSerial><X509IssuerName>{_issuer(signer)}</X509IssuerName>"
            f"<X509SerialNumber>{signer.serial_number}</X509SerialNumber></xd:IssuerSerial>"
            "</xd:Cert></xd:SigningCertificate><xd:SignaturePolicyIdentifier>"
            "<xd:SignaturePolicyImplied></xd:SignaturePolicyImplied></xd:SignaturePolicyIdentifier>"
            "</xd:SignedSignatureProperties></xd:SignedProperties>"
        )

    def _time(self) -> str:
        return self.signed_at.strftime("%Y-%m-%dT%H:%M:%SZ")


_XD_INHERITED = f' xmlns:xd="{_XD}"'


def _to_xml(key: PublicKey, value: bytes) -> bytes:
    """Return the signature as XML has it: for ECDSA, ``r || s`` (RFC 6931, 2.3.6)."""
    if isinstance(key, rsa.RSAPublicKey):
        return value
    r, s = decode_dss_signature(value)
    return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")


def _from_xml(key: PublicKey, value: bytes) -> bytes:
    if isinstance(key, rsa.RSAPublicKey):
        return value
    if len(value) != 2 * _P256_BYTES:
        raise AlteredFileError("its signature was changed")
    halves = value[:_P256_BYTES], value[_P256_BYTES:]
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))


def _inherited(element: str) -> str:
    """Drop the namespace declaration that an element inherits where it stands."""
    return element.replace(f' xmlns="{_DS}"', "", 1)


def _reference(key: str, kind: str, target: str) -> str:
    transforms = f"<Transforms>{_CANONICAL}</Transforms>" if kind == _PROPERTIES_TYPE else ""
    digest = _base64(hashlib.sha256(target.encode()).digest())
    return (
        f'<Reference Type="{kind}" URI="#{key}">{transforms}{_DIGEST}'
        f"<DigestValue>{digest}</DigestValue></Reference>"
    )


def _part_reference(part: PartDigest) -> str:
    transforms = ""
    if part.sources is not None:
        sources = "".join(f"{_SOURCE}{escape(one)}{_SOURCE_END}" for one in part.sources)
        transforms = f"<Transforms>{_RELATIONSHIP}{sources}</Transform>{_CANONICAL}</Transforms>"
    return (
        f'<Reference URI="/{escape(part.name)}?ContentType={escape(part.content_type)}">'
        f"{transforms}{_DIGEST}<DigestValue>{_base64(part.sha256)}</DigestValue></Reference>"
    )


def _office() -> str:
    details = "".join(f"<{name}>{value}</{name}>" for name, value in _DETAILS)
    return (
        f'<Object xmlns="{_DS}" Id="idOfficeObject"><SignatureProperties>'
        '<SignatureProperty Id="idOfficeV1Details" Target="#idPackageSignature">'
        f'<SignatureInfoV1 xmlns="{_OFFICE}">{details}</SignatureInfoV1>'
        "</SignatureProperty></SignatureProperties></Object>"
    )


def _issuer(certificate: Certificate) -> str:
    names = ", ".join(one.rfc4514_string() for one in reversed(list(certificate.issuer.rdns)))
    return names.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
