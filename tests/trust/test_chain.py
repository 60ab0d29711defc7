from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier
from forging import forge
from people import People, authority_of, enrol_officer, subject

from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust import der
from stocktake_app.trust.certificates import (
    BadCertificateError,
    Certificate,
    issue_bureau_ca,
    issue_leaf,
    load_certificate,
    make_provisional,
    subject_of,
)
from stocktake_app.trust.chain import Chain, Trust, is_root, judge_authority, judge_chain
from stocktake_app.trust.revocation import Revocation, issue_list
from stocktake_app.trust.subjects import alternative_names, key_usage, leaf_name, name_constraints

OTHER_BRANCH = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Another organization")])


def unknown(people: People, chain: Chain) -> str:
    """Judge a chain that must not be trusted; return the reason."""
    found = judge_chain(chain, people.trust, people.now)
    assert found.verdict is Verdict.SIGNER_UNKNOWN
    assert len(found.reasons) == 1
    return found.reasons[0]


@pytest.mark.parametrize("kind", ["people", "rsa_people"])
@pytest.mark.parametrize("who", ["wca_officer", "mena_officer"])
def test_an_officer_approved_by_a_bureau_of_hq_is_known(
    kind: str, who: str, request: pytest.FixtureRequest
) -> None:
    people = request.getfixturevalue(kind)
    found = judge_chain(getattr(people, who).chain, people.trust, people.now)
    assert (found.verdict, found.reasons, found.notes) == (Verdict.VALID, (), ())
    assert found.subject == subject_of(getattr(people, who).certificate)
    assert len(found.fingerprint) == 19


def test_bureau_and_hq_sign_with_certificates_of_their_own(people: People) -> None:
    for installed, role in ((people.wca, Role.BUREAU), (people.hq, Role.HQ)):
        found = judge_chain(installed.signer.chain, people.trust, people.now)
        assert found.verdict is Verdict.VALID
        assert found.subject
        assert found.subject.role is role


def test_nobody_is_known_without_a_pinned_root(people: People) -> None:
    found = judge_chain(people.wca_officer.chain, Trust(()), people.now)
    assert found.verdict is Verdict.SIGNER_UNKNOWN
    assert "does not lead to a root that is trusted here" in found.reasons[0]


def test_another_hq_is_not_ours(people: People) -> None:
    found = judge_chain(people.wca_officer.chain, Trust((people.rogue_hq.anchor,)), people.now)
    assert found.verdict is Verdict.SIGNER_UNKNOWN


def test_a_rogue_root_with_our_roots_name_is_noticed(people: People) -> None:
    rogue = forge(
        people.hq.anchor,
        authority_of(people.rogue_hq).key,
        key=authority_of(people.rogue_hq).key.public_key(),
    )
    assert not is_root(rogue)
    leaf = forge(people.hq.signer.certificate, authority_of(people.rogue_hq).key)
    assert "signature is not by the issuer" in unknown(people, (leaf,))


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("L", "0 issuers instead of 1"),
        ("LIR", "2 issuers instead of 1"),
        ("LII", "2 issuers instead of 1"),
        ("LL", "its role is officer"),
        ("LR", "its role is hq"),
        ("IL", "other extensions"),
        ("I", "other extensions"),
        ("R", "other extensions"),
    ],
)
def test_only_leaf_and_issuer_in_this_order_are_a_chain(
    people: People, order: str, reason: str
) -> None:
    leaf, issuer = people.wca_officer.chain
    certificates = {"L": leaf, "I": issuer, "R": people.hq.anchor}
    assert reason in unknown(people, tuple(certificates[letter] for letter in order))


def test_an_officer_under_another_bureaus_certificate_is_unknown(people: People) -> None:
    chain = (people.wca_officer.certificate, people.mena_officer.chain[1])
    assert "outside of what MENA may issue" in unknown(people, chain)


def test_a_bureau_cannot_make_an_officer_of_another_bureau(people: People) -> None:
    genuine = people.wca_officer
    claims = replace(subject_of(genuine.certificate), bureau="MENA")
    key = authority_of(people.wca).key
    whole = forge(
        genuine.certificate, key, (alternative_names(claims), False), name=leaf_name(claims)
    )
    assert "outside of what WCA may issue" in unknown(people, (whole, genuine.chain[1]))
    half = forge(genuine.certificate, key, (alternative_names(claims), False))
    assert "its name is" in unknown(people, (half, genuine.chain[1]))
    other_half = forge(genuine.certificate, key, name=leaf_name(claims))
    assert "its name is" in unknown(people, (other_half, genuine.chain[1]))


