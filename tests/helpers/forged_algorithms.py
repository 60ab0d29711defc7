"""Signatures that are good by their own word, but not as ours must be made.

The author's own key makes them, so every digest and value fits: what must be refused is the way.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from functools import cache, partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from forged_signing import (
    OFFICE,
    put,
    sign_text_anew,
    signed_info,
    value_of,
    with_value,
)
from forgery import Book
from packages import Made, Parts
from part_tools import SIGNATURE, certificate_text

from stocktake_app.trust.cms import Signer

BOOK = Book("signed otherwise", "xlsx", who="author")

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
METHOD = r"http://www\.w3\.org/2001/04/xmldsig-more#(?:rsa|ecdsa)-sha256"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
Sign = Callable[[str, Signer], str]


def text_of(parts: Parts) -> str:
    return parts[SIGNATURE].decode()


# Other algorithms, used consistently.
def digested_with(parts: Parts, made: Made, *, name: str, address: str) -> None:
    text = text_of(parts).replace(SHA256, address)
    for found in re.findall(r'URI="/([^"?]*)\?[^"]*"><DigestMethod.*?<DigestValue>[^<]*', text):
        digest = hashlib.new(name, parts[found], usedforsecurity=False).digest()
        pattern = rf'(URI="/{re.escape(found)}\?.*?<DigestValue>)[^<]*'
        text = re.sub(pattern, partial(put, new=_base64(digest)), text, count=1)
    algorithm = partial(_digest, name=name)
    parts[SIGNATURE] = sign_text_anew(text, made.signer, algorithm).encode()


def _digest(data: bytes, *, name: str) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode()


for _name, _address in (
    ("md5", "http://www.w3.org/2001/04/xmldsig-more#md5"),
    ("sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
    ("sha512", "http://www.w3.org/2001/04/xmlenc#sha512"),
):
    BOOK.add_edit(
        f"all digests {_name}, signed so", partial(digested_with, name=_name, address=_address)
    )


def method(parts: Parts, made: Made, *, address: str, sign: Callable[[bytes, Made], bytes]) -> None:
    kind = "rsa" if made.people.kind == "rsa" else "ecdsa"
    text = re.sub(METHOD, address.format(kind=kind), text_of(parts), count=1)
    parts[SIGNATURE] = with_value(text, sign(signed_info(text), made)).encode()


def _with_hash(data: bytes, made: Made, *, algorithm: hashes.HashAlgorithm) -> bytes:
    return value_of(data, made.signer, algorithm)


def _with_public_key_as_secret(data: bytes, made: Made) -> bytes:
    public = made.signer.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hmac.digest(public, data, "sha256")


def _with_pss(data: bytes, made: Made) -> bytes:
    key = made.signer.key
    if not isinstance(key, rsa.RSAPrivateKey):
        return value_of(data, made.signer, hashes.SHA384())
    return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


_DSIG, _MORE = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#"
for _title, _address, _sign in (
    ("SHA-1", _DSIG + "{kind}-sha1", partial(_with_hash, algorithm=hashes.SHA1())),  # noqa: S303
    ("SHA-512", _MORE + "{kind}-sha512", partial(_with_hash, algorithm=hashes.SHA512())),
    ("SHA-384", _MORE + "{kind}-sha384", partial(_with_hash, algorithm=hashes.SHA384())),
    ("MGF1 padding", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", _with_pss),
    ("HMAC with the public key as secret", _MORE + "hmac-sha256", _with_public_key_as_secret),
    ("HMAC of no length", _MORE + "hmac-sha256", lambda _data, _made: b""),
    ("the other kind of key named", _MORE + "dsa-sha256", lambda d, m: value_of(d, m.signer)),
    ("no algorithm at all", "", lambda _data, _made: b""),
):
    BOOK.add_edit(f"value by {_title}", partial(method, address=_address, sign=_sign))


# Other texts, signed anew.
def text_edit(parts: Parts, made: Made, *, pattern: str, new: str, count: int = 1) -> None:
    text, number = re.subn(pattern, new, text_of(parts), count=count, flags=re.DOTALL)
    assert number, pattern
    parts[SIGNATURE] = sign_text_anew(text, made.signer).encode()


_REFERENCE = r'<Reference Type="[^"]*" URI="#{0}">.*?</Reference>'
_MANIFEST = r'<Reference URI="/{0}.*?</Reference>'
TEXTS = {
    "without the office object": (_REFERENCE.format("idOfficeObject"), ""),
    "without the reference to its properties": (_REFERENCE.format("idSignedProperties"), ""),
    "without the reference to the parts": (_REFERENCE.format("idPackageObject"), ""),
    "a seal missing from the manifest": (_MANIFEST.format("customXml/item1.xml"), ""),
    "a sheet missing from the manifest": (_MANIFEST.format("xl/worksheets/sheet2.xml"), ""),
    "an empty manifest": (r"<Manifest>.*</Manifest>", "<Manifest></Manifest>"),
    "a reference twice": (f"({_MANIFEST.format('xl/styles.xml')})", r"\1\1"),
    "references in another order": (
        r"(<Manifest>)(<Reference.*?</Reference>)(.*?)(</Manifest>)",
        r"\1\3\2\4",
    ),
    "a reference without content type": (r"\?ContentType=[^\"]*worksheet\+xml", ""),
    "a reference to a web page": (r'URI="/xl/styles.xml[^"]*"', 'URI="https://evil.example/"'),
    "a reference to a file": (r'URI="/xl/styles.xml[^"]*"', 'URI="file:///etc/passwd"'),
    "a reference to itself": (r'URI="/xl/styles.xml[^"]*"', 'URI=""'),
    "a reference with two dots": (r'URI="/xl/styles.xml', 'URI="/xl/../xl/styles.xml'),
    "a reference in other case": (r'URI="/xl/styles.xml', 'URI="/XL/styles.xml'),
    "a reference without slash": (r'URI="/xl/styles.xml', 'URI="xl/styles.xml'),
    "a reference with percent digits": (r'URI="/xl/styles.xml', 'URI="/xl/st%79les.xml'),
    "a reference without type": (' Type="http://www.w3.org/2000/09/xmldsig#Object"', ""),
    "relationships without their transform": (
        (
            r"<Transforms><Transform Algorithm=\"http://schemas.openxmlformats.org/package/2006/"
            r"RelationshipTransform\">.*?</Transforms>"
        ),
        "",
    ),
    "relationships with fewer signed": (
        r"<mdssi:RelationshipReference [^>]*></mdssi:RelationshipReference>",
        "",
    ),
    "relationships by their group": (
        r'<mdssi:RelationshipReference ([^>]*)SourceId="[^"]*"></mdssi:RelationshipReference>',
        (
            r'<mdssi:RelationshipsGroupReference \1SourceType="urn:x">'
            "</mdssi:RelationshipsGroupReference>"
        ),
    ),
    "an XSLT transform": (
        "<Transforms>",
        (
            '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">'
            "</Transform>"
        ),
    ),
    "an enveloped transform": (
        "<Transforms>",
        (
            '<Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature">'
            "</Transform>"
        ),
    ),
    "a base64 transform": (
        "<Transforms>",
        '<Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"></Transform>',
    ),
    "canonical XML 1.1": (re.escape(C14N), "http://www.w3.org/2006/12/xml-c14n11"),
    "exclusive canonical XML": (re.escape(C14N), "http://www.w3.org/2001/10/xml-exc-c14n#"),
    "canonical XML with comments": (re.escape(C14N), f"{C14N}#WithComments"),
    "an object more": ("</Signature>", "<Object><evil></evil></Object></Signature>"),
    "an object less": (OFFICE, ""),
    "an object with attributes": ("<Object><xd", '<Object MimeType="text/xml"><xd'),
    "a second manifest": ("</Manifest>", "</Manifest><Manifest></Manifest>"),
    "a second time": ("</mdssi:Value>", "</mdssi:Value><mdssi:Value>x</mdssi:Value>"),
    "times that differ": (r"<xd:SigningTime>\d{4}", "<xd:SigningTime>1999"),
    "a time without zone": (r"(<mdssi:Value>[^<]*)Z<", r"\1<"),
    "a time with a zone": (r"(<mdssi:Value>[^<]*)Z<", r"\1+00:00<"),
    "a time in Arabic digits": (r"<mdssi:Value>\d{4}", "<mdssi:Value>٢٠٢١"),
    "another issuer serial": (r"<X509SerialNumber>\d+", "<X509SerialNumber>1"),
    "another issuer name": (r"<X509IssuerName>[^<]*", "<X509IssuerName>CN=Somebody"),
    "another certificate digest": (
        r"(<xd:CertDigest>.*?<DigestValue>)[^<]*",
        r"\g<1>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ),
    "a policy": ("SignaturePolicyImplied", "SignaturePolicyId"),
    "a role": (
        "</xd:SignedSignatureProperties>",
        "<xd:SignerRole></xd:SignerRole></xd:SignedSignatureProperties>",
    ),
    "a picture as signature": (
        "<SignatureImage></SignatureImage>",
        "<SignatureImage>iVBORw0KGgo=</SignatureImage>",
    ),
    "a visible signature line": ("<SignatureType>1", "<SignatureType>2"),
    "a provider with an address": (
        "<SignatureProviderUrl></SignatureProviderUrl>",
        "<SignatureProviderUrl>https://evil.example</SignatureProviderUrl>",
    ),
    "a text of its own": (
        "<SignatureText></SignatureText>",
        "<SignatureText>Approved by HQ</SignatureText>",
    ),
    "another remark": ("stocktake-package/1<", "stocktake-package/01<"),
    "a key name": ("<KeyInfo>", "<KeyInfo><KeyName>HQ</KeyName>"),
    "where to fetch a key": (
        "<KeyInfo>",
        '<KeyInfo><RetrievalMethod URI="https://evil.example/key"></RetrievalMethod>',
    ),
    "certificates in two places": (
        "</X509Certificate><X509Certificate>",
        "</X509Certificate></X509Data><X509Data><X509Certificate>",
    ),
    "without certificates": (r"<X509Data>.*</X509Data>", "<X509Data></X509Data>"),
    "a revocation list": ("</X509Data>", "<X509CRL>AAAA</X509CRL></X509Data>"),
    "a certificate with white space": ("<X509Certificate>", "<X509Certificate>\n"),
    "another id of the signature": ("idPackageSignature", "idPackageSignaturf"),
    "prefixes of its own": ("mdssi:", "m:"),
    "a comment": ("<KeyInfo>", "<!-- harmless --><KeyInfo>"),
    "a processing instruction": ("<KeyInfo>", "<?evil?><KeyInfo>"),
    "CDATA": ("<mdssi:Format>([^<]*)<", r"<mdssi:Format><![CDATA[\1]]><"),
    "an attribute more": ("<Manifest>", '<Manifest Id="x">'),
    "a namespace more": ("<Manifest>", '<Manifest xmlns:x="urn:x">'),
    "an xml:base": ("<Manifest>", '<Manifest xml:base="https://evil.example/">'),
    "an inclusion": (
        "</Manifest>",
        (
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd">'
            "</xi:include>"
            "</Manifest>"
        ),
    ),
}
for _title, (_pattern, _new) in TEXTS.items():
    _all = _title.startswith(("canonical", "exclusive", "another id", "prefixes"))
    BOOK.add_edit(_title, partial(text_edit, pattern=_pattern, new=_new, count=0 if _all else 1))


def signed_by_a_weak_key(parts: Parts, made: Made, *, key: object) -> None:
    """A certificate that the genuine bureau issued for a key which nobody should use."""
    certificate = _certificate_for(key, made)
    text = text_of(parts)
    genuine = certificate_text(made.signer.certificate).decode()
    text = text.replace(genuine, certificate_text(certificate).decode())
    digest = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
    text = re.sub(
        r"(<xd:CertDigest>.*?<DigestValue>)[^<]*", lambda one: one[1] + _base64(digest), text
    )
    text = re.sub(r"<X509SerialNumber>\d+", f"<X509SerialNumber>{certificate.serial_number}", text)
    if isinstance(key, rsa.RSAPrivateKey):
        text = re.sub(METHOD, f"{_MORE}rsa-sha256", text)
    text = sign_text_anew(text, made.signer)
    data = signed_info(text)
    if isinstance(key, rsa.RSAPrivateKey):
        text = with_value(text, key.sign(data, padding.PKCS1v15(), hashes.SHA256()))
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        text = with_value(text, key.sign(data))
    parts[SIGNATURE] = text.encode()


def _certificate_for(key: object, made: Made) -> x509.Certificate:
    genuine = made.signer.certificate
    authority = made.people.wca.authority
    assert authority
    builder = x509.CertificateBuilder(
        genuine.issuer,
        genuine.subject,
        key.public_key(),  # type: ignore[attr-defined]
        x509.random_serial_number(),
        genuine.not_valid_before_utc,
        genuine.not_valid_after_utc,
    )
    for one in genuine.extensions:
        builder = builder.add_extension(one.value, critical=one.critical)
    return builder.sign(authority.key, hashes.SHA256())


def _weak(parts: Parts, made: Made, *, make: Callable[[], object]) -> None:
    signed_by_a_weak_key(parts, made, key=make())


for _title, _make in (
    ("RSA of 1024 bits", lambda: rsa.generate_private_key(65537, 1024)),  # noqa: S505
    ("RSA of 2048 bits", lambda: rsa.generate_private_key(65537, 2048)),
    ("RSA with the exponent 3", lambda: rsa.generate_private_key(3, 3072)),
    ("P-384", lambda: ec.generate_private_key(ec.SECP384R1())),
    ("the curve of Bitcoin", lambda: ec.generate_private_key(ec.SECP256K1())),
    ("Ed25519", ed25519.Ed25519PrivateKey.generate),
):
    BOOK.add_edit(f"by a certified key of {_title}", partial(_weak, make=cache(_make)))
