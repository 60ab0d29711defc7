"""Making a package: sealed, shown, signed, stored, and handed out, all or nothing."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from stocktake_app.actions import erasing
from stocktake_app.actions.encrypting import (
    Addressees,
    addressees,
    encrypted_name,
    encrypted_path,
)
from stocktake_app.actions.expiry import expiry
from stocktake_app.actions.identity import own_signer, stored_signer
from stocktake_app.actions.packing import (
    PLAIN,
    Kind,
    MadeAlready,
    Package,
    close,
    gather,
    made_already,
    write,
)
from stocktake_app.actions.result import Result
from stocktake_app.errors import MachineError, RefusedError, UserFileError
from stocktake_app.exchange import age
from stocktake_app.model.codes import Role
from stocktake_app.store import seals
from stocktake_app.store.entries import EntryFilter, entry_ids, get_entry
from stocktake_app.store.files import atomic_file, file_error, sha256_of
from stocktake_app.store.outbox import note_encrypted
from stocktake_app.store.packages import (
    SUFFIX,
    package_path,
    reading_package,
    writing_package,
)
from stocktake_app.store.scrubbing import resent, to_resend
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.cms import Signer

_COPY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Exported(Result):
    """A package that was written: its path, hash, and what is in it.

    Without a copy for the user, ``path`` is where it lies in the workspace: encrypted, and under
    another name than ``name``, when the workspace is protected. ``sha256`` is the signed file's.
    ``encrypted_to`` names who can open the copy in ``path``, () for one that everybody can.
    ``again`` says that nothing has changed since it was made, so that it was only given out again.
    ``warning`` says that the signer's certificate ends soon or has ended, "" when it does not.
    """

    path: Path
    name: str
    sha256: str
    entries: int
    changes: int
    seals: int
    fingerprint: str
    encrypted_to: tuple[str, ...] = ()
    again: bool = False
    warning: str = ""

    def sentence(self) -> str:
        """Return what was done, for people."""
        where = f"{self.name} (in the outbox)" if self.path.suffix == SUFFIX else self.path
        who = "these offices" if len(self.encrypted_to) > 1 else "this office"
        readers = f"\nOnly {who} can open it: {'; '.join(self.encrypted_to)}" * bool(
            self.encrypted_to
        )
        again = "\nNothing has changed since it was made; it is the same package." * self.again
        warning = f"\n{self.warning}" if self.warning else ""
        entries = f"{self.entries} entries" if self.entries != 1 else "1 entry"
        seals = f"{self.seals} signed records" if self.seals != 1 else "1 signed record"
        return (
            f"{where} holds {entries} in {seals}.\n"
            f"Your fingerprint, to read aloud: {self.fingerprint}{readers}{again}{warning}"
        )


def export(
    workspace: Workspace,
    entries: Sequence[str] | None,
    kind: Kind = PLAIN,
    *,
    out: Path | None = None,
    everything: bool = False,
    encrypt_to: Sequence[str] = (),
    passphrase: str | None = None,
    now: datetime,
) -> Exported:
    """Write chosen entries, all not yet sent, or everything, as one signed package.

    Of a bureau, what came from its officers and was not sent on yet is not yet sent.

    The package stands in ``packages/`` and in the outbox; ``out`` is a copy for the user. Where
    that copy cannot be written, nothing is sealed or sent. When nothing has changed since an equal
    package was made, that one is given out again. Drafts that nobody left or finished stay out:
    half a sentence is not sent. With ``encrypt_to`` (as ``addressees``) the copy is encrypted after
    signing, and so is every later one on a stick.

    Raises:
        PassphraseNeededError: the key is locked and no passphrase is given.
        RefusedError: there is nothing to export.
        MachineError: it cannot be written there.
    """
    erasing.complete(workspace, now)
    target = _Target(addressees(workspace, encrypt_to, now), out)
    chosen = _chosen(workspace, entries, everything=everything)
    signer = own_signer(workspace, passphrase, now=now)
    kind = replace(kind, language=kind.language or workspace.profile.language)
    gathered = gather(workspace, chosen, kind, now)
    earlier = made_already(workspace, gathered, signer)
    if earlier is not None:
        done = _give_again(workspace, earlier, signer, target)
    else:
        package = close(workspace, gathered, signer, now)
        done = _make(workspace, package, signer, target, now)
        resent(workspace, chosen)
    return replace(done, warning=expiry(workspace, now).sentence())


@dataclass(frozen=True)
class _Target:
    """Where the user wants a copy, and who alone can read it (nobody in particular: everybody)."""

    readers: Addressees
    out: Path | None

    def path(self, workspace: Workspace, name: str) -> Path | None:
        """Return where the copy of a package goes, None for no copy."""
        if not self.readers.recipients:
            return self.out
        return encrypted_path(self.out or workspace.packages / encrypted_name(name, self.readers))


def _chosen(workspace: Workspace, entries: Sequence[str] | None, *, everything: bool) -> list[str]:
    if entries is not None:
        return [get_entry(workspace, entry).id for entry in entries]
    found = entry_ids(workspace, EntryFilter(deleted=None, unsent=None if everything else True))
    if workspace.role is not Role.OFFICER:
        found += seals.not_sent_on(workspace)
    found += to_resend(workspace)
    if not found:
        raise RefusedError(
            "there is nothing to export: finish an entry first"
            if everything
            else "there is nothing new to export. --all exports everything again"
        )
    return found


def _make(
    workspace: Workspace, package: Package, signer: Signer, target: _Target, now: datetime
) -> Exported:
    """Write a package and its copy, then note seal and package at once, then show the copy.

    Up to the noting nothing has happened; from there the changes are sealed and wait in the outbox.
    """
    name = _file_name(workspace, package, now)
    with writing_package(workspace, name) as file:
        entries = write(package, signer, file, now)
    path = target.path(workspace, name)
    with ExitStack() as stack:
        try:
            stack.enter_context(_copy(workspace, name, target.readers, path))
            if target.readers.recipients:
                note_encrypted(workspace, name, target.readers.offices)
            sha256 = _store(workspace, package, signer, name, now)
        except BaseException:
            package_path(workspace, name).unlink(missing_ok=True)
            note_encrypted(workspace, name, ())
            raise
    return Exported(
        path=path or package_path(workspace, name),
        name=name,
        sha256=sha256,
        entries=entries,
        changes=sum(seal.manifest.changes for seal in package.contents.seals),
        seals=len(package.contents.seals),
        fingerprint=stored_signer(signer).fingerprint,
        encrypted_to=target.readers.names,
    )


def _store(workspace: Workspace, package: Package, signer: Signer, name: str, now: datetime) -> str:
    """Note seal and package in one transaction; return the package's SHA-256."""
    with reading_package(workspace, name) as file:
        sha256, size = sha256_of(file), file.tell()
    seals.store_own_seal(
        workspace,
        package.closing,
        package.changes,
        stored_signer(signer),
        package=seals.OutgoingPackage(
            sha256, name, package.kind.form, size, package.closing.manifest.to
        ),
        now=now,
        objects=package.contents.objects,
    )
    return sha256


