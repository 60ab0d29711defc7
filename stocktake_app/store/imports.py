"""Taking seals in: planned and applied by the same code, undone by the import that brought them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import Manifest
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Signer:
    """Who signed a seal, as the certificate says; ``fingerprint`` is the key's short one."""

    identity: str
    name: str
    role: Role
    bureau: str
    office: str
    fingerprint: str


@dataclass(frozen=True)
class IncomingSeal:
    """A seal that the verifier opened.

    ``data`` is the seal file's bytes (``Seal.encode()``). ``verdict`` is the seal's own, with
    ``reason`` one sentence when it is not ``valid``. ``lines`` yields its lines without line feed;
    they are not trusted. A seal whose verdict is ``altered`` or ``unreadable`` must not be given.
    ``revoked_after`` has no place here: the verdict says it all.
    """

    data: bytes
    manifest: Manifest
    verdict: Verdict
    reason: str
    signer: Signer
    lines: Iterable[bytes]


@dataclass(frozen=True)
class PackageFile:
    """The file that brings the seals: hash (64 hexadecimal digits), name, kind, size in bytes."""

    sha256: str
    name: str
    kind: str
    size: int
    verdict: Verdict
    signer_name: str = ""


class Effect(StrEnum):
    """What an import does to one entry."""

    NEW = "new"
    NEWER = "newer"
    SAME = "same"
    CONFLICTING = "conflicting"
    REFUSED = "refused"


@dataclass(frozen=True)
class EntryEffect:
    """One entry of a plan: what happens to it; ``paths`` are its newly differing answers."""

    entry: str
    title: str
    effect: Effect
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A change or line that is set aside, not dropped: where it stood and why."""

    seal: str
    line: int
    entry: str
    reason: str


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do (``id`` is 0 for a plan).

    Counts of entries: ``new``, ``newer`` (changes added, nothing differs), ``conflicting``
    (differing versions arose), ``same`` (nothing new). ``changes`` are the changes added,
    ``refused`` those set aside. ``effects`` and ``refusals`` list at most 10,000 each.
    """

    id: int
    new: int
    newer: int
    conflicting: int
    same: int
    changes: int
    refused: int
    effects: tuple[EntryEffect, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class StoredImport:
    """An import as it is listed; ``sent_on`` says that a seal of it went into a package of ours."""

    id: int
    file: PackageFile
    imported: str
    undone: bool
    new: int
    newer: int
    conflicting: int
    same: int
    refused: int
    sent_on: bool


class Standing(StrEnum):
    """How a package stands to this store."""

    NEW = "new"
    PARTLY_NEW = "partly_new"
    ALREADY_IMPORTED = "already_imported"


@dataclass(frozen=True)
class StandingReport:
    """How seals stand to this store, with notes on freshness.

    Each note is ``(kind, seal id)``; kinds: ``gap``, ``replay``, ``rollback``, ``fork``, ``clock``.
    """

    standing: Standing
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SetAside:
    """A change that does not count now, and why; it counts as soon as the reason is gone."""

    entry: str
    change: str
    seal: str
    signer_name: str
    time: str
    reason: str


def standing(workspace: Workspace, manifests: Sequence[Manifest], now: datetime) -> StandingReport:
    """Say what of these seals is new here, and what is odd about their numbers and times."""
    raise NotImplementedError


def plan_seals(
    workspace: Workspace,
    opened: Sequence[IncomingSeal],
    file: PackageFile,
    now: datetime,
    *,
    objects: Mapping[str, bytes] = MappingProxyType({}),
) -> ImportResult:
    """Say what ``apply_seals`` would do: it is done, counted and rolled back."""
    raise NotImplementedError


def apply_seals(
    workspace: Workspace,
    opened: Sequence[IncomingSeal],
    file: PackageFile,
    now: datetime,
    *,
    objects: Mapping[str, bytes] = MappingProxyType({}),
) -> ImportResult:
    """Take seals in, in one transaction; what does not count is set aside with its reason.

    ``objects`` are forms and the like by SHA-256. Projections follow by
    ``projections.refresh_projections``.

    Raises:
        RefusedError: a practice package in real work, or the other way round.
        MachineError: no room or no access; nothing was changed.
    """
    raise NotImplementedError


def list_imports(workspace: Workspace) -> list[StoredImport]:
    """Return all imports, latest first."""
    raise NotImplementedError


def undo_import(workspace: Workspace, number: int, now: datetime) -> ImportResult:
    """Undo an import here: its seals stop counting unless another import brought them too.

    Later work stays. Counts say what happened to entries: ``newer`` changed, ``refused`` gone.

    Raises:
        RefusedError: there is no such import, or it is undone already.
    """
    raise NotImplementedError


def list_set_aside(workspace: Workspace, *, offset: int = 0, limit: int = 1000) -> list[SetAside]:
    """Return changes and lines that do not count, with their reasons."""
    raise NotImplementedError
