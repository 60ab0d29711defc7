"""What a PDF package's attachments are called, and how each kind of them is described."""

import re
from dataclasses import dataclass

FIELD = "Stocktake"
"""The name of the one signature field."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the file specification of an attachment says beside its name.

    ``relationship`` is its AFRelationship (ISO 32000-2, 14.13); ``packed`` ones are deflated.
    """

    media_type: str
    relationship: str
    description: str
    packed: bool


SEAL = Kind("application/vnd.stocktake.seal", "/Source", "Signed record", packed=False)
OBJECT = Kind("application/vnd.stocktake.object", "/Data", "Object", packed=True)

DISCLOSURES = Kind(
    "application/vnd.stocktake.disclosures", "/Data", "Confidential answers", packed=False
)
ATTACHMENT = Kind("application/vnd.stocktake.attachment", "/Data", "Attachment", packed=False)

DISCLOSURES_NAME = "disclosures.zst"
ATTACHMENT_NAME = re.compile(r"attachment-([0-9a-f]{64})")
OBJECT_NAME = re.compile(r"object-([0-9a-f]{64})")


def seal_name(number: int) -> str:
    """Return the name of the n-th seal, from 1."""
    return f"record-{number:05}.seal"


def attachment_name(digest: str) -> str:
    """Return the name of an attachment."""
    return f"attachment-{digest}"


def object_name(sha256: str) -> str:
    """Return the name of an object."""
    return f"object-{sha256}"
