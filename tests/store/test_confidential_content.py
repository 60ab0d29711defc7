"""Confidential answers: hashes in changes, contents wherever people read, withheld ones kept."""

import json
from dataclasses import replace

import pytest
from confidants import FORM, hand_over, tell
from stores import NOW, incoming, package, seal_up, take

from stocktake_app.errors import RefusedError
from stocktake_app.model.change import Change
from stocktake_app.model.disclosure import (
    PREFIX,
    Attachment,
    Value,
    as_answer,
    digest_in,
    digest_of,
    is_digest,
)
from stocktake_app.store.changes import append_change, changes_of, delete_entry, entry_state
from stocktake_app.store.conflicts import history, list_conflicts, trace
from stocktake_app.store.disclosures import disclosures_of, get_attachment
from stocktake_app.store.drafts import attach, get_draft, save_answer, start_draft
from stocktake_app.store.entries import get_entry
from stocktake_app.store.findings import list_findings
from stocktake_app.store.freezing import freeze
from stocktake_app.store.imports import apply_seals
from stocktake_app.store.scrubbing import scrub, unscrubbed
from stocktake_app.store.search import search
from stocktake_app.store.workspace import Workspace

STORY = "She sold bread to pay for the school."
OTHER = "He repaired the roof himself."
FINDING = {"findings[a]/text": "Schools are full.", "findings[a]/human_impact": STORY}


def stored(workspace: Workspace, entry: str) -> dict[str, str]:
    """Return what the entry's changes say, without content."""
    return dict(entry_state(workspace, entry).answers)


def test_the_change_says_a_salted_hash_and_people_read_the_content(officer: Workspace) -> None:
    entry = tell(officer, {"title": "Dakar", "story": STORY})
    (change,) = changes_of(officer, entry)
    assert is_digest(change.set["story"])
    assert change.set["title"] == "Dakar"
    assert STORY.encode() not in change.line
    found = get_entry(officer, entry)
    assert (found.answers["story"], found.withheld) == (STORY, ())


def test_equal_words_get_different_salts(officer: Workspace) -> None:
    one, two = (tell(officer, {"story": STORY}) for _ in range(2))
    assert stored(officer, one)["story"] != stored(officer, two)["story"]


def test_salts_may_be_given(officer: Workspace) -> None:
    entry = tell(officer, {"title": "Dakar"})
    change = append_change(officer, entry, {"story": STORY}, NOW, salts=lambda: "5a" * 16)
    assert change.set["story"] == as_answer(digest_of(Value("5a" * 16, STORY).encoded))


def test_search_findings_history_and_trace_show_contents(officer: Workspace) -> None:
    entry = tell(officer, FINDING)
    (hit,) = search(officer, "bread school")
    assert "bread" in hit.excerpt
    (finding,) = list_findings(officer)
    assert finding.answers["human_impact"] == STORY
    assert {one.path: one.value for one in history(officer, entry)}["findings[a]/human_impact"] == (
        STORY
    )
    assert trace(officer, entry, "findings[a]").text == "Schools are full."


def test_unchanged_content_makes_no_new_change(officer: Workspace) -> None:
    entry = tell(officer, {"title": "Dakar", "story": STORY})
    draft = start_draft(officer, FORM, entry, now=NOW)
    assert draft.answers["story"] == STORY
    save_answer(officer, draft.id, "story", "Another.", now=NOW)
    save_answer(officer, draft.id, "story", STORY, now=NOW)
    assert freeze(officer, draft.id, NOW, finished=False) is None


def test_what_is_withheld_stays_when_somebody_edits_the_rest(
    officer: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, {"title": "Dakar", "story": STORY})
    hand_over(officer, bureau, redact=True)
    found = get_entry(bureau, entry)
    assert ("story" in found.answers, found.withheld) == (False, ("story",))
    tell(bureau, {"title": "Dakar, checked"}, entry)
    hand_over(bureau, officer)
    assert get_entry(officer, entry).answers["story"] == STORY
    assert get_entry(officer, entry).answers["title"] == "Dakar, checked"


def test_a_later_package_brings_what_an_earlier_one_withheld(
    officer: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, FINDING)
    hand_over(officer, bureau, redact=True)
    assert search(bureau, "bread") == []
    result = hand_over(officer, bureau)
    assert (result.new, result.conflicting, result.changes) == (0, 0, 0)
    assert get_entry(bureau, entry) == get_entry(officer, entry)
    assert [hit.entry for hit in search(bureau, "bread")] == [entry]


def test_words_that_look_like_a_hash_are_content(officer: Workspace) -> None:
    words = PREFIX + "0" * 64
    entry = tell(officer, {"title": words, "story": words})
    found = get_entry(officer, entry)
    assert (found.answers["title"], found.answers["story"]) == (words, words)
    assert stored(officer, entry)["title"] not in {words, stored(officer, entry)["story"]}
    assert found.title == ""


