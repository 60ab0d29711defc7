from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PySide6.QtCore import QLocale

from stocktake_app.ui.capture.reading_typed import (
    long_date,
    read_date,
    read_number,
    read_time,
    western_digits,
)

ENGLISH, FRENCH = QLocale("en_GB"), QLocale("fr_FR")
LOCALES = [QLocale(name) for name in ("en_GB", "fr_FR", "es_ES", "ar_AE")]


@pytest.mark.parametrize(
    "typed",
    [
        "28/4/2021",
        "28.04.2021",
        "2021-04-28",
        "28-4-2021",
        "28 April 2021",
        "28 Apr 2021",
        "٢٨/٤/٢٠٢١",
    ],
)
def test_day_is_read_however_it_is_typed(typed: str) -> None:
    assert read_date(typed, ENGLISH) == date(2021, 4, 28)


def test_day_is_read_with_the_month_in_the_windows_language() -> None:
    assert read_date("28 avril 2021", FRENCH) == date(2021, 4, 28)


@pytest.mark.parametrize("typed", ["", "soon", "31/2/2021", "28/4/21", "2021", "28/13/2021"])
def test_what_is_no_day_is_not_guessed(typed: str) -> None:
    assert read_date(typed, ENGLISH) is None


@given(day=some.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_day_that_is_shown_reads_as_the_same_day(day: date) -> None:
    for locale in LOCALES:
        assert read_date(long_date(day, locale), locale) == day


@pytest.mark.parametrize(
    "typed", ["14:30", "1430", "14h30", "14.30", "14 30", "14:30:00.000+02:00"]
)
def test_time_is_read_however_it_is_typed(typed: str) -> None:
    assert read_time(typed) == time(14, 30)


@pytest.mark.parametrize("typed", ["", "25:00", "noon", "14:3", "7"])
def test_what_is_no_time_is_not_guessed(typed: str) -> None:
    assert read_time(typed) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12", "12"),
        ("1 234,5", "1234.5"),
        ("1.5", "1.5"),
        ("٣٫٥", "3.5"),
        ("\u22127", "-7"),
        ("x", "x"),
    ],
)
def test_number_is_read_in_any_digits_and_with_a_comma(typed: str, read: str) -> None:
    assert read_number(typed) == read


def test_digits_of_any_script_become_western_ones() -> None:
    assert western_digits("٢٠۲۱ and 2026") == "2021 and 2026"
