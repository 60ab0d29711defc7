"""State as a pure function of a set of changes (design, section 6).

The live values of an answer are those that no change replaces. One distinct live value: agreed.
Several: a conflict, all kept, one shown provisionally by a fixed rule that never looks at a clock.
So merging is set union: any order, repetition and route give the same state.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from stocktake_app.model import paths
from stocktake_app.model.change import Change


@dataclass(frozen=True, slots=True)
class Live:
    """One live value of an answer and the change that set it."""

    value: str | None
    change: str
    device: str
    number: int
    lamport: int
    time: str

    @property
    def rank(self) -> tuple[bool, int, str, int, str]:
        """Order of provisional showing: a value before a blank, then the greatest of the rest."""
        return (self.value is not None, self.lamport, self.device, self.number, self.change)


@dataclass(frozen=True)
class EntryState:
    """What an entry says once all its changes are taken together.

    ``live`` holds, for every path ever set, its live values, best first. ``answers`` is what is
    shown; ``conflicts`` are the paths with more than one distinct live value, deleted rows that
    somebody else still wrote in among them.
    """

    live: Mapping[str, tuple[Live, ...]]

    @cached_property
    def heads(self) -> dict[str, tuple[str, ...]]:
        """Per path, the ids of the changes that a next edit would replace."""
        return {
            path: tuple(sorted({one.change for one in live})) for path, live in self.live.items()
        }

    @cached_property
    def deleted(self) -> frozenset[str]:
        """Paths of rows (``""``: the entry itself) that are deleted and not contradicted."""
        marked = {
            path.removesuffix(paths.DELETED).rstrip("/")
            for path, live in self.live.items()
            if path.endswith(paths.DELETED) and live and live[0].value is not None
        }
        values = _values_below(marked, self.live)
        # The mark itself is one of them; any other contradicts it.
        return frozenset(mark for mark in marked if values[mark] == 1)

    @cached_property
    def answers(self) -> dict[str, str]:
        """The shown value of every answer that has one, reserved paths included, sorted by path."""
        return {
            path: live[0].value
            for path, live in sorted(self.live.items())
            if live and live[0].value is not None
        }

    @cached_property
    def conflicts(self) -> dict[str, tuple[Live, ...]]:
        """Paths with several distinct live values, and deletions that somebody wrote against."""
        found = {
            path: live for path, live in self.live.items() if len({one.value for one in live}) > 1
        }
        for path, live in self.live.items():
            mark = path.removesuffix(paths.DELETED).rstrip("/")
            marked = path.endswith(paths.DELETED) and live and live[0].value is not None
            if marked and mark not in self.deleted:
                found[path] = live
        return dict(sorted(found.items()))

    @property
    def form(self) -> str | None:
        """SHA-256 of the questionnaire's XForm, or None while no change of it has arrived."""
        return self.answers.get(paths.FORM)


def fold(changes: Iterable[Change]) -> EntryState:
    """Fold the changes of one entry, in any order and with any repetition, into its state."""
    unique = {change.id: change for change in changes}
    replaced: dict[str, set[str]] = defaultdict(set)
    for change in unique.values():
        for path, ids in change.replaces.items():
            replaced[path].update(ids)
    live: dict[str, list[Live]] = defaultdict(list)
    for change in unique.values():
        for path, value in change.set.items():
            if change.id not in replaced[path]:
                live[path].append(_live(change, value))
    ordered = {
        path: tuple(sorted(values, key=lambda one: one.rank, reverse=True))
        for path, values in live.items()
    }
    return EntryState(ordered)


def _values_below(marks: set[str], live: Mapping[str, tuple[Live, ...]]) -> Counter[str]:
    """Count, for each of these paths, the answers with a value that lie below it."""
    found: Counter[str] = Counter()
    for path, versions in live.items() if marks else ():
        if any(one.value is not None for one in versions):
            found.update(marks.intersection(_prefixes(path)))
    return found


def _prefixes(path: str) -> Iterator[str]:
    """Yield all that a path lies under: itself, what is above it, and the entry."""
    yield ""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _live(change: Change, value: str | None) -> Live:
    return Live(value, change.id, change.device, change.number, change.lamport, change.time)
