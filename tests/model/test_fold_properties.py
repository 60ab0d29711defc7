"""The fold against a second account of the same rules, written without looking at its code."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.model.change import Change
from stocktake_app.model.fold import EntryState, fold

ENTRY = "e" * 32
LAPTOPS = ("a" * 32, "b" * 32, "c" * 32)
ROW = "findings[k3x9]"
ROW_MARK, ENTRY_MARK = f"{ROW}/@deleted", "@deleted"
PATHS = ("@form", "title", f"{ROW}/text", f"{ROW}/kind", ROW_MARK, ENTRY_MARK)
VALUES = ("one", "two", "", None)
CLOCKS = ("1970-01-01T00:00:00Z", "2021-04-28T10:00:00+01:00", "2099-12-31T23:59:59-11:00")

Said = tuple[str, str | None]
"""A change's id and the value that it gave to an answer."""


@dataclass(frozen=True)
class Step:
    """What one laptop does: hears another out, then writes; ``blind`` replaces nothing."""

    laptop: int
    hears: int
    values: Mapping[str, str | None]
    blind: bool
    clock: str


@dataclass
class Laptop:
    """A laptop that keeps what it made and what it heard."""

    device: str
    made: int = 0
    knows: dict[str, Change] = field(default_factory=dict)

    def write(self, step: Step) -> Change:
        """Make the change of a step: it replaces what this laptop sees, or nothing."""
        self.made += 1
        seen = {} if step.blind else live(self.knows.values())
        change = Change(
            device=self.device,
            number=self.made,
            entry=ENTRY,
            lamport=1 + max((one.lamport for one in self.knows.values()), default=0),
            time=step.clock,
            set=step.values,
            replaces={
                path: tuple(sorted(name for name, _ in seen[path]))
                for path in step.values
                if path in seen
            },
        )
        self.knows[change.id] = change
        return change


def live(changes: Iterable[Change]) -> dict[str, set[Said]]:
    """Return who said what of each answer, without what anybody replaced."""
    every = list(changes)
    replaced = {
        (path, name) for one in every for path, names in one.replaces.items() for name in names
    }
    found: dict[str, set[Said]] = {}
    for one in every:
        for path, value in one.set.items():
            if (path, one.id) not in replaced:
                found.setdefault(path, set()).add((one.id, value))
    return found


def play(steps: Iterable[Step], clocks: Mapping[str, str] | None = None) -> list[Change]:
    """Let three laptops write; ``clocks`` puts other times in the place of those of the steps."""
    laptops = [Laptop(device) for device in LAPTOPS]
    made = []
    for step in steps:
        laptop = laptops[step.laptop]
        laptop.knows |= laptops[step.hears].knows
        shown = step.clock if clocks is None else clocks[step.clock]
        made.append(laptop.write(replace(step, clock=shown)))
    return made


def shown(state: EntryState) -> tuple[object, ...]:
    """Return what people see of a state, without the ids, which hold the clock."""
    values = {path: [one.value for one in live] for path, live in state.live.items()}
    return state.answers, sorted(state.conflicts), state.deleted, values


steps = st.builds(
    Step,
    st.integers(0, 2),
    st.integers(0, 2),
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(VALUES), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from(CLOCKS),
)
histories = st.lists(steps, min_size=1, max_size=12).map(play)

any_ids = st.sampled_from([f"{number:032x}" for number in range(6)])
lone_changes = st.builds(
    Change,
    st.sampled_from(LAPTOPS),
    st.integers(1, 3),
    st.just(ENTRY),
    st.integers(1, 3),
    st.sampled_from(CLOCKS),
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(VALUES), max_size=3),
    st.dictionaries(st.sampled_from(PATHS), st.lists(any_ids, max_size=2).map(tuple), max_size=2),
)


