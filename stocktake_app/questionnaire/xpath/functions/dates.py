"""Functions on dates and times, all on the wall clock of the entry's own zone."""
# ruff: noqa: ARG001 - every function takes (context, values), as the registry says

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache

from stocktake_app.questionnaire.xpath.context import Context
from stocktake_app.questionnaire.xpath.functions.registry import define
from stocktake_app.questionnaire.xpath.values import (
    NAN,
    SECONDS_PER_DAY,
    Value,
    days,
    from_days,
    text_number,
    to_date,
    to_string,
    to_time,
)


@define("today", (0, 0), "today's date", impure=True)
def _today(context: Context, values: Sequence[Value]) -> Value:
    return context.host.now().date()


@define("now", (0, 0), "this moment", impure=True)
def _now(context: Context, values: Sequence[Value]) -> Value:
    return context.host.now()


def moment(context: Context, value: Value) -> date | datetime | None:
    """Return the date or date-time that a value means: itself, ISO text, or a number of days."""
    if isinstance(value, date):
        return value
    if isinstance(value, float):
        return from_days(value, context.host.zone)
    text = to_string(value).strip()
    read = to_date(text)
    return read if read is not None else from_days(text_number(text), context.host.zone)


@define("date", (1, 1), "the date that a text or a number of days means; blank if none")
def _date(context: Context, values: Sequence[Value]) -> Value:
    found = moment(context, values[0])
    if found is None:
        return ""
    return _local(context, found).date() if isinstance(found, datetime) else found


@define("date-time", (1, 1), "the date and time that a text or a number of days means")
def _date_time(context: Context, values: Sequence[Value]) -> Value:
    found = moment(context, values[0])
    return "" if found is None else _full(context, found)


def _local(context: Context, found: datetime) -> datetime:
    zone = context.host.zone
    return found.astimezone(zone) if found.tzinfo and zone else found


def _full(context: Context, found: date | datetime) -> datetime:
    if isinstance(found, datetime):
        return _local(context, found)
    return datetime.combine(found, time(0), context.host.zone)


@define("decimal-date-time", (1, 1), "days since 1970-01-01, with the time as a fraction")
def _decimal_date_time(context: Context, values: Sequence[Value]) -> Value:
    found = moment(context, values[0])
    return NAN if found is None else days(found, context.host.zone)


@define("decimal-time", (1, 1), "the time of day as a fraction of the day")
def _decimal_time(context: Context, values: Sequence[Value]) -> Value:
    clock = to_time(to_string(values[0]).strip())
    if clock is None:
        return NAN
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
    return seconds / SECONDS_PER_DAY


@define("format-date", (2, 2), "the date written by a pattern such as '%d %b %Y'", speaks=True)
def _format_date(context: Context, values: Sequence[Value]) -> Value:
    return _formatted(context, values)


@define("format-date-time", (2, 2), "the date and time written by a pattern", speaks=True)
def _format_date_time(context: Context, values: Sequence[Value]) -> Value:
    return _formatted(context, values)


def _formatted(context: Context, values: Sequence[Value]) -> Value:
    found = moment(context, values[0])
    if found is None:
        return ""
    pattern = to_string(values[1])
    fields = _fields(_full(context, found), context.host.language_code())
    made, place = [], 0
    while place < len(pattern):
        known = pattern[place] == "%" and pattern[place + 1 : place + 2] in fields
        made.append(fields[pattern[place + 1]] if known else pattern[place])
        place += 2 if known else 1
    return "".join(made)


def _fields(found: datetime, language: str) -> dict[str, str]:
    months, weekdays = _names(language)
    return {
        "Y": f"{found.year:04}",
        "y": f"{found.year % 100:02}",
        "m": f"{found.month:02}",
        "n": str(found.month),
        "b": months[found.month - 1],
        "d": f"{found.day:02}",
        "e": str(found.day),
        "a": weekdays[found.weekday()],
        "H": f"{found.hour:02}",
        "h": str(found.hour),
        "M": f"{found.minute:02}",
        "S": f"{found.second:02}",
        "3": f"{found.microsecond // 1000:03}",
        "%": "%",
    }


@lru_cache(maxsize=32)
def _names(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return short names of months (January first) and weekdays (Monday first)."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    months = locale.months["format"]["abbreviated"]
    weekdays = locale.days["format"]["abbreviated"]
    return (
        tuple(str(months[number]) for number in range(1, 13)),
        tuple(str(weekdays[number]) for number in range(7)),
    )
