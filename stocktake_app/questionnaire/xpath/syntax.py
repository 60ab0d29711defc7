"""The syntax tree of an expression, as frozen dataclasses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """Text in quotation marks."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus sign before an expression."""

    operand: "Syntax"


@dataclass(frozen=True, slots=True)
class Operation:
    """A chain of operators of the same rank: ``first op second op third``, left to right."""

    first: "Syntax"
    rest: tuple[tuple[str, "Syntax"], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    name: str
    arguments: tuple["Syntax", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: ``axis::test[predicate]...``; the test is a name, ``*`` or ``node()``."""

    axis: str
    test: str
    predicates: tuple["Syntax", ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path: from the root (``absolute``), from an expression, or from the context."""

    start: "Syntax | None"
    absolute: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """An expression with predicates, such as ``(a | b)[1]``."""

    base: "Syntax"
    predicates: tuple["Syntax", ...]


Syntax = Literal | Number | Negation | Operation | Call | Path | Filter
