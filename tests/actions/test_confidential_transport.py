"""Nothing readable on a lost stick: packages encrypted to an office, and who opens them."""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from offices import PASSPHRASE, SAID, Offices, make_offices

from stocktake_app.actions import identity
from stocktake_app.actions.checking import check_file
from stocktake_app.actions.encrypting import addressees
from stocktake_app.actions.exporting import Exported, export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.recipients import (
    KIND,
    OlderNoticeError,
    list_offices,
    own_notice,
    publish_recipient,
    recipient_notices,
    take_recipient,
    write_own_notice,
)
from stocktake_app.actions.sending import send_to_folder
from stocktake_app.actions.signing import fingerprint_of, own_authority
from stocktake_app.actions.withdrawing import Reason, revoke
from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.exchange.age import new_secret, recipient_of
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store.objects import list_objects
from stocktake_app.store.seals import list_seals
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.certificates import Subject, issue_leaf, subject_of
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.keystore import SIGNING
from stocktake_app.trust.recipients import make_recipient_notice, open_notice
from stocktake_app.trust.signed_json import BadSignedFileError


def encrypted(offices: Offices, out: Path, *to: str) -> Exported:
    offices.say()
    return export(
        offices.officer, None, out=out, encrypt_to=to, passphrase=PASSPHRASE, now=offices.now
    )


def test_an_enrolled_officer_knows_the_keys_of_the_bureau_and_of_hq(offices: Offices) -> None:
    known = list_offices(offices.officer, offices.now)
    assert [one.office for one in known] == ["HQ", "WCA"]
    assert {one.recipient[:4] for one in known} == {"age1"}


def test_hq_opens_what_is_encrypted_to_hq_and_nobody_else_does(
    offices: Offices, tmp_path: Path
) -> None:
    done = encrypted(offices, tmp_path / "stick" / "package.xlsx", "HQ")
    assert done.path.name == "package.xlsx.age"
    assert done.encrypted_to[0].startswith("Office hq (")
    assert [one.name for one in done.path.parent.iterdir()] == ["package.xlsx.age"]
    assert SAID.encode() not in done.path.read_bytes()
    checked = check_file(done.path, workspace=offices.hq, passphrase=PASSPHRASE, at=offices.now)
    assert (checked.verdict, checked.sha256) == (Verdict.VALID, done.sha256)
    taken = import_files(
        offices.hq, [done.path], dry_run=False, passphrase=PASSPHRASE, now=offices.now
    )
    assert taken.accepted
    assert taken.files[0].name == "package.xlsx"
    for workspace in (offices.bureau, offices.officer):
        locked = check_file(done.path, workspace=workspace, passphrase=PASSPHRASE, at=offices.now)
        assert locked.verdict is Verdict.UNREADABLE
        assert "for somebody else" in locked.reasons[0]
        assert locked.judged.icon == "locked"


def test_a_file_for_somebody_else_or_a_damaged_one_does_not_stop_the_others(
    offices: Offices, tmp_path: Path
) -> None:
    good = encrypted(offices, tmp_path / "good.xlsx", "HQ").path
    other = encrypted(offices, tmp_path / "other.xlsx", "WCA").path
    torn = tmp_path / "torn.xlsx.age"
    torn.write_bytes(good.read_bytes()[:-20])
    taken = import_files(
        offices.hq, [torn, other, good], dry_run=False, passphrase=PASSPHRASE, now=offices.now
    )
    assert [one.accepted for one in taken.files] == [False, False, True]
    assert "damaged or cut short" in taken.files[0].reasons[0]
    assert "for somebody else" in taken.files[1].reasons[0]


def test_one_file_for_two_offices(offices: Offices, tmp_path: Path) -> None:
    done = encrypted(offices, tmp_path / "both.pdf", "hq", "WCA")
    for workspace in (offices.hq, offices.bureau):
        checked = check_file(done.path, workspace=workspace, passphrase=PASSPHRASE, at=offices.now)
        assert checked.verdict is Verdict.VALID


def test_the_default_name_says_for_whom(offices: Offices) -> None:
    offices.say()
    done = export(offices.officer, None, encrypt_to=["HQ"], passphrase=PASSPHRASE, now=offices.now)
    assert done.path.name.endswith(".for-HQ.xlsx.age")
    locked = check_file(done.path, workspace=offices.bureau, passphrase=PASSPHRASE, at=offices.now)
    assert "for HQ, as its name says" in locked.reasons[0]


