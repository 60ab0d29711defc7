"""What must hold for every way of filling an entry."""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake_app.questionnaire.form import Form, load_form
from stocktake_app.questionnaire.nodes import Question
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.questionnaire.xlsform import convert
from stocktake_app.questionnaire.xpath.errors import XPathSyntaxError
from stocktake_app.questionnaire.xpath.parser import parse

Start = Callable[..., FormSession]

FORM = """
| survey |
| | type | name | label | relevant | required | constraint | calculation | choice_filter | repeat_count |
| | integer | n | N | | | . < 6 | | | |
| | text | mode | Mode ${total} | | yes | | | | |
| | begin group | details | Details | ${mode} != 'short' | | | | | |
| | select_one areas | area | Area | | | | | | |
| | select_multiple places | places | Places | ${area} != '' | | count-selected(.) < 3 | | area = ${area} | |
| | begin repeat | row | Row | ${mode} != 'none' | | | | | |
| | integer | amount | Amount ${where} | | ${n} > 2 | | | | |
| | select_one places | place | Place | ${amount} > 1 | | | | selected(${places}, name) | |
| | calculate | where | | | | | position(..) | | |
| | calculate | share | | | | | ${amount} div sum(${amount}) | | |
| | begin repeat | inner | Inner | ${amount} < 9 | | | | | |
| | text | word | Word | ${mode} = 'long' | | | | | |
| | calculate | path | | | | | concat(${where}, ':', position(..), ${word}) | | |
| | end repeat | | | | | | | | |
| | end repeat | | | | | | | | |
| | end group | | | | | | | | |
| | begin repeat | counted | Counted | | | | | | ${n} |
| | text | said | Said | | | | | | |
| | end repeat | | | | | | | | |
| | calculate | rows | | | | | count(${row}) + count(${counted}) * 100 | | |
| | calculate | total | | | | | sum(${amount}) | | |
| | calculate | words | | | | | join(',', ${path}) | | |
| | calculate | second | | | | | indexed-repeat(${amount}, ${row}, 2) | | |
| | calculate | last | | | | | if(${rows} > 1, ${second}, concat(${words}, ${mode})) | | |
| choices |
| | list_name | name | label | area |
| | areas | a1 | A1 | |
| | areas | a2 | A2 | |
| | places | p1 | P1 | a1 |
| | places | p2 | P2 | a1 |
| | places | p3 | P3 | a2 |
"""  # noqa: E501 - a form is a table
VALUES = {
    "n": ["0", "1", "3", "9", "x", None],
    "mode": ["short", "long", "none", "other", None],
    "details/area": ["a1", "a2", None],
    "details/places": ["p1", "p2 p1", "p3", None],
    "amount": ["0", "1", "2", "12", None],
    "place": ["p1", "p3", None],
    "word": ["hello", "wörld", None],
    "said": ["yes", None],
}


def act(session: FormSession, chance: random.Random) -> None:
    """Do one random thing that a person can do."""
    repeats = ["details/row", *(f"{row}/inner" for row in session.row_paths("details/row"))]
    rows = [row for repeat in repeats for row in session.row_paths(repeat)]
    kind = chance.choice(["answer"] * 6 + ["add", "remove", "move"])
    if kind == "add":
        session.add_row(chance.choice(repeats))
    elif kind == "remove" and rows:
        session.remove_row(chance.choice(rows))
    elif kind == "move" and rows:
        session.move_row(chance.choice(rows), chance.randrange(4))
    else:
        path = chance.choice(answerable(session))
        values = VALUES.get(path) or VALUES[path.rpartition("/")[2]]
        session.answer(path, chance.choice(values))


def answerable(session: FormSession) -> list[str]:
    tree = session._tree
    return [
        element.path
        for element in tree.below(tree.root)
        if isinstance(element.definition, Question)
        and element.definition.editable
        and element.path in tree.by_path
    ]


def picture(session: FormSession) -> dict[str, Any]:
    """Everything that a window could show."""
    tree = session._tree
    found: dict[str, Any] = {}
    for element in tree.below(tree.root):
        path = element.path
        shown: list[Any] = [element.shown, session.label(path)]
        if isinstance(element.definition, Question):
            shown += [session.value(path), session.problem(path), session.is_required(path)]
            shown += [session.choices(path)]
        found[path] = shown
    found["order"] = [one.path for one in tree.below(tree.root)]
    return found


