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
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from forged_signing import (
    OFFICE,
    PACKAGE,
    PROPERTIES,
    element,
    put,
    sign_text_anew,
    signed_info,
    value_in,
    value_of,
    with_value,
)
from forgery import Book
from packages import Made, Parts, officer_contents, packed, unpacked, xlsx_of
from part_tools import SHEET, SIGNATURE, certificate_text

from stocktake_app.trust.cms import Signer

BOOK = Book("signed otherwise", "xlsx", who="author")
VALUE = Book("signature value", "xlsx")
MOVED = Book("signature moved", "xlsx")
BOOKS = (BOOK, VALUE, MOVED)

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


# Values: malleable, padded, in another form, of no one.
def value_edit(parts: Parts, made: Made, *, change: Callable[[bytes, Made], bytes]) -> None:
    text = text_of(parts)
    parts[SIGNATURE] = with_value(text, change(value_in(text), made)).encode()


def _as_der(value: bytes, made: Made) -> bytes:
    half = len(value) // 2
    return encode_dss_signature(
        *(int.from_bytes(one, "big") for one in (value[:half], value[half:]))
    )


def _halves_padded(value: bytes, made: Made) -> bytes:
    half = len(value) // 2
    return b"\0" + value[:half] + b"\0" + value[half:]


def _beyond_modulus(value: bytes, made: Made) -> bytes:
    key = made.signer.key
    if isinstance(key, rsa.RSAPrivateKey):
        number = int.from_bytes(value, "big") + key.public_key().public_numbers().n
        return number.to_bytes(len(value) + 1, "big")
    r = int.from_bytes(value[:32], "big") + P256_ORDER
    return r.to_bytes(33, "big") + value[32:]


def _without_hash_parameters(value: bytes, made: Made) -> bytes:
    """RSA PKCS#1 v1.5 whose DigestInfo leaves the NULL out (RFC 8017, 9.2 wants it)."""
    key = made.signer.key
    digest = hashlib.sha256(b"").digest()
    info = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + digest
    return _raw_rsa(key, b"\0\1" + b"\xff" * (len(value) - len(info) - 3) + b"\0" + info, value)


def _short_padding(value: bytes, made: Made) -> bytes:
    """Eight bytes of padding, the digest, and then garbage that nobody should skip."""
    info = bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)
    start = b"\0\1" + b"\xff" * 8 + b"\0" + info
    return _raw_rsa(made.signer.key, start.ljust(len(value), b"\0"), value)


def _raw_rsa(key: object, block: bytes, value: bytes) -> bytes:
    if not isinstance(key, rsa.RSAPrivateKey):
        return value[::-1]
    numbers = key.private_numbers()
    made = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return made.to_bytes(len(value), "big")


for _title, _change in (
    ("as DER", _as_der),
    ("with zeros before its halves", _halves_padded),
    ("with a zero in front", lambda value, _made: b"\0" + value),
    ("with a zero behind", lambda value, _made: value + b"\0"),
    ("of zeros", lambda value, _made: bytes(len(value))),
    ("of ones", lambda value, _made: b"\xff" * len(value)),
    ("of the number one", lambda value, _made: b"\1".rjust(len(value), b"\0")),
    ("empty", lambda _value, _made: b""),
    ("twice", lambda value, _made: value + value),
    ("halved", lambda value, _made: value[: len(value) // 2]),
    ("with its halves exchanged", lambda v, _made: v[len(v) // 2 :] + v[: len(v) // 2]),
    ("beyond the modulus", _beyond_modulus),
    ("with a digest that lacks its parameters", _without_hash_parameters),
    ("with short padding and garbage", _short_padding),
    ("a megabyte long", lambda value, _made: value * 16_000),
):
    VALUE.add_edit(_title, partial(value_edit, change=_change))


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


# Genuine signatures where they do not belong.
def other_day(made: Made) -> Parts:
    contents, signer = officer_contents(made.people, "another day")
    return unpacked(xlsx_of(contents, signer, made.people.now))


@MOVED.edit
def from_another_package_of_the_same_officer(parts: Parts, made: Made) -> None:
    parts[SIGNATURE] = other_day(made)[SIGNATURE]


@MOVED.edit
def with_all_sheets_of_that_other_package(parts: Parts, made: Made) -> None:
    for name, data in other_day(made).items():
        if name.startswith("xl/") or name == SIGNATURE:
            parts[name] = data


@MOVED.edit
def with_the_seal_of_that_other_package(parts: Parts, made: Made) -> None:
    other = other_day(made)
    number = len(made.contents.seals)
    parts[f"customXml/item{number}.xml"] = other["customXml/item1.xml"]


@MOVED.edit
def value_alone_from_another_package(parts: Parts, made: Made) -> None:
    other = value_in(other_day(made)[SIGNATURE].decode())
    parts[SIGNATURE] = with_value(text_of(parts), other).encode()


@MOVED.edit
def value_and_signed_info_from_another_package(parts: Parts, made: Made) -> None:
    pattern = r"<SignedInfo>.*</SignatureValue>"
    other = element(other_day(made)[SIGNATURE].decode(), pattern)
    text = text_of(parts)
    parts[SIGNATURE] = text.replace(element(text, pattern), other).encode()


@MOVED.edit
def list_of_parts_from_another_package(parts: Parts, made: Made) -> None:
    other = element(other_day(made)[SIGNATURE].decode(), PACKAGE)
    text = text_of(parts)
    parts[SIGNATURE] = text.replace(element(text, PACKAGE), other).encode()


@MOVED.edit
def properties_from_another_package(parts: Parts, made: Made) -> None:
    """Nothing of them is the package's own, so this one must differ in its time."""
    other = element(other_day(made)[SIGNATURE].decode(), PROPERTIES)
    year = f"{made.people.now.year}-"
    text = text_of(parts)
    forged = other.replace(year, f"{made.people.now.year + 1}-")
    parts[SIGNATURE] = text.replace(element(text, PROPERTIES), forged).encode()


@MOVED.edit
def to_another_part_name(parts: Parts, made: Made) -> None:
    parts["_xmlsignatures/sig2.xml"] = parts.pop(SIGNATURE)


@MOVED.whole
def put_back_on_a_file_saved_again(made: Made) -> bytes:
    """A file that another program saved, with the old signature put back in."""
    parts = unpacked(made.data)
    parts[SHEET] = parts[SHEET].replace(b"<v>9</v>", b"<v>9 </v>")
    return packed(parts)
