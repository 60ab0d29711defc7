"""What is sealed, what a package has to carry, the outbox, and verdicts that change later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from stores import FORM, NOW, XFORM, begin, incoming, seal_up, signer_of, take

from stocktake_app.errors import RefusedError
from stocktake_app.model.change import parse_line
from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import Seal
from stocktake_app.store.changes import append_change, changes_of
from stocktake_app.store.objects import get_object, list_objects, put_object
from stocktake_app.store.outbox import OutboxState, list_outbox, note_attempt, note_receipt
from stocktake_app.store.seals import (
    OutgoingPackage,
    closure,
    get_seal,
    list_seals,
    next_seal,
    seals_of_entry,
    set_verdicts,
    store_own_seal,
    unsealed,
)
from stocktake_app.store.workspace import Workspace

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
PACKAGE = OutgoingPackage("a" * 64, "WCA-SEN-0001.xlsx", "xlsx", 4096, "hq")


def closing(workspace: Workspace, changes: Sequence[str]) -> Seal:
    number, previous = next_seal(workspace)
    made = incoming([], workspace.profile, workspace.device, number=number)
    manifest = replace(made.manifest, previous=previous, changes=len(changes))
    return Seal(manifest, b"not judged here", b"")


def store(workspace: Workspace, seal: Seal, changes: Sequence[str]) -> None:
    signer = signer_of(workspace.profile)
    store_own_seal(workspace, seal, changes, signer, package=PACKAGE, now=NOW)


def test_unsealed_changes_come_as_the_lines_that_were_frozen(officer: Workspace) -> None:
    first = begin(officer, ONE, {"name": "écoles"})
    second = append_change(officer, ONE, {"name": "more"}, NOW)
    begin(officer, TWO, {"name": "other"})
    fresh = unsealed(officer, [ONE])
    assert fresh.lines == (first.line, second.line)
    assert [parse_line(line).id for line in fresh.lines] == list(fresh.changes)
    assert (fresh.entries, fresh.forms) == ((ONE,), (FORM,))
    assert len(unsealed(officer).lines) == 3


def test_a_seal_takes_its_changes_out_of_the_unsealed_and_its_package_into_the_outbox(
    officer: Workspace,
) -> None:
    begin(officer, ONE, {"name": "x"})
    seal = closing(officer, changes := unsealed(officer).changes)
    store(officer, seal, changes)
    assert unsealed(officer).changes == ()
    assert next_seal(officer) == (2, seal.id)
    (row,) = list_outbox(officer)
    assert (row.file, row.state, row.target) == (PACKAGE.file, OutboxState.WAITING, "hq")
    assert get_seal(officer, seal.id) == seal
    (listed,) = list_seals(officer)
    assert (listed.own, listed.counted, listed.verdict) == (True, True, Verdict.VALID)


def test_two_packages_at_once_do_not_take_the_same_number_or_change(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    changes = unsealed(officer).changes
    first, second = closing(officer, changes), closing(officer, changes)
    store(officer, first, changes)
    with pytest.raises(RefusedError, match="made meanwhile"):
        store(officer, second, changes)
    with pytest.raises(RefusedError, match="packed elsewhere"):
        store(officer, closing(officer, changes), changes)
    assert [one.id for one in list_seals(officer)] == [first.id]
    assert len(list_outbox(officer)) == 1


def test_a_package_carries_every_seal_of_what_it_shows_and_shows_all_of_them(
    officer: Workspace, colleague: Workspace, bureau: Workspace
) -> None:
    """One seal holds entries one and two; another changes two and holds three; four is apart."""
    begin(officer, ONE, {"name": "one"})
    begin(officer, TWO, {"name": "two"})
    first = seal_up(officer)
    take(colleague, first)
    append_change(colleague, TWO, {"name": "two, changed"}, NOW)
    begin(colleague, THREE, {"name": "three"})
    second = seal_up(colleague)
    begin(officer, "4" * 32, {"name": "four"})
    third = seal_up(officer)
    take(bureau, first, second, third)
    carried = closure(bureau, [ONE])
    assert {seal.id for seal in carried.seals} == {first.manifest.id, second.manifest.id}
    assert carried.entries == (ONE, TWO, THREE)
    assert carried.objects == {FORM: XFORM}
    assert closure(bureau, ["4" * 32]).entries == ("4" * 32,)
    assert closure(bureau, []).seals == ()


def test_a_seal_that_does_not_count_is_not_carried_on(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    sealed = seal_up(officer)
    take(bureau, sealed)
    set_verdicts(bureau, {sealed.manifest.id: (Verdict.SIGNER_REVOKED, "stolen", None)})
    assert closure(bureau, [ONE]).seals == ()


def test_an_entry_whose_form_is_missing_is_not_sent_on(officer: Workspace) -> None:
    append_change(officer, ONE, {"@form": "0" * 64}, NOW)
    with pytest.raises(RefusedError, match="form 000000000000… "):
        closure(officer, [ONE])


def test_a_verdict_can_name_the_signer_better_than_before(
    officer: Workspace, bureau: Workspace
) -> None:
    begin(officer, ONE, {"name": "x"})
    sealed = seal_up(officer)
    take(bureau, replace(sealed, verdict=Verdict.SIGNER_UNKNOWN, reason="unknown"))
    named = replace(signer_of(officer.profile), name="Now with a name")
    assert set_verdicts(bureau, {sealed.manifest.id: (Verdict.VALID, "", named)}) == 1
    assert [one.signer.name for one in seals_of_entry(bureau, ONE)] == ["Now with a name"]
    with pytest.raises(RefusedError, match="no signed record"):
        set_verdicts(bureau, {"0" * 64: (Verdict.VALID, "", None)})
    with pytest.raises(RefusedError, match="no signed record"):
        get_seal(bureau, "0" * 64)


def test_a_package_leaves_the_outbox_only_with_a_receipt(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    store(officer, closing(officer, changes := unsealed(officer).changes), changes)
    later = NOW + timedelta(minutes=5)
    note_attempt(officer, PACKAGE.sha256, offset=1024, next_try=later, problem="no network")
    (row,) = list_outbox(officer, waiting=True)
    assert (row.state, row.offset, row.attempts) == (OutboxState.SENDING, 1024, 1)
    assert (row.problem, row.next_try) == ("no network", later.isoformat())
    note_receipt(officer, PACKAGE.sha256, b"signed receipt", accepted=True)
    assert list_outbox(officer, waiting=True) == []
    (row,) = list_outbox(officer)
    assert (row.state, row.offset) == (OutboxState.RECEIVED, PACKAGE.size)
    assert get_object(officer, row.receipt) == b"signed receipt"
    note_attempt(officer, PACKAGE.sha256, offset=0, next_try=later, problem="late")
    assert list_outbox(officer)[0].state is OutboxState.RECEIVED
    with pytest.raises(RefusedError, match="no package"):
        note_receipt(officer, "0" * 64, b"", accepted=True)
    with pytest.raises(RefusedError, match="no package"):
        note_attempt(officer, "0" * 64, offset=0, next_try=later, problem="")


def test_a_refused_package_stays_and_says_so(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    store(officer, closing(officer, changes := unsealed(officer).changes), changes)
    note_receipt(officer, PACKAGE.sha256, b"no", accepted=False)
    assert [row.state for row in list_outbox(officer)] == [OutboxState.REFUSED]


def test_objects_are_kept_once_under_their_hash(officer: Workspace) -> None:
    name = put_object(officer, "chain", b"certificate")
    assert put_object(officer, "chain", b"certificate") == name
    assert get_object(officer, name) == b"certificate"
    assert get_object(officer, "0" * 64) is None
    assert list_objects(officer, "chain") == [b"certificate"]
    assert list_objects(officer, "receipt") == []


def test_changes_can_be_read_with_what_is_set_aside(officer: Workspace, bureau: Workspace) -> None:
    begin(officer, ONE, {"name": "x"})
    take(bureau, replace(seal_up(officer), verdict=Verdict.SIGNER_UNKNOWN, reason="unknown"))
    assert changes_of(bureau, ONE) == []
    assert len(changes_of(bureau, ONE, counted=False)) == 1
