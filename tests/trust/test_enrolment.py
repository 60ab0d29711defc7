import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import People, authority_of, subject, two_keys

from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.trust import signed_json
from stocktake_app.trust.certificates import (
    BadSubjectError,
    Subject,
    certificate_key,
    issue_leaf,
    make_provisional,
    subject_of,
    to_pem,
)
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.cms import Signer, sign_detached
from stocktake_app.trust.enrolment import (
    APPROVAL_FORMAT,
    approve,
    check_recovery,
    install,
    provisional_signer,
    read_approval,
    recover,
)
from stocktake_app.trust.keys import fingerprint, new_key, sign
from stocktake_app.trust.keystore import AUTHORITY, SIGNING, create_keystore
from stocktake_app.trust.requests import OwnKeys, Request, make_request, own_keys, read_request
from stocktake_app.trust.signed_json import BadSignedFileError

OFFICER = subject(Role.OFFICER, "WCA", "Oficial de terreno", "Nouakchott")


def ask(people: People, asks: Subject = OFFICER) -> tuple[OwnKeys, Request]:
    """Make a request with new keys and read it as the other side does."""
    keys = two_keys("ec")
    return keys, read_request(make_request(keys, asks, people.now))


def answer(people: People, request: Request) -> bytes:
    """Let the bureau WCA approve it."""
    return approve(request, authority_of(people.wca), people.wca.signer, people.now)


@pytest.mark.parametrize("kind", ["people", "rsa_people"])
def test_an_officer_is_approved_by_two_files_and_one_fingerprint(
    kind: str, request: pytest.FixtureRequest
) -> None:
    people: People = request.getfixturevalue(kind)
    keys = OwnKeys(people.stranger.key)
    asked = read_request(make_request(keys, OFFICER, people.now))
    assert asked.fingerprint == fingerprint(keys.signing.public_key())
    assert asked.subject == OFFICER
    approval = read_approval(answer(people, asked), Trust(()), people.now)
    assert approval.root_fingerprint == fingerprint(certificate_key(people.hq.anchor))
    installed = install(approval, asked, keys, people.now)
    found = judge_chain(installed.signer.chain, people.trust, people.now)
    assert (found.verdict, found.subject) == (Verdict.VALID, OFFICER)
    assert installed.anchor == people.hq.anchor
    assert installed.authority is None
    assert installed.approver == subject_of(people.wca.signer.certificate)


def test_what_an_officer_signed_before_becomes_trusted(people: People) -> None:
    keys, asked = ask(people)
    before = provisional_signer(keys.signing, OFFICER, people.now - timedelta(days=9))
    at = people.now - timedelta(days=8)
    assert judge_chain(before.chain, people.trust, at).verdict is Verdict.SIGNER_UNKNOWN
    approval = read_approval(answer(people, asked), people.trust, people.now)
    chain = install(approval, asked, keys, people.now).signer.chain
    assert judge_chain(before.chain, people.trust.knowing(chain), at).verdict is Verdict.VALID


def test_an_officer_without_a_bureau_gets_the_approving_one(people: People) -> None:
    keys, asked = ask(people, subject(Role.OFFICER, name="Somebody new"))
    approval = read_approval(answer(people, asked), people.trust, people.now)
    signer = install(approval, asked, keys, people.now).signer
    assert subject_of(signer.certificate).bureau == "WCA"


def test_a_bureau_gets_an_authority_and_signs_with_another_key(people: People) -> None:
    keys, asked = ask(people, subject(Role.BUREAU, "EHGL", "A new bureau", "Nairobi"))
    data = approve(asked, authority_of(people.hq), people.hq.signer, people.now)
    installed = install(read_approval(data, people.trust, people.now), asked, keys, people.now)
    found = judge_chain(installed.signer.chain, people.trust, people.now)
    assert (found.verdict, found.subject) == (Verdict.VALID, asked.subject)
    assert installed.authority
    assert keys.authority
    assert installed.authority.key is keys.authority
    assert installed.signer.key is keys.signing
    officer = subject(Role.OFFICER, "EHGL")
    key = people.stranger.key.public_key()
    leaf = issue_leaf(installed.authority, key, officer, people.now)
    chain = (leaf, *installed.authority.intermediates)
    assert judge_chain(chain, people.trust, people.now).verdict is Verdict.VALID


