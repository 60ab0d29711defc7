"""Ways to change the signature part of a signed workbook, and what stands around it."""

import re
from base64 import b64decode, b64encode

from forged_parts import altered_cell
from forgery import Book
from forging import forge
from packages import Made, Parts
from part_tools import SIGNATURE, add_link, add_type, certificate_text, swap

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

BOOK = Book("signature", "xlsx")


@BOOK.edit
def signature_remark_edited(parts: Parts, made: Made) -> None:
    swap(parts, SIGNATURE, ">stocktake-package/1<", ">stocktake-package/1 <")


@BOOK.edit
def signing_time_edited(parts: Parts, made: Made) -> None:
    swap(parts, SIGNATURE, f"<xd:SigningTime>{made.people.now:%Y}", "<xd:SigningTime>1999")


@BOOK.edit
def both_signing_times_edited(parts: Parts, made: Made) -> None:
    parts[SIGNATURE] = parts[SIGNATURE].replace(f">{made.people.now:%Y}-".encode(), b">1999-")


@BOOK.edit
def certificate_replaced_by_a_rogue_one_for_the_same_key(parts: Parts, made: Made) -> None:
    genuine = made.signer.certificate
    rogue = forge(genuine, made.people.rogue_hq.signer.key)
    swap(parts, SIGNATURE, certificate_text(genuine), certificate_text(rogue))


@BOOK.edit
def certificate_replaced_by_a_genuine_one_for_the_same_key(parts: Parts, made: Made) -> None:
    assert made.people.wca.authority
    genuine = made.signer.certificate
    other = forge(genuine, made.people.wca.authority.key)
    swap(parts, SIGNATURE, certificate_text(genuine), certificate_text(other))


@BOOK.edit
def issuer_certificate_replaced(parts: Parts, made: Made) -> None:
    issuer = made.signer.chain[1]
    rogue = forge(issuer, made.people.rogue_hq.signer.key)
    swap(parts, SIGNATURE, certificate_text(issuer), certificate_text(rogue))


@BOOK.edit
def certificates_in_another_order(parts: Parts, made: Made) -> None:
    first, second = (certificate_text(one) for one in made.signer.chain)
    between = b"</X509Certificate><X509Certificate>"
    swap(parts, SIGNATURE, first + between + second, second + between + first)


@BOOK.edit
def root_certificate_added(parts: Parts, made: Made) -> None:
    root = certificate_text(made.people.hq.anchor).decode()
    swap(parts, SIGNATURE, "</X509Data>", f"<X509Certificate>{root}</X509Certificate></X509Data>")


@BOOK.edit
def forged_object_of_the_same_id_first(parts: Parts, made: Made) -> None:
    altered_cell(parts, made)
    genuine = re.search(rb'<Object Id="idPackageObject">.*?</Object>', parts[SIGNATURE])
    assert genuine
    swap(parts, SIGNATURE, genuine[0], genuine[0] + genuine[0])


@BOOK.edit
def forged_object_of_the_same_id_last(parts: Parts, made: Made) -> None:
    altered_cell(parts, made)
    genuine = re.search(rb'<Object Id="idPackageObject">.*?</Object>', parts[SIGNATURE])
    assert genuine
    swap(parts, SIGNATURE, "</Signature>", genuine[0] + b"</Signature>")


@BOOK.edit
def signed_object_wrapped_into_an_unsigned_one(parts: Parts, made: Made) -> None:
    genuine = re.search(rb'<Object Id="idPackageObject">.*?</Object>', parts[SIGNATURE])
    assert genuine
    swap(parts, SIGNATURE, genuine[0], b"<Object>" + genuine[0] + b"</Object>")


@BOOK.edit
def seal_struck_from_the_manifest_and_replaced(parts: Parts, made: Made) -> None:
    pattern = rb'<Reference URI="/customXml/item1.xml.*?</Reference>'
    parts[SIGNATURE] = re.sub(pattern, b"", parts[SIGNATURE])
    parts["customXml/item1.xml"] += b" "