def test_the_same_words_of_two_people_are_no_differing_versions(
    officer: Workspace, colleague: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, {"title": "Dakar"})
    hand_over(officer, colleague)
    tell(officer, {"story": STORY}, entry)
    tell(colleague, {"story": STORY}, entry)
    hand_over(officer, bureau, name="one")
    assert hand_over(colleague, bureau, redact=True, name="two").conflicting == 1
    (conflict,) = list_conflicts(bureau)
    assert {one.value for one in conflict.versions} == {STORY, None}
    assert [one.withheld for one in conflict.versions].count(True) == 1
    hand_over(colleague, bureau, name="three")
    assert list_conflicts(bureau) == []
    assert get_entry(bureau, entry).conflicts == 0
    assert get_entry(bureau, entry).answers["story"] == STORY


def test_a_decision_for_a_version_keeps_its_hash_even_when_it_is_withheld(
    officer: Workspace, colleague: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, {"title": "Dakar"})
    hand_over(officer, colleague)
    tell(officer, {"story": STORY}, entry)
    tell(colleague, {"story": OTHER}, entry)
    hand_over(officer, bureau, name="one")
    hand_over(colleague, bureau, redact=True, name="two")
    (conflict,) = list_conflicts(bureau)
    (withheld,) = [one for one in conflict.versions if one.withheld]
    append_change(bureau, entry, {"story": withheld.stored}, NOW)
    assert get_entry(bureau, entry).withheld == ("story",)
    hand_over(bureau, colleague)
    assert get_entry(colleague, entry).answers["story"] == OTHER
    assert list_conflicts(colleague) == []


def test_choosing_words_that_stand_already_makes_no_third_version(officer: Workspace) -> None:
    entry = tell(officer, {"story": STORY})
    before = stored(officer, entry)["story"]
    append_change(officer, entry, {"story": OTHER}, NOW)
    append_change(officer, entry, {"story": STORY}, NOW)
    assert stored(officer, entry)["story"] == before


def test_translations_of_confidential_answers_are_confidential(officer: Workspace) -> None:
    entry = tell(officer, FINDING)
    path = "@translation/fr/findings[a]/human_impact"
    change = append_change(officer, entry, {path: "Elle vendait du pain."}, NOW)
    assert is_digest(change.set[path])
    assert get_entry(officer, entry).answers[path] == "Elle vendait du pain."


def test_somebody_elses_hash_in_an_own_entry_shows_nothing(
    officer: Workspace, stranger: Workspace, hq: Workspace
) -> None:
    entry, own = tell(officer, {"story": STORY}), "f" * 32
    said = {"@form": FORM, "story": stored(officer, entry)["story"], "title": "Harmless"}
    stolen = Change(stranger.device, 1, own, 1, "2021-04-28T10:00:00+00:00", said)
    hand_over(officer, hq)
    take(hq, incoming([stolen.line], stranger.profile, stranger.device), name="stolen")
    assert get_entry(hq, entry).answers["story"] == STORY
    assert get_entry(hq, own).withheld == ("story",)


@pytest.mark.parametrize("where", ["in the same package", "in a later one"])
def test_content_goes_to_the_entry_that_named_it_first_and_to_no_other(
    officer: Workspace, stranger: Workspace, hq: Workspace, where: str
) -> None:
    entry, own = tell(officer, {"story": STORY}), "f" * 32
    answer = stored(officer, entry)["story"]
    said = {"@form": FORM, "title": answer}
    line = Change(stranger.device, 1, own, 1, "2021-04-28T10:00:00+00:00", said).line
    stolen = incoming([line], stranger.profile, stranger.device)
    stolen = replace(stolen, mentions=lambda: [(own, digest_in(answer))])
    sealed = replace(seal_up(officer), mentions=lambda: [(entry, digest_in(answer))])
    disclosed = disclosures_of(officer, [entry])
    assert disclosed
    parcels = [[sealed], [stolen, sealed]] if "later" in where else [[sealed, stolen]]
    for number, parcel in enumerate(parcels):
        apply_seals(hq, parcel, package(str(number)), NOW, disclosures=disclosed)
    assert get_entry(hq, entry).answers["story"] == STORY
    assert get_entry(hq, own).withheld == ("title",)
    assert disclosures_of(hq, [own]) == {}


def test_a_deleted_row_takes_its_withheld_answers_with_it(
    officer: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, FINDING)
    hand_over(officer, bureau, redact=True)
    draft = start_draft(bureau, FORM, entry, now=NOW)
    save_answer(bureau, draft.id, "findings[a]/@deleted", "1", now=NOW)
    freeze(bureau, draft.id, NOW, finished=False)
    found = get_entry(bureau, entry)
    assert (found.withheld, found.conflict_paths) == ((), ())


def test_a_deleted_entry_keeps_no_content_in_what_is_found(officer: Workspace) -> None:
    entry = tell(officer, {"story": STORY})
    delete_entry(officer, entry, NOW)
    assert "story" not in get_entry(officer, entry).answers


