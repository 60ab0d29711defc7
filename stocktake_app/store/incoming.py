"""What an import is given and what it says it did, as plain data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import Manifest


@dataclass(frozen=True)
class Signer:
    """Who signed a seal, as the certificate says; ``fingerprint`` is the key's short one."""

    identity: str
    name: str
    role: Role
    bureau: str
    office: str
    fingerprint: str


def _no_mentions() -> Iterable[tuple[str, str]]:
    return ()


@dataclass(frozen=True)
class IncomingSeal:
    """A seal that the verifier opened.

    ``data`` is the seal file's bytes (``Seal.encode()``). ``verdict`` is the seal's own, with
    ``reason`` one sentence when it is not ``valid``. ``lines`` yields its lines without line feed;
    they are not trusted. ``mentions`` yields which entry (id) names which digest of confidential
    content, and is asked only when there is any. A seal whose verdict is ``altered`` or
    ``unreadable`` must not be given. ``received`` is given when an earlier receipt is not to count,
    as this computer's clock was wrong then.
    """

    data: bytes
    manifest: Manifest
    verdict: Verdict
    reason: str
    signer: Signer
    lines: Iterable[bytes]
    mentions: Callable[[], Iterable[tuple[str, str]]] = _no_mentions
    received: datetime | None = None


@dataclass(frozen=True)
class Brought:
    """What a package brings beside its seals: objects by SHA-256, disclosures by digest."""

    objects: Mapping[str, bytes] = field(default_factory=dict)
    disclosures: Mapping[str, bytes] = field(default_factory=dict)


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
    """What is set aside, not dropped, and why: a whole change, or a ``line`` (from 1) of a seal.

    ``line`` is 0 for a change, ``entry`` "" for a line.
    """

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
