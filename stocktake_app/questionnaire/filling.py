"""Answers given as nested objects by the form's names, for capture without a window.

Groups are objects, or left out and their questions given directly; repeats are lists of objects;
a multiple choice is a list or its names with blanks between. Nothing is dropped in silence: each
thing that is not understood comes back as a problem, whose place counts rows from 1.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from stocktake_app.questionnaire.changes import Changes
from stocktake_app.questionnaire.choices import Choices
from stocktake_app.questionnaire.entry_tree import EntryTree, RepeatSlot
from stocktake_app.questionnaire.evaluation import Evaluator
from stocktake_app.questionnaire.judging import Judge
from stocktake_app.questionnaire.nodes import (
    NOT_CAPTURED,
    SELECTS,
    Group,
    Kind,
    Node,
    Question,
    Repeat,
)
from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.questionnaire.xpath.elements import Element

SHEET = "answers"
SHOWN_CHOICES = 12


@dataclass(frozen=True)
class Filled:
    """What filling did: the changes, and a problem for everything that was not understood."""

    changes: Changes
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Filler:
    """Fills one entry; ``put`` gives a question its answer."""

    tree: EntryTree
    evaluator: Evaluator
    choices: Choices
    judge: Judge
    put: Callable[[Element, str | None], None]
    problems: list[Problem] = field(default_factory=list)
    _given: list[tuple[Element, str, Any]] = field(default_factory=list)

    def fill(self, nested: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Fill the entry and return the problems, in the order in which they were met."""
        self._object(self.tree.root, nested, "")
        self.evaluator.run()
        for element, place, value in self._given:
            self._check(element, place, value)
        return tuple(self.problems)

    def _object(self, element: Element, given: Any, place: str) -> None:
        if not isinstance(given, Mapping):
            self._note(place, given, "an object with the names of questions is expected here.")
            return
        found: list[tuple[Node, Element, str, Any]] = []
        for name, value in given.items():
            target = self._target(element, str(name), f"{place}/{name}".strip("/"), value)
            if target is not None:
                found.append(target)
        # In the form's order, so that an answer comes before those that depend on it.
        order = {names: number for number, names in enumerate(_names_below(element.definition))}
        for node, parent, where, value in sorted(found, key=lambda one: order[one[0].names]):
            self._give(node, parent, where, value)

    def _target(
        self, element: Element, name: str, place: str, value: Any
    ) -> tuple[Node, Element, str, Any] | None:
        """Return the node that a name means, and the element that it lies directly in."""
        known = _known(element.definition)
        nodes = known.get(name, [])
        if len(nodes) == 1:
            parent = self._parent_of(element, nodes[0])
            return nodes[0], parent, place, value
        if nodes:
            paths = ", ".join(node.path for node in nodes)
            self._note(
                place, value, "this name stands for several questions.", f"Use one of: {paths}."
            )
            return None
        near = get_close_matches(name, known, 1)
        advice = f"Did you mean “{near[0]}”?" if near else "Look the names up in the form."
        self._note(place, value, "the form has no question of this name here.", advice)
        return None

    def _parent_of(self, element: Element, node: Node) -> Element:
        for name in node.names[len(element.definition.names) : -1]:
            element = element.named(name)[0]
        return element

    def _give(self, node: Node, parent: Element, place: str, value: Any) -> None:
        if isinstance(node, Repeat):
            self._rows(parent.slots[node.name], place, value)
        elif isinstance(node, Group):
            self._object(parent.named(node.name)[0], value, place)
        else:
            self._answer(node, parent.named(node.name)[0], place, value)

    def _rows(self, slot: RepeatSlot, place: str, given: Any) -> None:
        if not isinstance(given, list):
            self._note(place, given, "this repeats, so a list of objects is expected.")
            return
        self.evaluator.run()
        rows = self._as_many_rows(slot, place, given)
        for number, (row, value) in enumerate(zip(rows, given, strict=False), 1):
            self._object(row, value, f"{place}[{number}]")

    def _as_many_rows(self, slot: RepeatSlot, place: str, given: list[Any]) -> list[Element]:
        """Return as many rows as were given, making or removing some where the form lets us."""
        if slot.definition.fixed:
            if len(given) > len(slot.rows):
                self._note(
                    place, f"{len(given)} rows", f"the form asks for {len(slot.rows)} here.",
                    "Give as many, or change the answer that says how many.",
                )  # fmt: skip
            return slot.rows
        for row in slot.rows[len(given) :]:
            self.evaluator.log_row(row, gone=True)
            self.tree.detach(slot, row)
        while len(slot.rows) < len(given):
            self.evaluator.row_made(self.tree.new_row_in(slot))
        self.evaluator.structure_changed(slot)
        self.evaluator.run()
        return slot.rows

    def _answer(self, question: Question, element: Element, place: str, value: Any) -> None:
        refusal = _refusal(question)
        if refusal:
            self._note(place, value, refusal, "Leave it out.")
            return
        text, fault = _as_text(question, value)
        if fault:
            self._note(place, value, fault)
            return
        self.put(element, text)
        self._given.append((element, place, value))

    def _check(self, element: Element, place: str, value: Any) -> None:
        """Note, once all is filled in, an answer of the wrong kind or to a hidden question."""
        if not element.text:
            return
        question: Question = element.definition
        if question.kind in SELECTS:
            wrong, advice = self.judge.not_a_choice(element), self._offer(element)
        else:
            wrong, advice = self.judge.wrong_kind(element), ""
        if wrong:
            self._note(place, value, wrong, advice)
        elif not element.shown:
            message = "this question is hidden, given the other answers."
            advice = "It is kept, but left out when the entry is signed."
            self._note(place, value, message, advice, Severity.WARNING)

    def _offer(self, element: Element) -> str:
        names = self.choices.names(element)
        shown = ", ".join(names[:SHOWN_CHOICES])
        if not names:
            return "Nothing can be chosen here at present."
        return f"Choose from: {shown}{', …' if len(names) > SHOWN_CHOICES else ''}."

    def _note(
        self, place: str, value: Any, message: str, advice: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:  # fmt: skip
        shown = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        )
        self.problems.append(Problem(SHEET, 0, place, shown, message, advice, severity))


