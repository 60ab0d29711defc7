"""What is deleted and not contradicted, by the plain reading of the rule and for huge entries."""

from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.model import paths
from stocktake_app.model.change import Change
from stocktake_app.model.fold import EntryState, fold

PATHS = ("@deleted", "a", "a/b", "r[x]/@deleted", "r[x]/t", "r[x]/s[y]/@deleted", "r[x]/s[y]/u")


def state_of(*said: dict[str, str | None]) -> EntryState:
    """Fold changes that replace nothing."""
    return fold(
        Change("0f" * 16, number, "01" * 16, number, "2021-04-28T10:00:00Z", answers)
        for number, answers in enumerate(said, 1)
    )


def deleted_by_the_rule(state: EntryState) -> set[str]:
    """Say what is deleted as the rule reads: a mark, and nothing written below it."""
    found = set()
    for own, live in state.live.items():
        if own.endswith(paths.DELETED) and live[0].value is not None:
            mark = own.removesuffix(paths.DELETED).rstrip("/")
            below = [path for path in state.live if path != own and paths.under(mark, path)]
            if all(one.value is None for path in below for one in state.live[path]):
                found.add(mark)
    return found


@given(
    st.lists(
        st.dictionaries(st.sampled_from(PATHS), st.sampled_from(("1", None)), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_deletions_follow_the_rule(said: list[dict[str, str | None]]) -> None:
    state = state_of(*said)

    assert state.deleted == deleted_by_the_rule(state)


def test_thousands_of_deleted_rows_take_no_time() -> None:
    gone: dict[str, str | None] = {f"r[{number:x}]/@deleted": "1" for number in range(20_000)}
    kept: dict[str, str | None] = {f"q[{number:x}]/t": "said" for number in range(20_000)}
    state = state_of({**gone, **kept, "r[7]/t": "still"})

    assert len(state.deleted) == len(gone) - 1
    assert set(state.conflicts) == {"r[7]/@deleted"}
