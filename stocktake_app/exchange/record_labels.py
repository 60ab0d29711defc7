"""What the readable part calls the rows of registers: an event, a country, a pledge.

The shipped registers have most names. What a package needs beyond them travels in it as its
*labels*: an object of canonical JSON, named by the closing seal, so that everybody who has the
package can make its readable part again:

``{"format":"stocktake-labels/1","registers":{"events":{"<name>":{"label":"…","label_fr":"…"}}}}``
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from stocktake_app import settings

FORMAT = "stocktake-labels/1"
MAX_LABELS_BYTES = 8 * 1024 * 1024
MAX_LABEL_CHARS = 1_000
"""A longer name of anything is cut: forms and labels come from outside."""

Names = Mapping[str, str]
"""The labels of one row: ``label`` and, by language, ``label_fr`` and so on."""

Registers = Mapping[str, Mapping[str, Names]]
"""Labels by register (``events``) and by name of the row."""


class BadLabelsError(ValueError):
    """Bytes that are no labels in canonical form; the message says why."""


@dataclass(frozen=True)
class Labels:
    """The names of registers' rows: the shipped ones, and over them those that a package brings."""

    brought: Registers = field(default_factory=dict)

    @property
    def encoded(self) -> bytes:
        """The labels object's bytes; "" when nothing is brought."""
        if not self.brought:
            return b""
        return _json({"format": FORMAT, "registers": self.brought})

    def of(self, register: str, language: str) -> dict[str, str]:
        """Return the labels of a register such as ``events.csv`` by name, in a language."""
        stem = stem_of(register)
        rows = dict(shipped_names(stem))
        rows |= self.brought.get(stem, {})
        return {name: label_in(names, language) for name, names in rows.items()}

    def otherwise(self, language: str) -> tuple[tuple[str, str], ...]:
        """Return what the shipped registers call otherwise: their label, then the one brought.

        Headquarters may rename a row; somebody else could make Senegal read as another country.
        """
        return tuple(
            (known, label)
            for stem, rows in sorted(self.brought.items())
            for name, names in sorted(rows.items())
            if name in shipped_names(stem)
            and (known := label_in(shipped_names(stem)[name], language))
            != (label := label_in(names, language))
        )


def stem_of(register: str) -> str:
    """Return a register's name without folder and ending: ``events`` for ``events.csv``."""
    return PurePosixPath(register).stem


def label_in(names: Names, language: str) -> str:
    """Return a row's label in a language, else its own."""
    return (names.get(f"label_{language}") or names.get("label", ""))[:MAX_LABEL_CHARS]


def names_of(row: Mapping[str, str]) -> dict[str, str]:
    """Return the labels among the columns of a register's row."""
    return {
        column: value
        for column, value in row.items()
        if value and (column == "label" or column.startswith("label_"))
    }


@lru_cache(maxsize=64)
def shipped_names(stem: str) -> Mapping[str, Names]:
    """Return the labels in a shipped register by name of the row; none when there is no such."""
    try:
        path = settings.resource(f"resources/registers/{stem}.csv")
    except FileNotFoundError:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"]: names_of(row) for row in csv.DictReader(file) if row.get("name")}


def read_labels(data: bytes) -> Labels:
    """Read a labels object, strictly.

    Raises:
        BadLabelsError: it is not what our writer writes, or too large.
    """
    if len(data) > MAX_LABELS_BYTES:
        raise BadLabelsError("the labels in it are too large")
    try:
        body = json.loads(data)
        registers = body["registers"]
        fits = body["format"] == FORMAT and len(body) == len(("format", "registers"))
        canonical = _json(body)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadLabelsError("the labels in it cannot be read") from None
    if not (fits and canonical == data and _well_typed(registers)):
        raise BadLabelsError("the labels in it are not in canonical form")
    return Labels(registers)


def _well_typed(registers: object) -> bool:
    return isinstance(registers, dict) and all(
        isinstance(rows, dict)
        and all(isinstance(names, dict) for names in rows.values())
        and all(isinstance(one, str) for names in rows.values() for one in names.values())
        for rows in registers.values()
    )


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
