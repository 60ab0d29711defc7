"""What of a name other programs can compare, for the distinguished names of certificates.

Comparing names takes their preparation by RFC 4518, which knows Unicode 3.2 only and refuses text
that mixes directions; pyHanko, for one, raises on such a certificate. So a name in Adlam, or an
Arabic one with a Latin word in it, stands whole in the alternative name and here as far as it can.
"""

import stringprep
import unicodedata

MAX_BYTES = 64
"""ub-common-name of X.520, which cryptography counts in bytes; Arabic takes two a letter."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_TABLES = (
    stringprep.in_table_a1,  # not yet assigned in Unicode 3.2
    stringprep.in_table_b1,  # mapped to nothing, such as the zero-width non-joiner
    stringprep.in_table_c3,  # private use
    stringprep.in_table_c4,  # no characters
    stringprep.in_table_c5,  # surrogates
    stringprep.in_table_c8,  # changes of direction
)


def comparable(text: str) -> str:
    """Return what of the text can be compared, in at most 64 bytes; perhaps nothing."""
    normal = unicodedata.normalize("NFKC", text)
    kept = "".join(letter for letter in normal if _is_known(letter))
    short = unicodedata.normalize("NFKC", kept).encode()[:MAX_BYTES].decode("utf-8", "ignore")
    return " ".join(_in_one_direction(short).split())


def _is_known(letter: str) -> bool:
    forms = _forms(letter)
    return _REPLACEMENT not in forms and not any(table(form) for form in forms for table in _TABLES)


def _in_one_direction(text: str) -> str:
    """Leave Latin letters out of Arabic and Hebrew, and whatever then stands at the ends."""
    places = [place for place, letter in enumerate(text) if stringprep.in_table_d1(letter)]
    if not places:
        return text
    inside = text[places[0] : places[-1] + 1]
    return "".join(
        letter for letter in inside if not any(map(stringprep.in_table_d2, _forms(letter)))
    )


def _forms(letter: str) -> str:
    """Return the letter and its small form, by which names are compared."""
    return letter + stringprep.map_table_b2(letter)
