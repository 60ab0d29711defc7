"""The bundled fonts, which characters they have, and which font shows which part of a text.

Noto Sans has Latin, Greek and Cyrillic letters, Amiri has Arabic ones. Everything printed uses
these files only, so that a document looks the same on every machine.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from stocktake_app.settings import resource

LATIN_FAMILY = "Noto Sans"
ARABIC_FAMILY = "Amiri"
ARABIC_SCALE = 1.18
"""Amiri's letters are smaller than Noto's at the same size; this makes them look alike."""


class Weight(StrEnum):
    """The cuts that are bundled; Arabic has no italic, its regular stands in."""

    REGULAR = "Regular"
    BOLD = "Bold"
    ITALIC = "Italic"


MAX_SPELLED_OUT = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font; ``scale`` multiplies the size asked for."""

    font: str
    text: str
    scale: float


# Letters of both fonts' common ground, met so often that no look-up is needed.
_PLAIN = re.compile(r"[\x20-\x7e\xa0-\xac\xae-\u024f\u2010-\u2015\u2018-\u201e\u2022\u2026\u20ac]*")


_SIGNS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that are seen, unlike all others: signs that stand over or before numbers."""


def font_file(name: str) -> Path:
    """Return the file of a bundled font, such as ``NotoSans-Bold``."""
    return resource("resources/fonts") / f"{name}.ttf"


def latin(weight: Weight) -> str:
    """Return the name of the Latin font of this weight."""
    return f"NotoSans-{weight.value}"


def arabic(weight: Weight) -> str:
    """Return the name of the Arabic font of this weight."""
    return f"Amiri-{(Weight.REGULAR if weight is Weight.ITALIC else weight).value}"


@lru_cache
def characters_of(name: str) -> frozenset[int]:
    """Return the code points for which a bundled font has a glyph."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    return frozenset(TTFontFile(str(font_file(name))).charToGlyph)


def missing_characters(text: str, weight: Weight = Weight.REGULAR) -> tuple[str, ...]:
    """Return the characters that no bundled font can show, each once, in order of appearance."""
    if _PLAIN.fullmatch(text):
        return ()
    return tuple(dict.fromkeys(one for one in text if not _can_show(one, weight)))


def _can_show(character: str, weight: Weight) -> bool:
    code = ord(character)
    return (
        character in "\n\t"
        or code in characters_of(latin(weight))
        or code in characters_of(arabic(weight))
        or (unicodedata.category(character) == "Cf" and character not in _SIGNS)
    )


def describe(character: str) -> str:
    """Return the code point and Unicode name of a character: ``U+1F600 GRINNING FACE``."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def printable(text: str) -> str:
    """Return the text with what no font can show made visible.

    A few such characters are spelled out, as ``[U+1F600]``; of a text in another script each
    becomes ``\ufffd``, as pages of numbers would help nobody.
    """
    missing = missing_characters(text)
    if not missing:
        return text
    pattern = f"[{''.join(map(re.escape, missing))}]"
    if len(re.findall(pattern, text)) > MAX_SPELLED_OUT:
        return re.sub(pattern, "\ufffd", text)
    return re.sub(f"{pattern}+", _spell_out, text)


def _spell_out(match: re.Match[str]) -> str:
    return f"[{' '.join(f'U+{ord(one):04X}' for one in match[0])}]"


def runs(text: str, weight: Weight) -> list[Run]:
    """Cut a line, already in visual order, into stretches of one font.

    Spaces and punctuation stay with what stands before them. The text must be ``printable``.
    """
    if _PLAIN.fullmatch(text):
        return [Run(latin(weight), text, 1.0)] if text else []
    found: list[Run] = []
    for character in text:
        font = _font_for(character, found[-1].font if found else "", weight)
        if found and found[-1].font == font:
            found[-1] = Run(font, found[-1].text + character, found[-1].scale)
        else:
            scale = ARABIC_SCALE if font.startswith(ARABIC_FAMILY) else 1.0
            found.append(Run(font, character, scale))
    return found


def _font_for(character: str, before: str, weight: Weight) -> str:
    code = ord(character)
    if before and _follows(character) and code in characters_of(before):
        return before
    for font in (latin(weight), arabic(weight)):
        if code in characters_of(font):
            return font
    return latin(weight)


def _follows(character: str) -> bool:
    """Say whether a character takes the font of what stands before it.

    Brackets do not: those of Amiri are drawn mirrored already.
    """
    return unicodedata.category(character)[0] not in "LN" and not unicodedata.mirrored(character)


@lru_cache
def register_fonts() -> None:
    """Make the bundled fonts known to reportlab under their names, once per process."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for weight in Weight:
        for name in (latin(weight), arabic(weight)):
            pdfmetrics.registerFont(TTFont(name, str(font_file(name))))
