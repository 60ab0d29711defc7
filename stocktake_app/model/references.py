"""References that people read out and write down: ``WCA-SEN-3F9A2C`` and ``WCA-SEN-3F9A2C/F3``.

An entry's reference follows from its id, bureau and countries alone, so it is the same on every
laptop. Six digits of the id's random end tell entries apart; the rest says at a glance where from.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

DIGITS = 6
EVIDENCE_DIGITS = 8
_REFERENCE = re.compile(
    r"(?:[A-Z0-9]{1,8}-){0,2}([0-9A-F]{6})(?:\s*[/·]\s*([FI])([0-9]{1,5}))?(?:\s*·\s*[0-9a-f]{8})?",
    re.IGNORECASE,
)
_EVIDENCE = re.compile(r"E-[0-9A-F]{8}", re.IGNORECASE)


class Reference(NamedTuple):
    """What a printed reference names: the end of an entry's id, and one of its rows.

    ``letter`` is ``F`` for findings, ``I`` for interventions; ``number`` counts from 1, and is 0
    for the whole entry.
    """

    entry_end: str
    letter: str
    number: int


def entry_reference(entry: str, bureau: str = "", countries: Sequence[str] = ()) -> str:
    """Return an entry's reference; the country stands in it only when there is exactly one."""
    parts = [bureau, countries[0] if len(countries) == 1 else "", entry[-DIGITS:].upper()]
    return "-".join(part for part in parts if part)


def parse_reference(text: str) -> Reference | None:
    """Read a reference as papers print it, with or without the signed record's part behind it.

    None when the text is no reference.
    """
    match = _REFERENCE.fullmatch(text.strip())
    return (
        Reference(match[1].lower(), (match[2] or "").upper(), int(match[3] or 0)) if match else None
    )


def is_evidence_reference(text: str) -> bool:
    """Say whether this is a reference of a published paper, such as ``E-3F9A2C41``."""
    return bool(_EVIDENCE.fullmatch(text.strip()))


def evidence_reference(entry: str, row: str) -> str:
    """Return the opaque reference of a finding in what is published: ``E-3F9A2C41``.

    Ids are random, so nobody outside can tell what it stands for; whoever has the entry can work
    it out again.
    """
    digest = hashlib.sha256(f"stocktake:evidence:{entry}:{row}".encode()).hexdigest()
    return f"E-{digest[:EVIDENCE_DIGITS].upper()}"
