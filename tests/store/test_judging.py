"""What counts, as a pure function, and that the fast way into the store gives the same."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from stores import FORM, NOW, incoming, new_store, package, profile, take

from stocktake_app.model.change import Change
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.fold import fold
from stocktake_app.model.ids import is_begun_by, new_entry_id
from stocktake_app.model.scope import Author
from stocktake_app.store.changes import changes_of, rebuild_entries
from stocktake_app.store.database import Connection
from stocktake_app.store.imports import apply_seals
from stocktake_app.store.judging import Judgement, SealFacts, StoredChange, judge
from stocktake_app.store.lines import reserved_segments
from stocktake_app.store.settling import shown_state
from stocktake_app.store.workspace import Workspace, open_workspace

OFFICER = Author("1" * 32, Role.OFFICER, "WCA")
STRANGER = Author("2" * 32, Role.OFFICER, "EHA")
ENTRY = "e" * 32
TIME = "2021-04-28T10:00:00+00:00"
PATHS = (
    "@form",
    "@state",
    "@deleted",
    "@review/bureau",
    "name",
    "rows[k1]/text",
    "rows[k1]/@order",
)


def stored(
    number: int,
    values: Mapping[str, str | None],
    replaced: Mapping[str, list[str]] | None = None,
    *,
    seals: tuple[int, ...] = (1,),
) -> StoredChange:
    replaces = {path: tuple(ids) for path, ids in (replaced or {}).items()}
    change = Change("d" * 32, number, ENTRY, number, TIME, values, replaces)
    return as_stored(change, number, seals)


def as_stored(change: Change, key: int, seals: tuple[int, ...] = (1,)) -> StoredChange:
    return StoredChange(
        key=key,
        id=change.id,
        device=change.device,
        number=change.number,
        lamport=change.lamport,
        time=change.time,
        counted=True,
        seals=seals,
        values=dict(change.set),
        replaced={path: list(ids) for path, ids in change.replaces.items()},
        reserved=reserved_segments([*change.set, *change.replaces]),
    )


def test_a_change_counts_when_any_of_its_seals_does() -> None:
    seals = {
        1: SealFacts(OFFICER, 1, "the import that brought it was undone"),
        2: SealFacts(OFFICER, 1),
    }
    root = stored(1, {"@form": FORM}, seals=(1, 2))
    assert not judge(ENTRY, [root], seals).reasons
    assert judge(ENTRY, [root._replace(seals=(1,))], seals).reasons == {
        1: "the import that brought it was undone"
    }


def claims(entry: str, *authors: Author) -> tuple[Judgement, Judgement]:
    """Judge beginnings of one entry by these authors, the first with the smallest clock."""
    seals = {key: SealFacts(author, key) for key, author in enumerate(authors, 1)}
    changes = [stored(key, {"@form": FORM}, seals=(key,)) for key in seals]
    return judge(entry, changes, seals), judge(entry, changes[::-1], seals)


def test_of_several_beginnings_the_smallest_clock_counts_whatever_came_first() -> None:
    for found in claims(ENTRY, OFFICER, STRANGER):
        assert (found.creator, set(found.reasons)) == (1, {2})
    for found in claims(ENTRY, STRANGER, OFFICER):
        assert (found.creator, set(found.reasons)) == (1, {2})


def test_nobody_takes_over_an_entry_whose_id_was_made_for_somebody_else() -> None:
    entry = new_entry_id(OFFICER.identity)
    for found in claims(entry, STRANGER, OFFICER):
        assert (found.creator, set(found.reasons)) == (2, {1})


def test_another_bureau_takes_over_nothing_by_issuing_the_identity_of_who_began_it() -> None:
    entry = new_entry_id(OFFICER.identity)
    posing = replace(OFFICER, bureau="EHA")
    seals = {
        1: SealFacts(posing, 1, received="2021-04-29T10:00:00Z"),
        2: SealFacts(OFFICER, 2, received="2021-04-28T10:00:00Z"),
    }
    changes = [stored(key, {"@form": FORM}, seals=(key,)) for key in seals]
    for order in (changes, changes[::-1]):
        found = judge(entry, order, seals)
        assert (found.creator, set(found.reasons)) == (2, {1})


def test_of_two_beginnings_by_one_person_no_receipt_decides() -> None:
    entry = new_entry_id(OFFICER.identity)
    late, early = "2021-04-29T10:00:00Z", "2021-04-28T10:00:00Z"
    for first, second in ((late, early), (early, late)):
        seals = {
            1: SealFacts(OFFICER, 1, received=first),
            2: SealFacts(OFFICER, 2, received=second),
        }
        changes = [stored(key, {"@form": FORM}, seals=(key,)) for key in seals]
        assert judge(entry, changes, seals).creator == 1


def test_what_hq_began_too_is_hqs() -> None:
    hq = Author("3" * 32, Role.HQ)
    for found in claims(new_entry_id(OFFICER.identity), OFFICER, hq):
        assert (found.creator, set(found.reasons)) == (2, {1})


@given(st.permutations(range(4)), st.sets(st.integers(0, 3)))
def test_the_creator_does_not_depend_on_the_order_of_what_is_here(
    order: list[int], uncounted: set[int]
) -> None:
    authors = [OFFICER, STRANGER, Author("3" * 32, Role.BUREAU, "WCA"), OFFICER]
    seals = {
        key: SealFacts(author, key, "withdrawn" if key in uncounted else "")
        for key, author in enumerate(authors)
    }
    changes = [stored(key, {"@form": FORM, "name": str(key)}, seals=(key,)) for key in seals]
    expected = judge(ENTRY, changes, seals)
    assert judge(ENTRY, [changes[one] for one in order], seals) == expected


def test_an_id_tells_who_began_the_entry_and_is_still_random() -> None:
    ids = {new_entry_id(OFFICER.identity) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(is_begun_by(one, OFFICER.identity) for one in ids)
    assert not any(is_begun_by(one, STRANGER.identity) for one in ids)


def test_replacing_what_one_may_not_set_counts_as_setting_it() -> None:
    seals = {1: SealFacts(OFFICER, 11)}
    root = stored(1, {"@form": FORM})
    killing = stored(2, {"name": "x"}, {"@review/bureau": ["a" * 32]})
    assert "may not set @review" in judge(ENTRY, [root, killing], seals).reasons[2]


@st.composite
def entry_histories(draw: st.DrawFn) -> list[Change]:
    """Draw changes of one entry that replace some of what is before them."""
    made: list[Change] = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        touched = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4, unique=True))
        replaced = {
            path: tuple(sorted(ids))
            for path in draw(st.lists(st.sampled_from(PATHS), max_size=3, unique=True))
            if (ids := {one.id for one in made if path in one.set and draw(st.booleans())})
        }
        values = {path: draw(st.sampled_from([None, "x", "y"])) for path in touched}
        device = draw(st.sampled_from(["a" * 32, "b" * 32]))
        made.append(Change(device, number, ENTRY, number, TIME, values, replaced))
    return made


@given(entry_histories())
def test_folding_only_what_is_contested_is_folding_all(changes: list[Change]) -> None:
    counted = [as_stored(one, key) for key, one in enumerate(changes, start=1)]
    shown, state = shown_state(ENTRY, counted), fold(changes)
    assert shown.answers == state.answers
    assert shown.conflicts == state.conflicts
    assert shown.deleted == ("" in state.deleted)


PEOPLE = {
    "officer": (Role.OFFICER, "WCA"),
    "colleague": (Role.OFFICER, "WCA"),
    "stranger": (Role.OFFICER, "EHA"),
    "bureau": (Role.BUREAU, "WCA"),
}
VERDICTS = (Verdict.VALID, Verdict.VALID, Verdict.VALID, Verdict.SIGNER_UNKNOWN)


@st.composite
def deliveries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw seals by several people over a few entries, some of them unknown or out of scope."""
    sent: list[dict[str, Any]] = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        lines = [
            Change(
                f"{draw(st.integers(1, 3)):032x}", draw(st.integers(1, 4)),
                f"{draw(st.integers(1, 3)):032x}", draw(st.integers(1, 9)), TIME,
                {
                    path: draw(st.sampled_from([FORM, "x", None]))
                    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, unique=True))
                },
            ).line
            for _ in range(draw(st.integers(1, 5)))
        ]  # fmt: skip
        sent.append(
            {
                "lines": lines,
                "person": draw(st.sampled_from(sorted(PEOPLE))),
                "number": number,
                "verdict": draw(st.sampled_from(VERDICTS)),
            }
        )
    return sent


