"""Rows that come, go and move; rules that read across them."""

from collections.abc import Callable

import pytest

from stocktake_app.questionnaire.row_order import order_between
from stocktake_app.questionnaire.session import AnswerRefusedError, FormSession
from stocktake_app.questionnaire.xpath.elements import Element

Start = Callable[..., FormSession]

FINDINGS = """
| survey |
| | type | name | label | relevant | calculation | default | repeat_count |
| | text | event | Event | | | | |
| | begin repeat | findings | Finding | ${event} != 'none' | | | |
| | text | kind | Kind | | | progress | |
| | text | text | Text ${number} | ${kind} != 'nothing' | | | |
| | integer | score | Score | | | | |
| | calculate | number | | | position(..) | | |
| | begin repeat | quotes | Quote | | | | |
| | text | said | Said | | | | |
| | calculate | tag | | | concat(${kind}, '-', ${said}) | | |
| | end repeat | | | | | | |
| | end repeat | | | | | | |
| | calculate | how_many | | | count(${findings}) | | |
| | calculate | total | | | sum(${score}) | | |
| | calculate | second | | | indexed-repeat(${text}, ${findings}, 2) | | |
| | calculate | quoted | | | count(${quotes}) | | |
"""


def test_a_new_entry_has_the_first_row_that_the_form_shows(start: Start) -> None:
    session = start(FINDINGS)
    assert session.row_paths("findings") == ("findings[r1]",)
    assert session.opening.stored["findings[r1]/@order"] == "1"
    assert session.value("findings[r1]/kind") == "progress"


def test_a_row_that_comes_changes_what_counts_rows_and_nothing_else(start: Start) -> None:
    session = start(FINDINGS)
    row = session.add_row("findings")
    assert row == "findings[r3]"
    assert session.changes.structure == {"findings"}
    assert session.changes.stored == {f"{row}/@order": "2", f"{row}/kind": "progress"}
    assert session.changes.values == {f"{row}/kind", f"{row}/number", "how_many"}
    assert (session.value("how_many"), session.value(f"{row}/number")) == ("2", "2")


def test_a_row_keeps_the_id_that_it_is_given(start: Start) -> None:
    session = start(FINDINGS)
    assert session.add_row("findings", "k3x9") == "findings[k3x9]"
    with pytest.raises(AnswerRefusedError, match="k3x9"):
        session.add_row("findings", "k3x9")


def test_rules_of_a_row_read_the_same_row(start: Start) -> None:
    session = start(FINDINGS)
    second = session.add_row("findings")
    session.answer("findings[r1]/kind", "nothing")
    assert not session.is_relevant("findings[r1]/text")
    assert session.is_relevant(f"{second}/text")
    session.answer(f"{second}/text", "hello")
    assert session.value("second") == "hello"
    assert session.label(f"{second}/text") == "Text 2"


def test_sums_leave_blanks_and_hidden_rows_out(start: Start) -> None:
    session = start(FINDINGS)
    second = session.add_row("findings")
    session.add_row("findings")
    session.answer("findings[r1]/score", "3")
    assert session.value("total") == "3"
    session.answer(f"{second}/score", "4")
    assert session.value("total") == "7"
    session.answer("event", "none")
    assert (session.value("total"), session.value("how_many")) == ("0", "0")


def test_a_row_that_goes_takes_its_answers_and_says_so(start: Start) -> None:
    session = start(FINDINGS)
    second = session.add_row("findings")
    session.answer("findings[r1]/text", "first")
    session.answer(f"{second}/text", "second")
    changes = session.remove_row("findings[r1]")
    assert changes.structure == {"findings"}
    assert changes.stored["findings[r1]/text"] is None
    assert changes.stored["findings[r1]/@order"] is None
    assert session.row_paths("findings") == (second,)
    assert session.value(f"{second}/number") == "1"
    assert session.value("second") is None
    assert session.value("findings[r1]/text") is None
    assert not [path for path in session.answers() if path.startswith("findings[r1]")]


def test_rows_within_rows_work_on_their_own(start: Start) -> None:
    session = start(FINDINGS)
    second = session.add_row("findings")
    quote = session.add_row(f"{second}/quotes")
    session.answer(f"{quote}/said", "yes")
    session.answer(f"{second}/kind", "challenge")
    assert session.value(f"{quote}/tag") == "challenge-yes"
    assert session.value("quoted") == "2"
    session.remove_row(second)
    assert session.value("quoted") == "1"


