"""Functions that are part of the language: lazy ones, and those that know the form's shape."""

from collections.abc import Callable
from typing import Protocol

from stocktake_app.questionnaire.xpath.context import Closure, Context, Scope
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import XPathSyntaxError
from stocktake_app.questionnaire.xpath.functions.registry import MANY, check_count
from stocktake_app.questionnaire.xpath.parser import parse
from stocktake_app.questionnaire.xpath.references import target
from stocktake_app.questionnaire.xpath.syntax import Call, Literal, Syntax
from stocktake_app.questionnaire.xpath.values import Value, to_boolean, to_number, to_string


class Compiles(Protocol):
    """What these functions need of the compiler."""

    scope: Scope
    impure: bool
    speaks: bool

    def compile(self, syntax: Syntax) -> Closure:
        """Return the closure of any part."""


def compile_special(compiler: Compiles, call: Call) -> Closure:
    """Compile a call of one of the functions in `SPECIAL`.

    Raises:
        XPathSyntaxError: it has the wrong number or kind of arguments.
    """
    least, most, _, build = SPECIAL[call.name]
    check_count(call.name, len(call.arguments), (least, most))
    return build(compiler, call)


def _if(compiler: Compiles, call: Call) -> Closure:
    condition, positive, negative = (compiler.compile(one) for one in call.arguments)
    return lambda context: (
        positive(context) if to_boolean(condition(context)) else negative(context)
    )


def _coalesce(compiler: Compiles, call: Call) -> Closure:
    candidates = [compiler.compile(one) for one in call.arguments]

    def evaluate(context: Context) -> Value:
        for candidate in candidates:
            value = candidate(context)
            if to_string(value):
                return value
        return ""

    return evaluate


def _once(compiler: Compiles, call: Call) -> Closure:
    compiler.impure = True
    fresh = compiler.compile(call.arguments[0])
    return lambda context: context.origin.text or fresh(context)


def _current(_compiler: Compiles, _call: Call) -> Closure:
    return lambda context: [context.origin]


def _instance(compiler: Compiles, call: Call) -> Closure:
    name = compiler.compile(call.arguments[0])
    return lambda context: [context.host.instance(to_string(name(context)))]


def _choice_name(compiler: Compiles, call: Call) -> Closure:
    value = compiler.compile(call.arguments[0])
    path = call.arguments[1]
    if not isinstance(path, Literal):
        raise XPathSyntaxError("jr:choice-name() takes the question's path in quotation marks.")
    question = compiler.compile(parse(path.text))
    compiler.speaks = True

    def evaluate(context: Context) -> Value:
        found = question(context)
        name = to_string(value(context))
        if not isinstance(found, list) or not found or not name:
            return ""
        return context.host.choice_label(found[0], name)

    return evaluate


def _indexed_repeat(compiler: Compiles, call: Call) -> Closure:
    scope = compiler.scope
    wanted = target(call.arguments[0], scope)
    repeats = [target(one, scope) for one in call.arguments[1::2]]
    if wanted is None or None in repeats or len(call.arguments) % 2 == 0:
        raise XPathSyntaxError("indexed-repeat() takes a question, then repeats with row numbers.")
    rows = [compiler.compile(one) for one in call.arguments[2::2]]
    numbers = dict(zip(repeats, rows, strict=True))

    def evaluate(context: Context) -> Value:
        nodes = [context.origin.ancestor(len(scope.owner))]
        chosen = False
        for level in range(1, len(wanted) + 1):
            names = wanted[:level]
            nodes = [child for node in nodes for child in node.named(names[-1])]
            if names in numbers:
                nodes = _row(nodes, to_number(numbers[names](context)))
                chosen = True
            elif names in scope.repeats and names == scope.owner[:level] and not chosen:
                nodes = [context.origin.ancestor(len(scope.owner) - level)]
        return nodes

    return evaluate


def _row(nodes: list[Element], number: float) -> list[Element]:
    place = int(number) if 1 <= number <= len(nodes) else 0
    return [nodes[place - 1]] if place else []


Build = Callable[[Compiles, Call], Closure]

SPECIAL: dict[str, tuple[int, int, str, Build]] = {
    "if": (3, 3, "the second value when the first is true, else the third", _if),
    "coalesce": (1, MANY, "the first value that is not blank", _coalesce),
    "once": (1, 1, "the value that is there, or else the argument: made once, kept", _once),
    "current": (0, 0, "the node whose rule this is, also inside a predicate", _current),
    "instance": (1, 1, "a list or register by its name", _instance),
    "indexed-repeat": (
        3, 7, "the question in the row with that number, in up to three nested repeats",
        _indexed_repeat,
    ),
    "jr:choice-name": (2, 2, "the label of a choice, given the question's path", _choice_name),
}  # fmt: skip
"""Name: fewest arguments, most arguments, what it gives, how it is compiled."""
