from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from people import People, authority_of

from stocktake_app.errors import UserFileError
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.certificates import Certificate
from stocktake_app.trust.chain import ChainVerdict, Trust, judge_chain
from stocktake_app.trust.revocation import (
    Revocation,
    RevocationList,
    find_revocation,
    issue_list,
    newest_list,
    read_list,
)

DAY = timedelta(days=1)


def revoke(people: People, *certificates: Certificate, days: int = -1, number: int = 1) -> Trust:
    """Let the bureau WCA withdraw certificates so many days from now; return the new trust."""
    date = people.now + days * DAY
    entries = [
        Revocation(one.serial_number, date, x509.ReasonFlags.key_compromise) for one in certificates
    ]
    crl = issue_list(authority_of(people.wca), entries, number, people.now)
    return replace(people.trust, crls=(crl,))


def judge(people: People, trust: Trust, days: int = 0) -> ChainVerdict:
    return judge_chain(people.wca_officer.chain, trust, people.now + days * DAY)


def test_a_withdrawn_signer_is_revoked_with_date_and_reason(people: People) -> None:
    found = judge(people, revoke(people, people.wca_officer.certificate))
    date = people.now - DAY
    assert found.verdict is Verdict.SIGNER_REVOKED
    who = "The certificate of Agente de terrain, Sénégal"
    when = f"was withdrawn on {date:%Y-%m-%d}: the key may be in other hands."
    assert found.reasons == (f"{who} {when}",)


def test_what_was_received_before_the_date_stays_valid_with_a_note(people: People) -> None:
    trust = revoke(people, people.wca_officer.certificate, days=5)
    before, after = judge(people, trust, days=4), judge(people, trust, days=5)
    assert before.verdict is Verdict.VALID
    assert "this was received before" in before.notes[0]
    assert after.verdict is Verdict.SIGNER_REVOKED


def test_others_of_the_same_bureau_stay_valid(people: People) -> None:
    trust = revoke(people, people.second_wca_officer.certificate)
    assert judge(people, trust).verdict is Verdict.VALID


def test_a_withdrawn_bureau_takes_its_officers_with_it(people: People) -> None:
    bureau = people.wca_officer.chain[1]
    entry = Revocation(bureau.serial_number, people.now - DAY)
    crl = issue_list(authority_of(people.hq), [entry], 1, people.now)
    trust = replace(people.trust, crls=(crl,))
    found = judge(people, trust)
    assert found.verdict is Verdict.SIGNER_REVOKED
    assert "no reason is given" in found.reasons[0]
    assert judge_chain(people.mena_officer.chain, trust, people.now).verdict is Verdict.VALID


def test_a_revoked_and_expired_signer_is_revoked_with_both_reasons(people: People) -> None:
    found = judge(people, revoke(people, people.wca_officer.certificate), days=6 * 365)
    assert found.verdict is Verdict.SIGNER_REVOKED
    assert len(found.reasons) == 2


def test_of_several_lists_the_highest_number_counts_in_any_order(people: People) -> None:
    old = revoke(people, number=7).crls
    new = revoke(people, people.wca_officer.certificate, number=8).crls
    for crls in (old + new, new + old):
        found = judge(people, replace(people.trust, crls=crls))
        assert found.verdict is Verdict.SIGNER_REVOKED


def test_a_list_of_another_authority_says_nothing(people: People) -> None:
    entry = Revocation(people.wca_officer.certificate.serial_number, people.now - DAY)
    for other in (people.mena, people.hq, people.rogue_hq):
        crl = issue_list(authority_of(other), [entry], 99, people.now)
        assert judge(people, replace(people.trust, crls=(crl,))).verdict is Verdict.VALID


@pytest.mark.parametrize("kind", ["people", "rsa_people"])
def test_a_list_forged_in_the_bureaus_name_says_nothing(
    kind: str, people: People, request: pytest.FixtureRequest
) -> None:
    forger = request.getfixturevalue(kind).stranger.key
    wca = authority_of(people.wca)
    entry = Revocation(people.wca_officer.certificate.serial_number, people.now - DAY)
    crl = issue_list(replace(wca, key=forger), [entry], 99, people.now)
    assert judge(people, replace(people.trust, crls=(crl,))).verdict is Verdict.VALID


def unusual(people: People, *extensions: tuple[x509.ExtensionType, bool]) -> RevocationList:
    """Make a list of the bureau with other extensions than ours."""
    wca = authority_of(people.wca)
    builder = x509.CertificateRevocationListBuilder(wca.certificate.subject)
    builder = builder.last_update(people.now).next_update(people.now + DAY)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(wca.key, hashes.SHA256())


def test_a_list_without_a_number_or_with_unknown_demands_is_not_used(people: People) -> None:
    wca = authority_of(people.wca).certificate
    number = (x509.CRLNumber(3), False)
    partial = (x509.DeltaCRLIndicator(2), True)
    assert newest_list([unusual(people)], wca) is None
    assert newest_list([unusual(people, number, partial)], wca) is None
    assert newest_list([unusual(people, number)], wca) is not None


def test_an_old_list_still_counts_and_its_age_is_noted(people: People) -> None:
    trust = revoke(people, people.second_wca_officer.certificate)
    found = judge(people, trust, days=200)
    assert found.verdict is Verdict.VALID
    assert "ask for a newer one" in found.notes[0]
    assert judge(people, trust, days=10).notes == ()


def test_a_list_keeps_what_was_put_in(people: People) -> None:
    dates = [people.now - DAY, people.now + DAY]
    reasons = [x509.ReasonFlags.superseded, x509.ReasonFlags.unspecified]
    signers = [people.wca_officer.certificate, people.second_wca_officer.certificate]
    entries = [
        Revocation(one.serial_number, date, reason)
        for one, date, reason in zip(signers, dates, reasons, strict=True)
    ]
    crl = issue_list(authority_of(people.wca), entries, 1, people.now)
    for encoding in (serialization.Encoding.DER, serialization.Encoding.PEM):
        again = read_list(crl.public_bytes(encoding))
        assert [find_revocation(again, one) for one in signers] == entries
        assert find_revocation(again, people.hq.anchor) is None


@pytest.mark.parametrize("data", [b"", b"0", b"-----BEGIN X509 CRL-----\n", bytes(5_000_000)])
def test_what_is_no_list_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(UserFileError, match="revocation list"):
        read_list(data)
