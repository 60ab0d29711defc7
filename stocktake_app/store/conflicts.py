"""Differing versions, the history of an answer, and the way from a finding to its signer."""

from dataclasses import dataclass

from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Version:
    """One value that somebody gave to an answer, and who, when and on which laptop.

    ``value`` None means blank. ``time`` is the laptop's claim (RFC 3339 with its offset); ``seal``
    is "" while it is unsealed. ``live`` says whether nothing replaces it; ``counted`` is False
    when it is set aside, with ``reason`` why.
    """

    path: str
    value: str | None
    change: str
    device: str
    number: int
    time: str
    author: str
    author_name: str
    office: str
    bureau: str
    seal: str
    live: bool
    counted: bool
    reason: str


@dataclass(frozen=True)
class Conflict:
    """An answer with differing versions, the provisionally shown one first.

    When ``path`` ends in ``@deleted`` the one version is the deletion and ``against`` are the
    paths below it that somebody still wrote in.
    """

    entry: str
    title: str
    form: str
    path: str
    versions: tuple[Version, ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedChange:
    """A link of the chain that ``trace`` shows: one change, its seal and who signed that.

    ``verdict`` is the seal's; ``fingerprint`` the signer's short one; ``package`` the name of the
    file that brought it, "" for our own.
    """

    change: str
    time: str
    device: str
    number: int
    seal: str
    seal_number: int
    sealed: str
    verdict: str
    signer: str
    signer_name: str
    office: str
    bureau: str
    fingerprint: str
    package: str
    package_sha256: str


@dataclass(frozen=True)
class Trace:
    """Where a finding (``row``) or a whole entry (``row`` is "") comes from, change by change."""

    entry: str
    row: str
    title: str
    form: str
    text: str
    changes: tuple[SignedChange, ...]


def list_conflicts(
    workspace: Workspace, entry: str | None = None, *, offset: int = 0, limit: int = 1000
) -> list[Conflict]:
    """Return the differing versions of one entry or of all, by entry id and path."""
    raise NotImplementedError


def count_conflicts(workspace: Workspace) -> int:
    """Count the answers with differing versions."""
    raise NotImplementedError


def history(workspace: Workspace, entry: str, path: str | None = None) -> list[Version]:
    """Return every value that an answer (or each answer of the entry) was ever given, oldest first."""
    raise NotImplementedError


def trace(workspace: Workspace, entry: str, row: str = "") -> Trace:
    """Return the changes that an entry's or one row's shown answers come from, with their signers.

    Raises:
        RefusedError: there is no such entry or row.
    """
    raise NotImplementedError
