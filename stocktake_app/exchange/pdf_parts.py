"""What a PDF package's attachments are called."""

import re

FIELD = "Stocktake"
"""The name of the one signature field."""

SEAL_TYPE = "application/vnd.stocktake.seal"
FORM_TYPE = "application/xml"

FORM_NAME = re.compile(r"form-([0-9a-f]{64})\.xml")


def seal_name(number: int) -> str:
    """Return the name of the n-th seal, from 1."""
    return f"record-{number:05}.seal"


def form_name(sha256: str) -> str:
    """Return the name of an object."""
    return f"form-{sha256}.xml"
