"""Practice: recognisable in every program, never taken for real work, nor real work for it."""

from dataclasses import replace

import pytest
from cryptography.x509.oid import NameOID
from forging import forge
from people import People, authority_of, subject, two_keys

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust.certificates import (
    Certificate,
    is_practice,
    issue_bureau_ca,
    issue_leaf,
    subject_of,
)
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.enrolment import (
    Installed,
    approve,
    found_hq,
    install,
    provisional_signer,
    read_approval,
)
from stocktake_app.trust.keys import new_key
from stocktake_app.trust.profile import check_issued, check_leaf
from stocktake_app.trust.requests import make_request, read_request
from stocktake_app.trust.signed_json import BadSignedFileError
from stocktake_app.trust.subjects import Subject

TRAINING = Trust((), practice=True)


def trainee(role: Role = Role.OFFICER, bureau: str = "WCA", name: str = "Trainee") -> Subject:
    return replace(subject(role, bureau, name, "Training room"), practice=True)


@pytest.fixture(scope="module")
def practice_hq(people: People) -> Installed:
    return found_hq(two_keys("ec"), trainee(Role.HQ, "", "Trainer"), people.now)


@pytest.fixture(scope="module")
def practice_bureau(people: People, practice_hq: Installed) -> Installed:
    keys = two_keys("ec")
    request = read_request(make_request(keys, trainee(Role.BUREAU), people.now))
    answer = approve(request, authority_of(practice_hq), practice_hq.signer, people.now)
    return install(read_approval(answer, TRAINING, people.now), request, keys, people.now)


def common_name(certificate: Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


@pytest.mark.parametrize("name", ["Trainee", "متدرب ميداني", "x" * 120, "متدرب Field", "𞤀𞤣𞤤𞤢𞤥"])
def test_whatever_the_name_other_programs_show_that_it_is_practice(
    people: People, name: str
) -> None:
    who = trainee(name=name)
    certificate = provisional_signer(new_key("ec"), who, people.now).certificate
    assert common_name(certificate).startswith("PRACTICE ")
    assert certificate.subject.rfc4514_string().endswith("O=GCR Stocktaking PRACTICE")
    assert check_leaf(certificate) == who
    assert is_practice(certificate)


def test_every_certificate_up_to_the_root_says_so(practice_bureau: Installed) -> None:
    for certificate in (*practice_bureau.signer.chain, practice_bureau.anchor):
        assert is_practice(certificate)
        assert common_name(certificate).startswith("PRACTICE ")


def test_trainees_of_any_class_know_each_other_without_approval(
    people: People, practice_hq: Installed, practice_bureau: Installed
) -> None:
    alone = provisional_signer(new_key("ec"), trainee(), people.now)
    for signer in (alone, practice_hq.signer, practice_bureau.signer):
        found = judge_chain(signer.chain, TRAINING, people.now)
        assert found.verdict is Verdict.VALID
        assert found.notes == ("A practice signature: no HQ stands behind it.",)


def test_nobody_in_real_work_knows_a_practice_signer_not_even_by_their_root(
    people: People, practice_hq: Installed, practice_bureau: Installed
) -> None:
    for trust in (people.trust, Trust((*people.trust.anchors, practice_hq.anchor))):
        found = judge_chain(practice_bureau.signer.chain, trust, people.now)
        assert found.verdict is Verdict.SIGNER_UNKNOWN
        assert found.reasons == (
            "This is a practice signature: nothing that is signed with it is real.",
        )


def test_a_practice_workspace_knows_no_real_signer(people: People) -> None:
    for signer in (people.hq.signer, people.wca_officer, people.stranger):
        for trust in (TRAINING, replace(people.trust, practice=True)):
            found = judge_chain(signer.chain, trust, people.now)
            assert found.verdict is Verdict.SIGNER_UNKNOWN
            assert found.reasons[0].startswith("This is a real signature")


def test_real_offices_issue_no_practice_and_practice_offices_nothing_real(
    people: People, practice_hq: Installed, practice_bureau: Installed
) -> None:
    key = new_key("ec").public_key()
    real = subject(Role.OFFICER, "WCA", "Officer")
    with pytest.raises(RefusedError, match="request is for practice; this office is real"):
        issue_leaf(authority_of(people.wca), key, trainee(), people.now)
    with pytest.raises(RefusedError, match="office is for practice; the request is real"):
        issue_leaf(authority_of(practice_bureau), key, real, people.now)
    with pytest.raises(RefusedError, match="this office is real"):
        issue_bureau_ca(authority_of(people.hq), key, trainee(Role.BUREAU), people.now)
    with pytest.raises(RefusedError, match="the request is real"):
        issue_bureau_ca(
            authority_of(practice_hq), key, subject(Role.BUREAU, "WCA", "Bureau"), people.now
        )


def test_a_stolen_practice_authority_cannot_make_a_real_certificate(
    people: People, practice_bureau: Installed
) -> None:
    authority = authority_of(practice_bureau)
    forged = forge(
        people.wca_officer.certificate, authority.key, issuer=authority.certificate.subject
    )
    assert not is_practice(forged)
    with pytest.raises(ValueError, match=r"mixed|signature is not by"):
        check_issued(forged, authority.certificate)
    found = judge_chain((forged, authority.certificate), TRAINING, people.now)
    assert found.verdict is Verdict.SIGNER_UNKNOWN


def test_a_stolen_real_authority_cannot_make_a_practice_certificate(
    people: People, practice_bureau: Installed
) -> None:
    authority = authority_of(people.wca)
    forged = forge(
        practice_bureau.signer.certificate, authority.key, issuer=authority.certificate.subject
    )
    assert is_practice(forged)
    for trust in (people.trust, replace(people.trust, practice=True)):
        found = judge_chain((forged, authority.certificate), trust, people.now)
        assert found.verdict is Verdict.SIGNER_UNKNOWN


def test_an_answer_of_the_other_world_is_refused(
    people: People, practice_bureau: Installed
) -> None:
    keys = two_keys("ec")
    request = read_request(make_request(keys, trainee(), people.now))
    answer = approve(request, authority_of(practice_bureau), practice_bureau.signer, people.now)
    assert read_approval(answer, TRAINING, people.now).chain[0].public_key() == request.key
    with pytest.raises(BadSignedFileError, match="practice signature"):
        read_approval(answer, Trust(()), people.now)


def test_a_request_says_whether_it_is_for_practice(people: People) -> None:
    keys = two_keys("ec")
    for who in (trainee(), subject(Role.OFFICER, "WCA", "Officer")):
        assert read_request(make_request(keys, who, people.now)).subject == who


def test_a_name_that_only_begins_like_practice_is_real(people: People) -> None:
    who = subject(Role.OFFICER, "WCA", "PRACTICE lead")
    certificate = provisional_signer(new_key("ec"), who, people.now).certificate
    assert not is_practice(certificate)
    assert subject_of(certificate) == who
