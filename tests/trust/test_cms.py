from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core as asn1_core
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st
from people import People

from stocktake_app.trust import der
from stocktake_app.trust.cms import (
    BadSignatureError,
    Signer,
    _assemble,
    _Parts,
    _take_apart,
    open_detached,
    open_digest,
    sign_detached,
    sign_digest,
)

TEXT = b'{"what":"was said"}'


@pytest.mark.parametrize("kind", ["people", "rsa_people"])
@pytest.mark.parametrize("who", ["wca_officer", "stranger"])
def test_a_signature_gives_back_chain_and_time(
    kind: str, who: str, request: pytest.FixtureRequest
) -> None:
    people = request.getfixturevalue(kind)
    signer = getattr(people, who)
    opened = open_detached(TEXT, sign_detached(TEXT, signer, people.now))
    assert opened.chain == signer.chain
    assert opened.signing_time == people.now


@given(data=st.binary(max_size=300))
def test_any_bytes_can_be_signed(people: People, data: bytes) -> None:
    assert open_detached(data, sign_detached(data, people.hq.signer, people.now))


@pytest.mark.parametrize("year", [1999, 2000, 2049, 2050, 2121])
def test_the_time_is_kept_to_the_second_in_utc(people: People, year: int) -> None:
    dakar_evening = datetime(year, 12, 31, 23, 59, 58, 999_999, timezone(timedelta(hours=-1)))
    opened = open_detached(TEXT, sign_detached(TEXT, people.wca_officer, dakar_evening))
    assert opened.signing_time == dakar_evening.replace(microsecond=0)
    assert opened.signing_time.tzinfo is UTC


def test_other_content_is_refused(people: People) -> None:
    signature = sign_detached(TEXT, people.wca_officer, people.now)
    with pytest.raises(BadSignatureError, match="changed after signing"):
        open_detached(TEXT + b" ", signature)


def test_a_signer_needs_the_key_of_the_certificate(people: People) -> None:
    with pytest.raises(ValueError, match="another key"):
        Signer(people.stranger.key, people.wca_officer.chain)


def test_every_byte_of_a_signature_matters(people: People) -> None:
    signature = sign_detached(TEXT, people.wca_officer, people.now)
    for place in range(len(signature)):
        changed = bytearray(signature)
        changed[place] ^= 1 << place % 8
        with pytest.raises(BadSignatureError):
            open_detached(TEXT, bytes(changed))


@given(start=st.integers(0, 2500), removed=st.integers(0, 40), put_in=st.binary(max_size=40))
@settings(max_examples=500)
def test_a_signature_with_bytes_put_in_or_taken_out_is_refused(
    people: People, start: int, removed: int, put_in: bytes
) -> None:
    signature = sign_detached(TEXT, people.wca_officer, people.now)
    start %= len(signature)
    changed = signature[:start] + put_in + signature[start + removed :]
    if changed != signature:
        with pytest.raises(BadSignatureError):
            open_detached(TEXT, changed)


@given(garbage=st.binary(max_size=400))
@settings(max_examples=300)
def test_garbage_is_refused_and_never_crashes(garbage: bytes) -> None:
    with pytest.raises(BadSignatureError):
        open_detached(TEXT, garbage)


def test_a_huge_signature_is_refused_unread() -> None:
    with pytest.raises(BadSignatureError, match="too large"):
        open_detached(TEXT, bytes(10_000_000))


def test_deep_nesting_is_refused() -> None:
    nested = b""
    for _ in range(3000):
        nested = der.sequence(nested)
    with pytest.raises(BadSignatureError):
        open_detached(TEXT, nested)