def test_a_moved_row_gets_a_number_between_its_neighbours(start: Start) -> None:
    session = start(FINDINGS)
    rows = ["findings[r1]", session.add_row("findings"), session.add_row("findings")]
    changes = session.move_row(rows[2], 1)
    assert changes.stored == {f"{rows[2]}/@order": "1.5"}
    assert session.row_paths("findings") == (rows[0], rows[2], rows[1])
    assert session.value(f"{rows[1]}/number") == "3"
    assert session.move_row(rows[1], 0).stored == {f"{rows[1]}/@order": "0"}
    assert session.move_row(rows[1], 99).stored == {f"{rows[1]}/@order": "2"}
    assert session.row_paths("findings") == (rows[0], rows[2], rows[1])


def test_rows_appear_in_their_order_then_by_id(start: Start) -> None:
    answers = {
        "findings[b]/@order": "2", "findings[b]/text": "b",
        "findings[a]/@order": "2", "findings[a]/text": "a",
        "findings[c]/@order": "1.5", "findings[c]/text": "c",
        "findings[z]/text": "no order",
    }  # fmt: skip
    session = start(FINDINGS, answers)
    assert [path[9] for path in session.row_paths("findings")] == ["c", "a", "b", "z"]
    session.move_row("findings[z]", 2)
    assert [path[9] for path in session.row_paths("findings")] == ["c", "a", "z", "b"]
    again = start(FINDINGS, session.answers())
    assert again.row_paths("findings") == session.row_paths("findings")


def test_a_row_of_which_only_a_deletion_is_left_does_not_come_back(start: Start) -> None:
    session = start(FINDINGS, {"event": "x", "findings[a]/@deleted": "yes"})
    assert session.row_paths("findings") == ()
    assert session.answers() == {"event": "x", "findings[a]/@deleted": "yes"}


def test_a_repeat_without_rows_still_knows_whether_it_is_shown(start: Start) -> None:
    session = start(FINDINGS, {"event": "none"})
    assert session.row_paths("findings") == ()
    assert not session.is_relevant("findings")
    changes = session.answer("event", "some")
    assert changes.relevance == {"findings"}
    assert session.is_relevant("findings")
    assert session.label("findings") == "Finding"


COUNTED = """
| survey |
| | type | name | label | repeat_count |
| | integer | n | N | |
| | begin repeat | child | Child | ${n} |
| | text | name | Name | |
| | end repeat | | | |
"""


def test_the_form_may_say_how_many_rows_there_are(start: Start) -> None:
    session = start(COUNTED)
    assert session.row_paths("child") == ()
    assert not session.can_add_row("child")
    assert session.answer("n", "2").structure == {"child"}
    assert len(session.row_paths("child")) == 2
    with pytest.raises(AnswerRefusedError, match="how many rows"):
        session.add_row("child")
    with pytest.raises(AnswerRefusedError, match="how many rows"):
        session.remove_row(session.row_paths("child")[0])


def test_rows_beyond_the_number_come_back_when_the_number_was_a_slip(start: Start) -> None:
    session = start(COUNTED)
    session.answer("n", "3")
    rows = session.row_paths("child")
    session.answer(f"{rows[2]}/name", "third")
    session.answer("n", "1")
    assert session.row_paths("child") == rows[:1]
    assert session.answers()[f"{rows[2]}/name"] == "third"
    assert f"{rows[2]}/name" not in session.sealed_answers()
    again = start(COUNTED, session.answers())
    again.answer("n", "3")
    assert again.row_paths("child") == rows
    assert again.value(f"{rows[2]}/name") == "third"


def test_a_new_row_sets_off_its_own_actions(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label | default | trigger | calculation |
    | | text | a | A | | | |
    | | begin repeat | row | Row | | | |
    | | date | day | Day | today() | | |
    | | text | word | Word | | | |
    | | calculate | stamp | | | ${word} | concat(${word}, '!') |
    | | end repeat | | | | | |
    """
    session = start(form)
    row = session.add_row("row")
    assert session.changes.stored[f"{row}/day"] == "2021-04-28"
    changes = session.answer(f"{row}/word", "hey")
    assert changes.stored == {f"{row}/word": "hey", f"{row}/stamp": "hey!"}
    assert session.value("row[r1]/stamp") is None


def _row(order: str) -> Element:
    row = Element("row")
    row.order = order
    return row


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("1", "2", "1.5"),
        ("1", "1.5", "1.2"),
        ("1", "1.1", "1.05"),
        ("1", "3", "2"),
        (None, "1", "0"),
        ("7", None, "8"),
        ("2.5", None, "3"),
        (None, None, "1"),
        ("1", "1", None),
        ("x", "1", None),
    ],
)
def test_the_number_between_two_rows_is_the_shortest(
    before: str | None, after: str | None, between: str | None
) -> None:
    neighbours = [None if one is None else _row(one) for one in (before, after)]
    assert order_between(*neighbours) == between
