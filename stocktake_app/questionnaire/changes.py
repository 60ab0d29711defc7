"""What one call on a session changed, so that a window updates only that."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Changes:
    """What one call changed. All are answer paths (with row ids).

    ``values``: `value` gives something else. ``relevance``: questions, groups, rows and repeats
    whose `is_relevant` changed. ``choices``: `choices` may give something else. ``structure``:
    repeats whose rows came, went or moved. ``labels``: `label` or `hint` may give something else.
    ``states``: `is_required`, `is_readonly` or `problem` may.
    ``stored``: what has to be saved (path to new value, None clears), ``@order``, things made once
    and removed rows included.
    """

    values: frozenset[str] = frozenset()
    relevance: frozenset[str] = frozenset()
    choices: frozenset[str] = frozenset()
    structure: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    stored: Mapping[str, str | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether anything changed at all."""
        return any(
            (self.values, self.relevance, self.choices, self.structure, self.labels, self.states)
        ) or bool(self.stored)


@dataclass(slots=True)
class ChangeLog:
    """Changes while they are made."""

    values: set[str] = field(default_factory=set)
    relevance: set[str] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    structure: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    stored: dict[str, str | None] = field(default_factory=dict)

    def frozen(self, there: Container[str]) -> Changes:
        """Return the changes made so far; of rows that went again, only values are of interest."""

        def present(paths: set[str]) -> frozenset[str]:
            return frozenset(path for path in paths if path in there)

        return Changes(
            values=frozenset(self.values),
            relevance=present(self.relevance),
            choices=present(self.choices),
            structure=present(self.structure),
            labels=present(self.labels),
            states=present(self.states),
            stored=dict(self.stored),
        )
