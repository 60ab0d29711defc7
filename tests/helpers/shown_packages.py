"""Packages with a real readable part, made by the code of an export; and what an insider makes."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from people import People

from stocktake_app.actions import packing
from stocktake_app.documents.parts import OpenPart, TakeBytes, WriteParts, Written
from stocktake_app.documents.record import Record
from stocktake_app.documents.workbook import write_parts
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.record_layout import language_of
from stocktake_app.exchange.shown import Shown, chains_of, read_shown
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.exchange.visible import VisibleCheck, check_visible
from stocktake_app.exchange.xlsx_package import write_xlsx_package
from stocktake_app.store.entries import EntryFilter, entry_ids
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.cms import Signer

Parts = dict[str, tuple[str, bytes]]
"""Content type and bytes of the readable parts by name."""


@dataclass(frozen=True)
class Exported:
    """What a package carries, who signs it, and when."""

    package: packing.Package
    signer: Signer
    now: datetime

    @property
    def contents(self) -> Contents:
        """Seals, objects and disclosures."""
        return self.package.contents

    @property
    def shown(self) -> Shown:
        """What it shows."""
        return read_shown(self.contents, chains_of(self.contents))

    @property
    def record(self) -> Record:
        """Its readable part."""
        return build_record(self.shown, language_of(self.package.kind.layout))

    def honest(self) -> bytes:
        """Return the package as an export writes it."""
        out = io.BytesIO()
        packing.write(self.package, self.signer, out, self.now)
        return out.getvalue()

    def forged(self, edit: Callable[[Parts], None]) -> bytes:
        """Return a workbook that its own signer changed before signing it."""
        out = io.BytesIO()
        readable = edited(partial(write_parts, self.record), edit)
        write_xlsx_package(readable, self.contents, self.signer, self.now, out)
        return out.getvalue()


def pack(
    workspace: Workspace,
    signer: Signer,
    kind: packing.Kind,
    now: datetime,
    entries: Iterable[str] | None = None,
) -> Exported:
    """Gather and seal entries (all) of a workspace; nothing of it is stored there."""
    chosen = list(entries or entry_ids(workspace, EntryFilter(deleted=None)))
    gathered = packing.gather(workspace, chosen, kind, now)
    return Exported(packing.close(workspace, gathered, signer, now), signer, now)


def edited(readable: WriteParts, edit: Callable[[Parts], None]) -> WriteParts:
    """Return what writes the same parts after somebody changed them."""

    def write(open_part: OpenPart) -> Written:
        found: dict[str, tuple[str, io.BytesIO]] = {}

        def begin(name: str, content_type: str) -> TakeBytes:
            found[name] = (content_type, io.BytesIO())
            return found[name][1].write

        written = readable(begin)
        parts = {name: (kind, data.getvalue()) for name, (kind, data) in found.items()}
        edit(parts)
        for name, (kind, data) in parts.items():
            open_part(name, kind)(data)
        return written

    return write


def check(data: bytes, people: People) -> tuple[Report, VisibleCheck]:
    """Return verdict and visible check of a file, for somebody who trusts HQ's root."""
    report = verify_package(data, people.trust, people.now)
    return report, check_visible(data, report)
