from datetime import timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import example, given, settings
from hypothesis import strategies as st
from people import People, authority_of, subject

from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import may_touch
from stocktake_app.trust import der
from stocktake_app.trust.certificates import (
    Authority,
    BadCertificateError,
    BadSubjectError,
    Certificate,
    Subject,
    author_of,
    check_subject,
    from_pem,
    issue_bureau_ca,
    issue_leaf,
    load_certificate,
    make_provisional,
    subject_of,
    to_pem,
)
from stocktake_app.trust.profile import check_bureau, check_leaf, check_root

printable = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=120
)


@example(name="ع" * 120, office="م" * 120, identity=bytes(16))
@given(name=printable, office=printable, identity=st.binary(min_size=16, max_size=16))
@settings(max_examples=50)
def test_whoever_can_stand_in_a_certificate_is_read_out_of_it_unchanged(
    people: People, name: str, office: str, identity: bytes
) -> None:
    asked = Subject(identity.hex(), name, Role.OFFICER, "WCA", office)
    try:
        check_subject(asked)
    except BadSubjectError:
        return
    key = people.wca_officer.key.public_key()
    certificate = issue_leaf(authority_of(people.wca), key, asked, people.now)
    assert subject_of(certificate) == asked
    assert author_of(certificate) == asked.author
    assert check_leaf(certificate) == asked
    assert asn1_name(certificate).hashable


def asn1_name(certificate: Certificate) -> asn1_x509.Name:
    """Return the name as pyHanko compares it; its preparation raises for many texts."""
    return asn1_x509.Name.load(certificate.subject.public_bytes())


@pytest.mark.parametrize(
    ("name", "common"),
    [
        ("Zoë O'Brien", "Zoë O'Brien"),
        ("محمد الأمين", "محمد الأمين"),
        ("مكتب الخرطوم 2", "مكتب الخرطوم"),
        ("(مكتب UNHCR) الخرطوم", "مكتب ) الخرطوم"),
        ("𞤀𞤣𞤤𞤢𞤥 Bah", "Bah"),
        ("𞤀𞤣𞤤𞤢𞤥", "officer"),
        ("می\u200cنا", "مینا"),
        ("ع" * 60, "ع" * 32),
        ("N" * 100, "N" * 64),
        ("Ⴀ Tbilisi", "Tbilisi"),  # its small form came after Unicode 3.2
    ],
)
def test_other_programs_get_what_they_can_compare_and_we_the_whole_name(
    people: People, name: str, common: str
) -> None:
    asked = subject(Role.OFFICER, "WCA", name)
    key = people.wca_officer.key.public_key()
    certificate = issue_leaf(authority_of(people.wca), key, asked, people.now)
    shown = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    assert shown == common
    assert subject_of(certificate).name == name
    assert asn1_name(certificate).hashable


def test_names_read_in_the_order_of_rfc_4514(people: People) -> None:
    name = people.wca_officer.certificate.subject.rfc4514_string()
    assert name == "CN=Agente de terrain\\, Sénégal,OU=Field office,OU=WCA,O=GCR Stocktaking"


def test_an_officer_without_a_bureau_yet_gets_a_provisional_certificate(people: People) -> None:
    new = subject(Role.OFFICER, name="Somebody new")
    certificate = make_provisional(people.wca_officer.key, new, people.now)
    assert check_leaf(certificate) == new


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (Subject("0" * 32, "", Role.OFFICER, "WCA"), "needs a name"),
        (Subject("0" * 32, "N" * 121, Role.OFFICER, "WCA"), "has 121 characters"),
        (Subject("0" * 32, "A name\n", Role.OFFICER, "WCA"), "cannot be shown"),
        (Subject("0" * 32, "A\u202ename", Role.OFFICER, "WCA"), "cannot be shown"),
        (Subject("0" * 31, "A name", Role.OFFICER, "WCA"), "32 hexadecimal digits"),
        (Subject("0" * 32, "A name", Role.OFFICER, "HQ"), "not a code"),
        (Subject("0" * 32, "A name", Role.OFFICER, "-"), "not a code"),
        (Subject("0" * 32, "A name", Role.OFFICER, "wca"), "not a code"),
        (Subject("0" * 32, "A name", Role.BUREAU, ""), "not a code"),
        (Subject("0" * 32, "A name", Role.HQ, "WCA"), "belongs to no bureau"),
    ],
)
def test_who_cannot_stand_in_a_certificate_is_told_why(wrong: Subject, sentence: str) -> None:
    with pytest.raises(BadSubjectError, match=sentence):
        check_subject(wrong)


def test_a_dari_name_keeps_its_zero_width_joiner() -> None:
    check_subject(Subject("0" * 32, "می\u200cنا", Role.OFFICER, "ASO"))


def test_an_authority_bears_the_whole_name_of_its_bureau(people: People) -> None:
    wca = authority_of(people.wca).certificate
    assert subject_of(wca) == subject_of(people.wca.signer.certificate)
    assert "OU=WCA" in wca.subject.rfc4514_string()


def test_authorities_have_the_profile_that_is_checked(people: People) -> None:
    wca = authority_of(people.wca)
    assert check_root(people.hq.anchor).role is Role.HQ
    assert check_bureau(wca.certificate).bureau == "WCA"


