"""PUBLIC SURFACE (being filled in): the questionnaires that ship with the program, converted once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ShippedForm:
    """A shipped questionnaire: ``key`` is the file's stem, such as ``regional``."""

    key: str
    path: Path


def shipped_forms() -> tuple[ShippedForm, ...]:
    """Return the questionnaires in ``forms/``, sorted by key."""
    ...


def xform_of(path: Path) -> bytes:
    """Return a questionnaire file's XForm, converted once per content.

    Raises:
        BadFormError (a UserFileError): the file cannot be opened; the sentence names the first faults.
    """
    ...
