"""What counts: a pure function of seals, their verdicts and first receipts (design, section 6).

A change counts when a seal that counts holds it, its author may set what it sets, and its author
may touch what the entry's creator began. The creator is the author of the entry's first change,
the one that sets ``@form``.

Should several claim that, all workspaces choose alike, whatever came first: HQ, who may touch
everything; then whoever the entry's id was made for (``ids.is_begun_by``), which nobody who sees
the entry later can be; then the smallest Lamport clock and change id. The last rule is for entries
whose ids do not tell: there a colleague with a changed program could claim a beginning, signed
with the own key, and loses it again by being withdrawn. Going by the first receipt would protect
what is known at one place, but two places would then show different things for ever.

One case is left to the first receipt all the same: a bureau can issue a certificate with anybody's
identity, also one of another bureau. Whoever does it has seen the entry before, so nearly
everywhere the true beginning came first; no other rule is safe from who chooses all the numbers.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from stocktake_app.model import paths
from stocktake_app.model.change import Change, with_known_id
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import is_begun_by
from stocktake_app.model.scope import Author, may_erase, may_set, may_touch
from stocktake_app.translations import N_

BEGINNING_MISSING = N_("the beginning of this entry has not arrived yet")


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What judging needs of a seal: by whom, and why it does not count ("": it does).

    ``received`` is when it first came here, as text that sorts.
    """

    author: Author
    author_key: int
    reason: str = ""
    received: str = ""

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


def judge(entry: str, changes: Sequence[StoredChange], seals: Mapping[int, SealFacts]) -> Judgement:
    """Say which changes of one entry (id) count; the same in whatever order they came."""
    creator = _creator(entry, changes, seals)
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


def _creator(
    entry: str, changes: Sequence[StoredChange], seals: Mapping[int, SealFacts]
) -> SealFacts | None:
    claims = [
        (change, seals[seal], (seals[seal].received, seal))
        for change in changes
        if change.begins
        for seal in change.seals
        if seals[seal].counts
    ]
    if len(claims) > 1:
        first: dict[Author, tuple[str, int]] = {}
        for _, facts, came in claims:
            first[facts.author] = min(came, first.get(facts.author, came))
        claims.sort(key=lambda claim: _claim_order(entry, claim[0], claim[1].author, first))
    return claims[0][1] if claims else None


def _claim_order(
    entry: str, change: StoredChange, author: Author, first: Mapping[Author, tuple[str, int]]
) -> tuple[object, ...]:
    """Order claims; see the top of this module for what decides, and when a receipt does."""
    begun_by_hq = author.role is Role.HQ
    begun_by_author = is_begun_by(entry, author.identity)
    came = first[author] if begun_by_author else ()
    named = (author.identity, author.role, author.bureau)
    return (not begun_by_hq, not begun_by_author, came, change.lamport, change.id, named)


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
        return N_("its author may not change entries that were begun elsewhere")
    if paths.ERASED in change.reserved and not may_erase(seal.author, creator.author):
        return N_("only who began an entry, their bureau and HQ may erase content of it")
    return None
