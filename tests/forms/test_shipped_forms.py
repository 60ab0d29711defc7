"""The shipped questionnaires: they convert, speak four languages, keep to one vocabulary."""

import re

import pytest
from pyxform.xls2xform import convert
from shipped_tables import (
    FORMS,
    LANGUAGES,
    QUESTIONNAIRES,
    ROOT,
    Line,
    all_forms,
    choices,
    questions,
    register,
    register_names,
    sheet,
    survey,
)

from stocktake_app.model.codes import FindingKind

NO_LABEL = {"calculate"}
WITH_FINDINGS = [key for key in QUESTIONNAIRES if key != "indicator_reading"]
EVENTS = ["regional", "country", "thematic", "stakeholder", "consultation"]


def test_the_eight_questionnaires_and_those_of_the_registers_ship() -> None:
    registers = [key for key in all_forms() if key.startswith("register_")]
    assert set(QUESTIONNAIRES) | set(registers) == set(all_forms())
    assert {"register_events", "register_pledges", "register_initiatives"} <= set(registers)


@pytest.mark.parametrize("key", all_forms())
def test_questionnaire_converts_without_a_warning(key: str) -> None:
    result = convert((FORMS / f"{key}.md").read_text("utf-8"), validate=False, file_type=".md")
    assert result.warnings == []
    assert f'id="{key}"' in result.xform


@pytest.mark.parametrize("key", all_forms())
def test_settings_name_the_form_its_version_and_its_first_language(key: str) -> None:
    (settings,) = sheet(key, "settings")
    assert settings["form_id"] == key
    assert settings["version"]
    assert settings["form_title"] == register("questionnaires.csv")[key]["label"]
    assert settings["default_language"] == LANGUAGES[0]


@pytest.mark.parametrize("key", all_forms())
def test_whatever_a_person_sees_is_in_four_languages(key: str) -> None:
    for line in survey(key):
        kinds = {column.split("::")[0] for column in line.row if "::" in column} - {"bind"}
        assert "label" in kinds or line.kind in NO_LABEL, line.path
        for kind in kinds:
            _check_languages(line.row, kind, line.path)
    for choice in sheet(key, "choices"):
        _check_languages(choice, "label", choice["name"])


def _check_languages(row: dict[str, str], kind: str, where: str) -> None:
    texts = [row.get(f"{kind}::{language}") for language in LANGUAGES]
    assert all(texts), f"{where} has no {kind} in every language"
    assert re.search("[\u0600-\u06ff]", texts[3] or ""), f"{where}: the Arabic {kind} is not Arabic"
    assert not re.search(r" [:;?!»]|« ", texts[1] or ""), f"{where}: French needs a no-break space"


@pytest.mark.parametrize("key", all_forms())
def test_every_constraint_says_what_to_do(key: str) -> None:
    for line in survey(key):
        message = f"constraint_message::{LANGUAGES[0]}"
        assert ("constraint" in line.row) == (message in line.row), line.path


@pytest.mark.parametrize("key", all_forms())
def test_every_list_and_register_that_a_question_names_exists(key: str) -> None:
    for line in survey(key):
        if line.kind.endswith("_from_file"):
            assert line.list_name in register_names(), line.path
        elif line.kind.startswith("select"):
            assert choices(key, line.list_name), line.path
    named = {line.list_name for line in survey(key)}
    assert {row["list_name"] for row in sheet(key, "choices")} <= named


@pytest.mark.parametrize("key", all_forms())
def test_choice_filters_name_columns_of_their_register(key: str) -> None:
    for line in survey(key):
        expression = line.row.get("choice_filter")
        if not expression:
            continue
        bare = re.sub(r"'[^']*'|\$\{\w+\}|\w+\s*\(", " ", expression)
        columns = set(re.findall(r"[a-z]\w*", bare)) - {"or", "and"}
        first = next(iter(register(line.list_name).values()))
        assert columns
        assert columns <= set(first), line.path


@pytest.mark.parametrize("key", WITH_FINDINGS)
def test_a_finding_asks_first_for_kind_and_text_and_requires_no_more(key: str) -> None:
    below = [
        one for one in survey(key) if one.path.startswith("findings/") and one.kind != "calculate"
    ]
    assert [line.path for line in below[:3]] == [
        "findings/kind",
        "findings/text",
        "findings/coding",
    ]
    always = [line.path for line in below if "required" in line.row and "relevant" not in line.row]
    assert always == ["findings/kind", "findings/text"]