@BOOK.edit
def second_signature_empty(parts: Parts, made: Made) -> None:
    parts["_xmlsignatures/sig2.xml"] = b""
    kind = (
        "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature"
    )
    link = f'<Relationship Id="rId2" Type="{kind}" Target="sig2.xml"/>'
    add_link(parts, "_xmlsignatures/_rels/origin.sigs.rels", link)


@BOOK.edit
def second_signature_genuine(parts: Parts, made: Made) -> None:
    second_signature_empty(parts, made)
    parts["_xmlsignatures/sig2.xml"] = parts[SIGNATURE]
    add_type(
        parts,
        "_xmlsignatures/sig2.xml",
        "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml",
    )


@BOOK.edit
def signature_with_a_dtd(parts: Parts, made: Made) -> None:
    swap(parts, SIGNATURE, "<Signature", '<!DOCTYPE x [<!ENTITY a "b">]><Signature')


@BOOK.edit
def signature_with_an_entity_bomb(parts: Parts, made: Made) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><Signature'
    swap(parts, SIGNATURE, "<Signature", bomb)
    swap(parts, SIGNATURE, "YYYY-MM-DD", "&l11;YYYY-MM-DD")


@BOOK.edit
def signature_nested_a_hundred_thousand_times(parts: Parts, made: Made) -> None:
    parts[SIGNATURE] = parts[SIGNATURE] + b"<a>" * 100_000 + b"</a>" * 100_000


@BOOK.edit
def signature_with_sha1(parts: Parts, made: Made) -> None:
    swap(parts, SIGNATURE, "xmldsig-more#rsa-sha256", "xmldsig#rsa-sha1") if (
        b"rsa-sha256" in parts[SIGNATURE]
    ) else swap(parts, SIGNATURE, "#ecdsa-sha256", "#ecdsa-sha1")


@BOOK.edit
def digests_with_sha1(parts: Parts, made: Made) -> None:
    parts[SIGNATURE] = parts[SIGNATURE].replace(
        b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1"
    )


@BOOK.edit
def transform_that_signs_nothing(parts: Parts, made: Made) -> None:
    swap(
        parts,
        SIGNATURE,
        "<Transforms><Transform Algorithm=",
        '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        "<XPath>false()</XPath></Transform><Transform Algorithm=",
    )


@BOOK.edit
def reference_by_xpointer(parts: Parts, made: Made) -> None:
    swap(parts, SIGNATURE, 'URI="#idPackageObject"', "URI=\"#xpointer(id('idPackageObject'))\"")


@BOOK.edit
def key_given_instead_of_certificates(parts: Parts, made: Made) -> None:
    pattern = rb"<X509Data>.*</X509Data>"
    value = b"<KeyValue><RSAKeyValue></RSAKeyValue></KeyValue>"
    parts[SIGNATURE] = re.sub(pattern, value, parts[SIGNATURE])


@BOOK.edit
def signature_value_with_white_space(parts: Parts, made: Made) -> None:
    swap(parts, SIGNATURE, "</SignatureValue>", "\n</SignatureValue>")


@BOOK.edit
def signature_with_its_other_s(parts: Parts, made: Made) -> None:
    found = re.search(rb"<SignatureValue>(.*?)</SignatureValue>", parts[SIGNATURE])
    assert found
    raw = b64decode(found[1])
    other = (P256_ORDER - int.from_bytes(raw[32:64], "big")) % P256_ORDER
    forged = raw[:32] + other.to_bytes(32, "big") + raw[64:]
    swap(parts, SIGNATURE, found[1], b64encode(forged))


@BOOK.edit
def unsigned_timestamp_added(parts: Parts, made: Made) -> None:
    token = "<xd:UnsignedProperties></xd:UnsignedProperties>"
    swap(parts, SIGNATURE, "</xd:SignedProperties>", f"</xd:SignedProperties>{token}")


@BOOK.edit
def origin_with_bytes(parts: Parts, made: Made) -> None:
    parts["_xmlsignatures/origin.sigs"] = b" "
