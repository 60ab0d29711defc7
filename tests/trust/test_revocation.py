from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given, settings
from hypothesis import strategies as st
from people import People, authority_of

from stocktake_app.errors import UserFileError
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.certificates import (
    Authority,
    BadCertificateError,
    Certificate,
    issue_bureau_ca,
    issue_leaf,
    subject_of,
)
from stocktake_app.trust.chain import ChainVerdict, Trust, check_list, judge_chain
from stocktake_app.trust.revocation import (
    KEPT_RECORDS,
    PEM_BEGIN,
    Revocation,
    RevocationList,
    find_revocation,
    issue_list,
    list_notice,
    list_revocations,
    mark_of,
    newest_list,
    read_list,
    read_notice,
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


@pytest.mark.parametrize("number", [2**63, 10**5000], ids=["just over", "endless"])
def test_a_list_numbered_beyond_all_measure_stands_over_no_other(
    people: People, number: int
) -> None:
    wca = authority_of(people.wca)
    crl = issue_list(wca, [], number, people.now)
    with pytest.raises(BadCertificateError, match="not as we write it"):
        check_list((crl, wca.certificate), people.trust)
    honest = issue_list(wca, [], 2**63 - 1, people.now)
    assert newest_list([crl, honest], wca.certificate) is honest


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


RECORDS = ("1" * 64, "2" * 64)


def kept(people: People, number: int = 1) -> Trust:
    """Let the bureau withdraw its officer since yesterday, but keep the first of two records."""
    entry = Revocation(
        people.wca_officer.certificate.serial_number,
        people.now - DAY,
        x509.ReasonFlags.key_compromise,
        frozenset({mark_of(RECORDS[0])}),
        people.now,
    )
    crl = issue_list(authority_of(people.wca), [entry], number, people.now)
    return replace(people.trust, crls=(crl,))


@pytest.mark.parametrize("days", [0, 40, 400])
def test_a_record_that_the_list_keeps_stays_good_however_late_it_comes(
    people: People, days: int
) -> None:
    at = people.now + days * DAY
    found = [judge_chain(people.wca_officer.chain, kept(people), at, one) for one in RECORDS]
    assert [one.verdict for one in found] == [Verdict.VALID, Verdict.SIGNER_REVOKED]
    assert any("one of the records that stay good" in note for note in found[0].notes)


def test_what_is_no_record_is_never_kept(people: People) -> None:
    found = judge_chain(people.wca_officer.chain, kept(people), people.now)
    assert found.verdict is Verdict.SIGNER_REVOKED


def test_an_entry_keeps_since_when_who_decided_when_and_what_stays_good(people: People) -> None:
    (entry,) = list_revocations(kept(people).crls[0])
    assert (entry.date, entry.decided) == (people.now - DAY, people.now)
    assert entry.keeps(RECORDS[0])
    assert not entry.keeps(RECORDS[1])
    assert not entry.keeps("")


def test_what_says_which_records_stay_good_is_read_as_written_or_not_at_all(people: People) -> None:
    wca = authority_of(people.wca)
    for value in (b"", b"\x04\x01\x00", b"\x04\x81\x10" + bytes(16), b"\x30\x10" + bytes(16)):
        entry = x509.RevokedCertificateBuilder().serial_number(5).revocation_date(people.now)
        odd = x509.UnrecognizedExtension(KEPT_RECORDS, value)
        entry = entry.add_extension(odd, critical=False)
        builder = x509.CertificateRevocationListBuilder(wca.certificate.subject)
        builder = builder.last_update(people.now).next_update(people.now + DAY)
        crl = builder.add_revoked_certificate(entry.build()).sign(wca.key, hashes.SHA256())
        assert list_revocations(crl)[0].kept == frozenset()


def test_a_list_travels_with_its_issuer_and_comes_back_the_same(people: People) -> None:
    crl, issuer = kept(people).crls[0], authority_of(people.wca).certificate
    notice = list_notice(crl, issuer)
    assert notice.startswith(PEM_BEGIN)
    assert read_notice(notice) == (crl, issuer)
    assert read_list(notice[: notice.index(b"-----BEGIN CERT")]) == crl


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=200)
def test_a_damaged_list_is_refused_or_says_the_same(people: People, place: int, bit: int) -> None:
    crl, issuer = kept(people).crls[0], authority_of(people.wca).certificate
    data = bytearray(list_notice(crl, issuer))
    data[place % len(data)] ^= 1 << bit
    try:
        found = read_notice(bytes(data))
        check_list(found, people.trust)
    except (UserFileError, BadCertificateError):
        return
    assert found == (crl, issuer)  # white space


