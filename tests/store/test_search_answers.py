"""Search on a real index: whatever is asked, withdrawn entries, the queue, and a rebuild."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_probes import PROBES
from stores import NOW, begin, new_store

from stocktake_app.model.ids import new_id
from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.entries import entry_ids
from stocktake_app.store.findings import FindingFilter, list_findings
from stocktake_app.store.projections import (
    BLOCK,
    rebuild_projections,
    refresh_projections,
    stale_entries,
)
from stocktake_app.store.search import Hit, count_hits, fold_text, search
from stocktake_app.store.workspace import Workspace


def written(workspace: Workspace, text: str, **answers: str) -> str:
    """Write an entry with a note and return its id."""
    entry = new_id()
    begin(workspace, entry, {"note": text, **answers})
    refresh_projections(workspace)
    return entry


def hits(workspace: Workspace, query: str) -> set[str]:
    """Return the ids of the entries that a query finds."""
    found = {one.entry for one in search(workspace, query, limit=1000)}
    assert len(found) == count_hits(workspace, query)
    return found


def test_finding_is_searched_like_its_entry(officer: Workspace) -> None:
    row = {"findings[a]/kind": "challenge", "findings[a]/text": "صلاحية الأدوية في المستودع"}
    entry = written(officer, "", **row)
    for query in ("صلاحيه", "ادوية", "مستودع"):
        found = list_findings(officer, FindingFilter(text=query))
        assert [one.entry for one in found] == [entry]
    assert list_findings(officer, FindingFilter(text="مدرسة")) == []


@pytest.mark.parametrize(
    "query",
    ['some"thing', "some* OR x", "text:some", "NEAR(some)", "some AND", "NOT some", "^some"],
)
def test_signs_of_the_query_language_are_only_signs(officer: Workspace, query: str) -> None:
    entry = written(officer, 'text near not x or and some "thing" something')
    assert hits(officer, query) == {entry}


@given(query=st.text(max_size=30))
def test_no_query_whatever_makes_trouble(searched: Workspace, query: str) -> None:
    assert hits(searched, query) <= set(entry_ids(searched))


@given(text=st.text(max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


def test_deleted_and_withdrawn_entries_are_not_found(officer: Workspace) -> None:
    kept, deleted, withdrawn = (written(officer, "needle in the hay") for _ in range(3))
    delete_entry(officer, deleted, NOW)
    append_change(officer, withdrawn, {"@state": "withdrawn"}, NOW)
    refresh_projections(officer)
    assert hits(officer, "needle") == {kept}
    append_change(officer, withdrawn, {"@state": "finished"}, NOW)
    append_change(officer, deleted, {"@deleted": None}, NOW)
    append_change(officer, deleted, {"note": "needle again"}, NOW)
    refresh_projections(officer)
    assert hits(officer, "needle") == {kept, deleted, withdrawn}


def test_deleted_entry_is_not_found_even_before_the_index_knows(officer: Workspace) -> None:
    entry = written(officer, "needle")
    delete_entry(officer, entry, NOW)
    assert stale_entries(officer) == 1
    assert hits(officer, "needle") == set()


def test_rebuilding_the_projections_gives_the_same_answers(officer: Workspace) -> None:
    entries = [fill(officer, number) for number in range(12)]
    delete_entry(officer, entries[3], NOW)
    append_change(officer, entries[4], {"note": "remplacé"}, NOW)
    refresh_projections(officer)
    queries = [*(query for _, query in PROBES), "needle", "remplacé", "finding", "1"]
    before = answers(officer, queries)
    assert [query for query, found in zip(queries, before[0], strict=True) if not found] == [
        "entrepot"  # of the deleted one
    ]
    assert rebuild_projections(officer) == 12
    assert answers(officer, queries) == before
    assert stale_entries(officer) == 0


def fill(workspace: Workspace, number: int) -> str:
    text = PROBES[number][0]
    row = {f"findings[{letter}]/text": f"finding {text} {number}" for letter in "ab"}
    return written(workspace, f"needle {text}", **row)


def answers(workspace: Workspace, queries: Sequence[str]) -> tuple[list[list[Hit]], object, object]:
    """Return all that the projections answer."""
    found = [search(workspace, query) for query in queries]
    findings = [list_findings(workspace, FindingFilter(text=query)) for query in queries]
    return found, findings, list_findings(workspace, limit=None)


def test_queue_is_worked_off_in_blocks_and_can_be_left_in_between(officer: Workspace) -> None:
    for _ in range(BLOCK + 5):
        begin(officer, new_id(), {"note": "needle"})
    assert hits(officer, "needle") == set()
    told: list[tuple[int, int]] = []
    assert refresh_projections(officer, 3) == 3
    assert count_hits(officer, "needle") == 3
    refresh_projections(officer, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, BLOCK + 2), (BLOCK, BLOCK + 2)]
    assert count_hits(officer, "needle") == BLOCK + 5
    assert stale_entries(officer) == 0


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give a workspace for properties, with every probe in it."""
    folder = tmp_path_factory.mktemp("searched")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
        workspace = new_store(folder, "searched")
    for indexed, _ in PROBES:
        written(workspace, indexed)
    yield workspace
    workspace.close()
