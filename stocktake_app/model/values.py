"""Answers as they are stored: strings in XForms lexical form, normalised once, at capture.

After this, equal answers are equal bytes (design, section 6), so two officers who mean the same
thing never make a conflict by typing it differently.
"""

import unicodedata
from decimal import Decimal, InvalidOperation

MULTIPLE = frozenset({"select", "select_multiple", "rank"})
NUMERIC = frozenset({"int", "integer", "decimal"})
MAX_DIGITS = 60


def normalise(value: str | None, kind: str = "string") -> str | None:
    r"""Return the stored form of an answer, or None for a blank one.

    Text becomes NFC with ``\\n`` line ends and without trailing white space; numbers become plain
    canonical decimals; the names of a multiple choice are sorted. ``kind`` is the XForm bind type.
    A number that cannot be read stays as it was typed: the constraint check speaks about it.
    """
    if value is None:
        return None
    text = value.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", text).rstrip()
    if not text.strip():
        return None
    if kind in NUMERIC:
        return canonical_number(text.strip())
    if kind in MULTIPLE:
        names = text.split()
        return " ".join(names if kind == "rank" else sorted(set(names)))
    return text


def canonical_number(text: str) -> str:
    """Return a number without exponent, leading plus or needless zeros: ``+1.50e1`` is ``15``."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        return text
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain
