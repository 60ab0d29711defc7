"""Short lists for the screens, from the shipped registers, before any workspace is open."""

import csv
from functools import cache

from stocktake_app.settings import resource


@cache
def register(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a shipped register such as ``bureaux``."""
    with resource(f"resources/registers/{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def labelled(name: str, language: str) -> list[tuple[str, str]]:
    """Return (code, label) of every row, in this language where it has one."""
    return [(row["name"], row.get(f"label_{language}") or row["label"]) for row in register(name)]


def label_of(name: str, code: str, language: str) -> str:
    """Return the label of one code, or the code itself."""
    return dict(labelled(name, language)).get(code, code)
