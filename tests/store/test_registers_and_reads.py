"""Registers with what HQ published, lists that agree with a plain model, histories and traces."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from filled_workspace import say
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import FORM, NOW, begin, new_store, seal_up, take

from stocktake_app.actions import capture, reading
from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.model.references import entry_reference
from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.conflicts import history, trace
from stocktake_app.store.entries import (
    EntryFilter,
    EntrySort,
    EntrySummary,
    count_entries,
    entries_by_id,
    entry_ids,
    get_entry,
    list_entries,
)
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.registers import Row, register_rows
from stocktake_app.store.workspace import Workspace

BUREAU = {"label": "A new bureau", "provenance": "confirmed"}


def by_name(workspace: Workspace, name: str = "bureaux.csv") -> dict[str, Row]:
    return {row["name"]: row for row in register_rows(workspace, name)}


def test_register_without_published_entries_is_the_shipped_one(hq: Workspace) -> None:
    names = list(by_name(hq))
    assert {"AME", "ASO", "WCA"} < set(names)
    assert [row["name"] for row in register_rows(hq, "bureaux")] == names
    assert register_rows(hq, "unheard_of.csv") == []
    assert register_rows(hq, "../../../etc/passwd") == []


def test_published_entry_stands_in_the_place_of_the_shipped_row(hq: Workspace) -> None:
    shipped = by_name(hq)
    say(hq, "register_bureaux", {"name": "ASO", **BUREAU})
    found = by_name(hq)
    assert list(found) == list(shipped)
    assert found["ASO"] == {"name": "ASO", **BUREAU, "instanceID": found["ASO"]["instanceID"]}
    assert {**found, "ASO": None} == {**shipped, "ASO": None}


def test_new_rows_follow_in_the_order_of_their_names(hq: Workspace) -> None:
    shipped = list(by_name(hq))
    for name in ("ZZZ", "AAA"):
        say(hq, "register_bureaux", {"name": name, **BUREAU})
    assert list(by_name(hq)) == [*shipped, "AAA", "ZZZ"]


def test_of_two_entries_of_one_name_the_later_updated_stands(hq: Workspace) -> None:
    first = say(hq, "register_bureaux", {"name": "NEW", **BUREAU})
    say(hq, "register_bureaux", {"name": "NEW", "label": "Second", "provenance": "confirmed"})
    assert by_name(hq)["NEW"]["label"] == "Second"
    later = NOW + timedelta(days=900)
    capture.revise(hq, first, {"label": "First, corrected"}, now=later)
    assert by_name(hq)["NEW"]["label"] == "First, corrected"


def test_nobody_but_hq_publishes(officer: Workspace) -> None:
    shipped = by_name(officer)
    say(officer, "register_bureaux", {"name": "ASO", **BUREAU})
    assert by_name(officer) == shipped


def test_withdrawn_and_deleted_entries_give_the_shipped_row_back(hq: Workspace) -> None:
    shipped = by_name(hq)
    one, two = (say(hq, "register_bureaux", {"name": name, **BUREAU}) for name in ("ASO", "NEW"))
    append_change(hq, one, {"@state": "withdrawn"}, NOW)
    delete_entry(hq, two, NOW)
    assert by_name(hq) == shipped


def test_entries_of_other_questionnaires_are_no_rows(hq: Workspace) -> None:
    shipped = by_name(hq)
    begin(hq, new_id(), {"name": "NEW", "label": "Not a bureau"})
    assert by_name(hq) == shipped


def test_rows_handed_out_are_the_callers_own(hq: Workspace) -> None:
    shipped = by_name(hq)["WCA"]["label"]
    by_name(hq)["WCA"]["label"] = "spoilt"
    assert by_name(hq)["WCA"]["label"] == shipped


@dataclass(frozen=True)
class Said:
    """An entry as it was said, in plain members: the model that lists are compared with."""

    id: str
    form_id: str
    title: str
    state: str
    event: str
    bureau: str
    countries: tuple[str, ...]
    author: str
    updated: str
    text: str
    conflicted: bool
    deleted: bool
    unsent: bool


TITLES = ("abidjan", "Bamako", "Conakry", "", "dakar", "Dakar")
COUNTRIES = ((), ("SEN",), ("SEN", "MLI"), ("KEN",))
WORDS = ("école ouverte", "école fermée", "écoles")


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Workspace, list[Said]]]:
    """Give HQ's workspace with entries of three people, and what they said."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
        hq = new_store(folder, "hq", Role.HQ)
        officers = [new_store(folder, "wca"), new_store(folder, "eha", bureau="EHA")]
    said = [written([*officers, hq][number % 3], number) for number in range(24)]
    for number, officer in enumerate(officers):
        take(hq, seal_up(officer), name=f"{number}.xlsx")
        officer.close()
    said = [touched(hq, one, number) for number, one in enumerate(said)]
    refresh_projections(hq)
    yield hq, said
    hq.close()


