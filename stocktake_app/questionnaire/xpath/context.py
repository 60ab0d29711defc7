"""What an expression sees while it is evaluated, and how much it may do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.values import Value

MAX_VISITS = 400_000
"""Nodes that one evaluation may look at, so that a hostile expression ends."""

MAX_TEXT_CHARS = 2_000_000
"""Longest text that a function may make."""


class Meter:
    """Counts what an evaluation has looked at."""

    __slots__ = ("left",)

    def __init__(self, left: int = MAX_VISITS) -> None:
        self.left = left

    def spend(self, visits: int) -> None:
        """Take so many visits off.

        Raises:
            EvaluationError: nothing is left.
        """
        self.left -= visits
        if self.left < 0:
            raise EvaluationError("it looks at too many answers; make it simpler.")


class Host(Protocol):
    """What functions ask the form and the entry for."""

    slow_patterns_left: int
    """How many patterns may still run into their time limit."""

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which dates and date-times are compared."""

    @property
    def version(self) -> str:
        """The form's version."""

    def now(self) -> datetime:
        """The present moment, with its zone."""

    def random(self) -> float:
        """A random number from 0 up to 1."""

    def uuid(self) -> str:
        """A fresh random UUID, with hyphens."""

    def language_code(self) -> str:
        """Two letters of the language shown, such as ``fr``; ``en`` when not known."""

    def instance(self, name: str) -> Element:
        """The document of a secondary instance."""

    def itext(self, key: str) -> str:
        """The translation with that id, in the language shown."""

    def choice_label(self, question: Element, name: str) -> str:
        """The label of one choice of a select question."""


@dataclass(slots=True)
class Context:
    """Where an evaluation stands: ``origin`` is the node whose rule it is, ``node`` the present."""

    host: Host
    origin: Element
    node: Element
    meter: Meter
    position: int = 1
    size: int = 1


Closure = Callable[[Context], Value]
"""A compiled expression."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands in the form: its owner's names from the root, and the tree.

    ``children`` gives the names below a node by its names from the root; ``repeats`` are the nodes
    that repeat.
    """

    owner: tuple[str, ...]
    children: Mapping[tuple[str, ...], tuple[str, ...]]
    repeats: frozenset[tuple[str, ...]]