def test_somebody_else_of_hq_is_approved_by_hq(people: People) -> None:
    keys, asked = ask(people, subject(Role.HQ, name="Second pair of hands"))
    data = approve(asked, authority_of(people.hq), people.hq.signer, people.now)
    installed = install(read_approval(data, people.trust, people.now), asked, keys, people.now)
    found = judge_chain(installed.signer.chain, people.trust, people.now)
    assert found.verdict is Verdict.VALID
    assert installed.authority is None


def test_a_bureau_needs_a_second_key(people: People) -> None:
    with pytest.raises(WrongUseError, match="needs a second key"):
        make_request(OwnKeys(new_key("ec")), subject(Role.BUREAU, "WCA"), people.now)


def test_a_name_that_cannot_be_certified_is_refused_at_once(people: People) -> None:
    with pytest.raises(BadSubjectError, match="has 121 characters"):
        make_request(two_keys("ec"), replace(OFFICER, name="N" * 121), people.now)


@pytest.mark.parametrize("member", ["name", "role", "bureau", "office", "identity", "created"])
def test_no_member_of_a_request_can_be_changed(people: People, member: str) -> None:
    body = json.loads(make_request(two_keys("ec"), OFFICER, people.now))
    other = {"role": "bureau", "identity": "1" * 32, "bureau": "MENA"}.get(member, "Another")
    with pytest.raises(BadSignedFileError, match="damaged or was changed"):
        read_request(json.dumps(body | {member: other}).encode())


@pytest.mark.parametrize("member", ["key", "authority_key"])
def test_no_key_of_a_request_can_be_exchanged(people: People, member: str) -> None:
    asks = subject(Role.BUREAU, "WCA")
    bodies = [json.loads(make_request(two_keys("ec"), asks, people.now)) for _ in range(2)]
    with pytest.raises(BadSignedFileError, match="does not fit"):
        read_request(json.dumps(bodies[0] | {member: bodies[1][member]}).encode())


def test_a_bureau_cannot_ask_with_an_authority_key_that_it_does_not_hold(people: People) -> None:
    keys, asks = two_keys("ec"), subject(Role.BUREAU, "WCA")
    body = json.loads(make_request(keys, asks, people.now))
    stolen = json.loads(make_request(two_keys("ec"), asks, people.now))
    claimed = {name: body[name] for name in body if "signature" not in name}
    claimed["authority_key"] = stolen["authority_key"]
    whole = json.loads(make_request(keys, asks, people.now)) | claimed
    whole["signature"] = signed_json.encode_bytes(
        sign(keys.signing, signed_json.canonical(claimed))
    )
    with pytest.raises(BadSignedFileError, match="does not fit"):
        read_request(json.dumps(whole).encode())


def test_white_space_of_a_mail_program_does_no_harm(people: People) -> None:
    data = make_request(two_keys("ec"), OFFICER, people.now)
    assert read_request(data.replace(b"\n", b"\r\n") + b"\r\n").subject == OFFICER


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"format": "stocktake-request/1", "format": "stocktake-request/1"}',
        b'{"format": "stocktake-request/2"}',
        b'{"format": "stocktake-request/1", "name": "\\ud800"}',
        bytes(300_000),
    ],
)
def test_other_files_are_refused_in_one_sentence(people: People, data: bytes) -> None:
    with pytest.raises(UserFileError, match=r"This (file is no )?request"):
        read_request(data)
    with pytest.raises(UserFileError, match=r"This (file is no )?answer"):
        read_approval(data, people.trust, people.now)


def test_members_missing_added_or_of_another_type_are_refused(people: People) -> None:
    body = json.loads(make_request(two_keys("ec"), OFFICER, people.now))
    without = {name: body[name] for name in body if name != "office"}
    for wrong in (without, body | {"extra": ""}, body | {"office": 5}, body | {"office": None}):
        with pytest.raises(BadSignedFileError, match="not as it was written"):
            read_request(json.dumps(wrong).encode())


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=300)
def test_a_damaged_answer_is_refused_or_says_the_same(people: People, place: int, bit: int) -> None:
    _, asked = ask(people)
    data = bytearray(answer(people, asked))
    data[place % len(data)] ^= 1 << bit
    try:
        approval = read_approval(bytes(data), people.trust, people.now)
    except UserFileError:
        return
    assert subject_of(approval.chain[0]) == OFFICER  # white space, or the case of an escape


def test_a_bureau_refuses_another_bureaus_officer(people: People) -> None:
    _, asked = ask(people, subject(Role.OFFICER, "MENA"))
    with pytest.raises(RefusedError, match="asks to belong to MENA"):
        answer(people, asked)