def written(workspace: Workspace, number: int) -> Said:
    """Write the entry of a number; its members follow from the number."""
    time = NOW + timedelta(hours=number * 7 % 5)
    person = workspace.profile
    one = Said(
        id=f"{number * 7919 % 24:08x}{number:024x}",
        form_id="said" if number % 5 else "",
        title=TITLES[number % len(TITLES)],
        state=("open", "finished", "withdrawn", "")[number // 2 % 4],
        event="2020-12-14-WCA" if number % 4 else "",
        bureau=("", "MENA")[number % 7 == 0],
        countries=COUNTRIES[number % len(COUNTRIES)],
        author=person.identity,
        updated=f"{time:%Y-%m-%dT%H:%M:%SZ}",
        text=WORDS[number // 3 % len(WORDS)],
        conflicted=False,
        deleted=False,
        unsent=person.role is Role.HQ,
    )
    answers = {
        "@form": FORM if one.form_id else None,
        "title": one.title or None,
        "@state": one.state or None,
        "event": one.event or None,
        "bureau": one.bureau or None,
        "countries": " ".join(one.countries) or None,
        "note": one.text,
    }
    append_change(workspace, one.id, answers, time)
    shown = {"bureau": one.bureau or person.author.bureau, "title": one.title or one.event}
    return Said(**{**vars(one), **shown})


def touched(hq: Workspace, one: Said, number: int) -> Said:
    """Delete some entries and contradict others."""
    time = NOW + timedelta(days=1, hours=number)
    moved = {"updated": f"{time:%Y-%m-%dT%H:%M:%SZ}", "unsent": True}
    if number % 6 == 1:
        delete_entry(hq, one.id, time)
        return Said(**{**vars(one), **moved, "deleted": True})
    if number % 6 == 4:
        append_change(hq, one.id, {"note": one.text.upper()}, time, replaces={})
        return Said(**{**vars(one), **moved, "conflicted": True})
    return one


def fits(one: Said, chosen: EntryFilter) -> bool:
    """Say whether an entry is among the chosen ones, in plain Python."""
    words = one.text.split()
    return all(
        [
            not chosen.forms or one.form_id in chosen.forms,
            not chosen.states or one.state in chosen.states,
            not chosen.event or one.event == chosen.event,
            not chosen.bureau or one.bureau == chosen.bureau,
            not chosen.country or chosen.country in one.countries,
            not chosen.author or one.author == chosen.author,
            not chosen.text
            or (not one.deleted and any(word.startswith(chosen.text) for word in words)),
            chosen.conflicted in (None, one.conflicted),
            chosen.deleted in (None, one.deleted),
            chosen.unsent in (None, one.unsent),
        ]
    )


def sort_key(one: Said, sort: EntrySort) -> tuple[str, ...]:
    members = {
        EntrySort.UPDATED: (one.updated,),
        EntrySort.TITLE: (one.title.lower(),),
        EntrySort.FORM: (one.form_id, one.updated),
        EntrySort.BUREAU: (one.bureau,),
        EntrySort.STATE: (one.state, one.updated),
        EntrySort.ID: (),
    }
    return (*members[sort], one.id)


def agrees(summary: EntrySummary, one: Said) -> bool:
    plain = {name: getattr(summary, name) for name in vars(one) if hasattr(summary, name)}
    return bool(summary.conflicts) == one.conflicted and plain == {
        name: vars(one)[name] for name in plain
    }


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


ANY = st.sampled_from([None, None, True, False])
FILTERS = st.builds(
    EntryFilter,
    forms=st.one_of(st.just(()), some("said", "regional")),
    states=st.one_of(st.just(()), some("open", "finished", "withdrawn")),
    event=st.sampled_from(["", "", "2020-12-14-WCA", "2020"]),
    bureau=st.sampled_from(["", "", "WCA", "EHA", "MENA"]),
    country=st.sampled_from(["", "", "SEN", "MLI", "SE"]),
    text=st.sampled_from(["", "", "école", "écoles", "ferm", "verte"]),
    conflicted=ANY,
    deleted=ANY,
    unsent=ANY,
)


@given(
    chosen=FILTERS,
    sort=st.sampled_from(EntrySort),
    descending=st.booleans(),
    offset=st.integers(0, 25),
    limit=st.integers(0, 25),
    author=st.integers(-30, 23),
)
@settings(max_examples=150)
def test_lists_agree_with_a_plain_model(
    filled: tuple[Workspace, list[Said]],
    chosen: EntryFilter,
    sort: EntrySort,
    descending: bool,  # noqa: FBT001 - drawn by name
    offset: int,
    limit: int,
    author: int,
) -> None:
    hq, said = filled
    if author >= 0:
        chosen = EntryFilter(**{**vars(chosen), "author": said[author].author})
    expected = sorted(
        (one for one in said if fits(one, chosen)),
        key=lambda one: sort_key(one, sort),
        reverse=descending,
    )
    ids = [one.id for one in expected]
    page = list_entries(hq, chosen, sort, descending=descending, offset=offset, limit=limit)
    assert [one.id for one in page] == ids[offset : offset + limit]
    assert all(map(agrees, page, expected[offset : offset + limit]))
    assert entry_ids(hq, chosen, sort, descending=descending) == ids
    assert count_entries(hq, chosen) == len(ids)


def test_model_has_something_of_everything(filled: tuple[Workspace, list[Said]]) -> None:
    _, said = filled
    for name in ("conflicted", "deleted", "unsent"):
        assert {vars(one)[name] for one in said} == {True, False}
    assert {one.bureau for one in said} == {"", "WCA", "EHA", "MENA"}
    assert len({one.author for one in said}) == 3


@given(st.lists(st.integers(0, 30), max_size=40))
@settings(max_examples=30)
def test_entries_by_id_come_in_the_order_asked_for_without_unknown_ones(
    filled: tuple[Workspace, list[Said]], numbers: list[int]
) -> None:
    hq, said = filled
    wanted = [said[number].id if number < len(said) else new_id() for number in numbers]
    known = [said[number] for number in numbers if number < len(said)]
    found = entries_by_id(hq, wanted)
    assert len(found) == len(known)
    assert all(map(agrees, found, known))


def test_entry_is_got_by_an_unambiguous_beginning_of_eight_digits_or_more(hq: Workspace) -> None:
    one, two = "0123456789abcdef" * 2, "0123456789abcdee" * 2
    for entry in (one, two):
        begin(hq, entry, {"title": entry})
    assert get_entry(hq, one).title == one
    assert get_entry(hq, one[:16]).id == one
    assert get_entry(hq, two[:31]).id == two
    with pytest.raises(RefusedError, match="Several entries begin with"):
        get_entry(hq, one[:15])
    for unknown in (one[:7], "", "f" * 32, one + "0", "0123456789%", "Z" * 8):
        with pytest.raises(RefusedError, match="There is no entry"):
            get_entry(hq, unknown)


@pytest.fixture
def told(officer: Workspace, hq: Workspace) -> tuple[Workspace, str]:
    """Return HQ's workspace and an entry of the officer that HQ has corrected."""
    entry = new_id()
    row = {"findings[a]/kind": "progress", "findings[a]/text": "As heard."}
    begin(officer, entry, {"title": "A meeting", **row})
    take(hq, seal_up(officer), name="first.xlsx")
    append_change(hq, entry, {"findings[a]/text": "As checked."}, NOW + timedelta(days=1))
    refresh_projections(hq)
    return hq, entry


def test_history_has_every_value_with_its_author_earliest_first(
    told: tuple[Workspace, str],
) -> None:
    hq, entry = told
    first, second = history(hq, entry, "findings[a]/text")
    assert (first.value, first.author_name, first.live) == ("As heard.", "officer", False)
    assert (second.value, second.author_name, second.live) == ("As checked.", "hq", True)
    assert (bool(first.seal), bool(second.seal)) == (True, False)
    assert (first.number, second.number) == (1, 1)
    assert first.device != second.device == hq.device
    assert {one.path for one in history(hq, entry)} == {
        "@form", "title", "findings[a]/kind", "findings[a]/text"
    }  # fmt: skip
    assert history(hq, entry[:20], "nothing") == []
    with pytest.raises(RefusedError):
        history(hq, "f" * 32)


def test_trace_names_the_change_the_signer_and_the_file_of_what_is_shown(
    told: tuple[Workspace, str], officer: Workspace
) -> None:
    hq, entry = told
    row = trace(hq, entry, "findings[a]")
    assert (row.text, row.title) == ("As checked.", "A meeting")
    heard, checked = row.changes  # the kind is the officer's, the text HQ's
    assert (heard.signer, heard.package, heard.verdict, heard.seal_number) == (
        officer.profile.identity, "first.xlsx", "valid", 1
    )  # fmt: skip
    assert (checked.seal, checked.package, checked.device) == ("", "", hq.device)
    with pytest.raises(RefusedError, match="There is no"):
        trace(hq, entry, "findings[b]")


def test_trace_leaves_out_changes_of_which_nothing_is_shown_any_more(
    told: tuple[Workspace, str],
) -> None:
    hq, entry = told
    before = trace(hq, entry).changes
    append_change(hq, entry, {"findings[a]/text": "As agreed."}, NOW + timedelta(days=2))
    after = trace(hq, entry, "findings[a]")
    assert after.text == "As agreed."
    assert before[1].change not in {one.change for one in after.changes}
    assert len(trace(hq, entry).changes) == 2


def test_printed_reference_leads_to_the_finding(told: tuple[Workspace, str]) -> None:
    hq, entry = told
    summary = get_entry(hq, entry)
    reference = entry_reference(entry, summary.bureau, summary.countries)
    assert reference.startswith("WCA-")
    for name in (f"{reference}/F1", f"{entry}/findings[a]", f"{entry[:12]}/findings[a]"):
        assert reading.trace(hq, name)["text"] == "As checked."
    assert reading.trace(hq, reference)["row"] == ""
    with pytest.raises(RefusedError, match="the entry has 1"):
        reading.trace(hq, f"{reference}/F2")
    with pytest.raises(RefusedError, match="no entries here"):
        reading.trace(hq, "WCA-ZZZ-ABCDEF" if not entry.endswith("abcdef") else "WCA-000000")
