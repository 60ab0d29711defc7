"""A questionnaire file as sheets of rows, whatever kind of file it is; read with bounds."""

import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from typing import Any

from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.settings import MAX_FORM_BYTES

Row = dict[str, str]

MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_ROWS = {"survey": 10_000, "choices": 100_000, "settings": 1_000}
SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_HEADINGS = {
    "value": "name", "tag": "name", "command": "type", "caption": "label",
    "relevance": "relevant", "calculate": "calculation", "read_only": "readonly",
    "count": "repeat_count", "jr:count": "repeat_count", "constraining_message":
    "constraint_message", "requiredmsg": "required_message", "bind::relevant": "relevant",
    "bind::constraint": "constraint", "bind::calculate": "calculation",
    "bind::required": "required", "bind::readonly": "readonly", "name_of_list": "list_name",
}  # fmt: skip


@dataclass(slots=True)
class Workbook:
    """The sheets of a questionnaire: each row by its headings; row 0 of a list is row 2 of a sheet.

    ``headers`` and ``names`` are kept as they were, for pyxform.
    """

    sheets: dict[str, list[Row]]
    headers: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def rows(self, sheet: str) -> list[Row]:
        """Return a sheet's rows; none when there is no such sheet."""
        return self.sheets.get(sheet) or []

    def for_pyxform(self, fallback_name: str) -> dict[str, Any]:
        """Return the sheets as pyxform takes them."""
        return {
            **self.sheets, **self.headers, "sheet_names": self.names,
            "fallback_form_name": fallback_name,
        }  # fmt: skip


def heading(row: Row, wanted: str) -> str:
    """Return the heading under which a row has a column such as ``relevant``, else the name."""
    return next((key for key in row if plain_heading(key) == wanted), wanted)


def cell(row: Row, wanted: str) -> str:
    """Return what a row has in a column, by any of the names that the column goes by."""
    return str(row.get(heading(row, wanted)) or "").strip()


def plain_heading(key: str) -> str:
    """Return the usual name of a column."""
    name = re.sub(r"[ _]+", "_", key.strip().lower())
    return _HEADINGS.get(name, name)


def file_kind(data: bytes, name: str) -> str:
    """Return what a file is, by its bytes: ``.xls``, ``.xlsx``, ``.md``, ``.csv`` or ``.xml``."""
    if data.startswith(_OLE):
        return ".xls"
    if data.startswith(b"PK\x03\x04"):
        return ".xlsx"
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        return ".xml"
    if name.lower().endswith(".csv") or (b"|" not in start and b"," in start):
        return ".csv"
    return ".md"


def read_workbook(data: bytes, kind: str) -> Workbook | Problem:
    """Read a spreadsheet, or say why it cannot be read."""
    unsafe = _unsafe(data, kind)
    if unsafe:
        return _unreadable(unsafe)
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles concern nobody here
            definition = get_xlsform(data, file_type=kind)
    except PyXFormError as error:
        return _unreadable(str(error))
    except RecursionError:
        return _unreadable("it is nested too deep")
    except Exception as error:  # noqa: BLE001 - damaged spreadsheets end the readers in any way
        return _unreadable(f"{type(error).__name__}: {error}")
    sheets = {name: getattr(definition, name) for name in SHEETS}
    headers = {f"{name}_header": getattr(definition, f"{name}_header") for name in SHEETS}
    found = {
        name: [{key: value for key, value in row.items() if key} for row in rows]
        for name, rows in sheets.items()
        if rows is not None
    }
    for name, limit in MAX_ROWS.items():
        if len(found.get(name, ())) > limit:
            return Problem(name, 0, "", "", f"the sheet has more than {limit} rows.")
    return Workbook(found, headers, list(definition.sheet_names or ()))


def _unreadable(reason: str) -> Problem:
    reason = reason.strip().rstrip(".")
    return Problem(
        "", 0, "file", "", f"The file cannot be read as a questionnaire ({reason}).",
        "Give an XLSForm as .xlsx, .xls, .csv or Markdown, or an XForm as .xml.", Severity.ERROR,
    )  # fmt: skip


def _unsafe(data: bytes, kind: str) -> str:
    """Return why a file is not even opened; ``""`` when it may be."""
    if len(data) > MAX_FORM_BYTES:
        return f"it is larger than {MAX_FORM_BYTES // 1024 // 1024} MB"
    if kind != ".xlsx":
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unsafe_archive(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        return f"it is a damaged file: {error}"


def _unsafe_archive(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > 2_000 or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:  # noqa: PLR2004
        return f"unpacked it is larger than {MAX_UNPACKED_BYTES // 1024 // 1024} MB"
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(4096):
                    return "it has a document type declaration, which is not allowed"
    return ""
