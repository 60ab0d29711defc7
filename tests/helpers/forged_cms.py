"""Other ways to write the same CMS signature (RFC 5652), and signatures that say too much.

They are tried on the signature of a PDF, which nothing else covers, and on that of a seal.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding
from forged_seals import framed, with_file
from forgery import KEYS, Book
from packages import Made, wrongly_signed_xlsx
from raw_pdf import signature_in, with_signature

from stocktake_app.trust import der
from stocktake_app.trust.keys import sign

PDF = Book("PDF, signature", "pdf")
XLSX = Book("signature of a seal", "xlsx", who="author")
BOOKS = (PDF, XLSX)

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass
class Node:
    """One element; a constructed one has children, a plain one contents."""

    tag: int
    content: bytes = b""
    children: list["Node"] = field(default_factory=list)

    def encode(self) -> bytes:
        """Return its DER."""
        return der.element(self.tag, self.content, *(one.encode() for one in self.children))


def node(encoded: bytes) -> Node:
    """Read one element, and what is in it."""
    if encoded[0] & 0x20:
        return Node(encoded[0], children=[node(one) for one in der.members(encoded)])
    return Node(encoded[0], der.content(encoded))


class Cms:
    """The parts of a signature of ours, to be changed in place."""

    def __init__(self, encoded: bytes, made: Made) -> None:
        self.made = made
        self.top = node(encoded)
        self.signed = self.top.children[1].children[0]
        self.signer = self.signed.children[4].children[0]
        self.certificates = self.signed.children[3]
        self.attributes = self.signer.children[3]
        self.value = self.signer.children[5]

    def encode(self) -> bytes:
        """Return its DER."""
        return self.top.encode()

    def sign(self) -> None:
        """Sign the attributes anew, as the author."""
        attributes = b"".join(one.encode() for one in self.attributes.children)
        self.value.content = sign(self.made.signer.key, der.element(der.SET, attributes))


Edit = Callable[[Cms], None]
Raw = Callable[[bytes], bytes]


def attribute(oid: str, value: bytes) -> Node:
    return node(der.sequence(der.oid(oid), der.set_of(value)))


def _drop_attribute(cms: Cms, *, oid: str) -> None:
    cms.attributes.children = [
        one for one in cms.attributes.children if one.children[0].encode() != der.oid(oid)
    ]


def _signed_without(cms: Cms, *, oid: str) -> None:
    _drop_attribute(cms, oid=oid)
    cms.sign()


def _signed_with(cms: Cms, *, oid: str, value: bytes) -> None:
    cms.attributes.children.append(attribute(oid, value))
    cms.attributes.children.sort(key=lambda one: one.encode())
    cms.sign()


def _unsigned(cms: Cms, *, oid: str) -> None:
    value = attribute(oid, der.element(der.OCTETS, b"evil"))
    cms.signer.children.append(Node(0xA1, children=[value]))


def _root_added(cms: Cms) -> None:
    root = cms.made.people.hq.anchor.public_bytes(Encoding.DER)
    cms.certificates.children.append(node(root))


def _other_added(cms: Cms) -> None:
    other = cms.made.people.mena_officer.certificate.public_bytes(Encoding.DER)
    cms.certificates.children.append(node(other))


def _reversed_certificates(cms: Cms) -> None:
    cms.certificates.children.reverse()


def _issuer_dropped(cms: Cms) -> None:
    leaf = cms.made.signer.certificate.public_bytes(Encoding.DER)
    cms.certificates.children = [one for one in cms.certificates.children if one.encode() == leaf]


def _issuer_exchanged(cms: Cms) -> None:
    from forging import forge

    issuer = cms.made.signer.chain[1]
    rogue = forge(issuer, cms.made.people.rogue_hq.signer.key).public_bytes(Encoding.DER)
    genuine = issuer.public_bytes(Encoding.DER)
    cms.certificates.children = [
        node(rogue) if one.encode() == genuine else one for one in cms.certificates.children
    ]


def _second_signer(cms: Cms) -> None:
    cms.signed.children[4].children.append(cms.signer)


def _no_signer(cms: Cms) -> None:
    cms.signed.children[4].children.clear()


def _with_content(cms: Cms) -> None:
    content = Node(0xA0, children=[Node(der.OCTETS, b"evil")])
    cms.signed.children[2].children.append(content)


def _with_crls(cms: Cms) -> None:
    cms.signed.children.insert(4, Node(0xA1, children=[Node(der.SEQUENCE)]))


def _version(cms: Cms, *, of: str, number: int) -> None:
    getattr(cms, of).children[0].content = bytes([number])


def _digest_algorithm(cms: Cms, *, oid: str, parameters: bool) -> None:
    algorithm = der.sequence(der.oid(oid), *([der.element(der.NULL)] if parameters else []))
    cms.signed.children[1].children = [node(algorithm)]
    cms.signer.children[2] = node(algorithm)


def _two_digest_algorithms(cms: Cms) -> None:
    algorithm = der.sequence(der.oid("1.3.14.3.2.26"))
    cms.signed.children[1].children.insert(0, node(algorithm))


def _signature_algorithm(cms: Cms, *, oid: str, parameters: bool) -> None:
    algorithm = der.sequence(der.oid(oid), *([der.element(der.NULL)] if parameters else []))
    cms.signer.children[4] = node(algorithm)


def _other_parameters(cms: Cms) -> None:
    """NULL where it does not belong, or missing where it does."""
    algorithm = cms.signer.children[4]
    if len(algorithm.children) > 1:
        algorithm.children.pop()
    else:
        algorithm.children.append(Node(der.NULL))


def _serial(cms: Cms) -> None:
    cms.signer.children[1].children[1].content = b"\x01"


def _by_key_identifier(cms: Cms) -> None:
    cms.signer.children[1] = Node(0x80, bytes(20))


def _shuffled_attributes(cms: Cms) -> None:
    cms.attributes.children.reverse()


def _doubled_attribute(cms: Cms) -> None:
    cms.attributes.children.append(cms.attributes.children[0])
    cms.sign()


def _two_values(cms: Cms) -> None:
    values = cms.attributes.children[0].children[1]
    values.children.append(values.children[0])
    cms.sign()


def _no_attributes(cms: Cms) -> None:
    del cms.signer.children[3]


def _other_digest(cms: Cms) -> None:
    for one in cms.attributes.children:
        if one.children[0].encode() == der.oid("1.2.840.113549.1.9.4"):
            one.children[1].children[0].content = hashlib.sha256(b"other").digest()
    cms.sign()


def _no_certificates(cms: Cms) -> None:
    cms.certificates.children.clear()


def _long_signature(cms: Cms) -> None:
    cms.value.content = b"\0" + cms.value.content


def _other_s(cms: Cms) -> None:
    if cms.made.people.kind == "rsa":
        cms.value.content = cms.value.content[::-1]
        return
    r, s = decode_dss_signature(cms.value.content)
    cms.value.content = encode_dss_signature(r, ORDER - s)


def _zero_signature(cms: Cms) -> None:
    zeros = encode_dss_signature(0, 0) if cms.made.people.kind == "ec" else bytes(384)
    cms.value.content = zeros


TIME, NAMED = "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.47"
EDITS: dict[str, Edit] = {
    "an unsigned timestamp": partial(_unsigned, oid="1.2.840.113549.1.9.16.2.14"),
    "an unsigned countersignature": partial(_unsigned, oid="1.2.840.113549.1.9.6"),
    "an unsigned remark": partial(_unsigned, oid="1.2.3.4"),
    "an empty list of unsigned attributes": lambda cms: cms.signer.children.append(Node(0xA1)),
    "the root certificate": _root_added,
    "a certificate of somebody else": _other_added,
    "certificates in another order": _reversed_certificates,
    "no certificate of the issuer": _issuer_dropped,
    "a rogue certificate of the issuer": _issuer_exchanged,
    "no certificates": _no_certificates,
    "a second signer": _second_signer,
    "no signer": _no_signer,
    "content inside": _with_content,
    "revocation lists inside": _with_crls,
    "version 3": partial(_version, of="signed", number=3),
    "version 5": partial(_version, of="signed", number=5),
    "version 3 of its signer": partial(_version, of="signer", number=3),
    "SHA-1 named": partial(_digest_algorithm, oid="1.3.14.3.2.26", parameters=True),
    "MD5 named": partial(_digest_algorithm, oid="1.2.840.113549.2.5", parameters=True),
    "parameters of its digest": partial(
        _digest_algorithm, oid="2.16.840.1.101.3.4.2.1", parameters=True
    ),
    "two digest algorithms": _two_digest_algorithms,
    "other parameters of its signature": _other_parameters,
    "plain RSA named": partial(_signature_algorithm, oid="1.2.840.113549.1.1.1", parameters=True),
    "SHA-1 with RSA named": partial(
        _signature_algorithm, oid="1.2.840.113549.1.1.5", parameters=True
    ),
    "RSA-PSS named": partial(_signature_algorithm, oid="1.2.840.113549.1.1.10", parameters=False),
    "another serial number": _serial,
    "its signer named by key": _by_key_identifier,
    "attributes in another order": _shuffled_attributes,
    "an attribute twice": _doubled_attribute,
    "an attribute of two values": _two_values,
    "no attributes": _no_attributes,
    "a digest of something else": _other_digest,
    "no names of its certificates": partial(_signed_without, oid=NAMED),
    "no type of its content": partial(_signed_without, oid="1.2.840.113549.1.9.3"),
    "no digest": partial(_signed_without, oid="1.2.840.113549.1.9.4"),
    "a policy": partial(
        _signed_with, oid="1.2.840.113549.1.9.16.2.15", value=der.element(der.NULL)
    ),
    "a remark that is signed": partial(
        _signed_with, oid="1.2.3.4", value=der.element(der.OCTETS, b"x")
    ),
    "names of certificates with SHA-1": partial(
        _signed_with, oid="1.2.840.113549.1.9.16.2.12", value=der.sequence()
    ),
    "a zero before its value": _long_signature,
    "its other s": _other_s,
    "a value of zeros": _zero_signature,
}


def _indefinite(encoded: bytes) -> bytes:
    """BER: the outermost element without its length."""
    return b"\x30\x80" + der.content(encoded) + b"\0\0"


def _padded_length(encoded: bytes) -> bytes:
    content = der.content(encoded)
    return b"\x30\x84" + len(content).to_bytes(4, "big") + content


def _split_value(encoded: bytes) -> bytes:
    """BER: the signature's octets in two pieces."""
    top = node(encoded)
    signer = top.children[1].children[0].children[4].children[0]
    value = signer.children[5].content
    half = len(value) // 2
    pieces = [Node(der.OCTETS, value[:half]), Node(der.OCTETS, value[half:])]
    signer.children[5] = Node(0x24, children=pieces)
    return top.encode()


