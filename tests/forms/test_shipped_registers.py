"""The shipped registers: identifiers, references, dates, and the facts that must not slip."""

import csv
import re
from datetime import date
from zoneinfo import available_timezones

import pytest
from shipped_tables import (
    QUESTIONNAIRES,
    REAL_DATA,
    all_forms,
    choices,
    questions,
    register,
    register_names,
    register_rows,
)

LABELS = ("label", "label_fr", "label_es", "label_ar")
DATES = ("start_date", "end_date", "valid_from", "valid_to", "as_of")
REFERENCES = {
    "bureau": "bureaux.csv",
    "bureau_2021": "bureaux.csv",
    "bureau_2025": "bureaux.csv",
    "country": "countries.csv",
    "countries": "countries.csv",
    "objective": "objectives.csv",
    "objectives": "objectives.csv",
    "outcome": "outcomes.csv",
    "themes": "themes.csv",
    "parent": "themes.csv",
    "cycle": "cycles.csv",
    "event": "events.csv",
    "time_zone": "time_zones.csv",
}


@pytest.mark.parametrize("file", register_names())
def test_names_are_unique_and_can_stand_in_an_answer(file: str) -> None:
    names = [row["name"] for row in register_rows(file)]
    assert len(names) == len(set(names))
    assert not [name for name in names if not re.fullmatch(r"[^\s]+", name)]


@pytest.mark.parametrize("file", [file for file in register_names() if file != "time_zones.csv"])
def test_every_row_has_a_name_in_four_languages(file: str) -> None:
    for row in register_rows(file):
        assert all(row[column] for column in LABELS), row["name"]
        assert re.search("[\u0600-\u06ff]|COVID", row["label_ar"]), row["name"]


@pytest.mark.parametrize("file", register_names())
def test_references_lead_to_a_row(file: str) -> None:
    for row in register_rows(file):
        for column, target in REFERENCES.items():
            for name in row.get(column, "").split():
                assert name in register(target), (row["name"], column)


@pytest.mark.parametrize("file", register_names())
def test_dates_are_dates_and_end_after_they_begin(file: str) -> None:
    for row in register_rows(file):
        read = {column: date.fromisoformat(row[column]) for column in DATES if row.get(column)}
        for first, last in (("start_date", "end_date"), ("valid_from", "valid_to")):
            if first in read and last in read:
                assert read[first] <= read[last], row["name"]


@pytest.mark.parametrize("file", register_names())
def test_provenance_is_confirmed_or_unconfirmed(file: str) -> None:
    for row in register_rows(file):
        assert row.get("provenance", "confirmed") in {"confirmed", "unconfirmed"}


@pytest.mark.parametrize("key", [key for key in all_forms() if key.startswith("register_")])
def test_shipped_rows_could_have_been_typed_into_their_questionnaire(key: str) -> None:
    for row in register_rows(key.removeprefix("register_") + ".csv"):
        for line in questions(key).values():
            if line.kind in {"select_one", "select_multiple"}:
                codes = set(row[line.path].split())
                assert codes <= set(choices(key, line.list_name)), (row["name"], line.path)
            if "required" in line.row:
                assert row[line.path], (row["name"], line.path)


def test_every_country_has_a_bureau_in_both_structures() -> None:
    bureaux = register("bureaux.csv")
    assert len(register("countries.csv")) == 227
    for row in register_rows("countries.csv"):
        assert bureaux[row["bureau_2021"]]["structure_2021"] == "yes", row["name"]
        assert bureaux[row["bureau_2025"]]["structure_2025"] == "yes", row["name"]


def test_there_were_seven_bureaux_in_2021_and_six_regions_since_2025() -> None:
    rows = register_rows("bureaux.csv")
    seven = {row["name"] for row in rows if row["structure_2021"] == "yes"}
    six = {row["name"] for row in rows if row["structure_2025"] == "yes"}
    assert seven == {"AME", "ASO", "EHGL", "EUR", "MENA", "SAO", "WCA"}
    assert six == {"AME", "ASO", "ESA", "EUR", "MENA", "WCA"}


