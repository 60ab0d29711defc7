"""Search: the probes of French and Arabic that an unfolded index misses, and what a hit shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_probes import PROBES
from stores import NOW, begin

from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.entries import EntryFilter, count_entries
from stocktake_app.store.findings import FindingFilter, count_findings
from stocktake_app.store.folding import fold_text, match_expression, words
from stocktake_app.store.projections import (
    rebuild_projections,
    refresh_projections,
    stale_entries,
)
from stocktake_app.store.search import count_hits, search
from stocktake_app.store.workspace import Workspace

ONE, TWO = "1" * 32, "2" * 32


@pytest.mark.parametrize(("text", "query"), PROBES)
def test_no_way_of_writing_hides_a_word(officer: Workspace, text: str, query: str) -> None:
    begin(officer, ONE, {"findings[k1]/text": f"before {text} after", "findings[k1]/kind": "x"})
    refresh_projections(officer)
    assert [hit.entry for hit in search(officer, query)] == [ONE]
    assert count_entries(officer, EntryFilter(text=query)) == 1
    assert count_findings(officer, FindingFilter(text=query)) == 1


def test_the_bare_word_finds_the_one_with_its_article_and_the_other_way(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "بالمدرسة"})
    begin(officer, TWO, {"name": "مدرسة"})
    refresh_projections(officer)
    for query in ("مدرسة", "المدرسة", "والمدرسة"):
        assert count_hits(officer, query) == 2


def test_all_words_must_be_there_and_beginnings_count(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "écoles de la commune"})
    begin(officer, TWO, {"name": "écoles du village"})
    refresh_projections(officer)
    assert count_hits(officer, "ecol") == 2
    assert [hit.entry for hit in search(officer, "commun ecole")] == [ONE]
    assert count_hits(officer, "ecole marché") == 0
    assert count_hits(officer, "coles") == 0


@given(st.text(max_size=30))
def test_no_query_is_ever_a_command(query: str) -> None:
    expression = match_expression(query)
    assert expression.count('"') == 2 * expression.count("*")
    assert set(words(query)) == set(words(fold_text(query)))


@pytest.mark.parametrize(
    "query", ["", "  ", '"', "*", "AND", 'NEAR("a b")', "stems:x", "-x", "(", "'"]
)
def test_odd_queries_find_nothing_and_break_nothing(officer: Workspace, query: str) -> None:
    begin(officer, ONE, {"name": "said"})
    refresh_projections(officer)
    assert search(officer, query) == []
    assert count_hits(officer, query) == 0


def test_a_hit_shows_where_the_word_stands(officer: Workspace) -> None:
    long_text = "avant " * 60 + "l’École ouverte " + "après " * 60
    begin(officer, ONE, {"event_details/event_name": "Dakar", "findings[k1]/text": long_text})
    refresh_projections(officer)
    (hit,) = search(officer, "ecole")
    assert (hit.title, hit.path) == ("Dakar", "findings[k1]/text")
    assert "l’École ouverte" in hit.excerpt
    assert hit.excerpt.startswith("…")
    assert len(hit.excerpt) <= 162


def test_hits_are_latest_first_and_in_pages(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "said"})
    begin(officer, TWO, {"place": "here"})
    append_change(officer, TWO, {"name": "said"}, NOW.replace(hour=12))
    refresh_projections(officer)
    assert [hit.entry for hit in search(officer, "said")] == [TWO, ONE]
    assert [hit.entry for hit in search(officer, "said", offset=1, limit=1)] == [ONE]


def test_what_is_deleted_or_said_no_more_is_not_found(officer: Workspace) -> None:
    begin(officer, ONE, {"name": "before", "place": "somewhere"})
    refresh_projections(officer)
    append_change(officer, ONE, {"name": "after"}, NOW)
    assert stale_entries(officer) == 1
    refresh_projections(officer)
    assert (count_hits(officer, "before"), count_hits(officer, "after")) == (0, 1)
    delete_entry(officer, ONE, NOW)
    assert count_hits(officer, "after") == 0, "even before the index has heard of it"
    refresh_projections(officer)
    assert count_hits(officer, "somewhere") == 0


def test_comments_are_searched_and_marks_are_not(officer: Workspace) -> None:
    begin(officer, ONE, {"@state": "finished", "@comment/" + "0" * 32: "please check the number"})
    refresh_projections(officer)
    assert count_hits(officer, "check number") == 1
    assert count_hits(officer, "finished") == 0


def test_the_index_can_be_made_again_from_nothing(officer: Workspace) -> None:
    for number in range(1, 8):
        begin(officer, f"{number:032x}", {"name": f"word{number} said"})
    refresh_projections(officer, 3)
    assert stale_entries(officer) == 4
    assert rebuild_projections(officer) == 7
    assert count_hits(officer, "said") == 7
    assert rebuild_projections(officer) == 7
    assert count_hits(officer, "said") == 7
