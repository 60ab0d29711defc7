"""Entries filled from nested objects; what is not understood comes back as a problem."""

from collections.abc import Callable
from typing import Any

import pytest

from stocktake_app.questionnaire.problems import Severity
from stocktake_app.questionnaire.session import FormSession

Start = Callable[..., FormSession]

FORM = """
| survey |
| | type | name | label | relevant | calculation |
| | begin group | event | Event | | |
| | text | title | Title | | |
| | date | day | Day | | |
| | begin group | place | Place | | |
| | text | city | City | | |
| | text | note | Note | | |
| | end group | | | | |
| | end group | | | | |
| | integer | people | People | | |
| | decimal | share | Share | | |
| | select_multiple langs | languages | Languages | | |
| | acknowledge | agreed | Agreed | | |
| | text | secret | Secret | ${people} > 100 | |
| | calculate | twice | | | ${people} * 2 |
| | note | hello | Hello | | |
| | video | film | Film | | |
| | begin repeat | findings | Finding | | |
| | select_one kinds | kind | Kind | | |
| | text | text | Text | | |
| | begin repeat | quotes | Quote | | |
| | text | note | Note | | |
| | end repeat | | | | |
| | end repeat | | | | |
| choices |
| | list_name | name | label |
| | langs | en | English |
| | langs | fr | French |
| | kinds | progress | Progress |
| | kinds | challenge | Challenge |
"""
ANSWERS = {
    "event": {"title": "Workshop", "day": "2021-04-28", "place": {"city": "Dakar"}},
    "people": 20,
    "share": 0.25,
    "languages": ["fr", "en"],
    "agreed": True,
    "findings": [
        {"kind": "progress", "text": "one", "quotes": [{"note": "q1"}, {"note": "q2"}]},
        {"kind": "challenge", "text": "two"},
    ],
}


def test_nested_answers_land_where_they_belong(start: Start) -> None:
    session = start(FORM)
    filled = session.fill(ANSWERS)
    assert filled.problems == ()
    rows = session.row_paths("findings")
    assert len(rows) == 2
    expected = {
        "event/title": "Workshop", "event/day": "2021-04-28", "event/place/city": "Dakar",
        "people": "20", "share": "0.25", "languages": "en fr", "agreed": "OK",
        f"{rows[0]}/kind": "progress", f"{rows[0]}/text": "one",
        f"{rows[1]}/kind": "challenge", f"{rows[1]}/text": "two",
    }  # fmt: skip
    assert expected.items() <= session.answers().items()
    quotes = session.row_paths(f"{rows[0]}/quotes")
    assert [session.value(f"{row}/note") for row in quotes] == ["q1", "q2"]
    assert filled.changes.stored.items() <= session.answers().items()


def test_groups_may_be_left_out_or_written_as_paths(start: Start) -> None:
    nested = start(FORM)
    nested.fill({"event": {"title": "W", "place": {"city": "Dakar"}}})
    for answers in (
        {"title": "W", "city": "Dakar"},
        {"event/title": "W", "event/place/city": "Dakar"},
        {"event": {"title": "W", "city": "Dakar"}},
    ):
        session = start(FORM)
        assert session.fill(answers).problems == ()
        for path in ("event/title", "event/place/city"):
            assert session.value(path) == nested.value(path)


def test_a_multiple_choice_may_be_text_and_null_clears(start: Start) -> None:
    session = start(FORM)
    assert session.fill({"languages": "fr en", "title": "x"}).problems == ()
    assert session.value("languages") == "en fr"
    assert session.fill({"title": None}).problems == ()
    assert session.value("event/title") is None


def test_a_list_gives_exactly_the_rows_it_has(start: Start) -> None:
    session = start(FORM)
    session.fill(ANSWERS)
    first = session.row_paths("findings")[0]
    changes = session.fill({"findings": [{"text": "only"}]}).changes
    assert session.row_paths("findings") == (first,)
    assert session.value(f"{first}/text") == "only"
    assert changes.structure == {"findings"}
    session.fill({"findings": []})
    assert session.row_paths("findings") == ()


@pytest.mark.parametrize(
    ("answers", "place", "words"),
    [
        ({"titel": "x"}, "titel", "Did you mean “title”"),
        ({"zzz": 1}, "zzz", "no question of this name"),
        ({"event": "x"}, "event", "an object"),
        ({"event": {"nope": 1}}, "event/nope", "no question of this name"),
        ({"findings": {"kind": "progress"}}, "findings", "a list of objects"),
        ({"findings": ["progress"]}, "findings[1]", "an object"),
        ({"findings": [{}, {"kind": "zzz"}]}, "findings[2]/kind", "Choose from: progress, chall"),
        ({"findings": [{"kind": ["progress"]}]}, "findings[1]/kind", "not a list"),
        ({"languages": ["en", "xx"]}, "languages", "“xx” is not among the choices"),
        ({"languages": ["en fr"]}, "languages", "a list of choice names"),
        ({"languages": [1]}, "languages", "a list of choice names"),
        ({"people": "many"}, "people", "“many” is not a whole number"),
        ({"people": 1.5}, "people", "not a whole number"),
        ({"people": True}, "people", "true and false"),
        ({"people": {"a": 1}}, "people", "not an object"),
        ({"event": {"day": "28.4.2021"}}, "event/day", "not a date"),
        ({"twice": 4}, "twice", "calculates this itself"),
        ({"hello": "x"}, "hello", "a note"),
        ({"film": "a.mp4"}, "film", "cannot be captured"),
    ],
)  # fmt: skip
def test_what_is_not_understood_comes_back(
    start: Start, answers: dict[str, Any], place: str, words: str
) -> None:
    problems = start(FORM).fill(answers).problems
    assert [(one.column, one.severity) for one in problems] == [(place, Severity.ERROR)]
    assert words in str(problems[0])


def test_a_name_that_stands_for_several_questions_is_not_guessed(start: Start) -> None:
    form = FORM.replace("| | text | city | City | | |", "| | text | title | Title | | |")
    problems = start(form).fill({"event": {"day": "2021-04-28"}, "title": "x"}).problems
    assert "event/title, event/place/title" in str(problems[0])


def test_an_answer_to_a_hidden_question_is_kept_with_a_warning(start: Start) -> None:
    session = start(FORM)
    problems = session.fill({"secret": "x", "people": 5}).problems
    assert [one.severity for one in problems] == [Severity.WARNING]
    assert session.value("secret") == "x"
    assert start(FORM).fill({"secret": "x", "people": 500}).problems == ()


def test_rows_that_the_form_counts_cannot_be_exceeded(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label | repeat_count |
    | | integer | n | N | |
    | | begin repeat | child | Child | ${n} |
    | | text | name | Name | |
    | | end repeat | | | |
    """
    session = start(form)
    problems = session.fill({"child": [{"name": "a"}, {"name": "b"}], "n": 1}).problems
    assert "the form asks for 1" in str(problems[0])
    assert [session.value(f"{row}/name") for row in session.row_paths("child")] == ["a"]
