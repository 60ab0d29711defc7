"""From stored entries to a readable record: labels, choices and names in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stocktake_app.documents.record import Record
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class RecordFacts:
    """What the cover says beside the entries: who made the record, when, and how to know it.

    ``fingerprint`` is the signer's short fingerprint, to read aloud; ``record_id`` is the id of the
    closing seal (64 hexadecimal digits), or "" for an unsigned copy to share; ``created`` has an offset.
    """

    author: str
    office: str
    created: datetime
    fingerprint: str
    record_id: str


def build_record(
    workspace: Workspace, entries: Sequence[str], facts: RecordFacts, language: str
) -> Record:
    """Return a readable record of these entries (ids), in this order, streamed when written."""
    raise NotImplementedError
