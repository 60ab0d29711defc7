"""Functions on text."""
# ruff: noqa: ARG001 - every function takes (context, values), as the registry says

import base64
import binascii
import hashlib
from collections.abc import Sequence

from stocktake_app.questionnaire.xpath.context import MAX_TEXT_CHARS, Context
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.functions.registry import MANY, define
from stocktake_app.questionnaire.xpath.values import (
    NAN,
    Value,
    texts,
    to_number,
    to_string,
)

REGEX_SECONDS = 0.2
"""Time that one pattern may take on one answer."""

MAX_PATTERN_CHARS = 2_000


def bounded(text: str) -> str:
    """Return the text if it is not far too long.

    Raises:
        EvaluationError: it is.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise EvaluationError("it makes a text that is far too long.")
    return text


def _all_texts(values: Sequence[Value]) -> list[str]:
    return [text for value in values for text in texts(value)]


@define("string", (0, 1), "the value as text")
def _string(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[0]) if values else context.node.value()


@define("concat", (1, MANY), "all arguments, one behind the other; of a node-set, every node")
def _concat(context: Context, values: Sequence[Value]) -> Value:
    return bounded("".join(_all_texts(values)))


@define("join", (1, MANY), "all further arguments with the first between them")
def _join(context: Context, values: Sequence[Value]) -> Value:
    return bounded(to_string(values[0]).join(_all_texts(values[1:])))


@define("contains", (2, 2), "whether the first text holds the second")
def _contains(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[1]) in to_string(values[0])


@define("starts-with", (2, 2), "whether the first text begins with the second")
def _starts_with(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[0]).startswith(to_string(values[1]))


@define("ends-with", (2, 2), "whether the first text ends with the second")
def _ends_with(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[0]).endswith(to_string(values[1]))


@define("substr", (2, 3), "characters from a place (counted from 0) up to before another")
def _substr(context: Context, values: Sequence[Value]) -> Value:
    text = to_string(values[0])
    places = [to_number(value) for value in values[1:]]
    if any(place != place or abs(place) > MAX_TEXT_CHARS for place in places):  # noqa: PLR0124 - NaN
        return ""
    return text[slice(*(int(place) for place in places))] if len(places) > 1 else (
        text[int(places[0]) :]
    )  # fmt: skip


@define("substring", (2, 3), "characters from a place counted from 1, so many of them")
def _substring(context: Context, values: Sequence[Value]) -> Value:
    start = _rounded(to_number(values[1]))
    end = start + _rounded(to_number(values[2])) if len(values) > 2 else float("inf")  # noqa: PLR2004
    return "".join(
        character for place, character in enumerate(to_string(values[0]), 1) if start <= place < end
    )


def _rounded(number: float) -> float:
    """Round as XPath does, NaN and infinities included (XPath 1.0, 4.2)."""
    return number if number in {float("inf"), float("-inf")} or number != number else (  # noqa: PLR0124
        float(int(number + 0.5) if number + 0.5 >= 0 else -int(-(number + 0.5)) or 0)
    )  # fmt: skip


@define("substring-before", (2, 2), "what stands before the second text in the first")
def _substring_before(context: Context, values: Sequence[Value]) -> Value:
    before, mark, _ = to_string(values[0]).partition(to_string(values[1]) or "\0")
    return before if mark else ""


@define("substring-after", (2, 2), "what stands behind the second text in the first")
def _substring_after(context: Context, values: Sequence[Value]) -> Value:
    text, mark = to_string(values[0]), to_string(values[1])
    return text.partition(mark)[2] if mark else text


@define("translate", (3, 3), "the text with each character of the second replaced by the third's")
def _translate(context: Context, values: Sequence[Value]) -> Value:
    text, sources, targets = (to_string(value) for value in values)
    table: dict[int, str | None] = {}
    for place, character in enumerate(sources):
        table.setdefault(ord(character), targets[place] if place < len(targets) else None)
    return text.translate(table)


@define("string-length", (0, 1), "how many characters the text has")
def _string_length(context: Context, values: Sequence[Value]) -> Value:
    return float(len(to_string(values[0]) if values else context.node.value()))


@define("normalize-space", (0, 1), "the text with single blanks only")
def _normalize_space(context: Context, values: Sequence[Value]) -> Value:
    return " ".join((to_string(values[0]) if values else context.node.value()).split())


@define("upper-case", (1, 1), "the text in capitals")
def _upper_case(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[0]).upper()


@define("lower-case", (1, 1), "the text in small letters")
def _lower_case(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[0]).lower()


@define("regex", (2, 2), "whether the whole text matches the pattern")
def _regex(context: Context, values: Sequence[Value]) -> Value:
    import regex

    text, pattern, host = to_string(values[0]), to_string(values[1]), context.host
    if len(pattern) > MAX_PATTERN_CHARS:
        raise EvaluationError(f"its pattern is longer than {MAX_PATTERN_CHARS} characters.")
    if host.slow_patterns_left <= 0:
        raise EvaluationError("too many patterns of this form took too long.")
    try:
        return bool(regex.fullmatch(pattern, text, timeout=REGEX_SECONDS))
    except TimeoutError:
        host.slow_patterns_left -= 1
        raise EvaluationError("its pattern takes too long; make it simpler.") from None
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise EvaluationError(f"its pattern cannot be read ({error}).") from None


_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384"} | {
    "SHA-512": "sha512"
}


@define("digest", (2, 3), "the hash of the text: MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
def _digest(context: Context, values: Sequence[Value]) -> Value:
    name = _DIGESTS.get(to_string(values[1]).upper())
    encoding = to_string(values[2]).lower() if len(values) > 2 else "base64"  # noqa: PLR2004
    if name is None or encoding not in {"base64", "hex"}:
        raise EvaluationError("digest() does not know this algorithm or encoding.")
    made = hashlib.new(name, to_string(values[0]).encode(), usedforsecurity=False).digest()
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode()


@define("base64-decode", (1, 1), "the text that the base64 says")
def _base64_decode(context: Context, values: Sequence[Value]) -> Value:
    try:
        return base64.b64decode(to_string(values[0]), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


@define("selected", (2, 2), "whether a multiple answer holds the choice")
def _selected(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[1]).strip() in to_string(values[0]).split()


@define("selected-at", (2, 2), "the choice at a place, counted from 0")
def _selected_at(context: Context, values: Sequence[Value]) -> Value:
    names, place = to_string(values[0]).split(), to_number(values[1])
    return names[int(place)] if 0 <= place < len(names) else ""


@define("count-selected", (1, 1), "how many choices are selected")
def _count_selected(context: Context, values: Sequence[Value]) -> Value:
    return float(len(to_string(values[0]).split()))


@define("boolean-from-string", (1, 1), "true for 'true' and '1'")
def _boolean_from_string(context: Context, values: Sequence[Value]) -> Value:
    return to_string(values[0]).strip().lower() in {"true", "1"}


@define("number", (0, 1), "the value as a number; a date as days since 1970-01-01")
def _number(context: Context, values: Sequence[Value]) -> Value:
    value: Value = values[0] if values else context.node.value()
    return to_number(value, context.host.zone) if value != "" else NAN
