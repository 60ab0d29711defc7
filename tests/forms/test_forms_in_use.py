"""The shipped questionnaires as a person meets them: filled by the engine, with real registers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

import pytest
from pyxform.xls2xform import convert
from shipped_tables import (
    FORMS,
    QUESTIONNAIRES,
    all_forms,
    demo_entries,
    load_demo,
    register_names,
    register_rows,
)

from stocktake_app.questionnaire.form import Form, load_form
from stocktake_app.questionnaire.session import FormSession

HEARD = {"kind": "progress", "text": "Two of the pledges were kept."}


@cache
def form(key: str) -> Form:
    """Return one shipped questionnaire."""
    text = (FORMS / f"{key}.md").read_text(encoding="utf-8")
    return load_form(convert(text, validate=False, file_type=".md").xform.encode())


def rows(file: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of a shipped register."""
    return register_rows(file) if file in register_names() else ()


def begin(key: str, nested: Mapping[str, Any] | None = None, language: str = "en") -> FormSession:
    """Begin an entry on 22 November 2026 and fill in what is given, without a problem."""
    numbers = count()
    session = FormSession(
        form(key),
        {},
        rows=rows,
        now=lambda: datetime(2026, 11, 22, 9, tzinfo=UTC),
        new_row=lambda: f"r{next(numbers)}",
        language=language,
    )
    assert session.fill(nested or {}).problems == ()
    return session


def named(session: FormSession, path: str) -> set[str]:
    """Return the codes of the choices that are offered."""
    return {choice.name for choice in session.choices(path)}


@pytest.mark.parametrize("key", all_forms())
@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_a_new_entry_opens_and_every_rule_of_its_form_can_be_evaluated(
    key: str, language: str
) -> None:
    assert begin(key, language=language).faults() == ()


@pytest.mark.parametrize("key", demo_entries())
def test_entries_of_the_demonstration_are_complete(key: str) -> None:
    entry = load_demo(f"entries/{key}")
    session = begin(entry["form"], entry["answers"], entry["language"])
    assert session.problems() == []
    assert session.faults() == ()


@pytest.mark.parametrize("key", ["regional", "country", "thematic", "stakeholder", "consultation"])
def test_an_event_and_one_finding_are_an_entry(key: str) -> None:
    needs = {"event": "2020-12-14-WCA", "country": "SEN", "event_themes": "B.2.1"}
    needs["stakeholder_groups"] = "refugees"
    details = {
        name: code for name, code in needs.items() if f"event_details/{name}" in form(key).nodes
    }
    nested: dict[str, Any] = {"event_details": details, "findings": [HEARD]}
    if key == "consultation":
        nested["interventions"] = [{"speaker_type": "states", "points": "Welcomes the report."}]
    assert begin(key, nested).problems() == []


def test_choosing_an_event_fills_in_what_the_register_knows() -> None:
    session = begin("regional", {"event_details": {"event": "2021-12-06-EHGL"}})
    assert session.value("event_details/start_date") == "2021-12-06"
    assert session.value("event_details/end_date") == "2021-12-07"
    assert session.value("event_details/bureau") == "EHGL"
    assert session.value("arrangements/place") == "Nairobi"
    assert session.value("arrangements/time_zone") == "Africa/Nairobi"
    assert "IGAD" in (session.value("arrangements/organisers") or "")


def test_an_event_that_is_not_in_the_list_is_named_in_words() -> None:
    session = begin("regional")
    assert session.is_required("event_details/event_name")
    session.answer("event_details/event", "2020-12-14-WCA")
    assert not session.is_relevant("event_details/event_name")


def test_bureaux_and_countries_are_those_of_the_day_of_the_event() -> None:
    session = begin("regional", {"event_details": {"start_date": "2021-06-01", "bureau": "WCA"}})
    assert {"EHGL", "SAO"} <= named(session, "event_details/bureau")
    assert "COD" not in named(session, "event_details/countries")
    session.answer("event_details/start_date", "2026-03-16")
    assert {"ESA", "WCA"} <= named(session, "event_details/bureau")
    assert "SAO" not in named(session, "event_details/bureau")
    assert "COD" in named(session, "event_details/countries")


