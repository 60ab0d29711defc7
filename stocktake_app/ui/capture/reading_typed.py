"""From what a person types in a date, time or number field to the form's own notation."""

import re
import unicodedata
from datetime import date, time

from PySide6.QtCore import QDate, QLocale

_NUMBERS = re.compile(r"(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})")
_TIME = re.compile(r"(\d{1,2})\s*[:hH.٫]?\s*(\d{2})(?::\d{2}(?:\.\d+)?)?.*")
_LONG_FORMATS = ("d MMMM yyyy", "d MMM yyyy", "d. MMMM yyyy", "MMMM d, yyyy", "MMMM d yyyy")
YEAR_FROM = 1000


def western_digits(text: str) -> str:
    """Return the text with every digit as 0 to 9, whatever keyboard typed it."""
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in text
    )


def read_number(text: str) -> str:
    """Return a number with a full stop as decimal mark and no grouping, as far as it is one."""
    plain = western_digits(text).replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    plain = plain.replace("٫", ".").replace("٬", "").replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        return plain.replace(",", ".")
    return plain


def read_date(text: str, locale: QLocale) -> date | None:
    """Return the day that was typed: 28/4/2021, 2021-04-28 or 28 April 2021; None if no day."""
    plain = western_digits(text.strip())
    if found := _NUMBERS.fullmatch(plain):
        first, month, last = (int(part) for part in found.groups())
        year, day = (first, last) if first >= YEAR_FROM else (last, first)
        return _day(year, month, day) if year >= YEAR_FROM else None
    for form in _LONG_FORMATS:
        for spoken in (locale, QLocale(QLocale.Language.English)):
            if (day_found := spoken.toDate(plain, form)).isValid():
                return date(day_found.year(), day_found.month(), day_found.day())
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """Return the time of day that was typed: 14:30, 14h30 or 1430; None if it is none."""
    found = _TIME.fullmatch(western_digits(text.strip()))
    if not found:
        return None
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError:
        return None


def long_date(day: date, locale: QLocale) -> str:
    """Return a day with its month's name, so that nobody takes April for the fourth."""
    return locale.toString(QDate(day.year, day.month, day.day), "d MMMM yyyy")
