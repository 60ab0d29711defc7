"""One column looked up in a long list, such as ``item[country = /data/country]``, by an index."""

from collections.abc import Callable
from dataclasses import dataclass

from stocktake_app.questionnaire.xpath.context import Closure, Context
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.functions.form import indexed
from stocktake_app.questionnaire.xpath.paths import Walk, keep
from stocktake_app.questionnaire.xpath.syntax import (
    Call,
    Literal,
    Operation,
    Path,
    Step,
    Syntax,
)
from stocktake_app.questionnaire.xpath.values import texts


@dataclass(frozen=True, slots=True)
class Lookup:
    """The column compared, what it is compared with, and the predicates that remain."""

    column: str
    wanted: Syntax
    remaining: tuple[Syntax, ...]


def lookup_of(step: Step) -> Lookup | None:
    """Return the look-up that a step's first predicate is, or None."""
    if step.axis != "child" or step.test in {"*", "node()"} or not step.predicates:
        return None
    conditions = _conditions(step.predicates[0])
    if any(_counts_places(condition) for condition in conditions):
        return None
    for place, condition in enumerate(conditions):
        column = _column(condition)
        if column is not None and isinstance(condition, Operation):
            rest = conditions[:place] + conditions[place + 1 :]
            return Lookup(column, condition.rest[0][1], rest + step.predicates[1:])
    return None


def indexed_walk(
    step: Step, lookup: Lookup, compile_part: Callable[[Syntax], Closure]
) -> Callable[[Walk], Walk]:
    """Return a function that makes a walk use the index of lists that never change."""
    wanted = compile_part(lookup.wanted)
    remaining = [compile_part(one) for one in lookup.remaining]

    def quicker(slow: Walk) -> Walk:
        def walk(nodes: list[Element], context: Context) -> list[Element]:
            if len(nodes) != 1 or not nodes[0].constant:
                return slow(nodes, context)
            value = wanted(context)
            keys = texts(value) if isinstance(value, str | list) else []
            if len(keys) != 1:
                return slow(nodes, context)
            found = indexed(nodes[0], step.test, lookup.column).get(keys[0], [])
            for predicate in remaining:
                found = keep(found, predicate, context)
            return found

        return walk

    return quicker


def _conditions(predicate: Syntax) -> tuple[Syntax, ...]:
    if isinstance(predicate, Operation) and {sign for sign, _ in predicate.rest} == {"and"}:
        return (predicate.first, *(operand for _, operand in predicate.rest))
    return (predicate,)


def _column(condition: Syntax) -> str | None:
    """Return the column that the condition compares with something the same for all items."""
    if not isinstance(condition, Operation) or len(condition.rest) != 1:
        return None
    sign, wanted = condition.rest[0]
    left = condition.first
    if sign != "=" or not isinstance(left, Path) or left.absolute or left.start is not None:
        return None
    only = left.steps[0]
    plain = len(left.steps) == 1 and only.axis == "child" and not only.predicates
    named = plain and not only.test.endswith(")") and only.test != "*"
    return only.test if named and _same_for_all(wanted) else None


def _same_for_all(syntax: Syntax) -> bool:
    if isinstance(syntax, Literal):
        return True
    if isinstance(syntax, Path):
        simple = not any(step.predicates for step in syntax.steps)
        from_origin = isinstance(syntax.start, Call) and syntax.start.name == "current"
        return simple and (syntax.absolute or from_origin)
    if isinstance(syntax, Call):
        return bool(syntax.arguments) and all(_same_for_all(one) for one in syntax.arguments)
    return False


def _counts_places(syntax: Syntax) -> bool:
    if isinstance(syntax, Call):
        if syntax.name in {"position", "last"}:
            return True
        return any(_counts_places(one) for one in syntax.arguments)
    if isinstance(syntax, Operation):
        return any(
            _counts_places(one) for one in (syntax.first, *(part for _, part in syntax.rest))
        )
    return False
