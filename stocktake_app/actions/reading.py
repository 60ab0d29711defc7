"""What is recorded, as plain JSON values: lists, one entry, its history, search, the trace.

``all_entries`` and ``one_entry`` hold nothing that depends on when or how something was imported:
two workspaces with the same counted changes give the same bytes.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stocktake_app.actions.attaching import write_out
from stocktake_app.errors import RefusedError
from stocktake_app.model.references import (
    Reference,
    evidence_reference,
    is_evidence_reference,
    parse_reference,
)
from stocktake_app.store import conflicts, entries
from stocktake_app.store.findings import FindingFilter, list_findings, list_interventions
from stocktake_app.store.search import search
from stocktake_app.store.workspace import Workspace

PAGE = 1000


def all_entries(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the summary of every entry, sorted by id."""
    return [_summary(entry) for entry in _every(workspace)]


def _every(workspace: Workspace) -> Iterator[entries.EntrySummary]:
    every = entries.EntryFilter(deleted=None)
    ids = entries.entry_ids(workspace, every, entries.EntrySort.ID, descending=False)
    for begin in range(0, len(ids), PAGE):
        yield from entries.entries_by_id(workspace, ids[begin : begin + PAGE])


def one_entry(workspace: Workspace, entry: str, *, history: bool = False) -> dict[str, Any]:
    """Return one entry with its answers by path and its differing versions.

    The answer of an attachment is its file's name. What is withheld or erased has no answer but
    is listed. With ``history``, also every value that each answer ever had, by whom and when.

    Raises:
        RefusedError: there is no such entry.
    """
    found = entries.get_entry(workspace, entry)
    body = _summary(found) | {
        "answers": dict(found.words),
        "withheld": list(found.withheld),
        "erased": list(found.erased),
        "attachments": [{"path": path, **asdict(one)} for path, one in found.attachments.items()],
        "differing": [_differing(one) for one in conflicts.list_conflicts(workspace, found.id)],
    }
    if history:
        body["history"] = [_version(one) for one in conflicts.history(workspace, found.id)]
    return body


def save_attachments(workspace: Workspace, entry: str, folder: Path) -> dict[str, Path]:
    """Write an entry's attachments into a folder; return where the file of each path is.

    Raises:
        UserFileError: the folder cannot be written, or has files of these names.
    """
    found = entries.get_entry(workspace, entry)
    return write_out(workspace, found.id, dict(found.attachments), folder)


def find(workspace: Workspace, words: str) -> list[dict[str, Any]]:
    """Return the entries that have all these words."""
    return [asdict(hit) for hit in search(workspace, words, limit=PAGE)]


def trace(workspace: Workspace, reference: str) -> dict[str, Any]:
    """Return where a finding, an intervention or an entry comes from, with the signers.

    ``reference`` is what a paper prints (``WCA-SEN-3F9A2C/F3``, ``E-3F9A2C41``), an entry's id,
    or ``ENTRY/findings[ROW]``.

    Raises:
        RefusedError: there is nothing of that reference here, or it fits several entries.
    """
    entry, row = _place(workspace, reference)
    return asdict(conflicts.trace(workspace, entry, row))


def _place(workspace: Workspace, reference: str) -> tuple[str, str]:
    """Return the entry's id and the row's path ("" for the whole entry)."""
    if is_evidence_reference(reference):
        return _evidence(workspace, reference.strip().upper())
    named = parse_reference(reference)
    if named is None:
        entry, _, row = reference.partition("/")
        return entries.get_entry(workspace, entry).id, row
    whole = _entry_ending(workspace, named.entry_end, reference)
    return whole, _row(workspace, whole, named, reference)


def _entry_ending(workspace: Workspace, end: str, reference: str) -> str:
    every = entries.EntryFilter(deleted=None)
    found = [one for one in entries.entry_ids(workspace, every) if one.endswith(end)]
    if len(found) != 1:
        raise RefusedError(f"{reference} names {len(found) or 'no'} entries here; give the id")
    return found[0]


def _row(workspace: Workspace, entry: str, named: Reference, reference: str) -> str:
    if not named.number:
        return ""
    rows = (
        [one.row for one in list_interventions(workspace, entry)]
        if named.letter == "I"
        else [one.row for one in list_findings(workspace, FindingFilter(entry=entry), limit=None)]
    )
    if named.number > len(rows):
        raise RefusedError(f"{reference} names row {named.number}, but the entry has {len(rows)}")
    return rows[named.number - 1]


def _evidence(workspace: Workspace, reference: str) -> tuple[str, str]:
    """Find the finding behind an opaque reference by working all of them out again."""
    for one in list_findings(workspace, limit=None):
        if evidence_reference(one.entry, one.row) == reference:
            return one.entry, one.row
    raise RefusedError(f"{reference} names no finding of this workspace")


def _summary(entry: entries.EntrySummary) -> dict[str, Any]:
    return {
        "id": entry.id,
        "form": entry.form,
        "form_id": entry.form_id,
        "title": entry.title,
        "state": entry.state,
        "event": entry.event,
        "bureau": entry.bureau,
        "countries": list(entry.countries),
        "language": entry.language,
        "author": entry.author,
        "updated": entry.updated,
        "changes": entry.changes,
        "conflicts": entry.conflicts,
        "deleted": entry.deleted,
    }


def _differing(conflict: conflicts.Conflict) -> dict[str, Any]:
    return {
        "path": conflict.path,
        "versions": [_version(version) for version in conflict.versions],
    }


def _version(version: conflicts.Version) -> dict[str, Any]:
    return {
        "path": version.path,
        "value": version.value,
        "withheld": version.withheld,
        "change": version.change,
        "device": version.device,
        "time": version.time,
        "author": version.author,
        "live": version.live,
    }
