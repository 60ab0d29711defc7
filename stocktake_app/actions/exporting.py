"""Making a package: what it must carry, the closing seal, the readable part, the signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

from stocktake_app.actions.encrypting import (
    Addressees,
    addressees,
    encrypted_copy,
    encrypted_name,
)
from stocktake_app.actions.identity import own_signer, stored_signer
from stocktake_app.actions.result import Result
from stocktake_app.documents.record import Record
from stocktake_app.errors import MachineError, RefusedError
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.record import RecordFacts, build_record
from stocktake_app.exchange.seals import Header, make_seal, mentions
from stocktake_app.model.codes import Role
from stocktake_app.model.seal import Seal
from stocktake_app.store import seals
from stocktake_app.store.disclosures import disclosures_of
from stocktake_app.store.entries import EntryFilter, entry_ids, get_entry
from stocktake_app.store.files import sha256_of
from stocktake_app.store.outbox import note_encrypted
from stocktake_app.store.packages import (
    SUFFIX,
    copy_package,
    package_path,
    reading_package,
    writing_package,
)
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.cms import Signer

Format = Literal["xlsx", "pdf"]
LAYOUT = 1
"""Number of the readable part's layout; the manifest names it with format and language."""


@dataclass(frozen=True)
class Exported(Result):
    """A package that was written: its path, hash, and what is in it.

    Without a copy for the user, ``path`` is where it lies in the workspace: encrypted, and under
    another name than ``name``, when the workspace is protected. ``sha256`` is the signed file's.
    ``encrypted_to`` names who can open the copy in ``path``, () for one that everybody can.
    """

    path: Path
    name: str
    sha256: str
    entries: int
    changes: int
    seals: int
    fingerprint: str
    encrypted_to: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return what was done, for people."""
        where = f"{self.name} (in the outbox)" if self.path.suffix == SUFFIX else self.path
        readers = "".join(f"\nOnly this office can open it: {one}" for one in self.encrypted_to)
        return (
            f"{where} holds {self.entries} entries in {self.seals} signed records.\n"
            f"Your fingerprint, to read aloud: {self.fingerprint}{readers}"
        )


@dataclass(frozen=True)
class _Package:
    """What goes into one file: the seals it carries, the closing one last, and what it shows."""

    contents: Contents
    entries: tuple[str, ...]
    changes: tuple[str, ...]
    form: Format
    language: str

    @property
    def closing(self) -> Seal:
        return self.contents.closing


def export(  # noqa: PLR0913 - all but two name themselves where they are given
    workspace: Workspace,
    entries: Sequence[str] | None,
    *,
    form: Format = "xlsx",
    out: Path | None = None,
    everything: bool = False,
    language: str | None = None,
    redact: bool = False,
    encrypt_to: Sequence[str] = (),
    passphrase: str | None = None,
    now: datetime,
) -> Exported:
    """Write chosen entries, all not yet sent, or everything, as one signed package.

    Of a bureau, what came from its officers and was not sent on yet is not yet sent.

    The package stands in ``packages/`` and in the outbox; ``out`` is a copy for the user. Drafts
    that nobody left or finished stay out: half a sentence is not sent. ``redact`` withholds all
    confidential answers and attachments; the signed records name them, and hold. With
    ``encrypt_to`` (as ``addressees``) the copy is encrypted after signing, and so is every later
    one on a stick.

    Raises:
        PassphraseNeededError: the key is locked and no passphrase is given.
        RefusedError: there is nothing to export.
        MachineError: it cannot be written there.
    """
    to = addressees(workspace, encrypt_to, now)
    chosen = _chosen(workspace, entries, everything=everything)
    signer = own_signer(workspace, passphrase, now=now)
    package = _assemble(
        workspace,
        chosen,
        signer,
        form=form,
        language=language or workspace.profile.language,
        redact=redact,
        now=now,
    )
    name = _file_name(workspace, package, now)
    with writing_package(workspace, name) as file:
        _write(workspace, package, signer, file, now=now)
    if to.recipients:
        note_encrypted(workspace, name, to.offices)
    done = _store(workspace, package, signer, name, now=now)
    if to.recipients:
        out = out or workspace.packages / encrypted_name(name, to)
    return done if out is None else _copy(workspace, done, out, to)


def _chosen(workspace: Workspace, entries: Sequence[str] | None, *, everything: bool) -> list[str]:
    if entries is not None:
        return [get_entry(workspace, entry).id for entry in entries]
    found = entry_ids(workspace, EntryFilter(deleted=None, unsent=None if everything else True))
    if workspace.role is not Role.OFFICER:
        found += seals.not_sent_on(workspace)
    if not found:
        raise RefusedError(
            "there is nothing to export: finish an entry first"
            if everything
            else "there is nothing new to export. --all exports everything again"
        )
    return found


def _assemble(
    workspace: Workspace,
    chosen: Sequence[str],
    signer: Signer,
    *,
    form: Format,
    language: str,
    redact: bool,
    now: datetime,
) -> _Package:
    """Seal what is not sealed yet and gather what the package has to carry with it."""
    fresh = seals.unsealed(workspace, chosen)
    carried = seals.closure(workspace, {*chosen, *fresh.entries})
    number, previous = seals.next_seal(workspace)
    header = Header(
        device=workspace.device,
        number=number,
        previous=previous,
        forms=fresh.forms,
        seals=tuple(seal.id for seal in carried.seals),
        layout=f"{form}/{LAYOUT} {language}",
        practice=workspace.practice,
    )
    closing = make_seal(fresh.lines, header, signer, now)
    every = (*carried.seals, closing)
    disclosures = {} if redact else _disclosures(workspace, carried.entries, every)
    contents = Contents(every, _named_forms(every, carried), disclosures)
    return _Package(contents, carried.entries, fresh.changes, form, language)


def _disclosures(
    workspace: Workspace, entries: Sequence[str], every: Sequence[Seal]
) -> dict[str, bytes]:
    """Return the confidential content of these entries that these seals name."""
    known = disclosures_of(workspace, entries)
    named = frozenset().union(*map(mentions, every)) if known else frozenset()
    return {digest: data for digest, data in known.items() if digest in named}


def _named_forms(every: Sequence[Seal], carried: seals.Closure) -> dict[str, bytes]:
    named = {sha256 for seal in every for sha256 in seal.manifest.forms}
    return {sha256: carried.forms[sha256] for sha256 in sorted(named)}


def _write(
    workspace: Workspace, package: _Package, signer: Signer, file: BinaryIO, *, now: datetime
) -> None:
    facts = stored_signer(signer)
    record = build_record(
        workspace,
        package.entries,
        RecordFacts(facts.name, facts.office, now, facts.fingerprint, package.closing.id),
        package.language,
    )
    if package.form == "pdf":
        _write_pdf(record, package, signer, file, now=now)
    else:
        _write_xlsx(record, package, signer, file, now=now)


def _write_xlsx(
    record: Record, package: _Package, signer: Signer, file: BinaryIO, *, now: datetime
) -> None:
    from functools import partial

    from stocktake_app.documents.workbook import write_parts
    from stocktake_app.exchange.xlsx_package import write_xlsx_package

    write_xlsx_package(partial(write_parts, record), package.contents, signer, now, file)


def _write_pdf(
    record: Record, package: _Package, signer: Signer, file: BinaryIO, *, now: datetime
) -> None:
    import io

    from stocktake_app.documents.record_pdf import write_record_pdf
    from stocktake_app.exchange.pdf_package import write_pdf_package

    readable = io.BytesIO()
    write_record_pdf(record, readable)
    file.write(write_pdf_package(readable.getvalue(), package.contents, signer, now))


def _store(
    workspace: Workspace, package: _Package, signer: Signer, name: str, *, now: datetime
) -> Exported:
    """Note seal and package at once: from here the changes are sealed and wait in the outbox."""
    facts = stored_signer(signer)
    sha256, size = _digest(workspace, name)
    outgoing = seals.OutgoingPackage(sha256, name, package.form, size, package.closing.manifest.to)
    seals.store_own_seal(
        workspace, package.closing, package.changes, facts, package=outgoing, now=now
    )
    return Exported(
        path=package_path(workspace, name),
        name=name,
        sha256=sha256,
        entries=len(package.entries),
        changes=sum(seal.manifest.changes for seal in package.contents.seals),
        seals=len(package.contents.seals),
        fingerprint=facts.fingerprint,
    )


def _digest(workspace: Workspace, name: str) -> tuple[str, int]:
    with reading_package(workspace, name) as file:
        return sha256_of(file), file.tell()


def _copy(workspace: Workspace, done: Exported, out: Path, to: Addressees) -> Exported:
    from dataclasses import replace

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if to.recipients:
            out = encrypted_copy(workspace, done.name, to, out)
        else:
            copy_package(workspace, done.name, out)
    except (OSError, MachineError) as error:
        raise MachineError(
            f"the package is safe in the outbox, but cannot be written to {out}: {error}"
        ) from error
    return replace(done, path=out, encrypted_to=to.names)


def _file_name(workspace: Workspace, package: _Package, now: datetime) -> str:
    """Name a package by bureau, country, date, device and number, such as WCA-SEN-….xlsx."""
    place = [workspace.profile.bureau or "HQ", workspace.profile.country or workspace.role.value]
    device, number = workspace.device[-4:].upper(), package.closing.manifest.number
    stem = "-".join([*place, f"{now:%Y-%m-%d}", device, f"{number:04d}"])
    return f"{'PRACTICE-' * workspace.practice}{stem}.{package.form}"
