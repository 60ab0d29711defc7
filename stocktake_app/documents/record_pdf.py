"""A readable record as a PDF: cover, entries, differing versions, how to check it."""

from typing import BinaryIO

from stocktake_app.documents.record import Record

LAYOUT = "pdf/1"
"""Named in the manifest of a signed record, with the language: ``pdf/1 fr``."""


def write_record_pdf(record: Record, out: BinaryIO) -> None:
    """Write the record as a PDF with embedded fonts; equal records give equal bytes."""
    raise NotImplementedError