def _in_another(encoded: bytes) -> bytes:
    return der.sequence(encoded)


RAW: dict[str, Raw] = {
    "BER of no length": _indefinite,
    "BER of a long length": _padded_length,
    "BER of two pieces": _split_value,
    "bytes behind": lambda encoded: encoded + b"\0\1",
    "itself behind": lambda encoded: encoded + encoded[:40],
    "a sequence around": _in_another,
    "its end cut off": lambda encoded: encoded[:-1],
    "nothing but its head": lambda encoded: encoded[:20],
    "a length beyond its end": lambda encoded: encoded[:2] + b"\xff\xff" + encoded[4:],
    "another outer type": lambda encoded: encoded.replace(
        der.oid("1.2.840.113549.1.7.2"), der.oid("1.2.840.113549.1.7.3"), 1
    ),
    "zeros alone": lambda encoded: bytes(len(encoded)),
    "sequences without end": lambda _encoded: b"\x30\x82\x03\xe8" * 250,
}


def changed(encoded: bytes, made: Made, edit: Edit) -> bytes:
    cms = Cms(encoded, made)
    edit(cms)
    return cms.encode()


def of_pdf(made: Made, *, change: Callable[[bytes, Made], bytes]) -> bytes:
    return with_signature(made.data, change(signature_in(made.data), made))


