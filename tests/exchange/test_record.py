import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from filled_workspace import differ, new_workspace, say, say_demo
from people import People
from shown_packages import pack

from stocktake_app.actions.packing import Kind
from stocktake_app.documents.record import EntryText, Record
from stocktake_app.documents.workbook import write_workbook
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.record_rows import rows_of
from stocktake_app.model.references import parse_reference
from stocktake_app.store.entries import get_entry
from stocktake_app.store.workspace import Workspace

REGIONAL = {
    "event_details": {
        "event_name": "Workshop",
        "start_date": "2021-06-01",
        "bureau": "WCA",
        "countries": "SEN",
    },
    "findings": [
        {"kind": "progress", "text": "Enrolment grew.", "coding": {"objectives": "1 2"}},
        {"kind": "challenge", "text": "=Funds are short."},
    ],
    "arrangements": {"start_time": "09:30:00.000+00:00"},
    "participation": {"participants_total": "120"},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = new_workspace(tmp_path / "w")
    yield found
    found.close()


@pytest.fixture
def made(people: People) -> "Made":
    return Made(people)


@dataclass(frozen=True)
class Made:
    """Makes records of packages that HQ's desk signs."""

    people: People

    def record(self, workspace: Workspace, *entries: str, language: str = "en") -> Record:
        kind = Kind("xlsx", language)
        return pack(workspace, self.people.hq.signer, kind, self.people.now, entries).record

    def text(self, workspace: Workspace, entry: str, language: str = "en") -> EntryText:
        return next(self.record(workspace, entry, language=language).entries())


def _row(record: Record, sheet: str, number: int = 0) -> dict[str, object]:
    index = next(i for i, one in enumerate(record.sheets) if one.name == sheet)
    rows = [cells for place, cells in record.rows() if place == index]
    titles = [column.title for column in record.sheets[index].columns]
    return dict(zip(titles, rows[number], strict=True))


def test_a_sheet_per_form_and_per_repeat(workspace: Workspace, made: Made) -> None:
    record = made.record(workspace, say(workspace, "regional", REGIONAL))

    assert [sheet.name for sheet in record.sheets] == [
        "Regional stocktaking",
        "Findings – Regional stocktaking",
        "Pictures – Regional stocktaking",
        "Participants by type – Regional stocktaking",
    ]


def test_answers_have_their_types_and_choices_their_labels(
    workspace: Workspace, made: Made
) -> None:
    row = _row(made.record(workspace, say(workspace, "regional", REGIONAL)), "Regional stocktaking")

    assert row["First day"] == date(2021, 6, 1)
    assert row["People who took part"] == Decimal(120)
    assert row["Regional bureau"] == "West and Central Africa"
    assert row["Countries concerned"] == "Senegal"
    assert row["State"] == "Finished"


def test_findings_are_rows_in_their_order(workspace: Workspace, made: Made) -> None:
    record = made.record(workspace, say(workspace, "regional", REGIONAL))
    first, second = (_row(record, "Findings – Regional stocktaking", n) for n in (0, 1))

    assert (first["No."], first["Kind"], first["What was said"]) == (
        "1",
        "Progress",
        "Enrolment grew.",
    )
    assert first["Objectives of the Compact"] == (
        "Ease pressures on host countries; Enhance refugee self-reliance"
    )
    assert second["What was said"] == "=Funds are short."


@pytest.mark.parametrize(
    ("language", "kind", "finding"),
    [
        ("fr", "Progrès", "Constats"),
        ("es", "Avance", "Constataciones"),
        ("ar", "تقدُّم", "الاستنتاجات"),
    ],
)
def test_labels_are_in_the_readers_language(
    workspace: Workspace, made: Made, language: str, kind: str, finding: str
) -> None:
    text = made.text(workspace, say(workspace, "regional", REGIONAL), language)
    section = next(one for one in text.sections if one.items)

    assert (section.title, section.items[0].tag) == (finding, kind)


def test_the_reference_leads_back_to_the_entry(workspace: Workspace, made: Made) -> None:
    entry = say(workspace, "regional", REGIONAL)
    reference = made.text(workspace, entry).reference

    assert reference.startswith("WCA-SEN-")
    assert parse_reference(reference) == (entry[-6:], "", 0)
    assert parse_reference(f"{reference}/F2") == (entry[-6:], "F", 2)


def test_findings_are_items_with_their_kind(workspace: Workspace, made: Made) -> None:
    text = made.text(workspace, say(workspace, "regional", REGIONAL))
    items = next(one for one in text.sections if one.title == "Findings").items

    assert [(one.number, one.tag, one.kind) for one in items] == [
        ("F1", "Progress", "progress"),
        ("F2", "Challenge", "challenge"),
    ]


def test_dates_are_written_as_the_reader_writes_them(workspace: Workspace, made: Made) -> None:
    entry = say(workspace, "regional", REGIONAL)

    answers = {
        lang: dict(made.text(workspace, entry, lang).sections[0].answers) for lang in ("en", "fr")
    }

    assert answers["en"]["First day"] == "1 June 2021"
    assert answers["fr"]["Premier jour"] == "1 juin 2021"


def test_an_event_stands_with_its_name(workspace: Workspace, made: Made) -> None:
    entry = say_demo(workspace, "consultation-2021-april")["consultation-2021-april"]

    assert made.text(workspace, entry).title.startswith("Virtual informal consultation")


def test_differing_versions_are_shown_with_their_place(workspace: Workspace, made: Made) -> None:
    entry = say(workspace, "regional", REGIONAL)
    row = rows_of(get_entry(workspace, entry).answers)["findings"][0].path
    differ(workspace, entry, f"{row}/text", "Enrolment fell.")

    found = made.text(workspace, entry).differing[0]

    assert found.label == "Findings 1 › What was said"
    assert {version.text for version in found.versions} == {"Enrolment grew.", "Enrolment fell."}
    assert ("Answers with differing versions", "1") in made.record(workspace, entry).cover


def test_the_cover_says_who_when_and_how_many(workspace: Workspace, people: People) -> None:
    entry = say(workspace, "regional", REGIONAL)
    now = people.now.astimezone(timezone(timedelta(hours=1)))
    exported = pack(workspace, people.wca.signer, Kind("xlsx", "en"), now, [entry])
    cover = dict(exported.record.cover)

    assert cover["Made by"] == "Regional bureau in Dakar"
    assert cover["Bureau"] == "West and Central Africa"
    assert cover["Made on"].endswith(f"{now:%H:%M} (UTC+01:00)")
    assert cover["Entries"] == "1"
    assert cover["Classification"] == "Internal"
    assert exported.record.verification.fingerprint == exported.shown.fingerprint
    assert exported.contents.closing.id in exported.record.verification.code


def test_a_practice_record_says_so(workspace: Workspace, people: People) -> None:
    entry = say(workspace, "regional", REGIONAL)
    shown = pack(workspace, people.hq.signer, Kind(), people.now, [entry]).shown

    assert build_record(shown, "en").notice == ""
    assert build_record(replace(shown, practice=True), "en").notice.startswith("PRACTICE")


def test_a_record_can_be_read_twice(workspace: Workspace, made: Made) -> None:
    record = made.record(workspace, say(workspace, "regional", REGIONAL))

    assert list(record.rows()) == list(record.rows())
    out = io.BytesIO()
    write_workbook(record, out)
    assert out.getvalue().startswith(b"PK")


def test_rows_follow_their_order_and_deleted_ones_are_left_out() -> None:
    answers = {
        "a[x]/@order": "2",
        "a[x]/text": "second",
        "a[y]/@order": "1.5",
        "a[y]/b[z]/c": "inner",
        "a[w]/@deleted": "1",
        "a[v]/text": "without order",
    }
    rows = rows_of(answers)["a"]

    assert [row.path for row in rows] == ["a[y]", "a[x]", "a[v]"]
    assert rows[0].inner["a/b"][0].answers == {"c": "inner"}


@pytest.mark.parametrize("order", ["NaN", "Infinity", "", "x"])
def test_an_odd_order_puts_a_row_last(order: str) -> None:
    answers = {"a[x]/@order": order, "a[x]/t": "1", "a[y]/@order": "7", "a[y]/t": "2"}

    assert [row.path for row in rows_of(answers)["a"]] == ["a[y]", "a[x]"]
