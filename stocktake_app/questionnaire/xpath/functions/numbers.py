"""Functions on numbers."""
# ruff: noqa: ARG001 - every function takes (context, values), as the registry says

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from stocktake_app.questionnaire.xpath.context import Context
from stocktake_app.questionnaire.xpath.functions.registry import MANY, define
from stocktake_app.questionnaire.xpath.values import NAN, Value, to_number

MAX_ROUND_DIGITS = 30


def numbers(context: Context, values: Sequence[Value]) -> list[float]:
    """Return every value as a number, node-sets spread out; what is no number is left out."""
    zone = context.host.zone
    found: list[float] = []
    for value in values:
        parts: Sequence[Value] = (
            [node.value() for node in value] if isinstance(value, list) else [value]
        )
        found += [to_number(part, zone) for part in parts]
    return [number for number in found if not math.isnan(number)]


@define("sum", (1, MANY), "the sum of all nodes; blanks are left out")
def _sum(context: Context, values: Sequence[Value]) -> Value:
    return math.fsum(numbers(context, values))


@define("max", (1, MANY), "the greatest of all; blanks are left out")
def _max(context: Context, values: Sequence[Value]) -> Value:
    return max(numbers(context, values), default=NAN)


@define("min", (1, MANY), "the least of all; blanks are left out")
def _min(context: Context, values: Sequence[Value]) -> Value:
    return min(numbers(context, values), default=NAN)


@define("int", (1, 1), "the number without its fraction")
def _int(context: Context, values: Sequence[Value]) -> Value:
    number = to_number(values[0], context.host.zone)
    return float(math.trunc(number)) if math.isfinite(number) else number


@define("round", (1, 2), "the number rounded to so many decimals; halves go up")
def _round(context: Context, values: Sequence[Value]) -> Value:
    number = to_number(values[0], context.host.zone)
    digits = to_number(values[1]) if len(values) > 1 else 0.0
    if not math.isfinite(number):
        return number
    if not abs(digits) <= MAX_ROUND_DIGITS:
        return NAN
    unit = Decimal(1).scaleb(-int(digits))
    # Halves go towards positive infinity, also below zero (XPath 1.0, 4.4).
    way = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    scaled = (Decimal(repr(number)) / unit).quantize(Decimal(1), way) if number else Decimal(0)
    return float(scaled * unit) + 0.0


@define("floor", (1, 1), "the whole number below")
def _floor(context: Context, values: Sequence[Value]) -> Value:
    number = to_number(values[0], context.host.zone)
    return float(math.floor(number)) if math.isfinite(number) else number


@define("ceiling", (1, 1), "the whole number above")
def _ceiling(context: Context, values: Sequence[Value]) -> Value:
    number = to_number(values[0], context.host.zone)
    return float(math.ceil(number)) if math.isfinite(number) else number


@define("pow", (2, 2), "the first number to the power of the second")
def _pow(context: Context, values: Sequence[Value]) -> Value:
    base, exponent = (to_number(value, context.host.zone) for value in values)
    return _safe(lambda _: math.pow(base, exponent), base)


@define("atan2", (2, 2), "the angle of a point, in radians")
def _atan2(context: Context, values: Sequence[Value]) -> Value:
    return math.atan2(*(to_number(value, context.host.zone) for value in values))


@define("pi", (0, 0), "the number pi")
def _pi(context: Context, values: Sequence[Value]) -> Value:
    return math.pi


def _safe(function: Callable[[float], float], number: float) -> float:
    """Return NaN or infinity where Python would raise."""
    try:
        return function(number)
    except ValueError:
        return NAN
    except OverflowError:
        return math.inf


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: -math.inf if number == 0 else function(number)


_ONE_NUMBER: dict[str, tuple[Callable[[float], float], str]] = {
    "abs": (abs, "the number without its sign"),
    "sqrt": (math.sqrt, "the square root"),
    "exp": (math.exp, "e to the power of the number"),
    "exp10": (lambda number: math.pow(10, number), "ten to the power of the number"),
    "log": (_logarithm(math.log), "the natural logarithm"),
    "log10": (_logarithm(math.log10), "the decimal logarithm"),
    "sin": (math.sin, "the sine of an angle in radians"),
    "cos": (math.cos, "the cosine of an angle in radians"),
    "tan": (math.tan, "the tangent of an angle in radians"),
    "asin": (math.asin, "the arc sine, in radians"),
    "acos": (math.acos, "the arc cosine, in radians"),
    "atan": (math.atan, "the arc tangent, in radians"),
}


def _define_one_number(name: str, function: Callable[[float], float], summary: str) -> None:
    @define(name, (1, 1), summary)
    def _call(context: Context, values: Sequence[Value]) -> Value:
        return _safe(function, to_number(values[0], context.host.zone))


for _name, (_function, _summary) in _ONE_NUMBER.items():
    _define_one_number(_name, _function, _summary)