class TestNothingOptional:
    """A signature that other programs would accept, but that is not as our writer makes it."""

    def change(self, people: People, change: str) -> bytes:
        """Rebuild a good signature with asn1crypto after one change."""
        whole = asn1_cms.ContentInfo.load(sign_detached(TEXT, people.wca_officer, people.now))
        signed = whole["content"]
        signer = signed["signer_infos"][0]
        if change == "unsigned attribute":
            attribute = {"type": "1.2.3.4", "values": [asn1_cms.OctetString(b"hidden")]}
            signer["unsigned_attrs"] = asn1_cms.CMSAttributes([attribute])
        elif change == "certificate added":
            extra = people.mena_officer.certificate.public_bytes(serialization.Encoding.DER)
            signed["certificates"].append(asn1_cms.Certificate.load(extra))
        elif change == "certificate removed":
            del signed["certificates"][1]
        elif change == "second signer":
            signed["signer_infos"].append(signer.copy())
        elif change == "no signer":
            del signed["signer_infos"][0]
        elif change == "content inside":
            signed["encap_content_info"]["content"] = asn1_cms.OctetString(TEXT)
        elif change == "null parameters":
            signer["digest_algorithm"]["parameters"] = asn1_core.Null()
        elif change == "other digest":
            signer["digest_algorithm"] = {"algorithm": "sha512"}
        encoded: bytes = whole.dump(force=True)
        return encoded

    def test_asn1crypto_alone_changes_nothing(self, people: People) -> None:
        assert open_detached(TEXT, self.change(people, "nothing")).chain == people.wca_officer.chain

    @pytest.mark.parametrize(
        "change",
        [
            "unsigned attribute",
            "certificate added",
            "certificate removed",
            "second signer",
            "no signer",
            "content inside",
            "null parameters",
            "other digest",
        ],
    )
    def test_it_is_refused(self, people: People, change: str) -> None:
        with pytest.raises(BadSignatureError):
            open_detached(TEXT, self.change(people, change))


def rebuilt(people: People, **changes: object) -> bytes:
    """Take a good signature over TEXT apart and put it together with other parts."""
    parts = _take_apart(sign_detached(TEXT, people.wca_officer, people.now))
    return _assemble(sha256(TEXT).digest(), replace(parts, **changes))  # type: ignore[arg-type]


def test_parts_put_together_again_are_the_signature(people: People) -> None:
    assert open_detached(TEXT, rebuilt(people)).chain == people.wca_officer.chain


def test_no_certificate_of_the_chain_can_be_exchanged(people: People) -> None:
    """The signed attributes name the whole chain, so another issuer does not fit."""
    chain = (people.wca_officer.certificate, people.mena_officer.chain[1])
    with pytest.raises(BadSignatureError, match="does not fit"):
        open_detached(TEXT, rebuilt(people, chain=chain))


@pytest.mark.parametrize("change", [-timedelta(days=1), None])
def test_a_signing_time_cannot_be_moved_or_left_out(
    people: People, change: timedelta | None
) -> None:
    time = people.now + change if change else None
    with pytest.raises(BadSignatureError, match="does not fit"):
        open_detached(TEXT, rebuilt(people, signing_time=time))


def test_a_signature_for_one_content_does_not_fit_another(people: People) -> None:
    parts = _take_apart(sign_detached(TEXT, people.wca_officer, people.now))
    other = b"something else"
    with pytest.raises(BadSignatureError, match="does not fit"):
        open_detached(other, _assemble(sha256(other).digest(), parts))


def test_a_signature_for_a_pdf_does_not_pass_for_one_with_a_time(people: People) -> None:
    digest = sha256(TEXT).digest()
    timeless = sign_digest(digest, people.wca_officer)
    assert open_digest(digest, timeless) == people.wca_officer.chain
    with pytest.raises(BadSignatureError, match="does not say when"):
        open_detached(TEXT, timeless)
    with pytest.raises(BadSignatureError, match="names a time"):
        open_digest(digest, sign_detached(TEXT, people.wca_officer, people.now))


def test_a_chain_without_end_is_refused(people: People) -> None:
    leaf = people.wca_officer.certificate
    parts = _Parts((leaf,) * 5, people.now, b"signature")
    with pytest.raises(BadSignatureError, match="too many certificates"):
        open_detached(TEXT, _assemble(sha256(TEXT).digest(), parts))


@given(numbers=st.lists(st.integers(0, 2**40), max_size=6))
def test_object_identifiers_are_written_as_asn1crypto_writes_them(numbers: list[int]) -> None:
    dotted = ".".join(map(str, [2, 39, *numbers]))
    assert der.oid(dotted) == asn1_cms.ObjectIdentifier(dotted).dump()


@given(number=st.integers(0, 2**170))
def test_numbers_are_written_as_asn1crypto_writes_them(number: int) -> None:
    assert der.integer(number) == asn1_cms.Integer(number).dump()


@given(contents=st.lists(st.binary(max_size=300), max_size=5))
def test_members_come_back_as_they_were_written(contents: list[bytes]) -> None:
    encoded = [der.element(der.OCTETS, one) for one in contents]
    assert der.members(der.sequence(*encoded)) == encoded
    assert [der.content(one) for one in encoded] == contents
