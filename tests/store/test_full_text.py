"""Search: no word is hidden by case, accents, ligatures or the ways of writing Arabic."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import NOW, begin, new_store

from stocktake_app.model.ids import new_id
from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.entries import EntryFilter, entry_ids
from stocktake_app.store.findings import FindingFilter, list_findings
from stocktake_app.store.projections import (
    BLOCK,
    rebuild_projections,
    refresh_projections,
    stale_entries,
)
from stocktake_app.store.search import Hit, count_hits, fold_text, search
from stocktake_app.store.workspace import Workspace

PROBES = [
    ("matériel périmé", "perime"),
    ("PÉRIMÉ", "périmé"),
    ("MATÉRIEL œuvre", "oeuvre"),
    ("l'entrepôt", "entrepot"),
    ("مُسْتَوْدَع", "مستودع"),
    ("مستودع", "مُستودع"),
    ("أدوية", "ادوية"),
    ("صلاحية", "صلاحيه"),
    ("مستـــودع", "مستودع"),
    ("والمستودع", "مستودع"),
    ("عدد ١٢٣", "123"),
    ("مستشفى", "مستشفي"),
    ("x\u200fمستودع", "مستودع"),
]


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


@pytest.mark.parametrize(("indexed", "query"), PROBES)
def test_word_is_found_however_it_is_written(officer: Workspace, indexed: str, query: str) -> None:
    entry = written(officer, f"avant {indexed} après")
    written(officer, "autre chose ; شيء آخر 456")
    assert hits(officer, query) == {entry}
    assert entry_ids(officer, EntryFilter(text=query)) == [entry]
    (hit,) = search(officer, query)
    assert (hit.path, hit.excerpt) == ("note", f"avant {indexed} après")


@pytest.mark.parametrize(
    ("indexed", "query"),
    [(query, word) for word, query in PROBES if not set(word) & set(" '\u200f")],
)
def test_word_is_found_the_other_way_round(officer: Workspace, indexed: str, query: str) -> None:
    entry = written(officer, indexed)
    assert hits(officer, query) == {entry}


def test_finding_is_searched_like_its_entry(officer: Workspace) -> None:
    row = {"findings[a]/kind": "challenge", "findings[a]/text": "صلاحية الأدوية في المستودع"}
    entry = written(officer, "", **row)
    for query in ("صلاحيه", "ادوية", "مستودع"):
        found = list_findings(officer, FindingFilter(text=query))
        assert [one.entry for one in found] == [entry]
    assert list_findings(officer, FindingFilter(text="مدرسة")) == []


def test_beginnings_of_words_count_and_ends_do_not(officer: Workspace) -> None:
    entry = written(officer, "Registration of refugees")
    for query in ("r", "regis", "REGISTRATION", "refug"):
        assert hits(officer, query) == {entry}
    for query in ("istration", "registrations", "fugees"):
        assert hits(officer, query) == set()


def test_all_words_must_be_there_in_any_answer_and_order(officer: Workspace) -> None:
    both = written(officer, "schools opened", place="Dakar")
    one = written(officer, "schools closed", place="Niamey")
    assert hits(officer, "dakar school") == {both}
    assert hits(officer, "school") == {both, one}
    assert hits(officer, "niamey opened") == set()


@pytest.mark.parametrize("query", ["", "  ", "…", '"', "*", "-- ;", "()", "\u0651"])
def test_query_without_a_word_finds_nothing(officer: Workspace, query: str) -> None:
    written(officer, "something")
    assert hits(officer, query) == set()


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


def test_changed_text_is_found_by_its_new_words_only(officer: Workspace) -> None:
    entry = written(officer, "before")
    append_change(officer, entry, {"note": "after"}, NOW)
    refresh_projections(officer)
    assert (hits(officer, "before"), hits(officer, "after")) == (set(), {entry})


def test_marks_of_the_program_are_not_searched(officer: Workspace) -> None:
    entry = written(officer, "text", **{"@state": "finished", "findings[a]/@order": "77"})
    assert hits(officer, "finished") == hits(officer, "77") == set()
    assert hits(officer, "text") == {entry}


def test_comments_are_searched(officer: Workspace) -> None:
    entry = written(officer, "text")
    append_change(officer, entry, {"@comment/c1": "ask the ministry"}, NOW)
    refresh_projections(officer)
    (hit,) = search(officer, "ministry")
    assert (hit.entry, hit.path, hit.excerpt) == (entry, "", "")


def test_pages_of_hits_come_latest_first_and_overlap_nowhere(officer: Workspace) -> None:
    entries = {written(officer, f"needle {number}") for number in range(7)}
    pages = [search(officer, "needle", offset=begin_at, limit=3) for begin_at in range(0, 9, 3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    listed = [one.entry for page in pages for one in page]
    assert set(listed) == entries
    assert listed == sorted(listed)  # all of one moment: by id


def test_excerpt_shows_the_word_in_a_long_text(officer: Workspace) -> None:
    written(officer, f"{'avant ' * 200}périmé{' après' * 200}")
    (hit,) = search(officer, "perime")
    assert "périmé" in hit.excerpt
    assert hit.excerpt.startswith("…")
    assert hit.excerpt.endswith("…")
    assert len(hit.excerpt) < 200


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