@pytest.mark.parametrize("key", WITH_FINDINGS)
def test_finding_kinds_are_those_of_the_model(key: str) -> None:
    assert list(choices(key, "finding_kinds")) == [kind.value for kind in FindingKind]


@pytest.mark.parametrize("key", WITH_FINDINGS)
@pytest.mark.parametrize("name", ["finding_kinds", "subjects", "objectives", "lenses"])
def test_lists_that_are_registers_too_say_the_same(key: str, name: str) -> None:
    rows = register(f"{name}.csv")
    columns = ("label", "label_fr", "label_es", "label_ar")
    for code, choice in choices(key, name).items():
        assert [choice[f"label::{lang}"] for lang in LANGUAGES] == [rows[code][c] for c in columns]
    assert set(choices(key, name)) == set(rows)


@pytest.mark.parametrize("key", QUESTIONNAIRES)
def test_little_is_required_of_a_person_who_takes_notes(key: str) -> None:
    always = [line for line in survey(key) if "required" in line.row and "relevant" not in line.row]
    assert len(always) <= 8
    assert not [line for line in always if line.path.startswith(("arrangements", "participa"))]


@pytest.mark.parametrize("key", EVENTS)
def test_refugees_are_counted_on_their_own_and_never_above_the_total(key: str) -> None:
    refugees = questions(key)["participation/participants_refugees"]
    assert refugees.kind == "integer"
    assert "${participants_total}" in refugees.row["constraint"]


def test_a_speaker_is_named_only_if_attributable_and_then_confidentially() -> None:
    delegation = questions("consultation")["interventions/delegation"]
    assert delegation.row["relevant"] == "${attributable} = 'yes'"
    assert delegation.row["bind::stocktake:confidential"] == "yes"
    assert questions("consultation")["interventions/attributable"].row["default"] == "no"


def test_personal_stories_and_names_are_confidential_wherever_they_are_asked() -> None:
    for key in WITH_FINDINGS:
        for name in ("human_impact", "attributed_to"):
            row = questions(key)[f"findings/coding/{name}"].row
            assert row["bind::stocktake:confidential"] == "yes"
    for key in EVENTS:
        for path in ("participants/participant_names", "pictures/picture_caption"):
            assert questions(key)[path].row["bind::stocktake:confidential"] == "yes"
    for key in ("thematic", "stakeholder", "consultation"):
        presenter = questions(key)["agenda/agenda_presenter"].row
        assert presenter["bind::stocktake:confidential"] == "yes"


def test_a_name_means_the_same_in_every_questionnaire() -> None:
    seen: dict[str, tuple[str, str | None]] = {}
    for key in QUESTIONNAIRES:
        for line in survey(key):
            meaning = (line.row["type"], line.row.get(f"label::{LANGUAGES[0]}"))
            assert seen.setdefault(line.row["name"], meaning) == meaning, (key, line.path)


def test_a_list_has_the_same_choices_in_every_questionnaire() -> None:
    seen: dict[str, dict[str, dict[str, str]]] = {}
    for key in all_forms():
        for name in {row["list_name"] for row in sheet(key, "choices")}:
            assert seen.setdefault(name, choices(key, name)) == choices(key, name), (key, name)


@pytest.mark.parametrize("key", [key for key in all_forms() if key.startswith("register_")])
def test_questions_of_a_register_are_the_columns_of_its_file(key: str) -> None:
    file = key.removeprefix("register_") + ".csv"
    columns = list(next(iter(register(file).values())))
    assert sorted(questions(key)) == sorted(columns)


def test_the_vocabulary_page_names_every_group_and_question_and_no_other() -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    before, registers = page.split("\n## Registers\n")
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]*) \|", before, re.MULTILINE)
    written = {path: (kind.removesuffix(", confidential"), label) for path, kind, label in rows}
    meant = {line.path: _described(line) for key in QUESTIONNAIRES for line in survey(key)}
    assert written == meant
    columns = set(re.findall(r"^\| `([^`]+)` \|", registers, re.MULTILINE))
    assert columns == {p for key in all_forms() if key[:9] == "register_" for p in questions(key)}


def _described(line: Line) -> tuple[str, str]:
    words = {"select_one": "one of", "select_multiple": "several of"}
    kind = line.kind.removeprefix("begin_").removesuffix("_from_file")
    text = f"{words[kind]} `{line.list_name}`" if kind in words else kind
    return text, line.row.get(f"label::{LANGUAGES[0]}", "(calculated)")
