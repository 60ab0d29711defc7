"""PUBLIC SURFACE (being filled in): XLSForm (md, xls, xlsx, csv) or XForm file to XForm XML."""

from dataclasses import dataclass

from stocktake_app.questionnaire.problems import Problem


@dataclass(frozen=True)
class Conversion:
    """The XForm (None when the form cannot be opened) and every problem found, repairs included."""

    xform: bytes | None
    problems: tuple[Problem, ...]


def convert(data: bytes, name: str) -> Conversion:
    """Convert a questionnaire file; ``name`` is the file's name. Never raises for bad content."""
    ...