def test_an_attachment_lives_with_its_draft_and_then_with_its_entry(officer: Workspace) -> None:
    entry = tell(officer, {"title": "Dakar"})
    draft = start_draft(officer, FORM, entry, now=NOW)
    picture = Attachment("0a" * 16, "room.png", "image/png", b"\x89PNG not a real one")
    digest = attach(officer, draft.id, picture)
    save_answer(officer, draft.id, "picture", as_answer(digest), now=NOW)
    assert get_draft(officer, draft.id).answers["picture"] == as_answer(digest)
    change = freeze(officer, draft.id, NOW, finished=False)
    assert change is not None
    assert change.set["picture"] == as_answer(digest)
    found = get_entry(officer, entry)
    assert found.answers["picture"] == as_answer(digest)
    assert found.words["picture"] == "room.png"
    assert found.attachments["picture"].size == len(picture.data)
    assert get_attachment(officer, entry, digest) == picture
    assert [hit.entry for hit in search(officer, "room")] == []
    with officer.drafts.reading() as connection:
        assert connection.value("SELECT count(*) FROM draft_attachment") == 0


def test_an_attachment_that_is_not_here_is_refused_in_a_sentence(officer: Workspace) -> None:
    entry = tell(officer, {"title": "Dakar"})
    with pytest.raises(RefusedError, match="withheld or erased"):
        get_attachment(officer, entry, "0" * 64)


def test_a_stored_file_holds_the_digest_in_the_changes_only(officer: Workspace) -> None:
    tell(officer, {"story": STORY})
    with officer.store.reading() as connection:
        texts = connection.rows("SELECT answers FROM change")
        assert all(STORY not in text for (text,) in texts)
        assert is_digest(json.loads(texts[0][0])["story"])
        assert connection.rows("SELECT value FROM disclosure") == [(STORY,)]


def erasure(entry: str, workspace: Workspace, digest: str, lamport: int = 9) -> bytes:
    """Return the line of an erasure as any program could write it."""
    said = {f"@erased/{digest}": "The person asked."}
    time = "2021-04-28T11:00:00+00:00"
    return Change(workspace.device, 7, entry, lamport, time, said).line


def test_an_erasure_counts_from_who_may_and_is_set_aside_from_others(
    officer: Workspace, colleague: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, {"story": STORY})
    digest = digest_in(stored(officer, entry)["story"])
    hand_over(officer, bureau)
    line = erasure(entry, colleague, digest)
    result = take(bureau, incoming([line], colleague.profile, colleague.device), name="colleague")
    assert result.refused == 1
    assert get_entry(bureau, entry).answers["story"] == STORY
    line = erasure(entry, officer, digest)
    take(bureau, incoming([line], officer.profile, officer.device, number=7), name="officer")
    found = get_entry(bureau, entry)
    assert ("story" in found.answers, found.erased) == (False, ("story",))
    hand_over(officer, bureau, name="again")
    assert get_entry(bureau, entry).erased == ("story",)


def test_an_erasure_in_one_entry_does_not_reach_into_another(
    officer: Workspace, bureau: Workspace
) -> None:
    entry, other = tell(officer, {"story": STORY}), tell(officer, {"title": "Other"})
    digest = digest_in(stored(officer, entry)["story"])
    append_change(officer, other, {f"@erased/{digest}": "Not there."}, NOW)
    hand_over(officer, bureau)
    assert get_entry(bureau, entry).answers["story"] == STORY


def test_an_erasure_cannot_be_taken_back(officer: Workspace, bureau: Workspace) -> None:
    entry = tell(officer, {"story": STORY})
    digest = digest_in(stored(officer, entry)["story"])
    hand_over(officer, bureau, name="one")
    append_change(officer, entry, {f"@erased/{digest}": "The person asked."}, NOW)
    append_change(officer, entry, {f"@erased/{digest}": None}, NOW)
    hand_over(officer, bureau, name="two")
    assert get_entry(officer, entry).erased == get_entry(bureau, entry).erased == ("story",)


def test_two_people_who_erase_for_two_reasons_do_not_differ(
    officer: Workspace, bureau: Workspace
) -> None:
    entry = tell(officer, {"story": STORY})
    digest = digest_in(stored(officer, entry)["story"])
    hand_over(officer, bureau, name="one")
    for workspace, reason in ((officer, "Asked by phone."), (bureau, "Asked by letter.")):
        append_change(workspace, entry, {f"@erased/{digest}": reason}, NOW)
    hand_over(officer, bureau, name="two")
    assert list_conflicts(bureau) == []


def test_traces_stay_noted_while_another_program_reads(officer: Workspace) -> None:
    entry = tell(officer, {"story": STORY})
    digest = digest_in(stored(officer, entry)["story"])
    append_change(officer, entry, {f"@erased/{digest}": "The person asked."}, NOW)
    with officer.store.reading() as connection:
        connection.value("SELECT count(*) FROM change")
        assert not scrub(officer, unscrubbed(officer))
    assert [one.entry for one in unscrubbed(officer)] == [entry]
    assert scrub(officer, unscrubbed(officer))
    assert unscrubbed(officer) == []