def deliver(workspace: Workspace, sent: list[dict[str, Any]]) -> None:
    for one in sent:
        person = profile(one["person"], *PEOPLE[one["person"]])
        sealed = incoming(
            one["lines"], person, "d" * 32, number=one["number"], verdict=one["verdict"]
        )
        apply_seals(workspace, [sealed], package(), NOW)


def content(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return what a workspace has, by ids: nothing of it may depend on the order of arrival."""
    return {
        "entries": connection.rows(
            "SELECT e.id, a.identity, e.sole IS NULL, coalesce(e.answers, c.answers), e.title,"
            " e.state, e.updated, e.changes, e.conflicts, e.deleted, e.present FROM entry e"
            " LEFT JOIN author a ON a.key = e.creator LEFT JOIN change c ON c.key = e.sole"
            " ORDER BY e.id"
        ),
        "changes": connection.rows(
            "SELECT c.id, c.counted, x.reason FROM change c"
            " LEFT JOIN set_aside x ON x.change = c.key ORDER BY c.id"
        ),
        "conflicts": connection.rows(
            "SELECT e.id, c.path, c.change, c.value FROM conflict c JOIN entry e ON e.key = c.entry"
            " ORDER BY e.id, c.path, c.change"
        ),
    }


@settings(max_examples=20)
@given(deliveries(), st.randoms(use_true_random=False))
def test_the_fast_way_in_and_judging_all_again_agree_in_any_order(
    tmp_path_factory: Any, sent: list[dict[str, Any]], chance: Any
) -> None:
    folder = tmp_path_factory.mktemp("agree")
    found = []
    for name in ("first", "second"):
        workspace = new_store(folder, name, Role.HQ)
        deliver(workspace, sent)
        with workspace.store.reading() as connection:
            quick = content(connection)
        rebuild_entries(workspace)
        with workspace.store.reading() as connection:
            slow = content(connection)
        workspace.close()
        assert without_presence_of_nothing(quick) == without_presence_of_nothing(slow)
        found.append(slow)
        chance.shuffle(sent)
    assert found[0] == found[1]


def without_presence_of_nothing(
    found: dict[str, list[tuple[object, ...]]],
) -> dict[str, list[tuple[object, ...]]]:
    """Leave out the columns of entries of which nothing counts: they show nowhere."""
    return found | {"entries": [row for row in found["entries"] if row[-1]]}


def test_lines_come_back_byte_for_byte(tmp_path: Path) -> None:
    workspace = new_store(tmp_path, "hq", Role.HQ)
    change = Change(
        "d" * 32, 1, ENTRY, 1, "2021-04-28T10:00:00.250+05:45",
        {"@form": FORM, "name": 'Écoles \u2028 "x" \\ \n', "place": None}, {"old": ("a" * 32,)},
    )  # fmt: skip
    take(workspace, incoming([change.line], profile("officer"), "d" * 32))
    workspace.close()
    found = changes_of(open_workspace(workspace.folder), ENTRY, counted=False)
    assert [one.line for one in found] == [change.line]
