"""The demonstration's content: it fits the questionnaires and keeps to the published figures."""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from shipped_tables import (
    QUESTIONNAIRES,
    REAL_DATA,
    choices,
    demo_entries,
    load_demo,
    questions,
    register,
)

from stocktake_app.model.codes import FindingKind, Role

LINKED = ("bureau", "modality", "place", "time_zone", "organisers", "start_date", "end_date")
WEST_AFRICA = ("wca-2020-english", "wca-2020-french")


@dataclass(frozen=True)
class Answer:
    """One answer of an entry with the path of its question."""

    path: str
    value: str


def answers(nested: dict[str, Any], above: str = "") -> Iterator[Answer]:
    """Yield all answers below, repeats flattened."""
    for name, value in nested.items():
        path = f"{above}{name}"
        if isinstance(value, str):
            yield Answer(path, value)
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict):
                yield from answers(row, f"{path}/")


def findings(key: str) -> list[dict[str, Any]]:
    """Return the findings of one entry."""
    found: list[dict[str, Any]] = load_demo(f"entries/{key}")["answers"].get("findings", [])
    return found


def all_findings() -> list[dict[str, Any]]:
    """Return the findings of all entries."""
    return [finding for key in demo_entries() for finding in findings(key)]


def codes(question: str) -> set[str]:
    """Return the codes that the findings use for one coding question."""
    found = (finding.get("coding", {}).get(question, "") for finding in all_findings())
    return {code for value in found for code in value.split()}


@pytest.mark.parametrize("key", demo_entries())
def test_every_answer_belongs_to_a_question_and_a_list(key: str) -> None:
    entry = load_demo(f"entries/{key}")
    assert entry["form"] in QUESTIONNAIRES
    for answer in answers(entry["answers"]):
        line = questions(entry["form"])[answer.path]
        assert answer.value.strip() == answer.value != "", answer
        if line.kind.endswith("_from_file"):
            assert set(answer.value.split()) <= set(register(line.list_name)), answer
        elif line.kind.startswith("select"):
            assert set(answer.value.split()) <= set(choices(entry["form"], line.list_name)), answer
        elif line.kind == "date":
            assert date.fromisoformat(answer.value)
        elif line.kind in {"integer", "decimal"}:
            assert float(answer.value) >= 0
        else:
            assert line.kind in {"text", "time"}, answer
        if line.kind.startswith("select_one"):
            assert " " not in answer.value, answer


@pytest.mark.parametrize("key", demo_entries())
def test_events_are_recorded_as_the_register_has_them(key: str) -> None:
    nested = load_demo(f"entries/{key}")["answers"]
    details = nested.get("event_details", {})
    row = register("events.csv").get(details.get("event", ""), {})
    given = details | nested.get("arrangements", {})
    for name in LINKED:
        if row.get(name) and name in given:
            assert given[name] == row[name], name


def test_the_demonstration_has_the_size_that_was_meant() -> None:
    assert 70 <= len(all_findings()) <= 110
    forms = {load_demo(f"entries/{key}")["form"] for key in demo_entries()}
    assert forms == set(QUESTIONNAIRES)


def test_findings_of_every_kind_and_code_are_there_so_that_no_table_is_empty() -> None:
    assert {finding["kind"] for finding in all_findings()} == {kind.value for kind in FindingKind}
    assert codes("subject") == set(register("subjects.csv"))
    assert codes("objectives") == set(register("objectives.csv"))
    assert len(codes("indicators")) >= 8
    assert len(codes("themes")) >= 15


def test_some_findings_wait_for_their_codes_or_clearance_as_in_life() -> None:
    waiting = [
        one for one in all_findings() if "cleared_for_publication" not in one.get("coding", {})
    ]
    assert 10 <= len(waiting) <= 40


def test_the_consultation_has_twenty_interventions_fifteen_of_them_by_states() -> None:
    spoken = load_demo("entries/consultation-2021-april")["answers"]["interventions"]
    types = Counter("states" if one["speaker_type"] == "states" else "others" for one in spoken)
    assert types == {"states": 15, "others": 5}
    assert [one["intervention_order"] for one in spoken] == [str(n) for n in range(1, 21)]
    assert {one["attributable"] for one in spoken} == {"no"}
    assert not [one for one in spoken if "delegation" in one]


def test_every_finding_of_the_consultation_is_carried_by_an_intervention() -> None:
    spoken = load_demo("entries/consultation-2021-april")["answers"]["interventions"]
    linked = {int(number) for one in spoken for number in one["linked_findings"].split()}
    assert linked == set(range(1, len(findings("consultation-2021-april")) + 1))


