"""Signature values in another form or of nobody, and genuine signatures moved elsewhere."""

import hashlib
from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from forged_signing import PACKAGE, PROPERTIES, element, value_in, with_value
from forgery import Book
from packages import Made, Parts, officer_contents, packed, unpacked, xlsx_of
from part_tools import SHEET, SIGNATURE

VALUE = Book("signature value", "xlsx")
MOVED = Book("signature moved", "xlsx")
BOOKS = (VALUE, MOVED)

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def text_of(parts: Parts) -> str:
    return parts[SIGNATURE].decode()


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