@given(histories, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_state(
    history: list[Change], chance: random.Random
) -> None:
    again = [*history, *chance.choices(history, k=5)]
    chance.shuffle(again)
    assert fold(again) == fold(history)


@given(histories, st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_however_the_set_is_split_its_union_gives_the_same_state(
    history: list[Change], places: list[int]
) -> None:
    parts = [{one.id: one for one, at in zip(history, places, strict=False) if at == part}
             for part in range(3)]  # fmt: skip
    first, second, third = parts
    whole = fold(history)
    assert fold({**first, **second, **third}.values()) == whole
    assert fold({**third, **first, **second, **first}.values()) == whole


@given(histories)
def test_the_live_values_are_exactly_those_that_nobody_replaced(history: list[Change]) -> None:
    state = fold(history)
    found = {path: {(one.change, one.value) for one in said} for path, said in state.live.items()}
    assert found == live(history)
    assert {path: set(names) for path, names in state.heads.items()} == {
        path: {name for name, _ in said} for path, said in live(history).items()
    }


@given(st.lists(lone_changes, max_size=8))
def test_changes_that_replace_what_never_came_keep_all_that_is_not_replaced(
    changes: list[Change],
) -> None:
    state = fold(changes)
    found = {path: {(one.change, one.value) for one in said} for path, said in state.live.items()}
    assert found == live({one.id: one for one in changes}.values())


@given(histories)
def test_an_answer_differs_when_its_live_values_do_and_keeps_every_one(
    history: list[Change],
) -> None:
    state, expected = fold(history), live(history)
    for path, said in expected.items():
        values = {value for _, value in said}
        if len(values) > 1:
            assert {one.value for one in state.conflicts[path]} == values
        elif not path.endswith("@deleted"):
            assert path not in state.conflicts


def test_two_who_say_the_same_at_once_agree() -> None:
    first, second = play([
        Step(0, 0, {"title": "Dakar"}, blind=False, clock=CLOCKS[0]),
        Step(1, 1, {"title": "Dakar"}, blind=False, clock=CLOCKS[2]),
    ])  # fmt: skip
    state = fold([first, second])
    assert state.answers == {"title": "Dakar"}
    assert state.conflicts == {}
    assert set(state.heads["title"]) == {first.id, second.id}


@given(st.lists(steps, min_size=1, max_size=12), st.permutations(CLOCKS))
def test_clocks_decide_nothing(script: list[Step], others: list[str]) -> None:
    honest = fold(play(script))
    wrong = fold(play(script, dict(zip(CLOCKS, others, strict=True))))
    assert shown(honest) == shown(wrong)


@given(histories)
def test_shown_is_a_value_before_a_blank_then_the_latest_that_had_heard_most(
    history: list[Change],
) -> None:
    by_id = {one.id: one for one in history}
    state = fold(history)
    for path, said in live(history).items():
        filled = [name for name, value in said if value is not None]
        if not filled:
            assert path not in state.answers
            continue
        chosen = max(
            filled,
            key=lambda name: (
                by_id[name].lamport, by_id[name].device, by_id[name].number, name
            ),
        )  # fmt: skip
        assert state.answers[path] == by_id[chosen].set[path]


@given(histories)
def test_a_deletion_holds_only_while_nothing_is_said_below_it(history: list[Change]) -> None:
    state = fold(history)
    said = {path for path, values in live(history).items() if any(v is not None for _, v in values)}
    below = {path for path in said if path.startswith(f"{ROW}/") and path != ROW_MARK}
    for mark, row, others in (
        (ROW_MARK, ROW, below),
        (ENTRY_MARK, "", said - {ENTRY_MARK}),
    ):
        assert (row in state.deleted) == (mark in said and not others)
        if mark in said and others:
            assert mark in state.conflicts


@pytest.mark.parametrize("mark", [ROW_MARK, ENTRY_MARK])
@pytest.mark.parametrize("sign", ["1", ""])
def test_writing_in_what_another_deletes_meanwhile_is_seen_from_both_sides(
    mark: str, sign: str
) -> None:
    begun, deleted, edited = play([
        Step(0, 0, {f"{ROW}/text": "one", "title": "x"}, blind=False, clock=CLOCKS[1]),
        Step(0, 0, {mark: sign, f"{ROW}/text": None, "title": None}, blind=False, clock=CLOCKS[2]),
        Step(1, 1, {f"{ROW}/kind": "progress"}, blind=False, clock=CLOCKS[0]),
    ])  # fmt: skip
    alone, both = fold([begun, deleted]), fold([begun, deleted, edited])
    assert mark.removesuffix("@deleted").rstrip("/") in alone.deleted
    assert alone.conflicts == {}
    assert both.deleted == frozenset()
    assert [one.change for one in both.conflicts[mark]] == [deleted.id]
    assert both.answers[f"{ROW}/kind"] == "progress"


@given(histories, st.integers(0, 2), st.data())
def test_deciding_once_with_all_versions_seen_ends_every_difference(
    history: list[Change], laptop: int, data: st.DataObject
) -> None:
    state = fold(history)
    judge = Laptop(LAPTOPS[laptop], len(history), {one.id: one for one in history})
    decided = {
        path: None
        if path.endswith("@deleted")
        else data.draw(st.sampled_from([one.value for one in versions]))
        for path, versions in state.conflicts.items()
    }
    decision = judge.write(Step(laptop, laptop, decided, blind=False, clock=CLOCKS[0]))
    after = fold([*history, decision])
    assert after.conflicts == {}
    for path, value in decided.items():
        assert after.answers.get(path) == value
    untouched = set(state.answers) - set(decided)
    assert {path: state.answers[path] for path in untouched} == {
        path: after.answers[path] for path in untouched
    }


def test_an_entry_without_changes_says_nothing() -> None:
    state = fold([])
    assert (state.answers, state.conflicts, state.deleted, state.form) == (
        {},
        {},
        frozenset(),
        None,
    )