def test_both_languages_tell_the_same_figures_of_west_and_central_africa() -> None:
    for key in WEST_AFRICA:
        text = " ".join(finding["text"] for finding in findings(key))
        assert {"55", "34", "3", "77", "360"} <= set(re.findall(r"\d+", text))


def test_published_counts_of_pledges_are_kept() -> None:
    def counts(key: str) -> dict[str, str]:
        found: dict[str, str] = load_demo(f"entries/{key}")["answers"]["counts"]
        return found

    west = counts("pledges-wca-forum")
    assert (west["pledges_total"], west["count_in_progress"], west["count_fulfilled"]) == (
        "55",
        "34",
        "3",
    )
    august = counts("pledges-2020-august")
    stages = ("count_planning", "count_in_progress", "count_fulfilled")
    assert [august[stage] for stage in stages] == ["67", "212", "22"]
    assert sum(int(august[stage]) for stage in stages) == int(august["updates_total"]) == 301


def test_the_contribution_of_spain_adds_up_to_six_point_three_million() -> None:
    given = load_demo("entries/mirps-2021-june")["answers"]["contributions"]
    spain = [one for one in given if one.get("contributor_country") == "ESP"]
    assert sum(int(one["amount"]) for one in spain) == 6_300_000
    assert {one["currency"] for one in given} == {"EUR"}


@pytest.mark.parametrize("key", ["mena-2021-april", "arab-region-2021-november"])
def test_entries_from_amman_are_written_in_arabic(key: str) -> None:
    for finding in findings(key):
        assert len(re.findall("[\u0600-\u06ff]", finding["text"])) >= 40


def test_all_entries_are_captured_once_by_a_workspace_of_the_right_bureau() -> None:
    workspaces = load_demo("scenario")["workspaces"]
    captured = [key for one in workspaces for key in one["entries"]]
    assert sorted(captured) == demo_entries()
    assert [one["role"] for one in workspaces].count(Role.OFFICER) == 3
    by_key = {one["key"]: one for one in workspaces}
    for one in workspaces:
        assert one["country"] in register("countries.csv")
        issuer = by_key.get(one["issuer"])
        assert (issuer is None) == (one["role"] == Role.HQ)
        if one["role"] == Role.OFFICER and issuer:
            assert (issuer["role"], issuer["bureau"]) == (Role.BUREAU, one["bureau"])


def test_the_overlapping_edits_combine_agree_and_differ_as_announced() -> None:
    script = load_demo("edits")
    entry = load_demo(f"entries/{script['entry']}")
    values: dict[tuple[str, int], list[str]] = {}
    for edit in [*script["edits"], script["decision"]]:
        for one in edit["set"]:
            assert one["question"] in questions(entry["form"])
            assert one.get("row", 1) <= len(entry["answers"]["findings"])
            if edit is not script["decision"]:
                values.setdefault((one["question"], one.get("row", 0)), []).append(one["value"])
    for one in script["expect"]:
        found = values.pop((one["question"], one.get("row", 0)))
        outcome = (
            "combined" if len(found) == 1 else "agreed" if len(set(found)) == 1 else "differing"
        )
        assert outcome == one["outcome"]
    assert not values


def test_what_is_decided_is_what_differed() -> None:
    script = load_demo("edits")
    differing = [(o["question"], o["row"]) for o in script["expect"] if o["outcome"] == "differing"]
    assert [(one["question"], one["row"]) for one in script["decision"]["set"]] == differing


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("reading-world-3.1.1", "resettlement"),
        ("reading-world-4.2.1", "returned_refugees"),
        ("reading-wca-4.2.1", "returned_refugees"),
        ("reading-syria-4.2.1", "returned_refugees"),
    ],
)
def test_readings_are_the_sums_of_the_published_statistics(key: str, column: str) -> None:
    path = REAL_DATA / "unhcr_solutions_1951_2025.csv.gz"
    if not path.exists():
        pytest.skip("the public data do not lie beside the checkout")
    nested = load_demo(f"entries/{key}")["answers"]
    sums = Counter[str]()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if _measured(nested["reading"], row["coo_iso"]):
                sums[row["year"]] += int(float(row[column] or 0))
    assert nested["readings"]
    for one in nested["readings"]:
        assert sums[one["reading_year"]] == int(one["reading_value"])


def _measured(reading: dict[str, str], origin: str) -> bool:
    if reading["reading_area"] == "country":
        return origin == reading["country"]
    country = register("countries.csv").get(origin, {})
    return reading["reading_area"] == "global" or country.get("bureau_2021") == reading["bureau"]