def test_without_a_key_nothing_is_opened_and_the_sentence_says_what_is_needed(
    offices: Offices, tmp_path: Path
) -> None:
    path = encrypted(offices, tmp_path / "package.xlsx", "HQ").path
    with pytest.raises(identity.PassphraseNeededError):
        check_file(path, workspace=offices.hq, at=offices.now)
    with pytest.raises(WrongUseError, match="give --workspace"):
        check_file(path, at=offices.now)


def test_without_a_known_key_nothing_is_sealed_and_the_sentence_says_where_it_comes_from(
    offices: Offices, tmp_path: Path
) -> None:
    offices.say()
    before = len(list_seals(offices.officer))
    with pytest.raises(RefusedError, match="no encryption key of MENA is known here"):
        export(
            offices.officer, None, out=tmp_path / "a.xlsx", encrypt_to=["MENA"],
            passphrase=PASSPHRASE, now=offices.now,
        )  # fmt: skip
    assert len(list_seals(offices.officer)) == before
    assert not any(tmp_path.iterdir())


def test_a_bare_recipient_is_refused_as_nobody_stands_behind_it(offices: Offices) -> None:
    with pytest.raises(WrongUseError, match="nobody stands behind it"):
        addressees(offices.officer, [recipient_of(new_secret())], offices.now)


def test_an_offices_notice_can_be_handed_over_as_a_file(offices: Offices, tmp_path: Path) -> None:
    write_own_notice(offices.bureau, tmp_path / "wca.notice")
    found = addressees(offices.hq, [str(tmp_path / "wca.notice")], offices.now)
    assert found.offices == ("WCA",)
    (tmp_path / "bad.notice").write_bytes((tmp_path / "wca.notice").read_bytes()[:-4])
    with pytest.raises(UserFileError):
        addressees(offices.hq, [str(tmp_path / "bad.notice")], offices.now)
    with pytest.raises(RefusedError, match="officers have none"):
        write_own_notice(offices.officer, tmp_path / "officer.notice")


def test_what_was_exported_encrypted_is_encrypted_on_a_stick_too(
    offices: Offices, tmp_path: Path
) -> None:
    done = encrypted(offices, tmp_path / "mail.xlsx", "HQ")
    stick = tmp_path / "stick"
    stick.mkdir()
    send_to_folder(offices.officer, stick, now=offices.now)
    name = done.name.replace(".xlsx", ".for-HQ.xlsx.age")
    assert (stick / name).is_file()
    assert not (stick / done.name).exists()
    plain = {one.name for one in stick.iterdir()}
    send_to_folder(offices.officer, stick, now=offices.now)
    assert {one.name for one in stick.iterdir()} == plain


def test_everything_on_a_stick_is_encrypted_when_that_is_asked_for(
    offices: Offices, tmp_path: Path
) -> None:
    offices.say()
    export(offices.officer, None, passphrase=PASSPHRASE, now=offices.now)
    send_to_folder(offices.officer, tmp_path, encrypt_to=["HQ"], now=offices.now)
    names = [one.name for one in tmp_path.iterdir()]
    assert names
    assert all(name.endswith(".age") for name in names)
    assert not any(SAID.encode() in one.read_bytes() for one in tmp_path.iterdir())


@pytest.fixture
def written() -> Iterator[list[Path]]:
    """Collect the path of every file that this process opens to write."""
    found: list[Path] = []
    listening = [True]

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event == "open":
            path, mode, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if isinstance(path, str | bytes) and (writes or "w" in str(mode)):
                found.append(Path(os.fsdecode(path)).absolute())

    sys.addaudithook(hear)
    yield found
    listening.clear()


def test_no_plain_copy_is_written_outside_the_workspace_not_even_for_a_moment(
    offices: Offices, tmp_path: Path, written: list[Path]
) -> None:
    out = tmp_path / "stick" / "package.xlsx.age"
    offices.say()
    written.clear()
    export(
        offices.officer, None, out=out, encrypt_to=["HQ"], passphrase=PASSPHRASE, now=offices.now
    )
    state = Path(os.environ["STOCKTAKE_STATE"])  # ids and numbers, nothing that anybody said
    inside = (offices.officer.folder, state, Path(os.devnull))
    outside = [one for one in written if not any(map(one.is_relative_to, inside))]
    assert {one.parent for one in outside} == {out.parent}
    assert all(".age" in one.name for one in outside)


def renewed(workspace: Workspace, offices: Offices, days: int) -> bytes:
    """Return a notice of a new key of an office, signed some days from now."""
    signer = identity.own_signer(workspace, PASSPHRASE, now=offices.now)
    later = offices.now + timedelta(days=days)
    return make_recipient_notice(recipient_of(new_secret()), signer, later)


