"""Taking seals in: planned and done alike, repeated without harm, undone, never dropped."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from stores import (
    FORM,
    NOW,
    begin,
    incoming,
    package,
    plan_seals,
    profile,
    seal_up,
    signer_of,
    take,
)

from stocktake_app.errors import CancelledError, RefusedError
from stocktake_app.model.change import MAX_NUMBER, Change
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.ids import new_entry_id
from stocktake_app.model.seal import BadSealError, Seal
from stocktake_app.store.changes import append_change, changes_of, delete_entry
from stocktake_app.store.conflicts import list_conflicts
from stocktake_app.store.entries import EntryFilter, count_entries, get_entry, list_entries
from stocktake_app.store.imports import (
    Effect,
    IncomingSeal,
    Standing,
    StandingReport,
    apply_seals,
    list_imports,
    list_set_aside,
    standing,
    undo_import,
)
from stocktake_app.store.seals import (
    closure,
    list_seals,
    next_seal,
    seals_of_entry,
    set_verdicts,
    store_own_seal,
)
from stocktake_app.store.workspace import Workspace

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
TIME = "2021-04-28T10:00:00+00:00"
DEVICE = "d" * 32


def line(number: int, entry: str, values: dict[str, str | None], **more: object) -> bytes:
    change = Change(DEVICE, number, entry, number, TIME, values)
    return replace(change, **more).line  # type: ignore[arg-type]


def root(number: int, entry: str, **values: str) -> bytes:
    return line(number, entry, {"@form": FORM, **values})


def test_new_entries_go_in_with_their_answers(officer: Workspace, bureau: Workspace) -> None:
    begin(officer, ONE, {"event_details/event_name": "Dakar", "findings[k1]/text": "écoles"})
    result = take(bureau, seal_up(officer))
    assert (result.new, result.changes, result.refused) == (1, 1, 0)
    assert get_entry(bureau, ONE).answers == get_entry(officer, ONE).answers
    assert get_entry(bureau, ONE).title == "Dakar"
    assert get_entry(bureau, ONE).author == officer.profile.identity


def test_taking_the_same_in_again_changes_nothing(officer: Workspace, bureau: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    sealed = seal_up(officer)
    take(bureau, sealed)
    again = take(bureau, sealed)
    assert (again.new, again.newer, again.same, again.changes) == (0, 0, 1, 0)


def test_a_later_change_is_newer_and_a_contradiction_is_conflicting(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x", "place": "y"})
    take(bureau, seal_up(officer))
    append_change(officer, ONE, {"name": "z"}, NOW)
    newer = take(bureau, seal_up(officer))
    assert [one.effect for one in newer.effects] == [Effect.NEWER]
    append_change(bureau, ONE, {"place": "bureau"}, NOW)
    append_change(officer, ONE, {"place": "officer"}, NOW)
    differing = take(bureau, seal_up(officer))
    assert [(one.effect, one.paths) for one in differing.effects] == [
        (Effect.CONFLICTING, ("place",))
    ]
    assert {one.value for one in list_conflicts(bureau)[0].versions} == {"bureau", "officer"}


def test_a_plan_says_what_will_happen_and_leaves_nothing(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    take(bureau, seal_up(officer))
    append_change(bureau, ONE, {"name": "b"}, NOW)
    append_change(officer, ONE, {"name": "o"}, NOW)
    begin(officer, TWO, {"name": "y"})
    sealed = replace(seal_up(officer))
    lines = [*sealed.lines, b"not a change"]
    manifest = replace(sealed.manifest, changes=len(lines))
    odd = replace(sealed, lines=lines, manifest=manifest)
    planned = plan_seals(bureau, [odd], package(), NOW)
    assert count_entries(bureau) == 1
    assert not list_conflicts(bureau)
    assert len(list_imports(bureau)) == 1
    done = apply_seals(bureau, [odd], package(), NOW)
    assert replace(done, id=0) == planned
    assert (done.new, done.conflicting, done.refused) == (1, 1, 1)


def test_one_bad_line_is_set_aside_and_the_others_go_in(bureau: Workspace) -> None:
    lines = [root(1, ONE), b'{"half":', root(2, TWO), line(3, THREE, {}, time="yesterday")]
    result = take(bureau, incoming(lines, profile("officer"), DEVICE))
    assert (result.new, result.refused) == (2, 2)
    assert [(one.line, one.entry) for one in result.refusals] == [(2, ""), (4, "")]
    assert "line 2: not a change" in list_set_aside(bureau)[0].reason


def test_objects_follow_the_changes_and_a_broken_one_is_set_aside(bureau: Workspace) -> None:
    named = b'{"id":"a","kind":"attachment","sha256":"' + b"0" * 64 + b'","version":"1"}'
    sealed = incoming([root(1, ONE), named, b"{}"], profile("officer"), DEVICE)
    sealed = replace(sealed, manifest=replace(sealed.manifest, changes=1, objects=2))
    result = take(bureau, sealed)
    assert (result.new, [one.line for one in result.refusals]) == (1, [3])


def test_lines_that_end_early_take_nothing_in(bureau: Workspace) -> None:
    def breaking() -> Iterator[bytes]:
        yield root(1, ONE)
        raise BadSealError("it is cut short")

    sealed = incoming([], profile("officer"), DEVICE)
    with pytest.raises(RefusedError, match=r"cut short.*Ask the sender"):
        take(bureau, replace(sealed, lines=breaking()))
    assert count_entries(bureau) == 0
    assert not list_seals(bureau)


def test_a_person_can_stop_an_import_and_nothing_of_it_stays(bureau: Workspace) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 200:
            assert total == 500
            raise CancelledError

    lines = [root(number, f"{number:032x}") for number in range(1, 501)]
    with pytest.raises(CancelledError):
        apply_seals(
            bureau, [incoming(lines, profile("officer"), DEVICE)], package(), NOW, progress=stop
        )
    assert count_entries(bureau) == 0


def test_practice_and_real_work_do_not_mix(bureau: Workspace) -> None:
    sealed = incoming([root(1, ONE)], profile("officer"), DEVICE, practice=True)
    with pytest.raises(RefusedError, match="made for practice"):
        take(bureau, sealed)
    assert not list_imports(bureau)


def test_the_changes_of_an_unknown_sender_wait_until_he_is_known(bureau: Workspace) -> None:
    unknown = Verdict.SIGNER_UNKNOWN
    sealed = incoming([root(1, ONE)], profile("officer"), DEVICE, verdict=unknown)
    result = take(bureau, sealed)
    assert (result.new, result.refused) == (0, 1)
    assert [one.effect for one in result.effects] == [Effect.REFUSED]
    assert count_entries(bureau) == 0
    assert list_set_aside(bureau)[0].reason == "we do not know this sender yet"
    set_verdicts(bureau, {sealed.manifest.id: (Verdict.VALID, "", None)})
    assert count_entries(bureau) == 1
    assert not list_set_aside(bureau)
    set_verdicts(bureau, {sealed.manifest.id: (Verdict.SIGNER_REVOKED, "stolen laptop", None)})
    assert count_entries(bureau) == 0
    assert list_set_aside(bureau)[0].reason == "stolen laptop"


def test_an_author_of_another_bureau_changes_nothing_here(
    officer: Workspace, stranger: Workspace, hq: Workspace
) -> None:
    begun = begin(officer, ONE, {"name": "x"})
    take(hq, seal_up(officer))
    edit = Change(stranger.device, 1, ONE, 9, TIME, {"name": "taken over"}, {"name": (begun.id,)})
    result = take(hq, incoming([edit.line], stranger.profile, stranger.device))
    assert (result.refused, [one.effect for one in result.effects]) == (1, [Effect.REFUSED])
    assert get_entry(hq, ONE).answers["name"] == "x"
    assert "begun elsewhere" in list_set_aside(hq)[0].reason


def test_nobody_takes_over_an_entry_by_claiming_to_have_begun_it(
    officer: Workspace, stranger: Workspace, hq: Workspace
) -> None:
    entry = new_entry_id(officer.profile.identity)
    begin(officer, entry, {"name": "x"})
    take(hq, seal_up(officer))
    claim = Change("0" * 32, 1, entry, 1, TIME, {"@form": FORM, "name": "mine"})
    later = apply_seals(
        hq, [incoming([claim.line], stranger.profile, "0" * 32)], package(), NOW.replace(year=2022)
    )
    assert later.refused == 1
    assert get_entry(hq, entry).author == officer.profile.identity


def test_an_officer_does_not_review(officer: Workspace, bureau: Workspace) -> None:
    begun = begin(officer, ONE, {"name": "x"})
    take(bureau, seal_up(officer))
    review = append_change(bureau, ONE, {"@review/bureau": "checked"}, NOW)
    forged = Change(
        officer.device, 2, ONE, 9, TIME, {"name": "y"},
        {"name": (begun.id,), "@review/bureau": (review.id,)},
    )  # fmt: skip
    result = take(bureau, incoming([forged.line], officer.profile, officer.device, number=2))
    assert result.refused == 1
    assert "may not set @review" in result.refusals[0].reason
    assert get_entry(bureau, ONE).answers["@review/bureau"] == "checked"


def test_changes_wait_for_the_beginning_of_their_entry(
    officer: Workspace, colleague: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    first = seal_up(officer)
    take(colleague, first)
    append_change(colleague, ONE, {"name": "y"}, NOW)
    second = seal_up(colleague)
    early = take(bureau, second)
    assert early.refused == 1
    assert count_entries(bureau) == 0
    take(bureau, first)
    assert get_entry(bureau, ONE).answers["name"] == "y"
    assert not list_set_aside(bureau)


def test_undoing_an_import_leaves_later_work(officer: Workspace, bureau: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    take(bureau, seal_up(officer))
    append_change(bureau, ONE, {"place": "bureau's own"}, NOW)
    append_change(officer, ONE, {"name": "y"}, NOW)
    second = take(bureau, seal_up(officer), name="second.xlsx")
    undo_import(bureau, second.id, NOW)
    answers = get_entry(bureau, ONE).answers
    assert (answers["name"], answers["place"]) == ("x", "bureau's own")
    assert [one.undone for one in list_imports(bureau)] == [True, False]
    with pytest.raises(RefusedError, match="undone already"):
        undo_import(bureau, second.id, NOW)
    with pytest.raises(RefusedError, match="no import 99"):
        undo_import(bureau, 99, NOW)


def test_a_seal_counts_while_any_import_that_brought_it_is_not_undone(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    sealed = seal_up(officer)
    first, second = take(bureau, sealed), take(bureau, sealed, name="again.xlsx")
    undo_import(bureau, first.id, NOW)
    assert count_entries(bureau) == 1
    undo_import(bureau, second.id, NOW)
    assert count_entries(bureau) == 0
    assert take(bureau, sealed).new == 1
    assert get_entry(bureau, ONE).answers["name"] == "x"


def test_our_own_seal_that_comes_back_is_nothing_new_and_cannot_be_undone_away(
    officer: Workspace,
) -> None:
    begin(officer, ONE, {"name": "x"})
    back = take(officer, seal_up(officer))
    assert (back.same, back.changes) == (1, 0)
    undo_import(officer, back.id, NOW)
    assert count_entries(officer) == 1


def test_our_own_unsealed_change_stays_ours_when_it_comes_back_under_a_seal(
    officer: Workspace,
) -> None:
    begun = begin(officer, ONE, {"name": "x"})
    returned = incoming([begun.line], officer.profile, officer.device)
    result = take(officer, returned)
    assert (result.same, result.changes, result.refused) == (1, 0, 0)
    assert [one.id for one in seals_of_entry(officer, ONE)] == [returned.manifest.id]
    undo_import(officer, result.id, NOW)
    assert count_entries(officer, EntryFilter(unsent=True)) == 1


def test_a_change_in_two_seals_is_kept_once_and_told_twice(
    officer: Workspace, bureau: Workspace
) -> None:
    begun = begin(officer, ONE, {"name": "x"})
    take(bureau, incoming([begun.line], officer.profile, officer.device))
    other = incoming([begun.line], officer.profile, "e" * 32)
    result = take(bureau, other)
    assert (result.same, result.changes) == (1, 0)
    assert len(seals_of_entry(bureau, ONE)) == 2


def test_a_cloned_laptop_loses_nothing(bureau: Workspace) -> None:
    lines = [root(1, ONE, name="by one"), root(1, TWO, name="by its clone")]
    assert take(bureau, incoming(lines, profile("officer"), DEVICE)).new == 2


def test_a_deletion_by_one_and_an_edit_by_another_both_stay_visible(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    take(bureau, seal_up(officer))
    delete_entry(officer, ONE, NOW)
    append_change(bureau, ONE, {"name": "still at it"}, NOW)
    take(bureau, seal_up(officer))
    found = {one.path: one for one in list_conflicts(bureau)}
    assert found["@deleted"].against == ("name",)
    assert not get_entry(bureau, ONE).deleted


def test_a_deleted_entry_keeps_its_title_and_leaves_the_lists(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"event_details/event_name": "Dakar"})
    delete_entry(officer, ONE, NOW)
    take(bureau, seal_up(officer))
    assert not list_entries(bureau)
    gone = list_entries(bureau, EntryFilter(deleted=True))
    assert [(one.title, one.form) for one in gone] == [("Dakar", FORM)]


def test_a_poisoned_lamport_clock_stops_nobody(officer: Workspace, bureau: Workspace) -> None:
    begun = begin(officer, ONE, {"name": "x"})
    far = Change("e" * 32, 1, ONE, MAX_NUMBER, TIME, {"name": "far ahead"}, {"name": (begun.id,)})
    take(bureau, seal_up(officer), incoming([far.line], officer.profile, "e" * 32))
    append_change(bureau, ONE, {"name": "next"}, NOW)
    assert get_entry(bureau, ONE).answers["name"] == "next"
    assert max(one.lamport for one in changes_of(bureau, ONE)) == MAX_NUMBER


def test_what_does_not_count_moves_no_clock(bureau: Workspace) -> None:
    far = root(1, ONE).replace(b'"lamport":1', b'"lamport":%d' % MAX_NUMBER)
    unknown = Verdict.SIGNER_UNKNOWN
    take(bureau, incoming([far], profile("officer"), DEVICE, verdict=unknown))
    assert begin(bureau, TWO, {"name": "x"}).lamport == 1


def odd(found: StandingReport) -> list[tuple[str, str]]:
    """Return the kinds of the notes and the seals that they are on."""
    return [(one.kind.value, one.seal) for one in found.notes]


def test_standing_tells_new_from_known_and_notes_what_is_odd(bureau: Workspace) -> None:
    def sealed(number: int, previous: str = "", text: str = "x") -> IncomingSeal:
        made = incoming([root(number, ONE, name=text)], profile("officer"), DEVICE, number=number)
        return replace(made, manifest=replace(made.manifest, previous=previous))

    first = sealed(1)
    second = sealed(2, first.manifest.id)
    third = sealed(3, second.manifest.id)
    assert standing(bureau, [first.manifest], NOW).standing is Standing.NEW
    take(bureau, first)
    known = standing(bureau, [first.manifest], NOW)
    assert known.standing is Standing.ALREADY_IMPORTED
    assert odd(known) == [("replay", first.manifest.id)]
    partly = standing(bureau, [first.manifest, second.manifest], NOW)
    assert partly.standing is Standing.PARTLY_NEW
    assert ("gap", third.manifest.id) in odd(standing(bureau, [third.manifest], NOW))
    fork = sealed(1, text="another")
    assert ("fork", fork.manifest.id) in odd(standing(bureau, [fork.manifest], NOW))
    take(bureau, second, third)
    late = sealed(2, first.manifest.id, text="another")
    assert ("rollback", late.manifest.id) in odd(standing(bureau, [late.manifest], NOW))
    past = NOW.replace(year=2020)
    assert ("clock", late.manifest.id) in odd(standing(bureau, [late.manifest], past))


def test_an_import_that_was_sent_on_says_so(officer: Workspace, bureau: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    take(bureau, seal_up(officer))
    assert not list_imports(bureau)[0].sent_on
    carried = tuple(seal.id for seal in closure(bureau, [ONE]).seals)
    number, previous = next_seal(bureau)
    made = incoming([], bureau.profile, bureau.device, number=number)
    manifest = replace(made.manifest, previous=previous, seals=carried)
    closing = Seal(manifest, b"not judged here", b"")
    store_own_seal(bureau, closing, [], signer_of(bureau.profile), package=None, now=NOW)
    assert list_imports(bureau)[0].sent_on


def test_hq_may_change_what_it_has_only_part_of(hq: Workspace) -> None:
    edit = Change(DEVICE, 1, ONE, 1, TIME, {"name": "from the centre"})
    result = take(hq, incoming([edit.line], profile("centre", Role.HQ), DEVICE))
    assert (result.new, result.refused) == (1, 0)
    assert get_entry(hq, ONE).answers == {"name": "from the centre"}
