from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_workspace import NOW, differ, new_workspace, say, say_demo

from stocktake_app.reports.coverage import Coverage, coverage
from stocktake_app.store.changes import append_change, delete_entry
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = new_workspace(tmp_path / "w")
    yield found
    found.close()


def _say(workspace: Workspace, bureau: str, *findings: dict[str, object]) -> str:
    event = {"event_name": "Workshop", "start_date": "2021-06-01", "bureau": bureau}
    return say(workspace, "regional", {"event_details": event, "findings": list(findings)})


def _finding(kind: str = "progress", **coding: str) -> dict[str, object]:
    return {"kind": kind, "text": "Something was said.", "coding": coding}


def _counts(found: Coverage, dimension: str) -> dict[str, tuple[int, int]]:
    rows = found.by(dimension).rows
    return {row.code: (row.entries, row.findings) for row in rows if row.entries or row.findings}


def test_an_entry_counts_once_in_each_row_however_many_findings_it_has(
    workspace: Workspace,
) -> None:
    _say(workspace, "WCA", _finding(objectives="1 2"), _finding(objectives="1"))
    _say(workspace, "WCA", _finding(objectives="1"))
    found = coverage(workspace)

    assert (found.entries, found.findings) == (2, 3)
    assert _counts(found, "bureau") == {"WCA": (2, 3)}
    assert _counts(found, "objective") == {"1": (2, 3), "2": (1, 1)}


def test_what_has_no_code_yet_is_counted_apart(workspace: Workspace) -> None:
    _say(workspace, "WCA", _finding(), _finding(subject="pledges"))
    subjects = coverage(workspace).by("subject")

    assert (subjects.uncoded.entries, subjects.uncoded.findings) == (1, 1)


def test_what_is_missing_is_named(workspace: Workspace) -> None:
    _say(workspace, "WCA", _finding("challenge", subject="pledges"))
    found = coverage(workspace)

    assert "Europe" in {row.label for row in found.by("bureau").missing}
    assert {row.code for row in found.by("subject").missing} == {
        "objectives", "initiatives", "responses", "emergency",
    }  # fmt: skip
    assert "challenge" not in {row.code for row in found.by("kind").missing}


def test_regions_are_those_of_the_time_of_the_events(workspace: Workspace) -> None:
    _say(workspace, "WCA", _finding())
    codes = {row.code for row in coverage(workspace).by("bureau").rows}

    assert {"EHGL", "SAO"} <= codes
    assert "ESA" not in codes


def test_withdrawn_and_deleted_entries_and_registers_do_not_count(workspace: Workspace) -> None:
    withdrawn = _say(workspace, "WCA", _finding())
    append_change(workspace, withdrawn, {"@state": "withdrawn"}, NOW)
    delete_entry(workspace, _say(workspace, "WCA", _finding()), NOW)
    refresh_projections(workspace)

    assert coverage(workspace).entries == 0
    assert coverage(workspace).findings == 0


def test_interventions_count_for_the_group_that_spoke(workspace: Workspace) -> None:
    say_demo(workspace, "consultation-2021-april")
    found = coverage(workspace)

    assert found.interventions == 20
    assert dict(_counts(found, "stakeholder"))["states"][1] >= 15


def test_published_pledge_figures_stand_for_their_group(workspace: Workspace) -> None:
    say_demo(workspace, "pledges-wca-forum")
    (group,) = coverage(workspace).groups

    assert group.total == 55
    assert group.stages == {"planning": None, "in_progress": 34, "fulfilled": 3}


def test_a_single_pledge_stands_where_its_latest_update_puts_it(workspace: Workspace) -> None:
    for day, stage in (("2021-05-01", "planning"), ("2021-10-01", "in_progress")):
        update = {"update_date": day, "stage": stage, "stage_source": "submitter"}
        details = {"update_scope": "single", "pledge_reference": "GRF-7"}
        say(workspace, "pledge_update", {"pledge_details": details, "progress_made": update})
    stages = {one.stage: one.pledges for one in coverage(workspace).stages}

    assert stages == {"planning": 0, "in_progress": 1, "fulfilled": 0}


def test_the_matrix_counts_findings_by_region_and_subject(workspace: Workspace) -> None:
    _say(workspace, "WCA", _finding(subject="pledges"), _finding(subject="pledges"))
    _say(workspace, "EUR", _finding(subject="responses"))

    assert coverage(workspace).matrix == {("WCA", "pledges"): 2, ("EUR", "responses"): 1}


def test_differing_versions_are_counted(workspace: Workspace) -> None:
    differ(workspace, _say(workspace, "WCA", _finding()), "follow_up/summary", "One")
    assert coverage(workspace).open_conflicts == 0
    entry = _say(workspace, "WCA", _finding())
    differ(workspace, entry, "event_details/event_name", "Another name")

    assert coverage(workspace).open_conflicts == 1


def test_labels_are_in_the_readers_language(workspace: Workspace) -> None:
    found = coverage(workspace, "fr")

    assert found.by("bureau").title == "Bureau régional"
    assert "Europe" in {row.label for row in found.by("bureau").rows}


def test_an_empty_workspace_has_heard_nothing(workspace: Workspace) -> None:
    found = coverage(workspace)

    assert (found.entries, found.findings, found.interventions) == (0, 0, 0)