def test_a_bureau_cannot_make_somebody_of_hq(people: People) -> None:
    claims = subject(Role.HQ)
    leaf = forge(
        people.wca_officer.certificate,
        authority_of(people.wca).key,
        (alternative_names(claims), False),
        name=leaf_name(claims),
    )
    assert "1 issuers instead of 0" in unknown(people, (leaf, people.wca_officer.chain[1]))
    assert "does not lead to a root" in unknown(people, (leaf,))


def test_hqs_root_cannot_make_an_officer_without_a_bureau(people: People) -> None:
    claims = subject(Role.OFFICER, "WCA")
    leaf = forge(
        people.hq.signer.certificate,
        authority_of(people.hq).key,
        (alternative_names(claims), False),
        name=leaf_name(claims),
    )
    assert "0 issuers instead of 1" in unknown(people, (leaf,))


def test_a_bureau_cannot_make_bureaux(people: People) -> None:
    wca = authority_of(people.wca)
    second = forge(
        wca.certificate,
        wca.key,
        issuer=wca.certificate.subject,
        key=people.stranger.key.public_key(),
    )
    leaf = people.wca_officer.certificate
    assert judge_authority(second, people.trust, people.now).verdict is Verdict.SIGNER_UNKNOWN
    assert "2 issuers" in unknown(people, (leaf, second, wca.certificate))


def test_an_officers_key_cannot_make_officers(people: People) -> None:
    officer = people.wca_officer
    leaf = forge(officer.certificate, officer.key, issuer=officer.certificate.subject)
    assert unknown(people, (leaf, officer.certificate))
    assert unknown(people, (leaf, *officer.chain))


