"""Keys: RSA-3072 for the widest readers, or P-256; their fingerprints; plain signatures.

Signatures are RSA PKCS#1 v1.5 or ECDSA, always with SHA-256. An ECDSA signature is DER and its
``s`` is the smaller of the two possible ones, so that nobody can make a second valid signature
out of a first one.
"""

import hashlib
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS = 3072
MAX_RSA_BITS = 8192
RSA_EXPONENT = 65537
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

FINGERPRINT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FINGERPRINT_CHARS = 16


class BadSignatureError(ValueError):
    """A signature that does not hold, or is not written as we write it; the message says why."""


class BadKeyError(ValueError):
    """A key of a kind or size that is not accepted; the message says which."""


def new_key(kind: Literal["rsa", "ec"] = "rsa") -> PrivateKey:
    """Make a private key: RSA-3072, or P-256 for ``ec``."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)


def accept_key(key: object) -> PublicKey:
    """Return the public key if it is of an accepted kind and size.

    Raises:
        BadKeyError: anything but RSA from 3072 to 8192 bits or P-256.
    """
    if isinstance(key, rsa.RSAPublicKey):
        if not RSA_BITS <= key.key_size <= MAX_RSA_BITS:
            raise BadKeyError(f"the RSA key has {key.key_size} bits; {RSA_BITS} are needed")
        if key.public_numbers().e != RSA_EXPONENT:
            raise BadKeyError("the RSA key has an unusual exponent")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, ec.SECP256R1):
            raise BadKeyError(f"the key is on the curve {key.curve.name}; only P-256 is accepted")
        return key
    raise BadKeyError("the key is neither RSA nor P-256")


def key_bytes(key: PublicKey) -> bytes:
    """Return the public key as DER SubjectPublicKeyInfo; equal bytes, equal keys."""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def fingerprint(key: PublicKey) -> str:
    """Return the key's fingerprint to read aloud, such as ``K7QF-2M9P-XWA3-9TRE``.

    Eighty bits of the SHA-256 of the key, in Crockford's alphabet (no I, L, O, U).
    """
    return short_fingerprint(hashlib.sha256(key_bytes(key)).digest())


def short_fingerprint(digest: bytes) -> str:
    """Return the first eighty bits of a SHA-256 to read aloud, as ``fingerprint`` writes them."""
    number = int.from_bytes(digest[:10], "big")
    letters = [FINGERPRINT_ALPHABET[number >> 5 * place & 31] for place in range(FINGERPRINT_CHARS)]
    text = "".join(reversed(letters))
    return "-".join(text[start : start + 4] for start in range(0, FINGERPRINT_CHARS, 4))


def public_pem(key: PublicKey) -> str:
    """Return the public key as PEM text."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode("ascii")


def read_public_pem(text: str) -> PublicKey:
    """Read one public key from PEM text.

    Raises:
        BadKeyError: it is not a key, or not of an accepted kind.
    """
    try:
        key = serialization.load_pem_public_key(text.encode())
    except Exception as error:  # noqa: BLE001 - hostile text; the library names no closed set
        raise BadKeyError(f"this is not a public key: {error}") from None
    return accept_key(key)


def sign(key: PrivateKey, data: bytes) -> bytes:
    """Sign with SHA-256: RSA PKCS#1 v1.5, or ECDSA as DER with the smaller ``s``."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return encode_dss_signature(r, min(s, P256_ORDER - s))


def check_signature(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Check a signature made by ``sign``.

    Raises:
        BadSignatureError: it does not hold, or is not in the one form that ``sign`` writes.
    """
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            _check_ecdsa(key, signature, data)
    except InvalidSignature:
        raise BadSignatureError("the signature does not fit the content and the key") from None


def _check_ecdsa(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        raise BadSignatureError("the signature is not in the form that we write") from None
    if s > P256_ORDER // 2 or encode_dss_signature(r, s) != signature:
        raise BadSignatureError("the signature is not in the form that we write")
    key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
