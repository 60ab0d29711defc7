import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.documents.bidi import break_lines, shape, starts_right_to_left, visual

TEN_PER_LETTER = 10.0


def _measure(text: str) -> float:
    return TEN_PER_LETTER * len(text)


def test_lines_are_broken_between_words() -> None:
    assert break_lines("one two three", 80, _measure) == ["one two", "three"]


def test_line_feeds_stay() -> None:
    assert break_lines("one\n\ntwo", 80, _measure) == ["one", "", "two"]


def test_a_word_wider_than_the_line_is_cut() -> None:
    assert break_lines("abcdefgh ij", 40, _measure) == ["abcd", "efgh", "ij"]


def test_the_first_line_of_arabic_holds_its_first_words() -> None:
    lines = break_lines("واحد اثنان ثلاثة أربعة", 110, _measure)

    assert lines == ["واحد اثنان", "ثلاثة أربعة"]


def test_arabic_letters_are_joined_and_ordered_for_drawing() -> None:
    shown = visual("كتاب", rtl=True)

    assert unicodedata.normalize("NFKC", shown) == "باتك"
    assert all(
        "ARABIC" in unicodedata.name(letter) and " FORM" in unicodedata.name(letter)
        for letter in shown
    )


def test_vowel_signs_are_kept() -> None:
    assert "\u064e" in shape("لَاجئ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اب (double shift) ج", "ج (double shift) ﺏﺍ"),
        ("اب (2021) ج", "ج (2021) ﺏﺍ"),
        ("ODIS (2021) اب", "ﺏﺍ ODIS (2021)"),
        ("«اب»", "«ﺏﺍ»"),
        ("[(اب)]", "[(ﺏﺍ)]"),
    ],
)
def test_brackets_open_towards_their_text(text: str, expected: str) -> None:
    shown = visual(text, rtl=True)

    assert unicodedata.normalize("NFKC", shown) == unicodedata.normalize("NFKC", expected)


def test_marks_that_draw_nothing_are_left_out() -> None:
    assert visual("a\u200f\u202eb\u200b", rtl=False) in {"ab", "ba"}


@pytest.mark.parametrize(
    ("text", "rtl"), [("abc اب", False), ("(1) اب abc", True), ("123", True), ("", True)]
)
def test_a_paragraph_runs_as_its_first_letter_does(text: str, *, rtl: bool) -> None:
    assert starts_right_to_left(text, otherwise=True) is rtl


@given(st.text(alphabet="ab اب(2)\n\t"), st.integers(1, 200))
def test_breaking_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = break_lines(text, float(width), _measure)

    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(alphabet="abc دروز ()[]«»123"))
def test_reordering_loses_nothing(text: str) -> None:
    shown = unicodedata.normalize("NFKC", visual(text, rtl=True))
    letters = [one for one in text if one.isalnum()]

    assert sorted(one for one in shown if one.isalnum()) == sorted(letters)
    assert len(shown) == len(text)
