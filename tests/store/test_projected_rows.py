"""Findings, interventions, pledge updates and readings, as reports count them."""

import pytest
from stores import NOW, begin

from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.findings import (
    FindingFilter,
    count_findings,
    list_findings,
    list_indicator_readings,
    list_interventions,
    list_pledge_updates,
)
from stocktake_app.store.projecting import rows_of
from stocktake_app.store.projections import rebuild_projections, refresh_projections
from stocktake_app.store.workspace import Workspace

ONE, TWO = "1" * 32, "2" * 32


def finding(row: str, order: str, **answers: str) -> dict[str, str | None]:
    own: dict[str, str | None] = {
        f"findings[{row}]/@order": order,
        f"findings[{row}]/kind": "progress",
        f"findings[{row}]/text": f"said in {row}",
    }
    return own | {f"findings[{row}]/coding/{name}": value for name, value in answers.items()}


@pytest.fixture
def filled(officer: Workspace) -> Workspace:
    begin(
        officer, ONE,
        {
            "event_details/event": "2020-12-14-WCA", "event_details/countries": "MLI SEN",
            "event_details/event_themes": "education", "event_details/stakeholder_groups": "states",
            **finding("b", "2", finding_countries="CIV", subject="pledges", objectives="1 3"),
            **finding("a", "10"),
            **finding("c", "1.5", themes="jobs"),
            "findings[d]/@order": "4",
        },
    )  # fmt: skip
    refresh_projections(officer)
    return officer


def test_findings_come_in_their_order_and_inherit_what_they_leave_open(filled: Workspace) -> None:
    found = list_findings(filled)
    assert [one.row for one in found] == ["findings[c]", "findings[b]", "findings[a]"]
    own = found[1]
    assert (own.kind, own.text) == ("progress", "said in b")
    assert (own.countries, own.subjects, own.objectives) == (("CIV",), ("pledges",), ("1", "3"))
    assert (own.event, own.bureau, own.themes) == ("2020-12-14-WCA", "WCA", ("education",))
    assert own.answers["coding/finding_countries"] == "CIV"
    assert "@order" not in own.answers
    assert found[0].themes == ("jobs",)
    assert found[2].countries == ("MLI", "SEN")
    assert found[2].stakeholders == ("states",)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (FindingFilter(), 3),
        (FindingFilter(kind="challenge"), 0),
        (FindingFilter(country="SEN"), 2),
        (FindingFilter(country="CIV", subject="pledges", objective="3"), 1),
        (FindingFilter(bureau="WCA", event="2020-12-14-WCA", form_id="said", entry=ONE), 3),
        (FindingFilter(bureau="EHA"), 0),
        (FindingFilter(text="said b"), 1),
        (FindingFilter(text="!"), 0),
    ],
)
def test_findings_are_chosen_by_what_they_are_about(
    filled: Workspace, chosen: FindingFilter, expected: int
) -> None:
    assert count_findings(filled, chosen) == expected
    assert len(list_findings(filled, chosen, limit=None)) == expected


def test_findings_come_in_pages(filled: Workspace) -> None:
    pages = [list_findings(filled, offset=number, limit=1)[0].row for number in range(3)]
    assert pages == [one.row for one in list_findings(filled, limit=None)]


def test_what_is_withdrawn_or_deleted_is_not_heard(filled: Workspace) -> None:
    append_change(filled, ONE, {"@state": "withdrawn"}, NOW)
    assert count_findings(filled) == 0
    append_change(filled, ONE, {"@state": "finished"}, NOW)
    refresh_projections(filled)
    assert count_findings(filled) == 3
    delete_entry(filled, ONE, NOW)
    refresh_projections(filled)
    assert count_findings(filled) == 0


def test_a_changed_finding_is_not_counted_twice(filled: Workspace) -> None:
    append_change(filled, ONE, {"findings[a]/kind": "challenge"}, NOW)
    refresh_projections(filled)
    assert count_findings(filled) == 3
    assert count_findings(filled, FindingFilter(kind="challenge")) == 1
    before = list_findings(filled, limit=None)
    rebuild_projections(filled)
    assert list_findings(filled, limit=None) == before


def test_interventions_come_in_the_order_in_which_people_spoke(officer: Workspace) -> None:
    begin(
        officer, ONE,
        {
            "interventions[b]/intervention_order": "2", "interventions[b]/points": "second",
            "interventions[a]/intervention_order": "1", "interventions[a]/points": "first",
            "interventions[a]/speaker_type": "states", "interventions[a]/delegation": "Senegal",
            "interventions[c]/intervention_order": "not a number", "interventions[c]/points": "?",
        },
    )  # fmt: skip
    refresh_projections(officer)
    said = list_interventions(officer)
    assert [one.points for one in said[:2]] == ["first", "second"]
    assert (said[0].speaker_type, said[0].delegation, said[0].order) == ("states", "Senegal", 1)
    assert list_interventions(officer, TWO) == []
    assert list_interventions(officer, ONE) == said


def test_readings_are_one_row_for_each_year(officer: Workspace) -> None:
    begin(
        officer, ONE,
        {
            "reading/indicator": "1.1.1", "reading/country": "SEN", "reading/unit": "USD",
            "readings[a]/reading_year": "2020", "readings[a]/reading_value": "7.5",
            "readings[b]/reading_year": "2018", "readings[b]/reading_value": "5",
        },
    )  # fmt: skip
    refresh_projections(officer)
    found = [(one.date, one.value, one.country) for one in list_indicator_readings(officer)]
    assert found == [("2018", "5", "SEN"), ("2020", "7.5", "SEN")]
    assert list_indicator_readings(officer)[0].answers["reading/unit"] == "USD"


def test_pledge_updates_belong_to_their_questionnaire_alone(officer: Workspace) -> None:
    begin(officer, ONE, {"pledge_details/pledge": "GRF-1", "progress_made/stage": "in_progress"})
    refresh_projections(officer)
    assert list_pledge_updates(officer) == []


def test_rows_of_a_repeat_inside_groups_are_found_by_its_name() -> None:
    answers = {
        "part/findings[b]/text": "two", "part/findings[b]/@order": "2",
        "part/findings[a]/text": "one", "part/findings[a]/@order": "1",
        "part/findings[a]/inner[x]/text": "deep", "part/findings[z]/@deleted": "1",
        "part/findings[y]/text": "no order", "part/findings[w]/text": "odd order",
        "part/findings[w]/@order": "NaN",
    }  # fmt: skip
    found = rows_of(answers)["findings"]
    assert [row for row, _ in found] == [
        "part/findings[a]",
        "part/findings[b]",
        "part/findings[w]",
        "part/findings[y]",
    ]
    assert found[0][1]["inner[x]/text"] == "deep"