def _give_again(
    workspace: Workspace, made: MadeAlready, signer: Signer, target: _Target
) -> Exported:
    path = target.path(workspace, made.name)
    if target.readers.recipients:
        note_encrypted(workspace, made.name, target.readers.offices)
    with _copy(workspace, made.name, target.readers, path):
        pass
    return Exported(
        path=path or package_path(workspace, made.name),
        name=made.name,
        sha256=made.sha256,
        entries=made.entries,
        changes=made.changes,
        seals=made.seals,
        fingerprint=stored_signer(signer).fingerprint,
        encrypted_to=target.readers.names,
        again=True,
    )


@contextmanager
def _copy(
    workspace: Workspace, name: str, readers: Addressees, path: Path | None
) -> Iterator[None]:
    """Write a copy that is on disk before the block begins and has its name after it.

    Raises:
        MachineError: it cannot be written there.
    """
    if path is None:
        yield
        return
    _check_target(path)
    done = False
    try:
        with atomic_file(path) as file:
            _pour(workspace, name, readers, file)
            file.flush()
            os.fsync(file.fileno())
            yield
            done = True
    except MachineError as error:
        if not done:
            raise
        raise MachineError(
            f"the package is safe in the outbox, but cannot be written to {path}: {error}"
        ) from error


def _check_target(path: Path) -> None:
    """Find out what would stop the copy from getting its name, such as Excel having it open."""
    if path.is_dir():
        raise UserFileError(f"{path} is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.open("r+b").close()
    except OSError as error:
        raise file_error(error, path) from error


def _pour(workspace: Workspace, name: str, readers: Addressees, file: BinaryIO) -> None:
    with reading_package(workspace, name) as source:
        if readers.recipients:
            age.encrypt(source, file, [one.recipient for one in readers.recipients])
        else:
            shutil.copyfileobj(source, file, _COPY_BYTES)


def _file_name(workspace: Workspace, package: Package, now: datetime) -> str:
    """Name a package by bureau, country, date, device and number, such as WCA-SEN-….xlsx."""
    place = [workspace.profile.bureau or "HQ", workspace.profile.country or workspace.role.value]
    device, number = workspace.device[-4:].upper(), package.closing.manifest.number
    stem = "-".join([*place, f"{now:%Y-%m-%d}", device, f"{number:04d}"])
    return f"{'PRACTICE-' * workspace.practice}{stem}.{package.kind.form}"
