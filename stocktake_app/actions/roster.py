"""Approving many at once: requests against a roster that somebody filled in with the people there.

A roster is a CSV file with the columns ``name``, ``office``, ``bureau`` and ``fingerprint``. The
fingerprint is what was read aloud; nobody is approved by name alone, as anybody can write a name.
A row without one is answered with the fingerprint to compare, so that forty people in a room can
read theirs from one list, and the second run approves them.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from stocktake_app.actions.identity import approve_as
from stocktake_app.actions.result import Result
from stocktake_app.actions.signing import Office, own_office
from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.requests import Request, read_request

COLUMNS = ("name", "office", "bureau", "fingerprint")
MAX_ROWS = 2000


class Outcome(StrEnum):
    """What became of one request or one row of the roster."""

    APPROVED = "approved"
    COMPARE = "compare"
    """On the roster, but without a fingerprint: compare it aloud and write it in."""
    DIFFERS = "differs"
    """On the roster with another fingerprint: somebody else's key, or a slip."""
    NOT_LISTED = "not_listed"
    REFUSED = "refused"
    MISSING = "missing"
    """A row that no request answers to."""


@dataclass(frozen=True)
class RosterRow(Result):
    """One line of the report; ``fingerprint`` is the request's, ``answer`` the file to return."""

    outcome: Outcome
    name: str
    office: str
    bureau: str
    fingerprint: str
    request: str = ""
    answer: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Rostered(Result):
    """A roster that was worked through; ``complete`` when every row and request was approved."""

    rows: tuple[RosterRow, ...]

    @property
    def complete(self) -> bool:
        """Whether everybody was approved."""
        return all(one.outcome is Outcome.APPROVED for one in self.rows)

    def as_json(self) -> dict[str, object]:
        """Return the rows and whether everybody was approved."""
        return super().as_json() | {"complete": self.complete}


@dataclass(frozen=True)
class Listed:
    """One row of a roster; what is blank fits everybody.

    A row without a name fits nobody by itself.
    """

    name: str
    office: str
    bureau: str
    fingerprint: str

    def fits(self, request: Request) -> bool:
        """Say whether name, and office and bureau where they are given, are the request's."""
        asked = request.subject
        if not self.name:
            return False
        pairs = ((self.name, asked.name), (self.office, asked.office), (self.bureau, asked.bureau))
        return all(not ours or _folded(ours) == _folded(theirs) for ours, theirs in pairs)


def approve_roster(
    workspace: Workspace,
    requests: Sequence[tuple[str, bytes]],
    roster: bytes,
    folder: Path,
    *,
    passphrase: str | None,
    now: datetime,
) -> Rostered:
    """Answer those of many requests (file name and bytes) whose key stands on the roster.

    Answers are written to ``folder`` under the requests' names.

    Raises:
        UserFileError: the roster cannot be read.
        RefusedError: this workspace approves nobody.
    """
    listed = read_roster(roster)
    office = own_office(workspace, passphrase, now=now)
    rows, met = [], set()
    for name, data in requests:
        row, entry = _work_through(workspace, office, (name, data), listed, folder, now)
        rows.append(row)
        met.add(entry)
    rows += [
        RosterRow(Outcome.MISSING, one.name, one.office, one.bureau, one.fingerprint)
        for one in listed
        if one not in met
    ]
    return Rostered(tuple(rows))


def read_roster(data: bytes) -> tuple[Listed, ...]:
    """Read a roster; the columns may stand in any order, others are passed over.

    Raises:
        UserFileError: it is no CSV file with a column ``name``, or far too long.
    """
    try:
        text = data.decode("utf-8-sig")
        header = text.partition("\n")[0]
        separator = next((one for one in ";\t" if one in header), ",")  # as spreadsheets save it
        rows = list(csv.DictReader(io.StringIO(text), delimiter=separator))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserFileError(f"The roster cannot be read as CSV in UTF-8 ({error}).") from None
    if not rows or "name" not in rows[0] or len(rows) > MAX_ROWS:
        raise UserFileError(
            "The roster needs a header with name, office, bureau and fingerprint, and under it 1 "
            f"to {MAX_ROWS} rows."
        )
    return tuple(Listed(*((row.get(one) or "").strip() for one in COLUMNS)) for row in rows)


def _work_through(
    workspace: Workspace,
    office: Office,
    request: tuple[str, bytes],
    listed: Sequence[Listed],
    folder: Path,
    now: datetime,
) -> tuple[RosterRow, Listed | None]:
    """Answer one request if it deserves it; return the report's line and the roster's row."""
    file, data = request
    try:
        asked = read_request(data)
    except UserFileError as error:
        return RosterRow(Outcome.REFUSED, "", "", "", "", file, "", str(error)), None
    outcome, entry = _outcome(asked, listed)
    who = asked.subject
    row = RosterRow(outcome, who.name, who.office, who.bureau, asked.fingerprint, file)
    if outcome is not Outcome.APPROVED:
        return row, entry
    answer = folder / f"{Path(file).stem}-answer.json"
    try:
        approve_as(workspace, office, asked, answer, now=now)
    except RefusedError as error:
        return replace(row, outcome=Outcome.REFUSED, reason=str(error)), entry
    return replace(row, answer=str(answer)), entry


def _outcome(asked: Request, listed: Sequence[Listed]) -> tuple[Outcome, Listed | None]:
    """Say what a request deserves: the key decides, the name must fit it."""
    for row in listed:
        if row.fingerprint and _plain(row.fingerprint) == _plain(asked.fingerprint):
            return (Outcome.APPROVED if row.fits(asked) else Outcome.DIFFERS), row
    fitting = [row for row in listed if row.fits(asked)]
    if not fitting:
        return Outcome.NOT_LISTED, None
    waiting = [row for row in fitting if not row.fingerprint]
    return (Outcome.COMPARE, waiting[0]) if waiting else (Outcome.DIFFERS, fitting[0])


def _plain(fingerprint: str) -> str:
    return "".join(sign for sign in fingerprint.upper() if sign.isalnum())


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