def test_a_list_counts_only_under_the_pinned_root_and_by_who_it_says(people: People) -> None:
    wca, mena = authority_of(people.wca), authority_of(people.mena)
    crl = issue_list(wca, [], 1, people.now)
    check_list((crl, wca.certificate), people.trust)
    root = authority_of(people.hq)
    check_list((issue_list(root, [], 1, people.now), root.certificate), people.trust)
    with pytest.raises(BadCertificateError, match="is not by"):
        check_list((crl, mena.certificate), people.trust)
    with pytest.raises(BadCertificateError, match="cannot be trusted"):
        check_list((crl, wca.certificate), Trust((people.rogue_hq.anchor,)))
    rogue = authority_of(people.rogue_hq)
    foreign = (issue_list(rogue, [], 1, people.now), rogue.certificate)
    with pytest.raises(BadCertificateError, match="cannot be trusted"):
        check_list(foreign, people.trust)
    leaf = people.wca_officer.certificate
    with pytest.raises(BadCertificateError, match="cannot be trusted"):
        check_list((crl, leaf), people.trust)


def lost_bureau(people: People, records: frozenset[bytes] = frozenset()) -> RevocationList:
    """Let HQ withdraw the bureau's certificate since yesterday."""
    bureau = authority_of(people.wca).certificate
    entry = Revocation(bureau.serial_number, people.now - DAY, kept=records, decided=people.now)
    return issue_list(authority_of(people.hq), [entry], 1, people.now)


def test_a_thief_of_a_bureaus_key_cannot_withdraw_what_hq_keeps(people: People) -> None:
    theft = revoke(people, people.wca_officer.certificate, number=2**40).crls
    hqs = lost_bureau(people, frozenset({mark_of(RECORDS[0])}))
    trust = replace(people.trust, crls=(*theft, hqs))
    found = [judge_chain(people.wca_officer.chain, trust, people.now, one) for one in RECORDS]
    assert [one.verdict for one in found] == [Verdict.VALID, Verdict.SIGNER_REVOKED]


def test_officers_of_a_lost_bureau_count_again_when_its_new_key_stands_for_theirs(
    people: People,
) -> None:
    who = subject_of(authority_of(people.wca).certificate)
    hq, new = authority_of(people.hq), people.new_key()
    certificate = issue_bureau_ca(hq, new.public_key(), who, people.now)
    bureau = Authority(new, certificate, hq.root)
    officer = people.wca_officer
    again = issue_leaf(
        bureau, officer.key.public_key(), subject_of(officer.certificate), people.now
    )
    lost = replace(people.trust, crls=(lost_bureau(people),))
    assert judge(people, lost).verdict is Verdict.SIGNER_REVOKED
    renewed = lost.knowing((again, certificate))
    found = judge(people, renewed)
    assert found.verdict is Verdict.VALID
    assert "has another certificate" in found.notes[-1]
    other = people.second_wca_officer
    assert judge_chain(other.chain, renewed, people.now).verdict is Verdict.SIGNER_REVOKED
    withdrawn = issue_list(
        bureau, [Revocation(again.serial_number, people.now - DAY)], 1, people.now
    )
    gone = replace(renewed, crls=(*renewed.crls, withdrawn))
    assert judge(people, gone).verdict is Verdict.SIGNER_REVOKED


def test_no_other_certificate_saves_a_key_that_was_withdrawn_itself(people: People) -> None:
    officer = people.wca_officer
    again = issue_leaf(
        authority_of(people.wca),
        officer.key.public_key(),
        subject_of(officer.certificate),
        people.now,
    )
    trust = revoke(people, officer.certificate).knowing((again, *officer.chain[1:]))
    assert judge(people, trust).verdict is Verdict.SIGNER_REVOKED


def test_a_record_that_comes_after_its_certificate_ended_counts_by_the_renewed_one(
    people: People,
) -> None:
    late = people.now + 6 * 365 * DAY
    officer = people.wca_officer
    who = subject_of(officer.certificate)
    again = issue_leaf(authority_of(people.wca), officer.key.public_key(), who, late - 30 * DAY)
    assert judge(people, people.trust, days=6 * 365).verdict is Verdict.SIGNER_EXPIRED
    renewed = people.trust.knowing((again, *officer.chain[1:]))
    assert judge(people, renewed, days=6 * 365).verdict is Verdict.VALID
