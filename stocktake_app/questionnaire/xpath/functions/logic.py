"""Functions on truth values and node-sets."""
# ruff: noqa: ARG001 - every function takes (context, values), as the registry says

from collections.abc import Sequence

from stocktake_app.questionnaire.xpath.context import Context
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.functions.numbers import numbers
from stocktake_app.questionnaire.xpath.functions.registry import MANY, define
from stocktake_app.questionnaire.xpath.values import Value, to_boolean, to_number, to_string


@define("true", (0, 0), "true")
def _true(context: Context, values: Sequence[Value]) -> Value:
    return True


@define("false", (0, 0), "false")
def _false(context: Context, values: Sequence[Value]) -> Value:
    return False


@define("not", (1, 1), "whether the value is false")
def _not(context: Context, values: Sequence[Value]) -> Value:
    return not to_boolean(values[0])


@define("boolean", (1, 1), "the value's truth: of a node, whether its value is not blank")
def _boolean(context: Context, values: Sequence[Value]) -> Value:
    return to_boolean(values[0])


def nodes(value: Value) -> list[Element]:
    """Return the value as a node-set.

    Raises:
        EvaluationError: it is none.
    """
    if isinstance(value, list):
        return value
    raise EvaluationError(f"it needs questions where it has “{to_string(value)}”.")


@define("count", (1, 1), "how many nodes there are; hidden rows of a repeat are left out")
def _count(context: Context, values: Sequence[Value]) -> Value:
    return float(sum(1 for node in nodes(values[0]) if node.shown or node.row_id is None))


@define("count-non-empty", (1, 1), "how many nodes have a value")
def _count_non_empty(context: Context, values: Sequence[Value]) -> Value:
    return float(sum(1 for node in nodes(values[0]) if node.value()))


@define("position", (0, 1), "the place among rows of the same repeat, counted from 1")
def _position(context: Context, values: Sequence[Value]) -> Value:
    if not values:
        return float(context.position)
    found = nodes(values[0])
    if not found or found[0].parent is None:
        return 1.0
    rows = found[0].parent.named(found[0].name)
    return float(rows.index(found[0]) + 1 if found[0] in rows else 1)


@define("last", (0, 0), "how many nodes the predicate chooses from")
def _last(context: Context, values: Sequence[Value]) -> Value:
    return float(context.size)


@define("name", (0, 1), "the node's name")
def _name(context: Context, values: Sequence[Value]) -> Value:
    found = nodes(values[0]) if values else [context.node]
    return found[0].name if found else ""


@define("local-name", (0, 1), "the node's name")
def _local_name(context: Context, values: Sequence[Value]) -> Value:
    return _name(context, values)


@define("checklist", (3, MANY), "whether so many (from, to) of the further values are true")
def _checklist(context: Context, values: Sequence[Value]) -> Value:
    held = sum(to_boolean(value) for value in values[2:])
    return _between(held, values)


@define("weighted-checklist", (4, MANY), "as checklist(), each value followed by its weight")
def _weighted_checklist(context: Context, values: Sequence[Value]) -> Value:
    pairs = zip(values[2::2], values[3::2], strict=False)
    return _between(sum(to_number(weight) for value, weight in pairs if to_boolean(value)), values)


def _between(held: float, values: Sequence[Value]) -> bool:
    least, most = to_number(values[0]), to_number(values[1])
    return (least < 0 or held >= least) and (most < 0 or held <= most)


_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807


@define("randomize", (1, 2), "the nodes in another order, the same for the same seed", impure=True)
def _randomize(context: Context, values: Sequence[Value]) -> Value:
    shuffled = list(nodes(values[0]))
    seed = _seed(context, values)
    # Park and Miller's generator and Fisher and Yates's shuffle, so that the order for a seed is
    # the one that other ODK clients show.
    for place in range(len(shuffled) - 1, 0, -1):
        seed = seed * _MULTIPLIER % _MODULUS
        other = int((seed - 1) / (_MODULUS - 1) * (place + 1))
        shuffled[place], shuffled[other] = shuffled[other], shuffled[place]
    return shuffled


def _seed(context: Context, values: Sequence[Value]) -> int:
    given = numbers(context, values[1:])
    seed = int(given[0]) if given else int(context.host.random() * _MODULUS)
    return seed % _MODULUS or 1
