"""Location paths to closures: steps, axes, predicates, and an index for long lists."""

from collections.abc import Callable, Mapping

from stocktake_app.questionnaire.xpath.context import Closure, Context, Scope
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.syntax import Path, Step
from stocktake_app.questionnaire.xpath.values import Value, to_boolean

Walk = Callable[[list[Element], Context], list[Element]]


def bound_levels(path: Path, scope: Scope) -> int:
    """Return how many leading steps of an absolute path are the owner's own ancestors.

    In a row of a repeat, ``/data/findings/kind`` means the kind of the same row, as in ODK; only
    ``/data/findings`` itself means all rows.
    """
    levels = 0
    for step, name in zip(path.steps, scope.owner, strict=False):
        if step.axis != "child" or step.test != name or step.predicates:
            break
        levels += 1
    whole = levels == len(path.steps)
    return levels - 1 if whole and scope.owner[:levels] in scope.repeats else levels


def compile_steps(
    steps: tuple[Step, ...],
    predicates: list[list[Closure]],
    quicker: Mapping[int, Callable[[Walk], Walk]],
) -> Walk:
    """Return a function that follows the steps from a list of nodes.

    ``quicker`` gives, by a step's place, what makes its walk faster.
    """
    walks = [_step(step, conditions) for step, conditions in zip(steps, predicates, strict=True)]
    for place, improve in quicker.items():
        walks[place] = improve(walks[place])
    if len(walks) == 1:
        return walks[0]

    def follow(nodes: list[Element], context: Context) -> list[Element]:
        for walk in walks:
            nodes = walk(nodes, context)
        return nodes

    return follow


def _step(step: Step, predicates: list[Closure]) -> Walk:
    axis = _child_axis(step.test) if step.axis == "child" else _axis(step)
    if predicates:
        return _filtered(axis, predicates)

    def walk(nodes: list[Element], context: Context) -> list[Element]:
        if len(nodes) == 1:
            found = axis(nodes[0])
        else:
            found = _unique([one for node in nodes for one in axis(node)])
        context.meter.spend(len(found))
        return found

    return walk


def _filtered(axis: "Axis", predicates: list[Closure]) -> Walk:
    def walk(nodes: list[Element], context: Context) -> list[Element]:
        found: list[Element] = []
        for node in nodes:
            kept = axis(node)
            for predicate in predicates:
                kept = keep(kept, predicate, context)
            found.extend(kept)
        return found if len(nodes) == 1 else _unique(found)

    return walk


def _unique(nodes: list[Element]) -> list[Element]:
    return list(dict.fromkeys(nodes))


def keep(nodes: list[Element], predicate: Closure, context: Context) -> list[Element]:
    """Return the nodes for which a predicate holds (XPath 1.0, 2.4)."""
    context.meter.spend(len(nodes))
    before = context.node, context.position, context.size
    context.size = len(nodes)
    found: list[Element] = []
    for position, node in enumerate(nodes, 1):
        context.node = node
        context.position = position
        if _holds(predicate(context), position):
            found.append(node)
        context.size = len(nodes)
    context.node, context.position, context.size = before
    return found


def _holds(value: Value, position: int) -> bool:
    if isinstance(value, float):
        return value == position
    return to_boolean(value)


Axis = Callable[[Element], list[Element]]


def _child_axis(test: str) -> Axis:
    if test in {"*", "node()"}:
        return lambda node: node.everything()
    if test.endswith("()"):
        return lambda node: [node] if test == "text()" else []
    return lambda node: node.named(test)


def _axis(step: Step) -> Axis:
    nodes = _AXES.get(step.axis)
    if nodes is None:
        raise EvaluationError(f"the axis {step.axis} is not known here.")
    test = step.test
    if step.axis == "attribute":
        return lambda node: _attributes(node, test)
    if test in {"*", "node()"}:
        return nodes
    return lambda node: [one for one in nodes(node) if one.name == test]


def _attributes(node: Element, test: str) -> list[Element]:
    return [
        Element(name, text, node)
        for name, text in node.attributes.items()
        if test in {"*", name, "node()"}
    ]


def _parent(node: Element) -> list[Element]:
    return [node.parent] if node.parent is not None else []


def _ancestors(node: Element) -> list[Element]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _siblings(node: Element) -> tuple[list[Element], int]:
    if node.parent is None or node not in node.parent.children:
        return [], 0
    siblings = node.parent.children
    return siblings, siblings.index(node)


def _following(node: Element) -> list[Element]:
    siblings, place = _siblings(node)
    return siblings[place + 1 :]


def _preceding(node: Element) -> list[Element]:
    siblings, place = _siblings(node)
    return siblings[:place][::-1]


_AXES: dict[str, Axis] = {
    "self": lambda node: [node],
    "parent": _parent,
    "ancestor": _ancestors,
    "ancestor-or-self": lambda node: [node, *_ancestors(node)],
    "descendant": lambda node: list(node.below())[1:],
    "descendant-or-self": lambda node: list(node.below()),
    "following-sibling": _following,
    "preceding-sibling": _preceding,
    "attribute": lambda _: [],
}