def test_without_a_bureau_every_country_is_offered() -> None:
    session = begin("thematic")
    assert len(session.choices("event_details/countries")) == len(register_rows("countries.csv"))


def test_register_choices_speak_the_language_of_the_entry() -> None:
    session = begin("regional", {"event_details": {"bureau": "WCA"}}, language="fr")
    labels = [choice.label for choice in session.choices("event_details/countries")]
    assert "Sénégal" in labels


def test_indicators_follow_the_objectives_of_the_same_finding() -> None:
    coded = [HEARD | {"coding": {"objectives": "3"}}, HEARD]
    session = begin("regional", {"findings": coded})
    first, second = session.row_paths("findings")
    assert named(session, f"{first}/coding/indicators") == {"3.1.1", "3.1.2", "3.2.1"}
    assert len(named(session, f"{second}/coding/indicators")) == 15


def test_a_remedy_is_asked_only_of_an_area_in_need_of_support() -> None:
    session = begin("regional", {"findings": [HEARD]})
    (row,) = session.row_paths("findings")
    assert not session.is_relevant(f"{row}/coding/remedy")
    session.answer(f"{row}/kind", "support_needed")
    assert session.is_relevant(f"{row}/coding/remedy")


def test_findings_are_numbered_once_and_keep_their_number() -> None:
    session = begin("regional", {"findings": [HEARD, HEARD, HEARD]})
    first, second, third = session.row_paths("findings")
    session.remove_row(first)
    session.move_row(third, 0)
    assert session.value(f"{second}/finding_number") == "2"
    assert session.value(f"{third}/finding_number") == "3"


def test_a_story_without_consent_is_not_cleared_for_publication() -> None:
    story = {"human_impact": "She teaches again.", "human_impact_consent": "internal"}
    session = begin("regional", {"findings": [HEARD | {"coding": story}]}, language="fr")
    (row,) = session.row_paths("findings")
    session.answer(f"{row}/coding/cleared_for_publication", "yes")
    problem = session.problem(f"{row}/coding/cleared_for_publication")
    assert problem is not None
    assert "consenti" in problem
    session.answer(f"{row}/coding/human_impact_consent", "publish")
    assert session.problem(f"{row}/coding/cleared_for_publication") is None


def test_a_confidential_finding_is_not_cleared_for_publication() -> None:
    session = begin("regional", {"findings": [HEARD | {"coding": {"sensitivity": "confidential"}}]})
    (row,) = session.row_paths("findings")
    session.answer(f"{row}/coding/cleared_for_publication", "yes")
    assert session.problem(f"{row}/coding/cleared_for_publication")


def test_a_delegation_that_may_not_be_named_leaves_before_sealing() -> None:
    spoken = {"speaker_type": "states", "attributable": "yes", "delegation": "A delegation"}
    session = begin("consultation", {"interventions": [spoken | {"points": "Welcomes it."}]})
    (row,) = session.row_paths("interventions")
    assert session.sealed_answers()[f"{row}/delegation"] == "A delegation"
    session.answer(f"{row}/attributable", "no")
    assert not session.is_relevant(f"{row}/delegation")
    assert not session.sealed_answers().get(f"{row}/delegation")


def test_interventions_are_numbered_and_counted_by_type_of_speaker() -> None:
    spoken = [{"speaker_type": kind, "points": "x"} for kind in ("states", "states", "refugees")]
    session = begin("consultation", {"interventions": spoken})
    numbers = [
        session.value(f"{row}/intervention_order") for row in session.row_paths("interventions")
    ]
    assert numbers == ["1", "2", "3"]
    note = session.label("interventions_counted/interventions_note")
    assert note.strip() == "3 interventions: 2 by States, 1 by other stakeholders."


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "last day"), ("fr", "dernier jour"), ("es", "último día"), ("ar", "اليوم الأخير")],
)
def test_a_wrong_date_is_explained_in_the_language_of_the_entry(language: str, words: str) -> None:
    dates = {"start_date": "2021-04-21", "end_date": "2021-04-20"}
    session = begin("regional", {"event_details": dates}, language)
    problem = session.problem("event_details/end_date")
    assert problem is not None
    assert words in problem


