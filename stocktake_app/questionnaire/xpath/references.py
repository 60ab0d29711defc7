"""Which nodes of the entry an expression reads, found without evaluating it."""

from collections.abc import Iterable
from dataclasses import dataclass

from stocktake_app.questionnaire.xpath.context import Scope
from stocktake_app.questionnaire.xpath.errors import XPathSyntaxError
from stocktake_app.questionnaire.xpath.parser import parse
from stocktake_app.questionnaire.xpath.paths import bound_levels
from stocktake_app.questionnaire.xpath.syntax import (
    Call,
    Filter,
    Literal,
    Negation,
    Operation,
    Path,
    Step,
    Syntax,
)

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One node that is read: its names from the root, and how many levels are the owner's own.

    With ``shared`` levels in common, a change of the node in one row concerns only owners below
    the same ancestor at that level.
    """

    names: Names
    shared: int


@dataclass(frozen=True, slots=True)
class Reads:
    """All that an expression reads: nodes, labels of select questions, and paths to nowhere."""

    references: tuple[Reference, ...]
    choice_labels: tuple[Names, ...]
    unknown: tuple[Names, ...]


_SHAPE_ONLY = frozenset({"count", "position", "indexed-repeat"})


def reads(syntax: Syntax, scope: Scope) -> Reads:
    """Return what the expression of that scope's owner reads."""
    collector = _Collector(scope)
    collector.visit(syntax, [Reference(scope.owner, len(scope.owner))])
    return Reads(
        tuple(dict.fromkeys(collector.found)),
        tuple(dict.fromkeys(collector.choice_labels)),
        tuple(dict.fromkeys(collector.unknown)),
    )


def target(syntax: Syntax, scope: Scope) -> Names | None:
    """Return the one node that a path means, whatever the rows; None when it is no such path."""
    found = _Collector(scope).visit(syntax, [Reference(scope.owner, len(scope.owner))])
    return found[0].names if len(found) == 1 else None


class _Collector:
    """Follows an expression through the form's tree, noting every node it may reach."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.found: list[Reference] = []
        self.choice_labels: list[Names] = []
        self.unknown: list[Names] = []
        self._shape_only = 0

    def visit(self, syntax: Syntax, context: list[Reference]) -> list[Reference]:
        """Return the nodes that the expression gives; note those that it reads."""
        if isinstance(syntax, Path):
            return self._path(syntax, context)
        if isinstance(syntax, Call):
            return self._call(syntax, context)
        if isinstance(syntax, Operation):
            operands = [syntax.first, *(operand for _, operand in syntax.rest)]
            given = [one for operand in operands for one in self.visit(operand, context)]
            return given if syntax.rest[0][0] == "|" else []
        if isinstance(syntax, Negation):
            self.visit(syntax.operand, context)
        if isinstance(syntax, Filter):
            base = self.visit(syntax.base, context)
            for predicate in syntax.predicates:
                self.visit(predicate, base)
            return base
        return []

    def _path(self, path: Path, context: list[Reference]) -> list[Reference]:
        if path.absolute:
            shared = bound_levels(path, self.scope)
            places = [Reference((), shared)]
        elif path.start is not None:
            places = self.visit(path.start, context)
        else:
            places = context
        for step in path.steps:
            places = self._follow(step, places)
        self._note(places)
        return places

    def _follow(self, step: Step, places: list[Reference]) -> list[Reference]:
        reached = [one for place in places for one in self._step(step, place)]
        for predicate in step.predicates:
            self.visit(predicate, reached)
        return reached

    def _step(self, step: Step, place: Reference) -> Iterable[Reference]:
        names, shared = place.names, place.shared
        if step.axis in {"self", "attribute"}:
            return [place] if step.axis == "self" else []
        if step.axis == "child":
            return self._children(step.test, place)
        if step.axis == "parent":
            return [Reference(names[:-1], min(shared, max(len(names) - 1, 0)))]
        if step.axis.startswith("descendant"):
            own = [names] if step.axis == "descendant-or-self" else []
            return [
                Reference(one, shared)
                for one in [*own, *below(self.scope, names)]
                if step.test in {"*", "node()", (one or ("",))[-1]}
            ]
        if step.axis.startswith("ancestor"):
            return [Reference(names[:end], min(shared, end)) for end in range(1, len(names) + 1)]
        parent = names[:-1]
        level = min(shared, len(parent))
        return [Reference((*parent, name), level) for name in self.scope.children.get(parent, ())]

    def _children(self, test: str, place: Reference) -> list[Reference]:
        names = self.scope.children.get(place.names, ())
        if test in {"*", "node()"}:
            return [Reference((*place.names, name), place.shared) for name in names]
        if test.endswith("()"):
            return [place]
        if test not in names:
            self.unknown.append((*place.names, test))
            return []
        return [Reference((*place.names, test), place.shared)]

    def _note(self, places: list[Reference]) -> None:
        for place in places:
            self.found.append(place)
            if not self._shape_only:
                self.found += [
                    Reference(names, place.shared)
                    for names in below(self.scope, place.names)
                    if names != self.scope.owner
                ]

    def _call(self, call: Call, context: list[Reference]) -> list[Reference]:
        if call.name == "current":
            return [Reference(self.scope.owner, len(self.scope.owner))]
        if call.name == "instance":
            return []
        self._shape_only += call.name in _SHAPE_ONLY
        given = [self.visit(argument, context) for argument in call.arguments]
        self._shape_only -= call.name in _SHAPE_ONLY
        if call.name == "position" and given:
            self.found += [Reference(one.names, min(one.shared, len(one.names) - 1))
                           for one in given[0]]  # fmt: skip
        if call.name == "jr:choice-name" and call.arguments:
            self._choice_name(call.arguments[-1], context)
        if call.name == "indexed-repeat":
            return self._indexed(given)
        if call.name == "if":
            return [one for places in given[1:] for one in places]
        return given[0] if given and call.name in {"randomize", "once"} else []

    def _indexed(self, given: list[list[Reference]]) -> list[Reference]:
        """A row may be asked for by number, so no row is the owner's own from there on."""
        places = [
            Reference(target.names, min(target.shared, len(repeat.names) - 1))
            for target in given[0]
            for repeat in given[1]
        ]
        self.found += places
        return places

    def _choice_name(self, path: Syntax, context: list[Reference]) -> None:
        if not isinstance(path, Literal):
            return
        try:
            places = self.visit(parse(path.text), context)
        except XPathSyntaxError:
            return
        self.choice_labels += [place.names for place in places]


def below(scope: Scope, names: Names) -> list[Names]:
    """Return all nodes below one, in document order."""
    found: list[Names] = []
    for name in scope.children.get(names, ()):
        found.append((*names, name))
        found += below(scope, (*names, name))
    return found
