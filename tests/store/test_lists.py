"""Lists of entries: filtered, sorted, in pages; one entry by its id or the beginning of it."""

import pytest
from stores import FORM, NOW, begin, seal_up, take

from stocktake_app.errors import RefusedError
from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.entries import (
    EntryFilter,
    EntrySort,
    count_entries,
    entries_by_id,
    entry_ids,
    get_entry,
    list_entries,
)
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


@pytest.fixture
def filled(officer: Workspace) -> Workspace:
    begin(
        officer, ONE,
        {
            "event_details/event_name": "abidjan", "event_details/countries": "CIV SEN",
            "event_details/event": "2020-12-14-WCA", "@state": "finished", "notes/text": "écoles",
        },
    )  # fmt: skip
    begin(officer, TWO, {"event_details/event_name": "Bamako", "reading/bureau": "EHA"})
    append_change(officer, TWO, {"arrangements/language": "fr"}, NOW.replace(hour=12))
    begin(officer, THREE, {"pledge_details/pledge": "GRF-0042", "event_details/country": "MLI"})
    refresh_projections(officer)
    return officer


def found(workspace: Workspace, chosen: EntryFilter) -> list[str]:
    listed = [one.id for one in list_entries(workspace, chosen, EntrySort.ID, descending=False)]
    assert count_entries(workspace, chosen) == len(listed)
    assert entry_ids(workspace, chosen, EntrySort.ID, descending=False) == listed
    return listed


def test_what_a_line_of_the_list_shows_comes_from_the_answers(filled: Workspace) -> None:
    one, two, three = list_entries(filled, sort=EntrySort.ID, descending=False)
    assert (one.title, one.countries, one.event) == ("abidjan", ("CIV", "SEN"), "2020-12-14-WCA")
    assert (one.state, one.form, one.form_id) == ("finished", FORM, "said")
    assert (one.bureau, one.author_name) == ("WCA", "officer")
    assert (two.bureau, two.language, two.changes) == ("EHA", "fr", 2)
    assert two.updated == "2021-04-28T12:00:00Z"
    assert (three.title, three.countries) == ("GRF-0042", ("MLI",))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (EntryFilter(), [ONE, TWO, THREE]),
        (EntryFilter(forms=("said",)), [ONE, TWO, THREE]),
        (EntryFilter(forms=("other",)), []),
        (EntryFilter(states=("finished", "open")), [ONE]),
        (EntryFilter(event="2020-12-14-WCA"), [ONE]),
        (EntryFilter(bureau="WCA"), [ONE, THREE]),
        (EntryFilter(country="SEN"), [ONE]),
        (EntryFilter(country="SE"), []),
        (EntryFilter(author="0" * 32), []),
        (EntryFilter(text="ECOLE"), [ONE]),
        (EntryFilter(text="…"), []),
        (EntryFilter(conflicted=True), []),
        (EntryFilter(conflicted=False, country="MLI"), [THREE]),
        (EntryFilter(unsent=True), [ONE, TWO, THREE]),
        (EntryFilter(unsent=False), []),
        (EntryFilter(deleted=True), []),
        (EntryFilter(deleted=None), [ONE, TWO, THREE]),
    ],
)
def test_every_condition_of_a_filter_holds(
    filled: Workspace, chosen: EntryFilter, expected: list[str]
) -> None:
    assert found(filled, chosen) == expected


def test_sending_and_deleting_move_entries_between_the_lists(filled: Workspace) -> None:
    seal_up(filled)
    assert found(filled, EntryFilter(unsent=True)) == []
    delete_entry(filled, TWO, NOW)
    assert found(filled, EntryFilter(unsent=True)) == []
    assert found(filled, EntryFilter(unsent=True, deleted=None)) == [TWO]
    assert found(filled, EntryFilter(deleted=True)) == [TWO]


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        (EntrySort.UPDATED, True, [TWO, THREE, ONE]),
        (EntrySort.TITLE, False, [ONE, TWO, THREE]),
        (EntrySort.TITLE, True, [THREE, TWO, ONE]),
        (EntrySort.BUREAU, False, [TWO, ONE, THREE]),
        (EntrySort.STATE, True, [ONE, TWO, THREE]),
        (EntrySort.FORM, False, [ONE, THREE, TWO]),
        (EntrySort.ID, True, [THREE, TWO, ONE]),
    ],
)
def test_lists_are_sorted_as_asked(
    filled: Workspace,
    sort: EntrySort,
    descending: bool,  # noqa: FBT001 - a table
    expected: list[str],
) -> None:
    assert entry_ids(filled, sort=sort, descending=descending) == expected
    pages = [
        one.id
        for offset in range(4)
        for one in list_entries(filled, sort=sort, descending=descending, offset=offset, limit=1)
    ]
    assert pages == expected


def test_rows_can_be_read_as_they_come_into_view(filled: Workspace) -> None:
    asked = [THREE, "0" * 32, ONE]
    assert [one.id for one in entries_by_id(filled, asked)] == [THREE, ONE]


def test_an_entry_is_found_by_the_beginning_of_its_id(filled: Workspace) -> None:
    assert get_entry(filled, "1" * 8).id == ONE
    for wrong in ("1" * 7, "9" * 8, "1%", ""):
        with pytest.raises(RefusedError, match="no entry"):
            get_entry(filled, wrong)
    begin(filled, "1" * 30 + "00", {"name": "x"})
    with pytest.raises(RefusedError, match="Several entries begin"):
        get_entry(filled, "1" * 8)


def test_a_list_tells_nothing_of_when_things_arrived_here(
    filled: Workspace, bureau: Workspace, hq: Workspace
) -> None:
    sealed = seal_up(filled)
    take(bureau, sealed)
    take(hq, sealed)
    everything = EntryFilter(deleted=None)
    lists = [list_entries(one, everything, EntrySort.ID) for one in (filled, bureau, hq)]
    assert lists[0] == lists[1] == lists[2]
    assert get_entry(filled, ONE) == get_entry(bureau, ONE) == get_entry(hq, ONE)
