"""Answer paths and stored values: one way to write each, so that equal answers are equal bytes."""

import random
import unicodedata
from decimal import Decimal, InvalidOperation
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stocktake_app.model import paths
from stocktake_app.model.ids import ROW_ALPHABET, new_row_id
from stocktake_app.model.values import canonical_number, normalise

kinds = st.sampled_from(
    ["string", "int", "integer", "decimal", "select", "select_multiple", "rank", "date", "note"]
)
texts = st.text(max_size=60) | st.text(" \r\n\t\u00a0\u2028\x00aéé\u0301ورشة09.+-eE٣", max_size=30)
names = st.from_regex(r"[^\W\d][\w.\-]{0,8}", fullmatch=True)
row_ids = st.text(ROW_ALPHABET, min_size=1, max_size=10)
segments = st.builds("{}{}".format, names, st.just("") | row_ids.map("[{}]".format))
question_paths = st.lists(segments, min_size=1, max_size=5).map("/".join)
choices = st.lists(st.sampled_from(["progress", "challenge", "b", "a", "é"]), max_size=6)


@given(texts, kinds)
@example("e\u0301 \r\n", "string")
@example("e\x00\u0301", "string")
@example("\r\x00\n", "string")
@example("\x00 \x00", "string")
@example("-0.00e5", "decimal")
def test_a_stored_value_is_stored_as_it_is(value: str, kind: str) -> None:
    once = normalise(value, kind)
    assert normalise(once, kind) == once


@given(texts, kinds)
def test_a_stored_value_is_composed_has_one_kind_of_line_end_and_no_blank_end(
    value: str, kind: str
) -> None:
    stored = normalise(value, kind)
    if stored is not None:
        assert stored == unicodedata.normalize("NFC", stored)
        assert "\r" not in stored
        assert "\x00" not in stored
        assert stored == stored.rstrip()
        assert stored


@given(texts)
def test_the_same_text_in_other_characters_or_line_ends_is_the_same_value(value: str) -> None:
    stored = normalise(value)
    assert normalise(unicodedata.normalize("NFD", value)) == stored
    assert normalise(unicodedata.normalize("NFC", value)) == stored
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    assert normalise(plain.replace("\n", "\r\n")) == stored
    assert normalise(plain + " \n") == stored


@given(st.none() | st.text(" \t\r\n\u00a0\u2003\x00", max_size=8), kinds)
def test_blank_is_blank_of_every_kind(value: str | None, kind: str) -> None:
    assert normalise(value, kind) is None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+1.50e1", "15"),
        ("007", "7"),
        ("1.500", "1.5"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1200", "1200"),
        ("-12.10", "-12.1"),
        ("9" * 40, "9" * 40),
        ("about 5", "about 5"),
        ("1,5", "1,5"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("1e999999999", "1e999999999"),
        ("1e-999999999", "1e-999999999"),
        ("", ""),
    ],
)
def test_a_number_has_one_way_to_be_written(typed: str, stored: str) -> None:
    assert canonical_number(typed) == stored


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.integers(0, 9))
def test_a_number_keeps_its_worth_however_it_is_written(number: Decimal, zeros: int) -> None:
    plain = format(number, "f")
    written = canonical_number(plain)
    assert Decimal(written) == number
    assert canonical_number(f"{number:e}") == written
    assert canonical_number(plain + "0" * zeros) == written
    assert canonical_number(written) == written


@given(st.text("0123456789+-.eE ", max_size=20))
def test_what_is_no_number_stays_as_it_was_typed(text: str) -> None:
    written = canonical_number(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        assert written == text
    else:
        assert Decimal(written) == number
        assert len(written) <= max(len(text), 125)


@given(choices, st.randoms(use_true_random=False))
def test_choices_are_a_set_and_a_ranking_is_an_order(
    chosen: list[str], chance: random.Random
) -> None:
    stored = normalise("  ".join(chosen), "select_multiple")
    shuffled = chance.sample(chosen, len(chosen))
    assert normalise(" ".join([*shuffled, *chosen]), "select") == stored
    assert (stored or "").split() == sorted(set(chosen))
    assert (normalise(" ".join(chosen), "rank") or "").split() == chosen


@given(question_paths)
def test_names_joined_by_slashes_are_a_path(path: str) -> None:
    assert paths.is_path(path)
    assert not paths.reserved(path)
    for mark in (paths.FORM, paths.STATE, paths.DELETED, paths.ORDER):
        assert paths.is_path(paths.join(path, mark))
        assert paths.reserved(paths.join(path, mark))


@pytest.mark.parametrize(
    "path",
    [
        "@comment/0123456789abcdef0123456789abcdef",
        "@review/bureau",
        "@translation/fr/findings[k3x9]/text",
        "@coding/hq/findings[k3x9]/objective",
        "événement/اسم",
        "a" * 1000,
    ],
)
def test_what_is_a_path(path: str) -> None:
    assert paths.is_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "a/", "/a", "a//b", "a b", "a\n", "a\x00", "../a", ".", "..", "a/../b",
        "a[", "a]", "a[]", "a[B]", "a[é]", "a[x][y]", "a[x]b", "[x]", "a[" + "x" * 33 + "]",
        "@", "@Form", "@form1", "a@form", "@@form", "@form[x]", "a\\b", "a:b", "a'b", 'a"b',
        "a" * 1001, "\ud800", "A" * 65 + "!", "*", "~", "C:",
    ],
)  # fmt: skip
def test_what_is_no_path(path: str) -> None:
    assert not paths.is_path(path)


@given(st.text(max_size=30))
def test_a_path_has_nothing_in_it_that_leads_anywhere_else(text: str) -> None:
    if paths.is_path(text):
        assert not set(text) & set("\\\n\r\t\0 :'\"<>|*?&;$`~")
        assert all(part not in {"", ".", ".."} for part in text.split("/"))


@given(question_paths, row_ids, names)
def test_rows_are_found_again_in_a_path(repeat: str, row_id: str, name: str) -> None:
    repeat = repeat.split("[", maxsplit=1)[0]
    row = paths.row(repeat, row_id)
    path = paths.join(row, name)
    assert paths.row_of(path) == row
    assert list(paths.rows_above(path)) == [row]
    assert paths.under(row, path)
    assert paths.under("", path)
    assert not paths.under(row, row + "2")
    assert paths.generic(path) == paths.join(repeat, name)


@given(question_paths)
def test_a_question_is_the_path_without_its_rows(path: str) -> None:
    question = paths.generic(path)
    assert paths.is_path(question)
    assert paths.row_of(question) == ""
    assert question.count("/") == path.count("/")
    assert paths.generic(question) == question


@given(question_paths)
def test_rows_enclose_each_other_outermost_first(path: str) -> None:
    rows = list(paths.rows_above(path))
    assert len(rows) == path.count("[")
    assert (rows or [""])[-1] == paths.row_of(path)
    for outer, inner in pairwise(rows):
        assert paths.under(outer, inner)


def test_new_rows_have_ids_that_fit_into_a_path_and_cannot_be_misread() -> None:
    made = {new_row_id() for _ in range(200)}
    assert len(made) == 200
    assert all(paths.is_path(paths.row("findings", one)) for one in made)
    assert not set("".join(made)) & set("ilo01")