def test_nobody_gets_a_second_key_for_somebody_elses_identity(people: People) -> None:
    known = [people.wca_officer.certificate, people.mena_officer.certificate]
    victim = subject_of(known[0])
    _, asked = ask(people, replace(victim, name="Impostor"))
    with pytest.raises(RefusedError, match="with the identity of Agente de terrain"):
        approve(asked, authority_of(people.wca), people.wca.signer, people.now, known)


def test_the_same_key_may_ask_again(people: People) -> None:
    keys, asked = ask(people)
    known = [make_provisional(keys.signing, OFFICER, people.now), people.mena_officer.certificate]
    data = approve(asked, authority_of(people.wca), people.wca.signer, people.now, known)
    assert read_approval(data, people.trust, people.now)


def test_an_answer_by_another_hq_is_refused_once_a_root_is_pinned(people: People) -> None:
    _, asked = ask(people)
    with pytest.raises(BadSignedFileError, match="by another HQ"):
        read_approval(answer(people, asked), Trust((people.rogue_hq.anchor,)), people.now)


def test_a_pinned_sender_is_not_mistaken_for_a_pinned_root(people: People) -> None:
    _, asked = ask(people)
    trust = Trust((people.stranger.certificate,))
    assert read_approval(answer(people, asked), trust, people.now).root == people.hq.anchor


def _answer(people: People, signer: Signer, chain: str, root: str) -> bytes:
    body = {
        "format": APPROVAL_FORMAT,
        "approved": people.now.isoformat(),
        "chain": chain,
        "root": root,
        "notices": "",
        "recovers": "",
    }
    signature = sign_detached(signed_json.canonical(body), signer, people.now)
    return signed_json.readable(body | {"signature": signed_json.encode_bytes(signature)})


def _answer_signed_by(people: People, office: str, chain: str, root: str) -> bytes:
    return _answer(people, getattr(people, office).signer, chain, root)


def test_an_answer_must_be_signed_by_who_may_approve(people: People) -> None:
    chain, root = to_pem(people.wca_officer.chain), to_pem([people.hq.anchor])
    for approver in ("wca", "hq"):
        assert read_approval(
            _answer_signed_by(people, approver, chain, root), people.trust, people.now
        )
    with pytest.raises(BadSignedFileError, match="may not approve"):
        read_approval(_answer_signed_by(people, "mena", chain, root), people.trust, people.now)
    with pytest.raises(BadSignedFileError, match="cannot be trusted"):
        read_approval(_answer_signed_by(people, "rogue_hq", chain, root), people.trust, people.now)


def test_an_officer_cannot_approve_even_in_the_own_bureau(people: People) -> None:
    chain, root = to_pem(people.second_wca_officer.chain), to_pem([people.hq.anchor])
    data = _answer(people, people.wca_officer, chain, root)
    with pytest.raises(BadSignedFileError, match="may not approve"):
        read_approval(data, people.trust, people.now)


def test_an_answer_brings_exactly_one_root(people: People) -> None:
    chain = to_pem(people.wca_officer.chain)
    two = to_pem([people.hq.anchor, people.rogue_hq.anchor])
    for root in (two, chain, to_pem(people.wca_officer.chain[1:])):
        with pytest.raises(BadSignedFileError, match="exactly one root"):
            read_approval(_answer_signed_by(people, "wca", chain, root), people.trust, people.now)


def test_an_expired_answer_says_when_it_ended(people: People) -> None:
    _, asked = ask(people)
    late = people.now + timedelta(days=6 * 365)
    with pytest.raises(
        BadSignedFileError, match=r"cannot be trusted\. The certificate of .* ended"
    ):
        read_approval(answer(people, asked), people.trust, late)


def test_an_answer_to_somebody_else_is_not_installed(people: People) -> None:
    keys, asked = ask(people)
    _, other = ask(people, subject(Role.OFFICER, "WCA", "Somebody else"))
    approval = read_approval(answer(people, other), people.trust, people.now)
    with pytest.raises(RefusedError, match="is for Somebody else, not for Oficial de terreno"):
        install(approval, asked, keys, people.now)


def test_an_answer_for_another_key_is_not_installed(people: People) -> None:
    _, asked = ask(people)
    approval = read_approval(answer(people, asked), people.trust, people.now)
    with pytest.raises(RefusedError, match="another key"):
        install(approval, asked, two_keys("ec"), people.now)


