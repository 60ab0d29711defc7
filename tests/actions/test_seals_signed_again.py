"""Signing somebody else's record once more, or in somebody else's name, takes nothing over."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from laptops import FORM, Laptop, Parcel, new_laptop, profile_of
from packages import xlsx_of
from people import People, authority_of, make_people

from stocktake_app.actions.importing import FileOutcome, import_bytes
from stocktake_app.actions.trusting import Growth, learn, rejudge
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.model.change import Change
from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import Seal
from stocktake_app.store.entries import get_entry
from stocktake_app.store.imports import list_set_aside
from stocktake_app.store.seals import closure, get_seal, list_seals, next_seal
from stocktake_app.store.workspace import Workspace, create_workspace
from stocktake_app.trust.certificates import issue_leaf, subject_of
from stocktake_app.trust.cms import Signer, sign_detached
from stocktake_app.trust.enrolment import provisional_signer


@pytest.fixture(scope="module")
def people() -> People:
    return make_people("ec")


@pytest.fixture
def hq(tmp_path: Path, people: People, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "state"))
    workspace = create_workspace(tmp_path / "hq", profile_of(people.hq.signer), now=people.now)
    learn(workspace, Growth(anchors=(people.hq.anchor,)), people.now)
    return workspace


def signed_again(seal: Seal, people: People) -> Seal:
    """Return the same record signed by a key that claims to be its author's."""
    who = subject_of(people.wca_officer.certificate)
    signer = provisional_signer(people.new_key(), who, people.now)
    return replace(seal, cms=sign_detached(seal.manifest.encoded, signer, people.now))


def carried_by(laptop: Laptop, parcel: Parcel) -> bytes:
    """Return a package in which this person carries somebody else's record."""
    number, previous = next_seal(laptop.workspace)
    named = tuple(one.id for one in parcel.seals)
    header = Header(laptop.workspace.device, number, previous, seals=named)
    closing = make_seal([], header, laptop.signer, laptop.now)
    contents = Contents((*parcel.seals, closing), dict(parcel.forms))
    return xlsx_of(contents, laptop.signer, laptop.now)


def own(parcel: Parcel, signer: Signer, people: People) -> bytes:
    return xlsx_of(Contents(parcel.seals, dict(parcel.forms)), signer, people.now)


def take(workspace: Workspace, data: bytes, people: People, days: int = 0) -> FileOutcome:
    now = people.now + timedelta(days=days, hours=1)
    return import_bytes(workspace, data, "a.xlsx", now=now)


@pytest.mark.parametrize("forged_first", [True, False])
def test_a_colleague_who_signs_a_record_again_does_not_replace_its_authors_signature(
    tmp_path: Path, people: People, hq: Workspace, *, forged_first: bool
) -> None:
    author = new_laptop(tmp_path / "author", people.wca_officer, people)
    colleague = new_laptop(tmp_path / "colleague", people.mena_officer, people)
    entry = author.begin({"title": "what was said"}).entry
    parcel = author.pack()
    genuine = parcel.seals[0]
    forged = replace(parcel, seals=(signed_again(genuine, people),))
    files = [carried_by(colleague, forged), own(parcel, people.wca_officer, people)]
    for data in files if forged_first else files[::-1]:
        assert take(hq, data, people).verdict is Verdict.VALID
    assert get_seal(hq, genuine.id) == genuine
    assert closure(hq, [entry]).seals == (genuine,)
    rejudge(hq, people.now)
    verdicts = {one.id: one.verdict for one in list_seals(hq)}
    assert verdicts[genuine.id] is Verdict.VALID


def test_another_bureau_takes_over_no_entry_by_issuing_its_beginners_identity(
    tmp_path: Path, people: People, hq: Workspace
) -> None:
    author = new_laptop(tmp_path / "author", people.wca_officer, people)
    author.begin({"title": "something else"})
    entry = author.begin({"title": "what was said"}).entry
    take(hq, own(author.pack(), people.wca_officer, people), people)
    key, mena = people.new_key(), authority_of(people.mena)
    posing = replace(subject_of(people.wca_officer.certificate), bureau="MENA")
    leaf = issue_leaf(mena, key.public_key(), posing, people.now)
    signer = Signer(key, (leaf, *mena.intermediates))
    thief = new_laptop(tmp_path / "thief", signer, people)
    values = {"@form": FORM, "title": "what was never said"}
    claim = Change(thief.workspace.device, 1, entry, 1, "2021-04-28T10:00:00+00:00", values)
    data = own(thief.pack_lines([claim.line]), signer, people)
    assert take(hq, data, people, days=1).verdict is Verdict.VALID
    assert get_entry(hq, entry).answers["title"] == "what was said"
    assert [one.entry for one in list_set_aside(hq)] == [entry]
