"""Syntax tree to closures: what is called once per rule and then many times per answer."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from stocktake_app.questionnaire.xpath import functions
from stocktake_app.questionnaire.xpath.context import Closure, Context, Scope
from stocktake_app.questionnaire.xpath.functions.registry import look_up
from stocktake_app.questionnaire.xpath.lookup import indexed_walk, lookup_of
from stocktake_app.questionnaire.xpath.parser import parse
from stocktake_app.questionnaire.xpath.paths import Walk, bound_levels, compile_steps, keep
from stocktake_app.questionnaire.xpath.references import Reads, reads
from stocktake_app.questionnaire.xpath.special import SPECIAL, compile_special
from stocktake_app.questionnaire.xpath.syntax import (
    Call,
    Filter,
    Literal,
    Negation,
    Number,
    Operation,
    Path,
    Step,
    Syntax,
)
from stocktake_app.questionnaire.xpath.values import (
    NAN,
    Value,
    equal,
    ordered,
    to_boolean,
    to_number,
    unequal,
)

assert functions  # importing it fills the registry


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression and what is known of it without evaluating it.

    ``impure``: it must be evaluated once and its result kept. ``speaks``: its result depends on
    the language shown. ``reads_itself``: it reads the node that it is a rule of.
    """

    text: str
    evaluate: Closure
    reads: Reads
    impure: bool
    speaks: bool
    owner: tuple[str, ...]

    @property
    def reads_itself(self) -> bool:
        """Whether the owner itself is among the nodes read."""
        return self.owner in {one.names for one in self.reads.references}


def compile_expression(text: str, scope: Scope) -> Expression:
    """Compile an expression.

    Raises:
        XPathSyntaxError: it is none, or calls a function that is not there.
    """
    syntax = parse(text)
    compiler = Compiler(scope)
    closure = compiler.compile(syntax)
    return Expression(
        text, closure, reads(syntax, scope), compiler.impure, compiler.speaks, scope.owner
    )


class Compiler:
    """Compiles the parts of one expression, noting whether any is impure or speaks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.impure = False
        self.speaks = False

    def compile(self, syntax: Syntax) -> Closure:
        """Return the closure of any part."""
        if isinstance(syntax, Path):
            return self._path(syntax)
        if isinstance(syntax, Call):
            return self._call(syntax)
        if isinstance(syntax, Operation):
            return self._operation(syntax)
        if isinstance(syntax, Literal | Number):
            return _constant(syntax.text if isinstance(syntax, Literal) else syntax.value)
        if isinstance(syntax, Negation):
            operand = self.compile(syntax.operand)
            return lambda context: -to_number(operand(context), context.host.zone)
        return self._filter(syntax)

    def _call(self, call: Call) -> Closure:
        if call.name in SPECIAL:
            return compile_special(self, call)
        function = look_up(call.name, len(call.arguments))
        self.impure |= function.impure and not _seeded(call)
        self.speaks |= function.speaks
        run = function.call
        arguments = [self.compile(argument) for argument in call.arguments]
        if len(arguments) == 1:
            only = arguments[0]
            return lambda context: run(context, (only(context),))
        return lambda context: run(context, [argument(context) for argument in arguments])

    def _operation(self, operation: Operation) -> Closure:
        first = self.compile(operation.first)
        rest = [(sign, self.compile(operand)) for sign, operand in operation.rest]
        signs = {sign for sign, _ in rest}
        if signs == {"or"}:
            return _any([first, *(operand for _, operand in rest)])
        if signs == {"and"}:
            return _all([first, *(operand for _, operand in rest)])
        return _chain(first, [(_WORK[sign], operand) for sign, operand in rest])

    def _path(self, path: Path) -> Closure:
        if path.absolute:
            return self._absolute(path)
        walk = self._walk(path.steps)
        if path.start is None:
            return lambda context: walk([context.node], context)
        start = self.compile(path.start)
        return lambda context: walk(functions.logic.nodes(start(context)), context)

    def _absolute(self, path: Path) -> Closure:
        bound = bound_levels(path, self.scope)
        levels = len(self.scope.owner) - bound
        steps = path.steps[bound:]
        if not steps:
            return lambda context: [context.origin.ancestor(levels)]
        walk = self._walk(steps)
        return lambda context: walk([context.origin.ancestor(levels)], context)

    def _walk(self, steps: tuple[Step, ...]) -> Walk:
        return compile_steps(steps, [self._predicates(step) for step in steps], self._index(steps))

    def _predicates(self, step: Step) -> list[Closure]:
        return [self.compile(predicate) for predicate in step.predicates]

    def _index(self, steps: tuple[Step, ...]) -> dict[int, Callable[[Walk], Walk]]:
        """Return, for steps that look one column up in a list, a faster way to walk them."""
        found: dict[int, Callable[[Walk], Walk]] = {}
        for place, step in enumerate(steps):
            lookup = lookup_of(step)
            if lookup is not None:
                found[place] = indexed_walk(step, lookup, self.compile)
        return found

    def _filter(self, syntax: Filter) -> Closure:
        base = self.compile(syntax.base)
        predicates = [self.compile(predicate) for predicate in syntax.predicates]

        def evaluate(context: Context) -> Value:
            nodes = functions.logic.nodes(base(context))
            for predicate in predicates:
                nodes = keep(nodes, predicate, context)
            return nodes

        return evaluate


def _seeded(call: Call) -> bool:
    return call.name == "randomize" and len(call.arguments) > 1


def _constant(value: Value) -> Closure:
    return lambda _: value


def _any(operands: list[Closure]) -> Closure:
    return lambda context: any(to_boolean(operand(context)) for operand in operands)


def _all(operands: list[Closure]) -> Closure:
    return lambda context: all(to_boolean(operand(context)) for operand in operands)


Work = Callable[[Value, Value, tzinfo | None], Value]


def _chain(first: Closure, rest: list[tuple[Work, Closure]]) -> Closure:
    """Return a closure that works from left to right, however long the chain."""

    def evaluate(context: Context) -> Value:
        zone = context.host.zone
        value = first(context)
        for work, operand in rest:
            value = work(value, operand(context), zone)
        return value

    return evaluate


def _ordering(test: Callable[[float, float], bool]) -> Work:
    return lambda left, right, zone: ordered(left, right, zone, test)


def _arithmetic(work: Callable[[float, float], float]) -> Work:
    return lambda left, right, zone: work(to_number(left, zone), to_number(right, zone))


def _union(left: Value, right: Value, zone: tzinfo | None) -> Value:  # noqa: ARG001 - as Work
    return list(dict.fromkeys(functions.logic.nodes(left) + functions.logic.nodes(right)))


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    return NAN if not left or left != left else left * float("inf")  # noqa: PLR0124 - NaN


def _remainder(left: float, right: float) -> float:
    """The remainder with the sign of the dividend (XPath 1.0, 3.5)."""
    try:
        return math.fmod(left, right)
    except ValueError:
        return NAN


_WORK: dict[str, Work] = {
    "=": equal,
    "!=": unequal,
    "<": _ordering(operator.lt),
    "<=": _ordering(operator.le),
    ">": _ordering(operator.gt),
    ">=": _ordering(operator.ge),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "div": _arithmetic(_divided),
    "mod": _arithmetic(_remainder),
    "|": _union,
}
