"""Differing versions, the history of an answer, and the way from a finding to its signer."""

import pytest
from stores import FORM, NOW, begin, seal_up, take

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Verdict
from stocktake_app.store.changes import append_change, delete_entry, entry_state
from stocktake_app.store.conflicts import count_conflicts, history, list_conflicts, trace
from stocktake_app.store.entries import get_entry
from stocktake_app.store.seals import list_seals, set_verdicts
from stocktake_app.store.workspace import Workspace

ONE = "1" * 32
TEXT = "findings[k1]/text"


@pytest.fixture
def differing(officer: Workspace, bureau: Workspace) -> Workspace:
    """Give the bureau's workspace, where a finding's text has two versions."""
    begin(officer, ONE, {"event_details/event_name": "Dakar", TEXT: "said", "place": "here"})
    take(bureau, seal_up(officer))
    append_change(bureau, ONE, {TEXT: "by the bureau"}, NOW)
    append_change(officer, ONE, {TEXT: "by the officer"}, NOW)
    take(bureau, seal_up(officer), name="second.xlsx")
    return bureau


def test_both_versions_are_shown_with_who_when_and_where(
    differing: Workspace, officer: Workspace
) -> None:
    (conflict,) = list_conflicts(differing)
    assert (conflict.entry, conflict.path, conflict.title, conflict.form) == (
        ONE,
        TEXT,
        "Dakar",
        FORM,
    )
    by_author = {one.author_name: one for one in conflict.versions}
    assert by_author["officer"].value == "by the officer"
    assert by_author["officer"].device == officer.device
    assert by_author["officer"].seal
    assert by_author["bureau"].seal == ""
    assert conflict.versions[0].value == get_entry(differing, ONE).answers[TEXT]
    assert get_entry(differing, ONE).conflict_paths == (TEXT,)
    assert list_conflicts(differing, ONE) == [conflict]
    assert list_conflicts(differing, "2" * 32) == []
    assert list_conflicts(differing, offset=1) == []


def test_settling_ends_it_for_everybody(differing: Workspace, officer: Workspace) -> None:
    append_change(differing, ONE, {TEXT: "settled"}, NOW)
    assert count_conflicts(differing) == 0
    take(officer, seal_up(differing))
    assert count_conflicts(officer) == 0
    assert get_entry(officer, ONE).answers[TEXT] == "settled"
    assert get_entry(officer, ONE) == get_entry(differing, ONE)


def test_history_has_every_value_that_was_ever_given(differing: Workspace) -> None:
    told = history(differing, ONE, TEXT)
    assert (told[0].value, told[0].live) == ("said", False)
    assert {(one.value, one.live) for one in told[1:]} == {
        ("by the bureau", True),
        ("by the officer", True),
    }
    assert {one.path for one in history(differing, ONE)} >= {"@form", "place", TEXT}
    with pytest.raises(RefusedError, match="no entry"):
        history(differing, "9" * 32)


def test_history_tells_what_is_set_aside_and_why(differing: Workspace, officer: Workspace) -> None:
    later = seal_of(differing, officer, 2)
    set_verdicts(differing, {later: (Verdict.SIGNER_REVOKED, "the laptop was stolen", None)})
    aside = [one for one in history(differing, ONE, TEXT) if not one.counted]
    assert [(one.value, one.reason, one.live) for one in aside] == [
        ("by the officer", "the laptop was stolen", False)
    ]
    assert count_conflicts(differing) == 0


def seal_of(workspace: Workspace, officer: Workspace, number: int) -> str:
    return next(
        one.id
        for one in list_seals(workspace)
        if (one.device, one.number) == (officer.device, number)
    )


def test_a_finding_leads_to_its_changes_their_seals_and_signers(
    differing: Workspace, officer: Workspace
) -> None:
    append_change(differing, ONE, {TEXT: "settled"}, NOW)
    found = trace(differing, ONE, "findings[k1]")
    assert (found.text, found.title, found.form) == ("settled", "Dakar", FORM)
    (ours,) = found.changes
    assert (ours.seal, ours.signer_name, ours.verdict) == ("", "", "")
    whole = trace(differing, ONE)
    theirs = next(one for one in whole.changes if one.seal)
    assert (theirs.signer, theirs.signer_name) == (officer.profile.identity, "officer")
    assert (theirs.seal_number, theirs.verdict, theirs.fingerprint) == (1, "valid", "K7QF-2M9P")
    assert theirs.package == "package.xlsx"


def test_there_is_no_trace_of_what_is_not_there(differing: Workspace) -> None:
    with pytest.raises(RefusedError, match=r"no 'findings\[zz\]'"):
        trace(differing, ONE, "findings[zz]")
    with pytest.raises(RefusedError, match="no entry"):
        trace(differing, "9" * 32)


def test_changing_what_was_begun_elsewhere_is_refused_before_it_is_written(
    stranger: Workspace, officer: Workspace, hq: Workspace
) -> None:
    begin(hq, ONE, {"name": "published"})
    take(officer, seal_up(hq))
    with pytest.raises(RefusedError, match=r"begun by hq \(HQ\)"):
        append_change(officer, ONE, {"name": "mine"}, NOW)
    with pytest.raises(RefusedError, match=r"begun by hq"):
        delete_entry(officer, ONE, NOW)
    with pytest.raises(RefusedError, match="may not set @review"):
        append_change(officer, "2" * 32, {"@form": FORM, "@review/bureau": "x"}, NOW)
    assert entry_state(officer, ONE).answers["name"] == "published"


def test_an_officer_deletes_an_entry_but_not_its_review(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    take(bureau, seal_up(officer))
    append_change(bureau, ONE, {"@review/bureau": "checked"}, NOW)
    take(officer, seal_up(bureau))
    delete_entry(officer, ONE, NOW)
    (conflict,) = list_conflicts(officer)
    assert (conflict.path, conflict.against) == ("@deleted", ("@review/bureau",))


def test_an_entry_that_is_not_here_is_not_changed(officer: Workspace) -> None:
    with pytest.raises(RefusedError, match="is not here"):
        append_change(officer, ONE, {"name": "x"}, NOW)
    with pytest.raises(RefusedError, match="is not here"):
        delete_entry(officer, ONE, NOW)