def test_a_bureaus_answer_for_another_authority_key_is_not_installed(people: People) -> None:
    keys, asked = ask(people, subject(Role.BUREAU, "EHGL"))
    data = approve(asked, authority_of(people.hq), people.hq.signer, people.now)
    approval = read_approval(data, people.trust, people.now)
    with pytest.raises(RefusedError, match="another key"):
        install(approval, asked, replace(keys, authority=new_key("ec")), people.now)


def test_an_answer_that_grants_something_else_is_not_installed(people: People) -> None:
    keys, asked = ask(people)
    approval = read_approval(answer(people, asked), people.trust, people.now)
    other = replace(asked, subject=replace(OFFICER, bureau="MENA"))
    with pytest.raises(RefusedError, match="officer of WCA; officer of MENA was asked for"):
        install(approval, other, keys, people.now)


def test_own_keys_come_from_the_keystore(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> None:
    unlocked = create_keystore(tmp_path_factory.mktemp("keys"), passphrase="a passphrase")
    unlocked.add_key(SIGNING, people.wca.signer.key)
    assert own_keys(unlocked).authority is None
    unlocked.add_key(AUTHORITY, authority_of(people.wca).key)
    keys = own_keys(unlocked)
    assert keys.authority
    assert keys.authority.public_key() == authority_of(people.wca).key.public_key()


def test_a_renewal_is_signed_by_the_old_key_and_goes_on_with_the_identity(people: People) -> None:
    keys, asked = ask(people)
    first = read_approval(answer(people, asked), people.trust, people.now).chain[0]
    renewal = OwnKeys(new_key("ec"), old=keys.signing)
    again = read_request(make_request(renewal, OFFICER, people.now))
    assert again.renews == asked.fingerprint
    authority, signer = authority_of(people.wca), people.wca.signer
    data = approve(again, authority, signer, people.now, [first])
    granted = read_approval(data, people.trust, people.now)
    assert subject_of(granted.chain[0]).identity == OFFICER.identity
    with pytest.raises(RefusedError, match="was withdrawn"):
        approve(again, authority, signer, people.now, [first], withdrawn=[first])


def test_a_renewal_signed_by_somebody_elses_key_is_none(people: People) -> None:
    _, asked = ask(people)
    first = read_approval(answer(people, asked), people.trust, people.now).chain[0]
    forged = OwnKeys(new_key("ec"), old=people.second_wca_officer.key)
    again = read_request(make_request(forged, OFFICER, people.now))
    known = [first, people.second_wca_officer.certificate]
    with pytest.raises(RefusedError, match="asks with the identity of"):
        approve(again, authority_of(people.wca), people.wca.signer, people.now, known)


def test_a_renewal_whose_old_signature_does_not_hold_is_refused(people: People) -> None:
    keys, _ = ask(people)
    body = json.loads(make_request(replace(keys, old=new_key("ec")), OFFICER, people.now))
    other = json.loads(make_request(replace(keys, old=new_key("ec")), OFFICER, people.now))
    body["old_signature"] = other["old_signature"]
    with pytest.raises(BadSignedFileError, match="damaged or was changed"):
        read_request(json.dumps(body).encode())


def test_a_lost_identity_goes_to_a_new_key_of_the_same_role_only(people: People) -> None:
    lost = subject_of(people.wca_officer.certificate)
    keys, asked = ask(people)
    check_recovery(asked, lost, [people.wca_officer.certificate])
    data = recover(asked, lost, authority_of(people.wca), people.wca.signer, people.now)
    approval = read_approval(data, people.trust, people.now)
    assert approval.recovers == OFFICER.identity
    done = install(approval, asked, keys, people.now)
    assert subject_of(done.signer.certificate).identity == lost.identity
    _, bureau = ask(people, subject(Role.BUREAU, "WCA"))
    with pytest.raises(RefusedError, match="asks to be bureau of WCA"):
        check_recovery(bureau, lost, [])
    _, elsewhere = ask(people, subject(Role.OFFICER, "MENA"))
    with pytest.raises(RefusedError, match="officer of MENA"):
        check_recovery(elsewhere, lost, [])


def test_an_answer_to_a_recovery_is_not_installed_by_anybody_else(people: People) -> None:
    lost = subject_of(people.wca_officer.certificate)
    _, asked = ask(people)
    data = recover(asked, lost, authority_of(people.wca), people.wca.signer, people.now)
    approval = read_approval(data, people.trust, people.now)
    other_keys, other = ask(people, subject(Role.OFFICER, "WCA", "Somebody else"))
    with pytest.raises(RefusedError, match="is for"):
        install(approval, other, other_keys, people.now)
