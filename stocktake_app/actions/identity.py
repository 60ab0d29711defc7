"""Who one is: a key made when it is first needed, requested, approved and installed by files."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.errors import WrongUseError
from stocktake_app.store.workspace import Workspace


class PassphraseNeededError(WrongUseError):
    """The key is locked: give the passphrase (--passphrase-file, or STOCKTAKE_PASSPHRASE)."""


@dataclass(frozen=True)
class Standing(Result):
    """How this workspace's own identity stands."""

    has_key: bool
    approved: bool
    fingerprint: str
    root_fingerprint: str
    valid_until: str


@dataclass(frozen=True)
class Requested(Result):
    """A request for a certificate, written to a file."""

    path: Path
    fingerprint: str


@dataclass(frozen=True)
class Approved(Result):
    """An answer to a request, written to a file."""

    path: Path
    name: str
    role: str
    office: str
    fingerprint: str


@dataclass(frozen=True)
class Installed(Result):
    """A certificate taken in."""

    name: str
    root_fingerprint: str
    valid_until: str


@dataclass(frozen=True)
class Known(Result):
    """A person or office whose certificate this workspace holds."""

    identity: str
    name: str
    role: str
    office: str
    bureau: str
    fingerprint: str


def standing(workspace: Workspace) -> Standing:
    """Say how this workspace's own identity stands; needs no passphrase."""
    raise NotImplementedError


def request(workspace: Workspace, out: Path, *, passphrase: str | None, now: datetime) -> Requested:
    """Write a request for a certificate; makes the key when there is none yet."""
    raise NotImplementedError


def approve(
    workspace: Workspace, data: bytes, out: Path, *, passphrase: str | None, now: datetime
) -> Approved:
    """Answer a request: a bureau for its officers, HQ for bureaux and its own."""
    raise NotImplementedError


def install(
    workspace: Workspace, data: bytes, *, passphrase: str | None, now: datetime
) -> Installed:
    """Take in the answer to this workspace's request; the first one pins HQ's root."""
    raise NotImplementedError


def known(workspace: Workspace) -> tuple[Known, ...]:
    """Return the people and offices known here, by name."""
    raise NotImplementedError