def test_refugees_cannot_be_more_than_the_participants() -> None:
    session = begin("stakeholder", {"participation": {"participants_total": "100"}})
    session.answer("participation/participants_refugees", "101")
    assert session.problem("participation/participants_refugees")
    session.answer("participation/participants_refugees", "40")
    assert session.problem("participation/participants_refugees") is None


def test_one_pledge_has_a_stage_and_a_group_has_counts() -> None:
    session = begin("pledge_update")
    assert session.is_required("progress_made/stage")
    assert not session.is_relevant("counts")
    session.answer("pledge_details/update_scope", "group")
    assert not session.is_relevant("progress_made/stage")
    assert session.is_relevant("counts/count_fulfilled")


def test_a_pledge_update_offers_only_the_requests_for_updates() -> None:
    offered = named(begin("pledge_update"), "progress_made/update_round")
    assert offered == {"2021-05-pledge-updates", "2021-10-pledge-updates"}


@pytest.mark.parametrize("number", ["GRF-01234", "GRF_01234"])
def test_both_ways_to_write_the_number_of_a_pledge_are_taken(number: str) -> None:
    session = begin("pledge_update", {"pledge_details": {"pledge_reference": number}})
    assert session.problem("pledge_details/pledge_reference") is None


def test_an_update_without_findings_does_not_ask_for_one() -> None:
    for key in ("pledge_update", "initiative_update"):
        session = begin(key)
        assert not [path for path, _ in session.problems() if path.startswith("findings")]
        session.answer("with_findings", "yes")
        assert [path for path, _ in session.problems() if path.startswith("findings")]


def test_an_amount_needs_its_currency() -> None:
    session = begin("initiative_update", {"contributions": [{"amount": "6300000"}]})
    (row,) = session.row_paths("contributions")
    assert session.problem(f"{row}/currency")
    session.answer(f"{row}/currency", "eur")
    assert session.problem(f"{row}/currency")
    session.answer(f"{row}/currency", "EUR")
    assert session.problem(f"{row}/currency") is None


def test_a_register_row_needs_a_code_without_spaces() -> None:
    session = begin("register_pledges", {"name": "GRF 01234", "label": "A pledge"})
    assert session.problem("name")
    session.answer("name", "GRF-01234")
    assert session.problem("name") is None


@pytest.mark.parametrize("key", QUESTIONNAIRES)
def test_what_is_confidential_is_marked_so_in_the_form_itself(key: str) -> None:
    text = (FORMS / f"{key}.md").read_text(encoding="utf-8")
    xform = convert(text, validate=False, file_type=".md").xform
    marked = xform.count('stocktake:confidential="yes"')
    expected = {
        "indicator_reading": 0,
        "regional": 4,
        "country": 4,
        "thematic": 5,
        "stakeholder": 5,
        "consultation": 6,
    }
    assert marked == expected.get(key, 2)


@pytest.mark.parametrize("key", ["regional", "country", "thematic", "stakeholder", "consultation"])
def test_a_picture_asks_for_consent_and_is_cleared_only_with_it(key: str) -> None:
    session = begin(key, {"pictures": [{}]})
    (row,) = session.row_paths("pictures")
    assert not session.is_relevant(f"{row}/picture_consent")
    session.answer(f"{row}/picture", "urn:stocktake:digest:1:" + "0" * 64)
    assert session.is_required(f"{row}/picture_consent")
    session.answer(f"{row}/picture_consent", "internal")
    session.answer(f"{row}/picture_cleared", "yes")
    assert "cleared" in (session.problem(f"{row}/picture_cleared") or "")
    session.answer(f"{row}/picture_consent", "publish")
    assert session.problem(f"{row}/picture_cleared") is None