def _known(definition: Group) -> dict[str, list[Node]]:
    """Return what may be named inside a group: children first, then all else short of repeats."""
    found: dict[str, list[Node]] = {}
    for node in _inside(definition):
        short = node.path.removeprefix(f"{definition.path}/") if definition.path else node.path
        found.setdefault(short, [node])
        if "/" in short and node.name not in {child.name for child in definition.children}:
            found.setdefault(node.name, [])
            if node not in found[node.name]:
                found[node.name].append(node)
    return found


def _inside(definition: Group) -> list[Node]:
    found: list[Node] = []
    for child in definition.children:
        found.append(child)
        if isinstance(child, Group) and not isinstance(child, Repeat):
            found += _inside(child)
    return found


def _names_below(definition: Group) -> list[tuple[str, ...]]:
    return [node.names for node in _inside(definition)]


def _refusal(question: Question) -> str:
    """Return why a question takes no answer; ``""`` when it does."""
    if question.kind is Kind.NOTE:
        return "this is a note, which has no answer."
    if question.calculated and not question.editable:
        return "the form calculates this itself."
    if question.kind in NOT_CAPTURED:
        return f"{question.kind} answers cannot be captured."
    return ""


def _as_text(question: Question, value: Any) -> tuple[str | None, str]:
    """Return a JSON value as an answer's text, or what is wrong with it."""
    if isinstance(value, bool):
        return _of_truth(question, value=value)
    if isinstance(value, list):
        return _of_list(question, value)
    if value is None or isinstance(value, str | int | float):
        return (None if value is None else str(value)), ""
    return None, "one answer is expected here, not an object."


def _of_truth(question: Question, *, value: bool) -> tuple[str | None, str]:
    if question.kind is Kind.ACKNOWLEDGE:
        return ("OK" if value else None), ""
    return None, "true and false are no answers to this question; give its text."


def _of_list(question: Question, value: list[Any]) -> tuple[str | None, str]:
    if question.kind not in {Kind.SELECT_MULTIPLE, Kind.RANK}:
        return None, "one answer is expected here, not a list."
    if not all(isinstance(name, str) and name and len(name.split()) == 1 for name in value):
        return None, "a list of choice names is expected."
    return " ".join(value), ""
