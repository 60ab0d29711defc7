"""PUBLIC SURFACE (being filled in): one entry being filled: the form's rules applied to answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.problems import Problem

Rows = Callable[[str], Sequence[Mapping[str, str]]]
"""Gives the rows of a register file such as ``events.csv``; none when there is no such register."""


@dataclass(frozen=True)
class Choice:
    """One choice of a select question: the name that is stored and the label that is shown."""

    name: str
    label: str


@dataclass(frozen=True)
class Changes:
    """What one call changed. All are answer paths (with row ids).

    ``values``: what `value` returns changed. ``relevance``: questions, groups, rows, repeats whose
    `is_relevant` changed. ``choices``: `choices` may have changed. ``structure``: repeats whose rows
    changed (came, went, moved). ``labels``: `label` or `hint` may have changed. ``states``:
    `is_required`, `is_readonly` or `problem` may have changed. ``stored``: what has to be saved
    (path -> new value, None clears; includes ``@order``, defaults, impure calculates, removed rows).
    """

    values: frozenset[str] = frozenset()
    relevance: frozenset[str] = frozenset()
    choices: frozenset[str] = frozenset()
    structure: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    stored: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Filled:
    """What `FormSession.fill` did: the changes, and a problem for everything not understood."""

    changes: Changes
    problems: tuple[Problem, ...]


class FormSession:
    """One entry being filled.

    With no answers the entry is new: defaults, preloads, first-load actions and first rows are
    made, and `opening` says what of that has to be saved. With answers it is reopened: nothing that
    was made once is made again. Unknown answers are kept untouched.
    """

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, str | None],
        *,
        rows: Rows,
        now: Callable[[], datetime],
        new_row: Callable[[], str],
        language: str | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None: ...

    form: Form
    language: str  # one of form.languages; set with set_language("fr" or "Français (fr)")
    opening: Changes  # what opening made; save opening.stored
    changes: Changes  # what the last answer/add_row/remove_row/move_row/set_language/fill changed

    def set_language(self, language: str) -> Changes: ...
    def answer(self, path: str, value: str | None) -> Changes: ...
    def add_row(self, repeat_path: str, row_id: str | None = None) -> str:
        """Return the new row's path; `changes` says the rest."""
        ...
    def remove_row(self, row_path: str) -> Changes: ...
    def move_row(self, row_path: str, to_index: int) -> Changes: ...
    def row_paths(self, repeat_path: str) -> tuple[str, ...]: ...
    def can_add_row(self, repeat_path: str) -> bool: ...
    def value(self, path: str) -> str | None: ...
    def is_relevant(self, path: str) -> bool: ...
    def is_required(self, path: str) -> bool: ...
    def is_readonly(self, path: str) -> bool: ...
    def label(self, path: str) -> str: ...
    def hint(self, path: str) -> str: ...
    def guidance(self, path: str) -> str: ...
    def choices(self, path: str) -> tuple[Choice, ...]: ...
    def problem(self, path: str) -> str | None: ...
    def problems(self) -> list[tuple[str, str]]: ...
    def faults(self) -> tuple[str, ...]:
        """Rules of the form that could not be evaluated, one sentence each."""
        ...
    def answers(self) -> dict[str, str]: ...
    def sealed_answers(self) -> dict[str, str]: ...
    def finish(self) -> Changes:
        """Set the ``end`` timestamps."""
        ...
    def fill(self, nested: Mapping[str, Any]) -> Filled: ...
