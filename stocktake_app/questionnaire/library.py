"""The questionnaires that ship with the program, converted once per content."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stocktake_app.questionnaire.xlsform import convert
from stocktake_app.questionnaire.xml_tree import BadFormError
from stocktake_app.settings import resource, state_folder

SHOWN_PROBLEMS = 5


@dataclass(frozen=True)
class ShippedForm:
    """A shipped questionnaire: ``key`` is the file's stem, such as ``regional``."""

    key: str
    path: Path


def shipped_forms() -> tuple[ShippedForm, ...]:
    """Return the questionnaires in ``forms/``, sorted by key."""
    found = sorted(resource("forms").glob("*.md"))
    return tuple(ShippedForm(path.stem, path) for path in found if path.name != "README.md")


def xform_of(path: Path) -> bytes:
    """Return a questionnaire file's XForm, converted once per content.

    Raises:
        BadFormError: the file cannot be opened; the sentence names the first faults.
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    kept = state_folder() / "forms" / f"{hashlib.sha256(data).hexdigest()}.xml"
    if kept.is_file():
        return kept.read_bytes()
    conversion = convert(data, path.name)
    if conversion.xform is None:
        shown = " ".join(str(one) for one in conversion.errors[:SHOWN_PROBLEMS])
        raise BadFormError(f"The form {path.name} cannot be opened. {shown}")
    _keep(kept, conversion.xform)
    return conversion.xform


def _keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; several programs may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
