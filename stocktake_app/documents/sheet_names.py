"""Names and texts that spreadsheets accept."""

import re

MAX_NAME_CHARS = 31
MAX_CELL_UNITS = 32_767
"""Excel's limit of one cell, in UTF-16 code units."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class SheetNames:
    """Gives each sheet a name that no other sheet of the workbook has."""

    def __init__(self) -> None:
        # Excel keeps this name for itself.
        self._taken = {"history"}

    def take(self, wanted: str) -> str:
        """Return ``wanted`` in a form that Excel accepts, with a number behind it if taken."""
        base = " ".join(_FORBIDDEN.sub(" ", wanted).split()).strip("'") or "Sheet"
        name = _shortened(base, MAX_NAME_CHARS)
        count = 1
        while name.casefold() in self._taken:
            count += 1
            suffix = f" ({count})"
            name = _shortened(base, MAX_NAME_CHARS - len(suffix)) + suffix
        self._taken.add(name.casefold())
        return name


def _shortened(name: str, limit: int) -> str:
    if len(name) <= limit:
        return name
    space = name.rfind(" ", limit // 2, limit)
    return name[: space if space > 0 else limit].strip(" '")


def escaped(text: str) -> str:
    """Return the text so that spreadsheets show ``_x0041_`` as typed (ECMA-376, ST_Xstring)."""
    return _ESCAPE_LIKE.sub("_x005F_", text) if "_x" in text else text


def pieces(text: str, limit: int = MAX_CELL_UNITS) -> list[str]:
    """Cut a text into pieces of at most ``limit`` UTF-16 units, between words where possible."""
    if len(text) * 2 <= limit or units(text) <= limit:
        return [text]
    found = []
    while units(text) > limit:
        end = _fitting(text, limit)
        space = max(text.rfind(" ", end - 200, end), text.rfind("\n", end - 200, end))
        end = space + 1 if space > 0 else end
        found.append(text[:end])
        text = text[end:]
    return [*found, text] if text else found


def units(text: str) -> int:
    """Return the length of a text as spreadsheets count it: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fitting(text: str, limit: int) -> int:
    encoded = text.encode("utf-16-le", "surrogatepass")[: limit * 2]
    return len(encoded.decode("utf-16-le", "ignore"))