def test_bureaux_have_as_many_countries_as_the_published_lists() -> None:
    counts: dict[str, int] = {}
    for row in register_rows("countries.csv"):
        counts[row["bureau_2021"]] = counts.get(row["bureau_2021"], 0) + 1
    assert counts == {
        "AME": 51,
        "ASO": 51,
        "EHGL": 11,
        "EUR": 55,
        "MENA": 20,
        "SAO": 18,
        "WCA": 21,
    }


@pytest.mark.parametrize(
    ("iso3", "english", "unhcr"),
    [
        ("AUS", "Australia", "AUL"),
        ("AUT", "Austria", "AUS"),
        ("ARE", "United Arab Emirates", "UAE"),
        ("EGY", "Egypt", "ARE"),
        ("MAR", "Morocco", "MOR"),
        ("MTQ", "Martinique", "MAR"),
    ],
)
def test_unhcr_codes_are_never_taken_for_iso_codes(iso3: str, english: str, unhcr: str) -> None:
    row = register("countries.csv")[iso3]
    assert (row["label"], row["unhcr_code"]) == (english, unhcr)


def test_the_framework_of_2019_has_fifteen_indicators_under_eight_outcomes() -> None:
    rows = register_rows("indicators.csv")
    assert len(rows) == 15
    assert {row["framework"] for row in rows} == {"2019"}
    assert {row["outcome"] for row in rows} == set(register("outcomes.csv"))
    for row in rows:
        assert row["name"].startswith(f"{row['outcome']}.")
        assert row["outcome"].startswith(f"{row['objective']}.")
    confirmed = {row["name"] for row in rows if row["provenance"] == "confirmed"}
    assert confirmed == {"2.1.1", "2.1.2", "2.2.1", "3.1.1", "4.2.1", "4.2.2"}


def test_the_fixed_lists_have_their_size() -> None:
    sizes = {"subjects.csv": 5, "objectives.csv": 4, "finding_kinds.csv": 7, "events.csv": 27}
    assert {file: len(register(file)) for file in sizes} == sizes


def test_every_questionnaire_has_a_title_for_the_screens() -> None:
    assert set(QUESTIONNAIRES) <= set(register("questionnaires.csv"))


def test_time_zones_are_zones_that_python_knows() -> None:
    known = available_timezones()
    assert len(register("time_zones.csv")) > 300
    assert not [name for name in register("time_zones.csv") if name not in known]


def test_pledges_are_totals_or_named_by_a_public_source() -> None:
    for row in register_rows("pledges.csv"):
        assert row["kind"] in {"group", "single"}
        assert row["source"], row["name"]
        assert row["kind"] == "group" or row["name"].startswith(("2019-", "2021-06-MIRPS"))


def test_figures_of_the_west_african_stocktaking_stand_in_the_register() -> None:
    pledges = register("pledges.csv")
    assert pledges["GRP-2020-12-WCA-GRF"]["pledge_count"] == "55"
    assert pledges["GRP-2020-12-WCA-HLS"]["pledge_count"] == "77"


@pytest.mark.real_data
def test_events_are_those_of_the_public_sources() -> None:
    if not REAL_DATA.exists():
        pytest.skip("the public data do not lie beside the checkout")
    with (REAL_DATA / "stocktaking_events.csv").open(encoding="utf-8", newline="") as lines:
        for real, row in zip(csv.DictReader(lines), register_rows("events.csv"), strict=True):
            assert real["kind"] == row["kind"]
            assert row["start_date"] in {real["start"], ""}
            assert row["name"].startswith(real["start"][:7])
            assert bool(row["start_date"]) == (len(real["start"]) == 10)


@pytest.mark.real_data
def test_countries_are_those_of_the_public_sources() -> None:
    if not REAL_DATA.exists():
        pytest.skip("the public data do not lie beside the checkout")
    with (REAL_DATA / "countries_reference.csv").open(encoding="utf-8", newline="") as lines:
        for real in csv.DictReader(lines):
            row = register("countries.csv").get(real["iso3"])
            assert (row is None) == (real["iso3"] in {"XXA", "XXX"})
            if row is not None:
                assert row["unhcr_code"] == real["unhcr_code"]
                assert row["label_es"] == real["name_es"]
