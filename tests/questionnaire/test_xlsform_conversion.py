"""Questionnaire files of every kind, sound and faulty, to XForms or placed problems."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from stocktake_app.questionnaire.form import BadFormError, Form, load_form
from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.questionnaire.xlsform import Conversion, convert

SURVEY = [["type", "name", "label"], ["text", "a", "A"], ["select_one l", "b", "B"]]
CHOICES = [["list_name", "name", "label"], ["l", "x", "X"], ["l", "y", "Y"]]


def xlsx(**sheets: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def errors(conversion: Conversion) -> list[str]:
    return [str(one) for one in conversion.errors]


def test_excel_markdown_and_csv_give_the_same_questions() -> None:
    markdown = "".join(
        f"| {name} |\n" + "".join(f"| | {' | '.join(row)} |\n" for row in rows)
        for name, rows in (("survey", SURVEY), ("choices", CHOICES))
    )
    csv = "".join(
        f"{name},,,\n" + "".join(f",{','.join(row)}\n" for row in rows)
        for name, rows in (("survey", SURVEY), ("choices", CHOICES))
    )
    for data, name in (
        (xlsx(survey=SURVEY, choices=CHOICES), "f.xlsx"),
        (markdown.encode(), "f.md"),
        (csv.encode(), "f.csv"),
    ):
        conversion = convert(data, name)
        assert conversion.xform is not None, errors(conversion)
        assert conversion.problems == ()
        assert list(load_form(conversion.xform).nodes)[:3] == ["", "a", "b"]


def test_an_xform_passes_through_unchanged() -> None:
    made = convert(xlsx(survey=SURVEY, choices=CHOICES), "f.xlsx").xform
    assert made is not None
    assert convert(made, "f.xml") == Conversion(made, ())


def test_the_same_file_always_gives_the_same_xform() -> None:
    data = xlsx(survey=SURVEY, choices=CHOICES)
    assert convert(data, "f.xlsx").xform == convert(data, "f.xlsx").xform


def test_a_file_with_the_wrong_suffix_is_read_by_what_it_is() -> None:
    conversion = convert(xlsx(survey=SURVEY, choices=CHOICES), "form.xls")
    assert conversion.xform is not None
    assert [one.severity for one in conversion.problems] == [Severity.REPAIRED]


def test_a_name_twice_in_a_list_is_let_pass_and_said() -> None:
    choices = [*CHOICES, ["l", "x", "X again"]]
    conversion = convert(xlsx(survey=SURVEY, choices=choices), "f.xlsx")
    assert conversion.xform is not None
    assert conversion.problems == (
        Problem(
            "choices", 4, "name", "x", "this name is in the list “l” already.",
            "Both are offered; change one of them.", Severity.REPAIRED,
        ),
    )  # fmt: skip


def test_names_that_cannot_be_are_mended_wherever_they_are_used() -> None:
    survey = [
        ["type", "name", "label", "relevant"],
        ["begin_group", "meta", "Group", ""],
        ["text", "first name", "A", ""],
        ["tel", "2nd", "B", "${first name} != ''"],
        ["end_group", "", "", ""],
    ]
    conversion = convert(xlsx(survey=survey), "f.xlsx")
    assert conversion.xform is not None, errors(conversion)
    form = load_form(conversion.xform)
    assert {"_meta", "_meta/first_name", "_meta/_2nd"} <= set(form.nodes)
    assert [(one.row, one.severity) for one in conversion.problems] == [
        (4, Severity.REPAIRED), (2, Severity.REPAIRED),
        (3, Severity.REPAIRED), (4, Severity.REPAIRED),
    ]  # fmt: skip


def test_every_fault_is_reported_with_its_place() -> None:
    survey = [
        ["type", "name", "label", "relevant", "constraint"],
        ["begin group", "g", "G", "", ""],
        ["select_one gone", "a", "A", "", ""],
        ["text", "", "B", "", ""],
        ["text", "c", "C", "${nowhere} = 1", ""],
        ["text", "d", "D", "", ""],
        ["text", "D", "D", "", ""],
    ]
    found = convert(xlsx(survey=survey), "f.xlsx").errors
    assert {(one.row, one.column) for one in found} >= {
        (2, "type"), (3, "type"), (4, "name"), (5, "relevant"), (7, "name"),
    }  # fmt: skip
    assert all(one.sheet == "survey" for one in found)
    relevant = next(one for one in found if one.row == 5)
    assert str(relevant) == (
        "survey, row 5, column relevant: “${nowhere} = 1”: there is no question “nowhere”. "
        "Correct the name or add the question."
    )


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("relevant", "${a} = 'x", "never closed"),
        ("constraint", "regex(., 'x'", "missing"),
        ("calculation", "${a} +", "ends too early"),
        ("constraint", "selected(.)", "takes 2 arguments"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_in_its_cell(
    column: str, text: str, words: str
) -> None:
    survey = [["type", "name", "label", column], ["text", "a", "A", ""], ["text", "b", "B", text]]
    conversion = convert(xlsx(survey=survey), "f.xlsx")
    assert conversion.xform is None
    assert [(one.row, one.column, one.value) for one in conversion.errors] == [(3, column, text)]
    assert words in errors(conversion)[0]


def test_a_function_that_is_not_there_is_a_warning_and_its_rule_is_left_out() -> None:
    survey = [
        ["type", "name", "label", "relevant"],
        ["text", "a", "A", "cht:strip('x') = 'y'"],
    ]
    conversion = convert(xlsx(survey=survey), "f.xlsx")
    assert conversion.xform is not None
    assert [(one.row, one.column, one.severity) for one in conversion.problems] == [
        (2, "relevant", Severity.WARNING)
    ]
    assert "cht:strip() is not supported" in str(conversion.problems[0])


def test_questions_for_films_are_named_as_not_captured() -> None:
    survey = [["type", "name", "label"], ["video", "a", "A"]]
    conversion = convert(xlsx(survey=survey), "f.xlsx")
    assert conversion.xform is not None
    assert "cannot be captured" in str(conversion.problems[0])
    assert conversion.problems[0].row == 2


def test_external_choices_are_named_as_not_supported() -> None:
    survey = [
        ["type", "name", "label", "choice_filter"],
        ["text", "a", "A", ""],
        ["select_one_external l", "b", "B", "c=${a}"],
    ]
    external = [["list_name", "name", "label", "c"], ["l", "x", "X", "1"]]
    conversion = convert(xlsx(survey=survey, external_choices=external), "f.xlsx")
    assert conversion.xform is not None, errors(conversion)
    assert [(one.row, one.column, one.severity) for one in conversion.problems] == [
        (3, "choice_filter", Severity.WARNING)
    ]


def test_a_question_may_be_marked_confidential(read: Callable[[str], Form]) -> None:
    form = read(
        "| survey |\n| | type | name | label | bind::stocktake:confidential |\n"
        "| | text | name | Name | yes |\n| | text | place | Place | |\n"
        '| settings |\n| | namespaces |\n| | stocktake="urn:stocktake:forms" |\n'
    )
    assert [one.name for one in form.questions() if one.confidential] == ["name"]


def test_blocks_of_kobotoolbox_are_asked_as_plain_questions() -> None:
    survey = [
        ["type", "name", "label", "kobo--score-choices", "kobo--matrix_list"],
        ["begin_score", "s", "Score", "l", ""],
        ["score__row", "s1", "First", "", ""],
        ["end_score", "", "", "", ""],
        ["begin_kobomatrix", "m", "Matrix", "", "l"],
        ["integer", "n", "N", "", ""],
        ["end_kobomatrix", "", "", "", ""],
    ]
    conversion = convert(xlsx(survey=survey, choices=CHOICES), "f.xlsx")
    assert conversion.xform is not None, errors(conversion)
    form = load_form(conversion.xform)
    assert form.nodes["s/s1"].kind == "select_one"  # type: ignore[union-attr]
    assert {"m/m_x/m_x_n", "m/m_y/m_y_n"} <= set(form.nodes)
    assert {one.severity for one in conversion.problems} == {Severity.REPAIRED}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.xlsx"),
        (b"", "empty.md"),
        (b"just words", "words.md"),
        (b"PK\x03\x04 broken", "broken.xlsx"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "broken.xls"),
        (b"\xff\xfe\x00binary\x00\x01", "binary.csv"),
        (b"<html>", "open.xml"),
        (b"<html><head/></html>", "other.xml"),
        (xlsx(unrelated=[["a", "b"], ["1", "2"]], more=[["x"]]), "unrelated.xlsx"),
        (xlsx(survey=[["label"], ["A"]]), "no_type.xlsx"),
        (xlsx(survey=[["type", "name", "label"]]), "no_rows.xlsx"),
        (xlsx(survey=[["type", "type"], ["text", "a"]]), "twice.xlsx"),
    ],
)
def test_a_file_that_is_no_questionnaire_gets_a_sentence(data: bytes, name: str) -> None:
    conversion = convert(data, name)
    assert conversion.xform is None
    assert errors(conversion)
    assert all(text.endswith((".", "!")) and len(text) > 20 for text in errors(conversion))


def test_a_file_that_unpacks_to_far_more_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (61 * 1024 * 1024))
    assert "larger than 60 MB" in errors(convert(out.getvalue(), "bomb.xlsx"))[0]


def test_a_workbook_with_a_document_type_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert "document type" in errors(convert(out.getvalue(), "entity.xlsx"))[0]


XFORM = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">'
    "<h:head><h:title>T</h:title><model>{instance}{model}</model></h:head><h:body/></h:html>"
)
INSTANCE = '<instance><data id="t"><a/></data></instance>'


@pytest.mark.parametrize(
    ("xform", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><h:html/>', "document type"),
        ("<a>" * 200 + "</a>" * 200, "nested deeper"),
        ("<a><b></a>", "broken at line 1"),
        ("<?xml version='1.0' encoding='no-such'?><a/>", "XML"),
        ("<a/>", "not a questionnaire"),
        (XFORM.format(instance="", model=""), "what an entry looks like"),
        (
            XFORM.format(
                instance=INSTANCE,
                model='<instance id="x" src="jr://file-csv/../../etc/passwd"/>',
            ),
            "plain file name",
        ),
        (
            XFORM.format(instance=INSTANCE, model='<bind nodeset="/data/a" relevant="1 +"/>'),
            "a, relevant, “1 \\+”",
        ),
    ],
)
def test_a_hostile_or_broken_xform_is_refused_in_words(xform: str, words: str) -> None:
    with pytest.raises(BadFormError, match=words):
        load_form(xform.encode())


def test_an_xform_with_too_many_nodes_is_refused_soon() -> None:
    with pytest.raises(BadFormError, match="more than 300000 elements"):
        load_form(b"<a>" + b"<b/>" * 300_001 + b"</a>")


def test_a_form_knows_what_it_is(read: Callable[[str], Form]) -> None:
    form = read(
        "| survey |\n| | type | name | label |\n| | text | a | A |\n"
        "| settings |\n| | form_title | form_id | version |\n| | Title | my_form | 7 |\n"
    )
    assert (form.title, form.form_id, form.version) == ("Title", "my_form", "7")
    assert len(form.sha256) == 64
    assert form.languages == ()