@pytest.mark.parametrize(
    ("extension", "critical"),
    [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.BasicConstraints(ca=False, path_length=None), False),
        (key_usage(authority=True), True),
        (x509.ExtendedKeyUsage([ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), False),
        (x509.OCSPNoCheck(), False),
        (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
        (x509.SubjectKeyIdentifier(b"another key"), False),
        (x509.AuthorityKeyIdentifier(b"another key", None, None), False),
    ],
)
def test_a_signers_certificate_has_exactly_our_extensions(
    people: People,
    extension: x509.ExtensionType,
    critical: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    leaf = forge(
        people.wca_officer.certificate, authority_of(people.wca).key, (extension, critical)
    )
    assert "it" in unknown(people, (leaf, people.wca_officer.chain[1]))


@pytest.mark.parametrize(
    "extension",
    [
        x509.BasicConstraints(ca=True, path_length=None),
        x509.BasicConstraints(ca=True, path_length=1),
        x509.BasicConstraints(ca=False, path_length=None),
        key_usage(authority=False),
        name_constraints(subject(Role.BUREAU, "MENA")),
        x509.NameConstraints([x509.DirectoryName(OTHER_BRANCH)], None),
        x509.NameConstraints(None, [x509.DirectoryName(OTHER_BRANCH)]),
    ],
)
def test_a_bureaus_certificate_has_exactly_our_constraints(
    people: People, extension: x509.ExtensionType
) -> None:
    bureau = forge(
        authority_of(people.wca).certificate, authority_of(people.hq).key, (extension, True)
    )
    assert unknown(people, (people.wca_officer.certificate, bureau))
    assert judge_authority(bureau, people.trust, people.now).verdict is Verdict.SIGNER_UNKNOWN


def test_a_bureau_without_name_constraints_is_unknown(people: People) -> None:
    bureau = forge(
        authority_of(people.wca).certificate,
        authority_of(people.hq).key,
        without=x509.NameConstraints,
    )
    assert unknown(people, (people.wca_officer.certificate, bureau))


@pytest.mark.parametrize(
    "algorithm",
    [
        "1.2.840.113549.1.1.5",  # RSA with SHA-1
        "1.2.840.113549.1.1.4",  # RSA with MD5
        "1.2.840.113549.1.1.14",  # RSA with SHA-224
    ],
)
def test_other_algorithms_are_refused(rsa_people: People, algorithm: str) -> None:
    leaf, issuer = rsa_people.wca_officer.chain
    encoded = leaf.public_bytes(serialization.Encoding.DER)
    changed = encoded.replace(der.oid("1.2.840.113549.1.1.11"), der.oid(algorithm))
    weak = x509.load_der_x509_certificate(changed)
    assert "algorithm that is not accepted" in unknown(rsa_people, (weak, issuer))


def test_short_keys_are_refused(people: People) -> None:
    leaf, issuer = people.wca_officer.chain
    short = rsa.generate_private_key(65537, 2048).public_key()
    weak = forge(leaf, authority_of(people.wca).key, key=short)
    assert "2048 bits" in unknown(people, (weak, issuer))


def test_a_foreign_certificate_is_unknown_and_its_name_is_shown_safely(people: People) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nice\u202e\nname")])
    leaf = forge(people.wca_officer.certificate, people.stranger.key, name=name)
    found = judge_chain((leaf,), people.trust, people.now)
    assert found.subject is None
    assert found.fingerprint == ""
    assert "Nice??name" in found.reasons[0]


def test_whoever_nobody_approved_is_shown_with_the_fingerprint(people: People) -> None:
    found = judge_chain(people.stranger.chain, people.trust, people.now)
    assert found.verdict is Verdict.SIGNER_UNKNOWN
    assert found.fingerprint in found.reasons[0]
    assert "do not know this sender yet" in found.reasons[0]
    assert found.subject == subject_of(people.stranger.certificate)


@pytest.mark.parametrize("days", [-2, 6 * 365, 30 * 365])
def test_outside_its_time_a_certificate_is_expired(people: People, days: int) -> None:
    at = people.now + timedelta(days=days)
    found = judge_chain(people.wca_officer.chain, people.trust, at)
    assert found.verdict is Verdict.SIGNER_EXPIRED
    assert ("begins only on" if days < 0 else "ended on") in found.reasons[0]
    assert len(found.reasons) == (1 if days == 6 * 365 else 3)


def test_the_last_second_of_a_certificate_counts(people: People) -> None:
    end = people.wca_officer.certificate.not_valid_after_utc
    chain = people.wca_officer.chain
    assert judge_chain(chain, people.trust, end).verdict is Verdict.VALID
    late = end + timedelta(seconds=1)
    assert judge_chain(chain, people.trust, late).verdict is Verdict.SIGNER_EXPIRED


class TestApprovedLater:
    """Somebody signs at once, and is approved weeks later."""

    def chain(self, people: People) -> tuple[Chain, Certificate]:
        """Return an approved chain and the provisional certificate of the same key and person."""
        chain = people.wca_officer.chain
        claims = replace(subject_of(chain[0]), role=Role.BUREAU, office="Claimed")
        early = people.now - timedelta(days=40)
        return chain, make_provisional(people.wca_officer.key, claims, early)

    def test_what_was_signed_before_counts_with_a_note(self, people: People) -> None:
        chain, provisional = self.chain(people)
        at = people.now - timedelta(days=30)
        assert judge_chain((provisional,), people.trust, at).verdict is Verdict.SIGNER_UNKNOWN
        found = judge_chain((provisional,), people.trust.knowing(chain), at)
        assert found.verdict is Verdict.VALID
        assert "before the sender was approved" in found.notes[0]

    def test_what_was_approved_counts_and_not_what_was_claimed(self, people: People) -> None:
        chain, provisional = self.chain(people)
        found = judge_chain((provisional,), people.trust.knowing(chain), people.now)
        assert found.subject == subject_of(chain[0])

    def test_an_approval_that_is_not_trusted_here_changes_nothing(self, people: People) -> None:
        chain, provisional = self.chain(people)
        trust = Trust((people.rogue_hq.anchor,)).knowing(chain)
        assert judge_chain((provisional,), trust, people.now).verdict is Verdict.SIGNER_UNKNOWN

    def test_an_approval_of_another_key_or_identity_changes_nothing(self, people: People) -> None:
        chain, provisional = self.chain(people)
        trust = people.trust.knowing(people.second_wca_officer.chain, (provisional,))
        assert judge_chain((provisional,), trust, people.now).verdict is Verdict.SIGNER_UNKNOWN
        thief = make_provisional(people.wca_officer.key, subject(Role.OFFICER), people.now)
        trust = people.trust.knowing(chain)
        assert judge_chain((thief,), trust, people.now).verdict is Verdict.SIGNER_UNKNOWN

    def test_a_revoked_approval_revokes_what_was_signed_before(self, people: People) -> None:
        chain, provisional = self.chain(people)
        revoked = Revocation(chain[0].serial_number, people.now - timedelta(days=3))
        crl = issue_list(authority_of(people.wca), [revoked], 1, people.now)
        trust = replace(people.trust.knowing(chain), crls=(crl,))
        assert judge_chain((provisional,), trust, people.now).verdict is Verdict.SIGNER_REVOKED

    def test_a_provisional_certificate_signed_by_another_key_is_refused(
        self, people: People
    ) -> None:
        _, provisional = self.chain(people)
        forged = forge(provisional, people.stranger.key)
        assert "signature is not by the issuer" in unknown(people, (forged,))


class TestApprovedByFingerprint:
    """Without any HQ, a person approves single senders."""

    def test_the_sender_is_known_from_then_on(self, people: People) -> None:
        trust = Trust((people.stranger.certificate,))
        found = judge_chain(people.stranger.chain, trust, people.now)
        assert found.verdict is Verdict.VALID
        assert "no HQ did" in found.notes[0]

    def test_a_later_provisional_certificate_of_the_key_says_nothing_new(
        self, people: People
    ) -> None:
        trust = Trust((people.stranger.certificate,))
        claims = replace(subject_of(people.stranger.certificate), bureau="MENA")
        later = make_provisional(people.stranger.key, claims, people.now)
        found = judge_chain((later,), trust, people.now)
        assert found.subject == subject_of(people.stranger.certificate)

    def test_nobody_becomes_hq_in_this_way(self, people: People) -> None:
        self_made = make_provisional(people.stranger.key, subject(Role.HQ), people.now)
        found = judge_chain((self_made,), Trust((self_made,)), people.now)
        assert found.verdict is Verdict.SIGNER_UNKNOWN

    def test_a_sender_with_issuers_can_be_approved_alone(self, people: People) -> None:
        officer = people.wca_officer
        found = judge_chain(officer.chain, Trust((officer.certificate,)), people.now)
        assert found.verdict is Verdict.VALID

    def test_hqs_revocation_stands_above_it(self, people: People) -> None:
        officer = people.wca_officer
        revoked = Revocation(officer.certificate.serial_number, people.now - timedelta(days=1))
        crl = issue_list(authority_of(people.wca), [revoked], 1, people.now)
        trust = Trust((officer.certificate, people.hq.anchor), (crl,))
        found = judge_chain(officer.chain, trust, people.now)
        assert found.verdict is Verdict.SIGNER_REVOKED


def test_a_renewed_certificate_keeps_the_identity(people: People) -> None:
    officer = subject_of(people.wca_officer.certificate)
    later = people.now + timedelta(days=4 * 365)
    wca = authority_of(people.wca)
    renewed = issue_leaf(wca, people.stranger.key.public_key(), officer, later)
    found = judge_chain((renewed, wca.certificate), people.trust, later)
    assert found.verdict is Verdict.VALID
    assert found.subject == officer


def test_two_bureaux_may_not_share_an_officers_chain(people: People) -> None:
    second = issue_bureau_ca(
        authority_of(people.hq),
        people.stranger.key.public_key(),
        subject(Role.BUREAU, "WCA"),
        people.now,
    )
    reason = unknown(people, (people.wca_officer.certificate, second))
    assert "signature is not by the issuer" in reason


def test_officers_of_one_bureau_have_chains_of_their_own(people: People) -> None:
    third = enrol_officer(people.wca, people.new_key(), "Another officer", people.now)
    assert judge_chain(third.chain, people.trust, people.now).verdict is Verdict.VALID


@pytest.mark.parametrize("place_in_chain", [0, 1])
def test_every_flipped_bit_of_a_certificate_is_noticed(people: People, place_in_chain: int) -> None:
    chain = list(people.wca_officer.chain)
    genuine = chain[place_in_chain].public_bytes(serialization.Encoding.DER)
    readable = 0
    for place in range(len(genuine)):
        changed = bytearray(genuine)
        changed[place] ^= 1 << place % 8
        try:
            chain[place_in_chain] = load_certificate(bytes(changed))
        except BadCertificateError:
            continue
        readable += 1
        assert unknown(people, tuple(chain))
    assert readable > 300
