"""Seals as they are stored, ours and others', and what a package of ours has to carry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import Seal
from stocktake_app.store.imports import Signer
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class StoredSeal:
    """One seal. ``received`` is when it first came here (UTC); ``counted`` says that it counts."""

    id: str
    identity: str
    device: str
    number: int
    previous: str
    created: str
    verdict: Verdict
    reason: str
    received: str
    counted: bool
    own: bool
    changes: int
    signer: Signer


@dataclass(frozen=True)
class Unsealed:
    """Frozen changes of our own that no seal holds yet: ids, canonical lines, entries, forms."""

    changes: tuple[str, ...]
    lines: tuple[bytes, ...]
    entries: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Closure:
    """What a package that shows some entries must carry and show.

    ``seals`` in order of first receipt, ``entries`` all entries touched by them or asked for
    (sorted), ``forms`` the XForms that these were written with, by SHA-256.
    """

    seals: tuple[Seal, ...]
    entries: tuple[str, ...]
    forms: Mapping[str, bytes]


@dataclass(frozen=True)
class OutgoingPackage:
    """A package file of ours that stands in ``packages/`` and goes to the outbox with its seal."""

    sha256: str
    file: str
    kind: str
    size: int
    target: str


def next_seal(workspace: Workspace) -> tuple[int, str]:
    """Return number and previous id for this device's next seal: (1, "") at first."""
    raise NotImplementedError


def unsealed(workspace: Workspace, entries: Iterable[str] | None = None) -> Unsealed:
    """Return our own unsealed changes, of these entries or of all, in order of number."""
    raise NotImplementedError


def store_own_seal(  # noqa: PLR0913 - what is known when a seal is made
    workspace: Workspace,
    seal: Seal,
    changes: Sequence[str],
    signer: Signer,
    *,
    package: OutgoingPackage | None,
    now: datetime,
) -> None:
    """Store a seal of ours, mark its changes (ids) as sealed and fill the outbox, all or nothing.

    Raises:
        RefusedError: another seal took its number meanwhile; make it again.
    """
    raise NotImplementedError


def closure(workspace: Workspace, entries: Iterable[str]) -> Closure:
    """Return every stored, counted seal that touches these entries, and all that follows from it."""
    raise NotImplementedError


def get_seal(workspace: Workspace, seal: str) -> Seal:
    """Return a stored seal's parts.

    Raises:
        RefusedError: there is no such seal.
    """
    raise NotImplementedError


def list_seals(workspace: Workspace) -> list[StoredSeal]:
    """Return all seals, by device and number."""
    raise NotImplementedError


def set_verdicts(
    workspace: Workspace, verdicts: Mapping[str, tuple[Verdict, str, Signer | None]]
) -> int:
    """Store new verdicts by seal id, after trust changed; return how many entries were judged anew.

    Each seal is to be judged at its ``received`` time.
    """
    raise NotImplementedError


def seals_of_entry(workspace: Workspace, entry: str) -> list[StoredSeal]:
    """Return the seals that hold changes of this entry."""
    raise NotImplementedError
