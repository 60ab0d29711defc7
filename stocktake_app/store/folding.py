"""Text as it is searched: folded, so that accents, ligatures and Arabic spellings hide no word.

FTS5's own tokenizer splits Arabic words at every vowel mark and knows no variants of alef, yeh or
teh marbuta, nor œ. So text and queries are folded here, the same way, and words that begin with
the Arabic article and what is written together with it are indexed without that as well.
"""

import re
import unicodedata
from functools import lru_cache

_MARKS = [*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE), 0x0640]
_BIDI = [0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0xFEFF]
_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و",
    "ة": "ه", "ک": "ك", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o",
    "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "’": " ", "'": " ", "ʼ": " ",
}  # fmt: skip
_DIGITS = {0x0660 + n: str(n) for n in range(10)} | {0x06F0 + n: str(n) for n in range(10)}
_TABLE = str.maketrans(
    {
        **dict.fromkeys(map(chr, _MARKS), ""),
        **dict.fromkeys(map(chr, _BIDI), " "),
        **_LETTERS,
        **{chr(code): digit for code, digit in _DIGITS.items()},
    }
)
_COMBINING = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_WORD = re.compile(r"\w+")
_ARABIC_WORD = re.compile(r"[\u0621-\u064a]{5,}")
_PROCLITICS = re.compile(r"[وف]?(?:[بك]?ال|لل)(?=.{3})")  # wa-, fa-; bi-, ka-; al-, lil-


def fold_text(text: str) -> str:
    """Return text as it is indexed: case, diacritics, ligatures, Arabic forms and digits folded."""
    if text.isascii():
        return text.lower().replace("'", " ")
    # NFKD parts letters from their marks; the table has what it leaves: œ, alef maqsura, tatweel.
    plain = unicodedata.normalize("NFKD", text).translate(_TABLE)
    return _COMBINING.sub("", plain).casefold()


def words(text: str) -> list[str]:
    """Return the folded words of a text."""
    return _WORD.findall(fold_text(text))


def stems(folded: str) -> str:
    """Return the Arabic words of a folded text without article and what is joined to it."""
    return " ".join(
        stem for word in _ARABIC_WORD.findall(folded) if (stem := stem_of(word)) != word
    )


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Return a folded Arabic word without its article and what is written together with it."""
    return _PROCLITICS.sub("", word, count=1) if _PROCLITICS.match(word) else word


def match_expression(query: str) -> str:
    """Return the FTS5 expression that finds texts with all words of a query, by beginnings.

    "" when there is no word in it.
    """
    return " AND ".join(_term(word) for word in words(query))


def _term(word: str) -> str:
    return "(" + " OR ".join(f'"{one}"*' for one in dict.fromkeys((word, stem_of(word)))) + ")"
