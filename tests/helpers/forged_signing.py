"""Tools of a dishonest author: sign a changed package anew with the author's own key."""

import hashlib
import html
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from packages import Made, Parts, unpacked
from part_tools import SIGNATURE, TYPES

from stocktake_app.exchange.ooxml_signature import PartDigest, read_signature, sign_parts
from stocktake_app.exchange.relationships import (
    RELATIONSHIPS_TYPE,
    Relationship,
    transformed,
    write_content_types,
)
from stocktake_app.exchange.xlsx_parts import UNSIGNED_TYPES, signed_sources
from stocktake_app.trust.cms import Signer

DS = "http://www.w3.org/2000/09/xmldsig#"
XD = "http://uri.etsi.org/01903/v1.3.2#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_LINK = re.compile(
    r'<Relationship Id="([^"]*)" Type="([^"]*)" Target="([^"]*)"( TargetMode="External")?'
)


def sign_parts_anew(
    parts: Parts,
    made: Made,
    types: Mapping[str, str] | None = None,
    *,
    signer: Signer | None = None,
    leave_out: tuple[str, ...] = (),
) -> None:
    """Sign all parts as they are now; ``types`` are those of parts that were added.

    Parts in ``leave_out`` are neither signed nor in the list of content types.
    """
    signature = read_signature(unpacked(made.data)[SIGNATURE])
    known = {one.name: one.content_type for one in signature.parts} | dict(types or {})
    known = {name: kind for name, kind in known.items() if name in parts and name not in leave_out}
    digests = [digest_of(name, kind, parts[name]) for name, kind in sorted(known.items())]
    parts[TYPES] = write_content_types({**known, **UNSIGNED_TYPES})
    who = signer or made.signer
    parts[SIGNATURE] = sign_parts(digests, who.key, who.chain, signature.signed_at)


def digest_of(name: str, kind: str, data: bytes) -> PartDigest:
    """Return what a signature says of a part, however odd it is."""
    if kind != RELATIONSHIPS_TYPE:
        return PartDigest(name, kind, hashlib.sha256(data).digest())
    links = links_of(data)
    ids = signed_sources(name, links)
    return PartDigest(name, kind, hashlib.sha256(transformed(links, ids)).digest(), ids)


def links_of(data: bytes) -> tuple[Relationship, ...]:
    """Return the relationships of a part that need not be written as ours are."""
    return tuple(
        Relationship(html.unescape(key), html.unescape(kind), html.unescape(target), bool(mode))
        for key, kind, target, mode in _LINK.findall(data.decode("utf-8", "replace"))
    )


def element(text: str, pattern: str) -> str:
    """Return one element of the signature part."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, pattern
    return found[0]


PACKAGE = r'<Object Id="idPackageObject">.*?</Object>'
OFFICE = r'<Object Id="idOfficeObject">.*?</Object>'
PROPERTIES = r'<xd:SignedProperties Id="idSignedProperties">.*?</xd:SignedProperties>'
INFO = r"<SignedInfo>.*?</SignedInfo>"


def sign_text_anew(
    text: str, signer: Signer, algorithm: Callable[[bytes], bytes] | None = None
) -> str:
    """Digest the three signed elements of a signature part anew, and sign.

    ``algorithm`` digests them; SHA-256 if there is none.
    """
    algorithm = algorithm or _sha256
    for key, pattern, declared in (
        ("idPackageObject", PACKAGE, f'<Object xmlns="{DS}"'),
        ("idOfficeObject", OFFICE, f'<Object xmlns="{DS}"'),
        ("idSignedProperties", PROPERTIES, f'<xd:SignedProperties xmlns="{DS}" xmlns:xd="{XD}"'),
    ):
        if f'URI="#{key}"' not in text or not re.search(pattern, text, re.DOTALL):
            continue
        tag = declared.partition(" ")[0]
        canonical = element(text, pattern).replace(tag, declared, 1)
        digest = b64encode(algorithm(canonical.encode())).decode()
        reference = rf'(URI="#{key}".*?<DigestValue>)[^<]*'
        text = re.sub(reference, partial(put, new=digest), text, count=1)
    return with_value(text, value_of(signed_info(text), signer))


def put(found: re.Match[str], *, new: str) -> str:
    """Return the first group of a match with something new behind it."""
    return found[1] + new


def signed_info(text: str) -> bytes:
    """Return what is signed, in canonical form."""
    return element(text, INFO).replace("<SignedInfo>", f'<SignedInfo xmlns="{DS}">', 1).encode()


def value_of(data: bytes, signer: Signer, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
    """Sign as XML-DSig has it, with SHA-256 or another algorithm."""
    algorithm = algorithm or hashes.SHA256()
    if isinstance(signer.key, rsa.RSAPrivateKey):
        return signer.key.sign(data, padding.PKCS1v15(), algorithm)
    r, s = decode_dss_signature(signer.key.sign(data, ec.ECDSA(algorithm)))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return r.to_bytes(32, "big") + min(s, order - s).to_bytes(32, "big")


def with_value(text: str, value: bytes) -> str:
    """Put a signature value in."""
    encoded = b64encode(value).decode()
    return re.sub(r"<SignatureValue>[^<]*", lambda _: f"<SignatureValue>{encoded}", text, count=1)


def value_in(text: str) -> bytes:
    """Return the signature value."""
    return b64decode(element(text, r"(?<=<SignatureValue>)[^<]*"))


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