def test_a_newer_key_replaces_an_older_one_and_never_the_other_way_round(
    offices: Offices,
) -> None:
    newer, older = renewed(offices.bureau, offices, 2), renewed(offices.bureau, offices, 1)
    taken = take_recipient(offices.hq, newer, offices.now)
    with pytest.raises(OlderNoticeError, match="a newer one"):
        take_recipient(offices.hq, older, offices.now)
    assert older not in list_objects(offices.hq, KIND)
    known = {one.office: one.recipient for one in list_offices(offices.hq, offices.now)}
    assert known["WCA"] == taken.recipient


def test_another_bureau_cannot_stand_before_hq_with_its_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "state"))
    offices = make_offices(tmp_path)
    unlocked = identity.unlock(offices.bureau, PASSPHRASE)
    authority = own_authority(offices.bureau, unlocked)
    key = unlocked.private_key(SIGNING)
    claimed = Subject(offices.hq.profile.identity, "Office hq", Role.BUREAU, "WCA")
    leaf = issue_leaf(authority, key.public_key(), claimed, offices.now)
    dishonest = Signer(key, (leaf, *authority.intermediates))
    later = offices.now + timedelta(days=3000)
    forged = make_recipient_notice(recipient_of(new_secret()), dishonest, later)
    take_recipient(offices.officer, forged, offices.now)
    take_recipient(offices.hq, forged, offices.now)
    honest = renewed(offices.hq, offices, 1)
    assert take_recipient(offices.officer, honest, offices.now).office == "HQ"
    known = [one.office for one in list_offices(offices.officer, offices.now)]
    assert sorted(known) == ["HQ", "WCA", "WCA"]
    assert own_notice(offices.hq) != forged


def test_an_offices_new_key_comes_with_its_next_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "state"))
    offices = make_offices(tmp_path)
    later = offices.now + timedelta(minutes=5)
    identity.rotate(offices.bureau, None, passphrase=PASSPHRASE, now=later)
    offices.say()
    for sender, receiver in ((offices.officer, offices.bureau), (offices.bureau, offices.officer)):
        out = tmp_path / f"{sender.role}.xlsx"
        export(sender, None, out=out, passphrase=PASSPHRASE, now=later)
        assert import_files(receiver, [out], dry_run=False, now=later).accepted
    known = {one.office: one.since for one in list_offices(offices.officer, later)}
    assert known["WCA"] == later.isoformat()


def test_a_withdrawn_key_that_was_dated_ahead_bars_no_honest_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "state"))
    offices = make_offices(tmp_path)
    stolen = renewed(offices.bureau, offices, 3000)
    take_recipient(offices.officer, stolen, offices.now)
    take_recipient(offices.bureau, stolen, offices.now)
    identity.rotate(offices.bureau, None, passphrase=PASSPHRASE, now=offices.now)
    thief = subject_of(open_notice(stolen).chain[0]).identity
    who = fingerprint_of(open_notice(stolen).chain[0])
    revoke(
        offices.bureau, who, since=offices.now, reason=Reason.STOLEN_KEY,
        out=tmp_path / "list.crl", passphrase=PASSPHRASE, now=offices.now,
    )  # fmt: skip
    data = (tmp_path / "list.crl").read_bytes()
    identity.install(offices.officer, data, passphrase=None, now=offices.now)
    honest = renewed(offices.bureau, offices, 1)
    found = take_recipient(offices.officer, honest, offices.now)
    assert (found.subject.identity, found.office) == (thief, "WCA")
    own = own_notice(offices.bureau)
    assert own is not None
    assert own != stolen


def test_an_officer_cannot_publish_a_key_in_the_name_of_the_office(offices: Offices) -> None:
    signer = identity.own_signer(offices.officer, PASSPHRASE, now=offices.now)
    forged = make_recipient_notice(recipient_of(new_secret()), signer, offices.now)
    with pytest.raises(BadSignedFileError, match="is an officer"):
        take_recipient(offices.hq, forged, offices.now)


def test_an_office_publishes_one_key_however_often_it_signs(offices: Offices) -> None:
    before = own_notice(offices.hq)
    unlocked = identity.unlock(offices.hq, PASSPHRASE)
    signer = identity.own_signer(offices.hq, PASSPHRASE, now=offices.now)
    publish_recipient(offices.hq, unlocked, signer, offices.now + timedelta(hours=1))
    assert own_notice(offices.hq) == before
    assert before in recipient_notices(offices.bureau, offices.now)