def test_a_certificate_begins_before_now_and_outlives_a_cycle_by_a_year(people: People) -> None:
    leaf = people.wca_officer.certificate
    assert leaf.not_valid_before_utc == people.now - timedelta(days=1)
    assert leaf.not_valid_after_utc - people.now >= timedelta(days=5 * 365)


def test_a_certificate_does_not_outlive_its_issuer(people: People) -> None:
    wca = authority_of(people.wca)
    late = wca.certificate.not_valid_after_utc - timedelta(days=30)
    officer = subject(Role.OFFICER, "WCA")
    leaf = issue_leaf(wca, people.wca_officer.key.public_key(), officer, late)
    assert leaf.not_valid_after_utc == wca.certificate.not_valid_after_utc
    with pytest.raises(RefusedError, match="renew it first"):
        issue_leaf(wca, people.wca_officer.key.public_key(), officer, late + timedelta(days=31))


def test_serial_numbers_are_random_and_large(people: People) -> None:
    serials = {people.wca_officer.certificate.serial_number, people.hq.anchor.serial_number}
    assert len(serials) == 2
    assert min(serials) > 2**100


@pytest.mark.parametrize(
    ("issuer", "asks", "sentence"),
    [
        ("wca", subject(Role.OFFICER, "MENA"), "asks to belong to MENA"),
        ("wca", subject(Role.HQ), "Only HQ"),
        ("hq", subject(Role.OFFICER, "WCA"), "approved by bureau WCA"),
    ],
)
def test_an_authority_issues_only_within_its_competence(
    people: People, issuer: str, asks: Subject, sentence: str
) -> None:
    authority = authority_of(getattr(people, issuer))
    with pytest.raises(RefusedError, match=sentence):
        issue_leaf(authority, people.stranger.key.public_key(), asks, people.now)


def test_only_hq_makes_bureaux_and_only_of_bureaux(people: People) -> None:
    key = people.stranger.key.public_key()
    with pytest.raises(RefusedError, match="Only HQ"):
        issue_bureau_ca(authority_of(people.wca), key, subject(Role.BUREAU, "WCA"), people.now)
    with pytest.raises(RefusedError, match="did not ask to be a bureau"):
        issue_bureau_ca(authority_of(people.hq), key, subject(Role.OFFICER, "WCA"), people.now)


def test_a_bureau_that_issues_itself_a_stolen_identity_opens_no_entries(people: People) -> None:
    victim = subject_of(people.mena_officer.certificate)
    stolen = Subject(victim.identity, "Impostor", Role.OFFICER, "WCA")
    key = people.stranger.key.public_key()
    impostor = issue_leaf(authority_of(people.wca), key, stolen, people.now)
    assert not may_touch(author_of(impostor), victim.author)
    hq = subject_of(people.hq.signer.certificate)
    stolen = Subject(hq.identity, "Impostor", Role.BUREAU, "WCA")
    impostor = issue_leaf(authority_of(people.wca), key, stolen, people.now)
    assert not may_touch(author_of(impostor), hq.author)


def test_certificates_go_through_pem_unchanged(people: People) -> None:
    chain = people.wca_officer.chain
    assert from_pem(to_pem(chain).encode()) == chain


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no certificate"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is broken"),
        (b"-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n", "is broken"),
        (bytes(300_000), "far too large"),
    ],
)
def test_a_file_without_certificates_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UserFileError, match=sentence):
        from_pem(data)


def test_pem_files_of_other_programs_are_read(people: People) -> None:
    text = to_pem(people.wca_officer.chain).replace("\n", "\r\n")
    assert from_pem(f"subject=CN = somebody\r\n{text}".encode()) == people.wca_officer.chain


def test_a_certificate_with_a_negative_serial_number_is_refused(people: People) -> None:
    genuine = people.wca_officer.certificate
    encoded = genuine.public_bytes(serialization.Encoding.DER)
    serial = der.integer(genuine.serial_number)
    negative = serial[:2] + bytes([serial[2] | 0x80]) + serial[3:]
    with pytest.raises(BadCertificateError, match="written oddly"):
        load_certificate(encoded.replace(serial, negative))


def test_the_unused_bits_of_a_certificates_signature_cannot_be_played_with(
    people: People,
) -> None:
    """Where the signature happens to end in zero bits, cryptography would take either form."""
    encoded = people.wca_officer.certificate.public_bytes(serialization.Encoding.DER)
    place = encoded.rindex(people.wca_officer.certificate.signature) - 1
    for unused in range(1, 8):
        with pytest.raises(BadCertificateError, match="written oddly"):
            load_certificate(encoded[:place] + bytes([unused]) + encoded[place + 1 :])


def test_the_key_of_an_authority_may_not_sign_and_that_of_a_signer_not_issue(
    people: People,
) -> None:
    usage = {
        certificate: certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        for certificate in (people.wca_officer.certificate, people.wca_officer.chain[1])
    }
    leaf, issuer = usage.values()
    assert leaf.digital_signature
    assert leaf.content_commitment
    assert not leaf.key_cert_sign
    assert issuer.key_cert_sign
    assert issuer.crl_sign
    assert not issuer.digital_signature


def test_an_authority_knows_what_stands_above_it(people: People) -> None:
    wca = authority_of(people.wca)
    assert wca.intermediates == (wca.certificate,)
    assert Authority(wca.key, wca.root, wca.root).intermediates == ()
