"""Rules at work: what an answer sets off, in the graph's order, until nothing changes any more."""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime

from stocktake_app.questionnaire.changes import ChangeLog
from stocktake_app.questionnaire.entry_tree import EntryTree, RepeatSlot, is_phantom, normal
from stocktake_app.questionnaire.graph import Rule
from stocktake_app.questionnaire.nodes import Aspect, Group, Kind, Names, Question, Repeat
from stocktake_app.questionnaire.row_order import sort_key
from stocktake_app.questionnaire.surroundings import Surroundings
from stocktake_app.questionnaire.xpath.compiler import Expression
from stocktake_app.questionnaire.xpath.context import MAX_VISITS, Context, Meter
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.values import (
    Value,
    from_days,
    to_boolean,
    to_number,
    to_string,
)

MAX_VISITS_PER_CALL = 4_000_000
"""Nodes that all rules together may look at for one answer."""

MAX_EVALUATIONS_PER_RULE = 50
"""How often one rule of one node is evaluated for one answer, so that rules in a circle end."""

MAX_COUNTED_ROWS = 1_000
"""Rows that a form may ask for in one repeat (`jr:count`)."""

MAX_ROWS = 20_000
"""Rows that an entry may have in all."""


class Evaluator:
    """Evaluates the rules of one entry and writes down what changed."""

    def __init__(self, tree: EntryTree, host: Surroundings) -> None:
        self.tree = tree
        self.host = host
        self.graph = tree.form.graph
        self.log = ChangeLog()
        self.faults: dict[tuple[Names, str], str] = {}
        self.new_row_made: Callable[[Element], None] = lambda _: None
        self.reopening = False
        self._queue: list[tuple[int, int]] = []
        self._waiting: dict[tuple[int, int], tuple[Rule, Element, bool]] = {}
        self._visits = MAX_VISITS_PER_CALL
        self._evaluations: Counter[tuple[int, int]] = Counter()
        self._made_rows = 0

    def start(self) -> None:
        """Begin a call: a fresh log, fresh limits."""
        self.log = ChangeLog()
        self._visits = MAX_VISITS_PER_CALL
        self._evaluations.clear()

    def evaluate(
        self, expression: Expression, element: Element, node: Element | None = None
    ) -> Value:
        """Evaluate an expression for a node (on another node, for items of a list).

        Raises:
            EvaluationError: it cannot be evaluated, or not within its limits.
        """
        meter = Meter(min(MAX_VISITS, self._visits))
        before = meter.left
        try:
            return expression.evaluate(Context(self.host, element, node or element, meter))
        except (RecursionError, OverflowError):
            raise EvaluationError("it is nested too deep or its numbers are too big.") from None
        finally:
            self._visits -= before - max(meter.left, 0)

    def tried(self, aspect: Aspect, element: Element, default: Value) -> Value:
        """Evaluate one rule of a node; ``default`` without it, or (noted) when it fails."""
        expression = element.definition.rules.get(aspect)
        if expression is None:
            return default
        try:
            return self.evaluate(expression, element)
        except EvaluationError as error:
            self.note_fault(element, aspect, expression, error)
            return default

    def note_fault(
        self, element: Element, aspect: str, expression: Expression, error: EvaluationError
    ) -> None:
        """Keep the sentence for a rule that could not be evaluated."""
        names = element.definition.names
        place = "/".join(names[1:]) or self.tree.form.form_id
        self.faults[names, aspect] = f"{place}, {aspect}, “{expression.text.strip()}”: {error}"

    def push_all(self, elements: Iterable[Element]) -> None:
        """Queue every computed rule of these nodes."""
        for element in elements:
            for rule in self.graph.computed.get(element.definition.names, ()):
                if is_phantom(element) or rule.aspect is not Aspect.COUNT:
                    self.push(rule, element, forced=False)

    def push(self, rule: Rule, element: Element, *, forced: bool) -> None:
        """Queue a computed rule; ``forced``: something that it reads changed."""
        key = (rule.order, id(element))
        if key not in self._waiting:
            heapq.heappush(self._queue, key)
            self._waiting[key] = (rule, element, forced)
        elif forced:
            self._waiting[key] = (rule, element, True)

    def run(self) -> None:
        """Evaluate what is queued, and what that sets off, until nothing is left."""
        while self._queue:
            key = heapq.heappop(self._queue)
            rule, element, forced = self._waiting.pop(key)
            self._evaluations[key] += 1
            if self._evaluations[key] > MAX_EVALUATIONS_PER_RULE:
                error = EvaluationError("it waits for its own result and never settles.")
                self.note_fault(element, rule.aspect, rule.expression, error)
            else:
                self._apply(rule, element, forced=forced)

    def _apply(self, rule: Rule, element: Element, *, forced: bool) -> None:
        if not self._attached(element):
            return
        if rule.aspect is Aspect.RELEVANT:
            self._set_relevant(element, to_boolean(self.tried(Aspect.RELEVANT, element, True)))  # noqa: FBT003
        elif rule.aspect is Aspect.COUNT:
            self._set_count(element)
        elif element.shown and (forced or not element.definition.kept or not element.text):
            value = self.tried(Aspect.CALCULATE, element, "")
            self.set_text(element, answer_text(value, element.definition))

    def _attached(self, element: Element) -> bool:
        node: Element | None = element
        while node is not None:
            if node is self.tree.root:
                return True
            node = node.parent
        return False

    def set_text(self, element: Element, text: str) -> None:
        """Give a question a value and set off what reads it."""
        if text == element.text:
            return
        element.text = text
        question: Question = element.definition
        self.log.values.add(element.path)
        self.log.states.add(element.path)
        if question.stored:
            self.log.stored[element.path] = text or None
        if element.shown:
            self.value_changed(element)

    def value_changed(self, element: Element) -> None:
        """Set off the rules that read this node."""
        names: Names = element.definition.names
        for rule, shared in self.graph.dependents.get(names, ()):
            level = min(shared, len(names))
            self._set_off(rule, element.ancestor(len(names) - level), level)

    def _set_off(self, rule: Rule, start: Element, level: int) -> None:
        for owner in self._owners(rule, start, level):
            if rule.aspect in {Aspect.RELEVANT, Aspect.CALCULATE, Aspect.COUNT}:
                self.push(rule, owner, forced=not self.reopening)
            elif rule.aspect is Aspect.CHOICES:
                self.log.choices.add(owner.path)
                self.log.states.add(owner.path)
            elif rule.aspect is Aspect.LABEL:
                self.log.labels.add(owner.path)
            else:
                self.log.states.add(owner.path)

    def _owners(self, rule: Rule, start: Element, level: int) -> list[Element]:
        names = rule.owner
        if not isinstance(self.tree.form.node(names), Repeat):
            return self.tree.instances(names, start, level)
        phantoms = [slot.phantom for slot in self.tree.slots_at(names, start, level)]
        if rule.aspect is Aspect.COUNT:
            return phantoms
        return self.tree.instances(names, start, min(level, len(names))) + phantoms

    def structure_changed(self, slot: RepeatSlot) -> None:
        """Set off the rules that read the repeat from outside its rows."""
        self.log.structure.add(slot.phantom.path)
        self._rows_changed(slot)

    def _rows_changed(self, slot: RepeatSlot) -> None:
        depth = len(slot.definition.names) - 1
        for names in _all_names(slot.definition):
            for rule, shared in self.graph.dependents.get(names, ()):
                if shared <= depth:
                    self._set_off(rule, slot.parent.ancestor(depth - shared), shared)

    def _set_relevant(self, element: Element, relevant: bool) -> None:  # noqa: FBT001 - it is the value
        if relevant == element.relevant:
            return
        element.relevant = relevant
        self.update_shown(element)

    def update_shown(self, element: Element) -> None:
        """Show or hide a node and all below it, as its own rule and those above say."""
        parent_shown = element.parent is None or element.parent.shown
        shown = parent_shown and element.relevant
        if shown == element.shown:
            return
        element.shown = shown
        self.log.relevance.add(element.path)
        if is_phantom(element):
            return
        if isinstance(element.definition, Question):
            self._question_shown(element)
        elif element.row_id is not None:
            self._rows_changed(self.tree.slot_of(element))
        for slot in element.slots.values():
            self.update_shown(slot.phantom)
        for child in element.everything():
            self.update_shown(child)

    def _question_shown(self, element: Element) -> None:
        """Set off what a question that came or went means; what is only calculated goes with it."""
        if element.text:
            self.value_changed(element)
        if element.shown:
            self.push_all([element])
        elif element.text and not element.definition.stored:
            element.text = ""
            self.log.values.add(element.path)

    def _set_count(self, phantom: Element) -> None:
        slot = self.tree.slot_of(phantom)
        number = to_number(self.tried(Aspect.COUNT, phantom, 0.0), self.host.zone)
        wanted = int(min(max(number, 0), MAX_COUNTED_ROWS)) if not math.isnan(number) else 0
        if number > MAX_COUNTED_ROWS:
            expression = slot.definition.rules[Aspect.COUNT]
            error = EvaluationError(f"it asks for more than {MAX_COUNTED_ROWS} rows.")
            self.note_fault(phantom, Aspect.COUNT, expression, error)
        if wanted == len(slot.rows):
            return
        for row in slot.rows[wanted:]:
            self.tree.detach(slot, row)
            slot.parked.append(row)
        slot.parked.sort(key=sort_key)
        while len(slot.rows) < wanted and self._one_more_row(slot):
            pass
        self.structure_changed(slot)

    def _one_more_row(self, slot: RepeatSlot) -> bool:
        if slot.parked:
            row = slot.parked.pop(0)
            self.tree.attach(slot, row)
            self.row_came(row)
            return True
        self._made_rows += 1
        if self._made_rows > MAX_ROWS:
            return False
        self.row_made(self.tree.new_row_in(slot))
        return True

    def row_made(self, row: Element) -> None:
        """Take note of a fresh row: what has to be saved, its rules, its first actions."""
        self.log_row(row)
        self.row_came(row)
        self.new_row_made(row)

    def row_came(self, row: Element) -> None:
        """Evaluate the rules of a row that came into the tree."""
        for child in row.below():
            if child.parent is not None:
                child.shown = child.parent.shown and child.relevant
        self.push_all(self.tree.below(row))

    def log_row(self, row: Element, *, gone: bool = False) -> None:
        """Write down all that a row that came or went means for what is saved."""
        for element in self.tree.below(row):
            if element.row_id is not None:
                self.log.stored[f"{element.path}/@order"] = None if gone else element.order
            elif isinstance(element.definition, Question) and (element.text or gone):
                self.log.values.add(element.path)
                if element.definition.stored:
                    self.log.stored[element.path] = None if gone else element.text


def _all_names(node: Group) -> list[Names]:
    found = [node.names]
    for child in node.children:
        found += _all_names(child) if isinstance(child, Group) else [child.names]
    return found


def answer_text(value: Value, question: Question) -> str:
    """Return a calculated value as the question's stored answer; what is no number is blank."""
    if isinstance(value, list):
        value = to_string(value)
    if isinstance(value, float):
        value = _of_number(value, question)
    elif isinstance(value, bool) and question.data_type in {"int", "integer", "decimal"}:
        value = "1" if value else "0"
    elif isinstance(value, datetime) and question.kind is Kind.DATE:
        value = value.date()
    text = to_string(value)
    # What is not stored keeps its blanks: other rules may count on them.
    return (normal(text, question) or "") if question.stored else text


def _of_number(number: float, question: Question) -> Value:
    if math.isnan(number):
        return ""
    if question.data_type in {"int", "integer"} and math.isfinite(number):
        return float(math.trunc(number))
    if question.data_type == "date":
        found: date | None = from_days(math.floor(number), None)
        return found if found is not None else ""
    return number
