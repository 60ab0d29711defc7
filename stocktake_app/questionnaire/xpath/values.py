"""Values and their conversions: XPath 1.0 (section 4) with the dates and truths of ODK.

A value is text, a float, a bool, a date or date-time, or a list of `Element`. Where ODK departs
from XPath 1.0 this follows ODK: a date is a number of days since 1970-01-01 in local time, and a
single node is true when its value is (not when it merely exists).
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, tzinfo
from typing import Any

from stocktake_app.questionnaire.xpath.elements import Element

Value = str | float | bool | date | datetime | list[Element]

NAN = math.nan
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
SECONDS_PER_DAY = 86_400

_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}.*)?", re.DOTALL)
_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(?:Z|[+-]\d{2}:?\d{2})?")
MAX_NUMBER_CHARS = 400


def to_string(value: Value) -> str:
    """Return the value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list):
        return value[0].value() if value else ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat()


def number_text(number: float) -> str:
    """Return a number without exponent; whole numbers without a point (XPath 1.0, 4.2)."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    text = repr(number)
    return text if "e" not in text else format(number, ".20f").rstrip("0")


def to_number(value: Value, zone: tzinfo | None = None) -> float:
    """Return the value as a number; dates become days since 1970-01-01 in ``zone``."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, list):
        value = value[0].value() if value else ""
    if isinstance(value, str):
        return text_number(value, zone)
    return days(value, zone)


def text_number(text: str, zone: tzinfo | None = None) -> float:
    """Return the number, or the days of the date, that the text says; NaN for anything else."""
    if len(text) <= MAX_NUMBER_CHARS and _NUMBER.fullmatch(text):
        return float(text)
    moment = to_date(text)
    return NAN if moment is None else days(moment, zone)


def to_boolean(value: Value) -> bool:
    """Return the value's truth."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    if isinstance(value, str):
        return bool(value)
    if isinstance(value, list):
        return any(_node_truth(node) for node in value)
    return True


def _node_truth(node: Element) -> bool:
    text = node.value()
    if node.numeric and text:
        return to_boolean(text_number(text))
    return bool(text)


def to_date(text: str) -> date | datetime | None:
    """Return the date or date-time that the text says in ISO form, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text) if "T" not in text else datetime.fromisoformat(text)
    except ValueError:
        return None


def to_time(text: str) -> time | None:
    """Return the time of day that the text says (``HH:MM`` with or without seconds), or None."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    seconds = float(match[3] or 0)
    try:
        return time(int(match[1]), int(match[2]), int(seconds), int(seconds % 1 * 1_000_000))
    except ValueError:
        return None


def days(moment: date | datetime, zone: tzinfo | None) -> float:
    """Return the days since 1970-01-01 on the wall clock of ``zone``."""
    if not isinstance(moment, datetime):
        return float(moment.toordinal() - EPOCH_ORDINAL)
    local = moment.astimezone(zone) if moment.tzinfo and zone else moment
    midnight = local.toordinal() - EPOCH_ORDINAL
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    return midnight + seconds / SECONDS_PER_DAY


def from_days(number: float, zone: tzinfo | None) -> date | datetime | None:
    """Return the date (whole number) or date-time of so many days since 1970-01-01, or None."""
    if math.isnan(number) or math.isinf(number):
        return None
    whole = math.floor(number)
    try:
        day = date.fromordinal(whole + EPOCH_ORDINAL)
    except (ValueError, OverflowError):
        return None
    if number == whole:
        return day
    seconds = min(round((number - whole) * SECONDS_PER_DAY), SECONDS_PER_DAY - 1)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return datetime.combine(day, clock, zone)


def texts(value: Value) -> list[str]:
    """Return the text of every node, or of the one value."""
    return [node.value() for node in value] if isinstance(value, list) else [to_string(value)]


def equal(left: Value, right: Value, zone: tzinfo | None) -> bool:
    """Compare with ``=`` (XPath 1.0, 3.4): of a node-set, any node may match."""
    return _compare(left, right, zone, lambda one, two: bool(one == two))


def unequal(left: Value, right: Value, zone: tzinfo | None) -> bool:
    """Compare with ``!=``: of a node-set, any node may differ."""
    return _compare(left, right, zone, lambda one, two: bool(one != two))


def _compare(
    left: Value, right: Value, zone: tzinfo | None, test: Callable[[Any, Any], bool]
) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return test(to_boolean(left), to_boolean(right))
    if _numeric(left) or _numeric(right):
        return any(test(one, two) for one in _numbers(left, zone) for two in _numbers(right, zone))
    return any(test(one, two) for one in texts(left) for two in texts(right))


def _numeric(value: Value) -> bool:
    return isinstance(value, float | date)


def _numbers(value: Value, zone: tzinfo | None) -> list[float]:
    if isinstance(value, list):
        return [text_number(node.value(), zone) for node in value]
    return [to_number(value, zone)]


def ordered(
    left: Value, right: Value, zone: tzinfo | None, test: Callable[[float, float], bool]
) -> bool:
    """Compare with ``<``, ``<=``, ``>`` or ``>=``: as numbers, dates among them."""
    return any(test(one, two) for one in _numbers(left, zone) for two in _numbers(right, zone))