@lru_cache
def form() -> Form:
    """Not a fixture: Hypothesis would print all of it with every example."""
    conversion = convert(FORM.encode(), "form.md")
    assert conversion.xform is not None
    return load_form(conversion.xform)


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 25))
@settings(max_examples=80, deadline=None)
def test_step_by_step_gives_the_same_as_all_at_once(start: Start, seed: int, steps: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - tests must repeat
    session = start(form())
    for _ in range(steps):
        act(session, chance)
    again = start(form(), session.answers())
    assert picture(again) == picture(session)
    assert again.answers() == session.answers()
    assert again.sealed_answers() == session.sealed_answers()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_changes_name_everything_that_looks_different(start: Start, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - tests must repeat
    session = start(form())
    saved = dict(session.opening.stored)
    for _ in range(12):
        before = picture(session)
        act(session, chance)
        after = picture(session)
        changes = session.changes
        for path in before.keys() & after.keys() - {"order"}:
            one, two = before[path], after[path]
            assert (one[0] == two[0]) or path in changes.relevance
            assert (one[1] == two[1]) or path in changes.labels
            if len(one) > 2:
                assert (one[2] == two[2]) or path in changes.values
                judged = changes.states | changes.relevance
                assert (one[3:5] == two[3:5]) or path in judged
                assert (one[5] == two[5]) or path in changes.choices
        for path, value in changes.stored.items():
            saved.pop(path, None)
            saved.update({path: value} if value else {})
        assert saved == session.answers(), "saving what changed saves everything"


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_answers_given_nested_come_out_as_they_were_given(start: Start, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - tests must repeat
    nested: dict[str, Any] = {
        "mode": chance.choice(["long", "other"]),
        "n": chance.randrange(4),
        "area": "a1",
        "places": chance.choice([["p1"], ["p1", "p2"], "p2"]),
        "row": [
            {
                "amount": chance.randrange(8),
                "inner": [{"word": f"w{n}"} for n in range(chance.randrange(3))],
            }
            for _ in range(chance.randrange(4))
        ],
    }
    session = start(form())
    errors = [one for one in session.fill(nested).problems if one.severity == "error"]
    assert errors == []
    rows = session.row_paths("details/row")
    assert [session.value(f"{row}/amount") for row in rows] == [
        str(one["amount"]) for one in nested["row"]
    ]
    for row, given_row in zip(rows, nested["row"], strict=True):
        inner = session.row_paths(f"{row}/inner")
        assert [session.value(f"{one}/word") for one in inner] == [
            one["word"] for one in given_row["inner"]
        ]
    again = start(form())
    again.fill(nested)
    strip = {path: value for path, value in session.answers().items() if "meta" not in path}
    assert strip.items() <= again.answers().items()


def refusal(text: str) -> str:
    try:
        parse(text)
    except XPathSyntaxError as error:
        return str(error)
    return ""


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_an_expression_or_is_refused_with_a_sentence(text: str) -> None:
    assert refusal(text) == "" or refusal(text).endswith(".")


@given(st.lists(st.sampled_from([*"()[]/.,@*+-=<>|'\"", "a", "1", " and ", "if(", ".."])))
@settings(max_examples=300, deadline=None)
def test_any_row_of_tokens_is_an_expression_or_is_refused_with_a_sentence(
    parts: list[str],
) -> None:
    text = "".join(parts)
    assert refusal(text) == "" or refusal(text).endswith(".")


@given(st.binary(max_size=400), st.sampled_from(["f.xlsx", "f.xls", "f.md", "f.csv", "f.xml"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_form_or_a_list_of_problems(data: bytes, name: str) -> None:
    conversion = convert(data, name)
    assert conversion.xform is not None or conversion.errors


@given(st.lists(st.lists(st.sampled_from([
    "type", "name", "label", "relevant", "text", "begin group", "end group", "begin repeat",
    "select_one l", "q", "${q} = 1", "", "list_name", "note", "calculate", "x y",
]), min_size=1, max_size=5), max_size=8))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_table_is_a_form_or_a_list_of_problems(rows: list[list[str]]) -> None:
    table = "".join(f"| | {' | '.join(row)} |\n" for row in rows)
    conversion = convert(f"| survey |\n{table}".encode(), "f.md")
    assert conversion.xform is not None or conversion.errors


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_rows_stay_where_they_are_put(start: Start, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - tests must repeat
    session = start(form(), {"mode": "long"})
    expected = [session.add_row("details/row") for _ in range(5)]
    for _ in range(30):
        row, place = chance.choice(expected), chance.randrange(5)
        session.move_row(row, place)
        expected.remove(row)
        expected.insert(place, row)
        assert list(session.row_paths("details/row")) == expected
    assert list(start(form(), session.answers()).row_paths("details/row")) == expected