def of_seal(made: Made, *, change: Callable[[bytes, Made], bytes]) -> bytes:
    closing = made.contents.closing
    cms = change(closing.cms, made)
    contents, signer = with_file(made, framed(closing.manifest.encoded, cms, closing.lines))
    return wrongly_signed_xlsx(contents, signer, made.people.now)


def _add(name: str, change: Callable[[bytes, Made], bytes]) -> None:
    # Long certificates leave no room for one more in a PDF.
    keys = ("ec",) if name in {"the root certificate", "a certificate of somebody else"} else KEYS
    PDF.add(f"with {name}", partial(of_pdf, change=change), keys=keys)
    XLSX.add(f"with {name}", partial(of_seal, change=change))


def _changes() -> Iterator[tuple[str, Callable[[bytes, Made], bytes]]]:
    for title, edit in EDITS.items():
        yield title, partial(_edited, edit=edit)
    for title, raw in RAW.items():
        yield title, partial(_rewritten, raw=raw)


def _edited(encoded: bytes, made: Made, *, edit: Edit) -> bytes:
    return changed(encoded, made, edit)


def _rewritten(encoded: bytes, made: Made, *, raw: Raw) -> bytes:
    return raw(encoded)


for _title, _change in _changes():
    _add(_title, _change)

_LATER = der.element(der.GENERALIZED_TIME, b"20300101000000Z")
PDF.add(
    "with a time inside",
    partial(
        of_pdf,
        change=partial(_edited, edit=partial(_signed_with, oid=TIME, value=_LATER)),
    ),
)
XLSX.add(
    "without a time",
    partial(of_seal, change=partial(_edited, edit=partial(_signed_without, oid=TIME))),
)
PDF.add(
    "of a seal in place of its own",
    lambda made: with_signature(made.data, made.contents.closing.cms),
)
