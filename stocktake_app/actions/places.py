"""Whether a bureau or country that somebody typed is one of the registers'."""

from difflib import get_close_matches

from stocktake_app.errors import WrongUseError
from stocktake_app.store.registers import shipped_rows

_FEW = 20
_LABELS = ("name", "label", "label_fr", "label_es", "label_ar")


def check_place(bureau: str, country: str) -> None:
    """Check the codes of a bureau and a country; either may be empty.

    Raises:
        WrongUseError: the registers do not have one; the sentence names the nearest that they do.
    """
    for register, what, code in (("bureaux", "bureau", bureau), ("countries", "country", country)):
        known = {row["name"]: row["label"] for row in shipped_rows(register)}
        if code and code not in known:
            raise WrongUseError(
                f"there is no {what} {code!r} in the register. {_advice(register, code, known)}"
            )


def _advice(register: str, typed: str, known: dict[str, str]) -> str:
    nearest = _nearest(register, typed)
    if nearest:
        return "Do you mean " + " or ".join(f"{one} ({known[one]})" for one in nearest) + "?"
    if len(known) > _FEW:
        return "Give a code such as SEN (Senegal), by ISO 3166-1 alpha-3."
    return f"It has {', '.join(sorted(known))}."


def _nearest(register: str, typed: str) -> list[str]:
    """Return up to three codes that look like what was typed, or whose place is called so."""
    words = {
        row[column].casefold(): row["name"]
        for row in shipped_rows(register)
        for column in _LABELS
        if row.get(column)
    }
    begun = typed.casefold()
    found = get_close_matches(begun, words, n=12, cutoff=0.5)
    found.sort(key=lambda one: one[:2] != begun[:2])  # who mistypes a code begins it rightly
    return list(dict.fromkeys(words[one] for one in found))[:3]
