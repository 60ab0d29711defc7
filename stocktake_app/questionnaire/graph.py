"""Which rules have to be looked at again when an answer changes, and in which order.

The graph is there for correctness, not for speed: what was made once (`uuid()`, `now()`) must not
be made again because something unrelated was typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stocktake_app.questionnaire.nodes import COMPUTED, Aspect, Names, Node
from stocktake_app.questionnaire.xpath.compiler import Expression
from stocktake_app.questionnaire.xpath.references import Reference


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """One rule of one node. ``order``: computed rules are evaluated with the lowest first."""

    owner: Names
    aspect: Aspect
    expression: Expression
    order: int


@dataclass(frozen=True, slots=True)
class Graph:
    """The rules of a form.

    ``dependents`` gives, by the node read, the rules that read it and how many levels they share
    with it; ``computed`` the rules that change the entry, by owner; ``circular`` the owners of
    rules that wait for each other.
    """

    dependents: Mapping[Names, tuple[tuple[Rule, int], ...]]
    computed: Mapping[Names, tuple[Rule, ...]]
    spoken: tuple[Rule, ...]
    circular: tuple[Names, ...]


def build_graph(nodes: Mapping[Names, Node], labels: Iterable[tuple[Names, Expression]]) -> Graph:
    """Return the graph of all rules; ``labels`` are the values inside the texts of nodes."""
    found = [
        (names, aspect, expression)
        for names, node in nodes.items()
        for aspect, expression in node.rules.items()
    ]
    found += [(names, Aspect.LABEL, expression) for names, expression in labels]
    order, circular = _ordered([one for one in found if one[1] in COMPUTED], nodes)
    rules = [Rule(*one, order.get((one[0], one[1]), 0)) for one in found]
    dependents: dict[Names, dict[tuple[int, int], tuple[Rule, int]]] = {}
    computed: dict[Names, list[Rule]] = {}
    for rule in rules:
        for reference in _references(rule, nodes):
            if reference.names == rule.owner and rule.aspect is Aspect.CALCULATE:
                continue  # it reads its own last value; that must not set it off again
            entry = dependents.setdefault(reference.names, {})
            entry[(id(rule), reference.shared)] = (rule, reference.shared)
        if rule.aspect in COMPUTED:
            computed.setdefault(rule.owner, []).append(rule)
    return Graph(
        {names: tuple(entries.values()) for names, entries in dependents.items()},
        {names: tuple(own) for names, own in computed.items()},
        tuple(rule for rule in rules if rule.expression.speaks),
        circular,
    )


def _references(rule: Rule, nodes: Mapping[Names, Node]) -> Iterable[Reference]:
    """Return what the rule reads; a choice's label also depends on what filters the choices."""
    yield from rule.expression.reads.references
    for names in rule.expression.reads.choice_labels:
        node = nodes.get(names)
        choices = node.rules.get(Aspect.CHOICES) if node else None
        for reference in choices.reads.references if choices else ():
            yield Reference(reference.names, min(reference.shared, 1))


Key = tuple[Names, Aspect]


def _ordered(
    rules: list[tuple[Names, Aspect, Expression]], nodes: Mapping[Names, Node]
) -> tuple[dict[Key, int], tuple[Names, ...]]:
    """Return the place of each rule such that what it reads is computed before it."""
    writers = _writers(rules, nodes)
    before = {
        (names, aspect): _before(names, aspect, expression, writers)
        for names, aspect, expression in rules
    }
    order: dict[Key, int] = {}
    circular: list[Names] = []
    for key in before:
        _visit(key, before, order, circular)
    return order, tuple(dict.fromkeys(circular))


def _writers(
    rules: list[tuple[Names, Aspect, Expression]], nodes: Mapping[Names, Node]
) -> dict[Names, list[Key]]:
    """Return, by node, the rules that change its value: its own, and the relevance of all above."""
    own: dict[Names, list[Key]] = {}
    for names, aspect, _ in rules:
        own.setdefault(names, []).append((names, aspect))
    found: dict[Names, list[Key]] = {}
    for names in nodes:
        above = [key for end in range(1, len(names)) for key in own.get(names[:end], ())]
        found[names] = above + own.get(names, [])
    return found


def _before(
    names: Names, aspect: Aspect, expression: Expression, writers: Mapping[Names, list[Key]]
) -> list[Key]:
    own = (names, aspect)
    needed = [
        key
        for reference in expression.reads.references
        for key in writers.get(reference.names, ())
        if key != own
    ]
    if aspect is Aspect.CALCULATE:
        # Whether it is shown at all has to be known first.
        needed += [key for key in writers.get(names, ()) if key[1] is not Aspect.CALCULATE]
    return list(dict.fromkeys(needed))


def _visit(
    start: Key, before: Mapping[Key, list[Key]], order: dict[Key, int], circular: list[Names]
) -> None:
    """Number what ``start`` waits for, then itself: depth first, without recursion."""
    waiting: list[tuple[Key, int]] = [(start, 0)]
    open_keys = {start}
    while waiting:
        key, place = waiting.pop()
        if key in order:
            continue
        needed = before[key]
        if place == len(needed):
            order[key] = len(order)
            open_keys.discard(key)
            continue
        waiting.append((key, place + 1))
        following = needed[place]
        if following in open_keys:
            circular.append(key[0])
        elif following not in order:
            open_keys.add(following)
            waiting.append((following, 0))
