import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from people import People

from stocktake_app.trust.keys import (
    P256_ORDER,
    BadKeyError,
    BadSignatureError,
    accept_key,
    check_signature,
    fingerprint,
    new_key,
    public_pem,
    read_public_pem,
    sign,
)

TEXT = b"what was said"
KNOWN_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
"""  # the base point of P-256


def test_a_fingerprint_never_changes() -> None:
    assert fingerprint(read_public_pem(KNOWN_KEY)) == "BK95-5YRC-X29J-8DQT"


def test_a_fingerprint_can_be_read_aloud_without_doubt() -> None:
    letters = set(fingerprint(new_key("ec").public_key()))
    assert not letters & set("ILOU")
    assert len(fingerprint(new_key("ec").public_key())) == 19


def test_the_default_key_is_rsa_3072(rsa_people: People) -> None:
    key = rsa_people.wca_officer.key
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 3072


@pytest.mark.parametrize("kind", ["people", "rsa_people"])
def test_a_signature_holds_for_its_text_only(kind: str, request: pytest.FixtureRequest) -> None:
    key = request.getfixturevalue(kind).wca_officer.key
    signature = sign(key, TEXT)
    check_signature(key.public_key(), signature, TEXT)
    with pytest.raises(BadSignatureError, match="does not fit"):
        check_signature(key.public_key(), signature, TEXT + b"!")


def test_the_other_valid_form_of_an_ecdsa_signature_is_refused() -> None:
    key = new_key("ec")
    r, s = decode_dss_signature(sign(key, TEXT))
    with pytest.raises(BadSignatureError, match="not in the form"):
        check_signature(key.public_key(), encode_dss_signature(r, P256_ORDER - s), TEXT)


@pytest.mark.parametrize("signature", [b"", b"\x30", bytes.fromhex("3006020100020100"), b"\0" * 99])
def test_bytes_that_are_no_signature_are_refused(signature: bytes) -> None:
    with pytest.raises(BadSignatureError):
        check_signature(new_key("ec").public_key(), signature, TEXT)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (rsa.generate_private_key(65537, 2048).public_key(), "2048 bits"),
        (rsa.generate_private_key(3, 3072).public_key(), "unusual exponent"),
        (ec.generate_private_key(ec.SECP384R1()).public_key(), "only P-256"),
        (ed25519.Ed25519PrivateKey.generate().public_key(), "neither RSA nor P-256"),
    ],
)
def test_weak_and_foreign_keys_are_not_accepted(key: object, sentence: str) -> None:
    with pytest.raises(BadKeyError, match=sentence):
        accept_key(key)


def test_a_public_key_goes_through_text_unchanged(rsa_people: People) -> None:
    key = rsa_people.wca_officer.key.public_key()
    assert read_public_pem(public_pem(key)) == key


@pytest.mark.parametrize("text", ["", "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----"])
def test_text_that_is_no_key_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadKeyError, match="not a public key"):
        read_public_pem(text)
