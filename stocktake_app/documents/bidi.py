"""Lines of right-to-left and mixed text, ready to be drawn from left to right.

Lines are broken in logical order, by the width of their shaped words; only then is each line
shaped and reordered. Doing it for a whole paragraph would put its lines in the wrong order.
"""

import bisect
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u200f\u202b\u202e\u2067]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")

_MARKER = "\u206a"

MAX_LINE_CHARS = 1000

Measure = Callable[[str], float]
"""The width of a shaped text, in points."""


def has_right_to_left(text: str) -> bool:
    """Say whether any part of the text is written from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


@lru_cache
def _shaper() -> Any:
    from arabic_reshaper import ArabicReshaper

    # Vowel signs are part of what somebody wrote; the library drops them unless told not to.
    return ArabicReshaper({"delete_harakat": False, "support_zwj": True})


@lru_cache(maxsize=65_536)
def shape(text: str) -> str:
    """Return the text with Arabic letters in their joined forms, still in logical order."""
    if not has_right_to_left(text):
        return text
    shaped: str = _shaper().reshape(text)
    return shaped


def visual(line: str, *, rtl: bool) -> str:
    """Return one line shaped and reordered for drawing; marks that draw nothing are left out.

    ``rtl`` is the direction of the paragraph, not of the line's own letters.
    """
    if not rtl and not has_right_to_left(line):
        return _INVISIBLE.sub("", line)
    from bidi import get_display

    brackets = _brackets()
    shaped = shape(line.replace(_MARKER, ""))
    marked = re.sub(brackets, rf"\g<0>{_MARKER}", shaped)
    ordered: str = get_display(marked, base_dir="R" if rtl else "L")
    mirrored = re.sub(f"{_MARKER}{brackets}|{brackets}{_MARKER}", _mirror, ordered)
    return _INVISIBLE.sub("", mirrored)


def _mirror(pair: re.Match[str]) -> str:
    """Turn a bracket around if the marker that followed it now stands before it.

    The library reorders but does not mirror (UAX #9, rule L4) and does not tell levels. A marker
    has the level of the character it follows, so its side tells the direction.
    """
    from bidi.mirror import MIRRORED

    first, second = pair[0][0], pair[0][1]
    return str(MIRRORED.get(second, second)) if first == _MARKER else first


@lru_cache
def _brackets() -> str:
    from bidi.mirror import MIRRORED

    return f"[{''.join(map(re.escape, MIRRORED))}]"


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Break a text, in logical order, into lines no wider than ``width`` points.

    A word wider than a line is cut. There is at least one line.
    """
    lines: list[str] = []
    for paragraph in text.replace("\t", "    ").split("\n"):
        lines += _break_paragraph(paragraph, width, measure)
    return lines


def _break_paragraph(paragraph: str, width: float, measure: Measure) -> list[str]:
    lines = [""]
    room = width
    for piece, spaced in _pieces(paragraph, width, measure):
        glue = " " if spaced and lines[-1] else ""
        # A space is as wide as the font of the letter before it makes it.
        tail = shape(lines[-1][-1:])
        needed = measure(shape(piece)) + (measure(tail + glue) - measure(tail) if glue else 0.0)
        if needed > room and lines[-1]:
            lines.append(piece)
            room = width - measure(shape(piece))
        else:
            lines[-1] += glue + piece
            room -= needed
    return lines


def _pieces(paragraph: str, width: float, measure: Measure) -> Iterator[tuple[str, bool]]:
    """Yield words, too long ones in pieces, each with whether a space stands before it."""
    for word in paragraph.split(" "):
        rest = word
        while len(rest) > 1 and measure(shape(rest[:MAX_LINE_CHARS])) > width:
            fitting = _fitting(rest, width, measure)
            yield rest[:fitting], rest is word
            rest = rest[fitting:]
        for start in range(0, max(len(rest), 1), MAX_LINE_CHARS):
            yield rest[start : start + MAX_LINE_CHARS], rest is word and not start


def _fitting(word: str, width: float, measure: Measure) -> int:
    lengths = range(1, min(len(word), MAX_LINE_CHARS))
    return max(1, bisect.bisect_right(lengths, width, key=lambda n: measure(shape(word[:n]))))


def starts_right_to_left(text: str, *, otherwise: bool) -> bool:
    """Say which way a paragraph runs, by its first letter; ``otherwise`` where it has none."""
    for character in text:
        match unicodedata.bidirectional(character):
            case "R" | "AL":
                return True
            case "L":
                return False
    return otherwise
