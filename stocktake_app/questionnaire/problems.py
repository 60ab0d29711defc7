"""A fault in a questionnaire file or in given answers, as a value with its place."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is: ``error`` refuses, ``repaired`` was mended, ``warning`` is advice."""

    ERROR = "error"
    REPAIRED = "repaired"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is, the value found there, what is wrong and what to do.

    ``sheet`` is a sheet of the spreadsheet (or ``answers`` for given answers), ``row`` counts from
    1 with the header (0: the whole sheet), ``column`` is the column's heading or an answer's path.
    """

    sheet: str
    row: int
    column: str
    value: str
    message: str
    advice: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return one sentence: place, value, what is wrong, what to do."""
        value = f" “{shortened(self.value)}”:" if self.value else ""
        text = f"{self.place}:{value} {self.message}" if self.place else f"{value} {self.message}"
        return f"{text} {self.advice}".strip()

    @property
    def place(self) -> str:
        """The place in words, such as ``survey, row 12, column relevant``."""
        parts = [self.sheet] if self.sheet else []
        parts += [f"row {self.row}"] if self.row else []
        parts += [f"column {self.column}"] if self.column and self.row else []
        parts += [self.column] if self.column and not self.row else []
        return ", ".join(parts)


SHOWN_CHARS = 120


def shortened(text: str) -> str:
    """Return the beginning of a long value, on one line, for showing in a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…"
