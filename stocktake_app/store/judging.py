"""What counts: a pure function of seals, their verdicts and first receipts (design, section 6).

A change counts when a seal that counts holds it, its author may set what it sets, and its author
may touch what the entry's creator began. The creator is the author of the entry's first change,
the one that sets ``@form``; should several claim that, the one whose seal was received first, so
nobody can take over an entry that is known here.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from stocktake_app.model import paths
from stocktake_app.model.change import Change, with_known_id
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author, may_erase, may_set, may_touch

BEGINNING_MISSING = "the beginning of this entry has not arrived yet"


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What judging needs of a seal: by whom, since when, and why it does not count ("": it does).

    ``received`` is "" for our own changes that no seal holds yet.
    """

    author: Author
    author_key: int
    received: str = ""
    reason: str = ""

    @property
    def counts(self) -> bool:
        """Whether what it holds may count."""
        return not self.reason


class StoredChange(NamedTuple):
    """A change as the store has it.

    ``seals`` are the keys of all seals that hold it, 0 for an unsealed one of our own; ``values``
    what it sets, ``replaced`` the change ids that it replaces by path, ``reserved`` the reserved
    segments that it touches.
    """

    key: int
    id: str
    device: str
    number: int
    lamport: int
    time: str
    counted: bool
    seals: tuple[int, ...]
    values: dict[str, str | None]
    replaced: dict[str, list[str]]
    reserved: frozenset[str]

    @property
    def begins(self) -> bool:
        """Whether it may be the entry's beginning: it says which form, and replaces nothing."""
        return paths.FORM in self.values and not self.replaced

    def change(self, entry: str, only: AbstractSet[str] | None = None) -> Change:
        """Return it as a change of the model, ``only`` what it says of these paths if given."""
        values = self.values
        if only is not None:
            values = {path: values[path] for path in values.keys() & only}
        replaces = {path: tuple(ids) for path, ids in self.replaced.items()}
        change = Change(self.device, self.number, entry, self.lamport, self.time, values, replaces)
        return with_known_id(change, self.id)


@dataclass(frozen=True)
class Judgement:
    """The creator's author key (None: unknown) and, for what does not count, why, by change key."""

    creator: int | None
    reasons: Mapping[int, str]


def judge(changes: Sequence[StoredChange], seals: Mapping[int, SealFacts]) -> Judgement:
    """Say which changes of one entry count; the same in whatever order they came."""
    creator = _creator(changes, seals)
    reasons = {}
    for change in changes:
        reason = _reason(change, seals, creator)
        if reason is not None:
            reasons[change.key] = reason
    return Judgement(creator.author_key if creator else None, reasons)


@lru_cache(maxsize=4096)
def may_count(reserved: frozenset[str], role: Role) -> str | None:
    """Return why an author of this role may not touch these reserved segments, or None."""
    for segment in sorted(reserved):
        if not may_set(role, segment):
            return f"its author's role ({role}) may not set {segment}"
    return None


def _creator(changes: Sequence[StoredChange], seals: Mapping[int, SealFacts]) -> SealFacts | None:
    claims = [
        (change, seals[seal])
        for change in changes
        if change.begins
        for seal in change.seals
        if seals[seal].counts
    ]
    if len(claims) > 1:
        claims.sort(key=_claim_order)
    return claims[0][1] if claims else None


def _claim_order(claim: tuple[StoredChange, SealFacts]) -> tuple[object, ...]:
    """Order claims by what is the same in every workspace that received the seals in one go."""
    change, seal = claim
    author = (seal.author.identity, seal.author.role, seal.author.bureau)
    return (seal.received, change.lamport, change.device, change.number, change.id, author)


def _reason(
    change: StoredChange, seals: Mapping[int, SealFacts], creator: SealFacts | None
) -> str | None:
    if len(change.seals) == 1:
        return _under(change, seals[change.seals[0]], creator)
    found = [_under(change, seals[seal], creator) for seal in change.seals]
    return None if None in found else min(reason for reason in found if reason)


def _under(change: StoredChange, seal: SealFacts, creator: SealFacts | None) -> str | None:
    if not seal.counts:
        return seal.reason
    reason = may_count(change.reserved, seal.author.role)
    if reason is not None:
        return reason
    if creator is None:
        return None if seal.author.role is Role.HQ else BEGINNING_MISSING
    if not may_touch(seal.author, creator.author):
        return "its author may not change entries that were begun elsewhere"
    if paths.ERASED in change.reserved and not may_erase(seal.author, creator.author):
        return "only who began an entry, their bureau and HQ may erase content of it"
    return None
