"""A readable record as an Excel workbook, written row by row."""

from typing import BinaryIO

from stocktake_app.documents.record import Record

LAYOUT = "xlsx/1"
"""Named in the manifest of a signed record, with the language: ``xlsx/1 fr``."""


def write_workbook(record: Record, out: BinaryIO) -> None:
    """Write the record as an xlsx file; equal records give equal bytes."""
    raise NotImplementedError
