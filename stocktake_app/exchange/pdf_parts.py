"""What a PDF package's attachments are called."""

import re

FIELD = "Stocktake"
"""The name of the one signature field."""

SEAL_TYPE = "application/vnd.stocktake.seal"
OBJECT_TYPE = "application/vnd.stocktake.object"

OBJECT_NAME = re.compile(r"object-([0-9a-f]{64})")


def seal_name(number: int) -> str:
    """Return the name of the n-th seal, from 1."""
    return f"record-{number:05}.seal"


def object_name(sha256: str) -> str:
    """Return the name of an object."""
    return f"object-{sha256}"
