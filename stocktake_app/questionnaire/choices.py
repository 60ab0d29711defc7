"""The choices of a question as they stand now: filtered, in order, with labels."""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from stocktake_app.questionnaire.evaluation import Evaluator
from stocktake_app.questionnaire.form import language_code
from stocktake_app.questionnaire.nodes import Aspect, Itemset, Question, Text
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.values import to_string


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the name that is stored and the label that is shown."""

    name: str
    label: str


Render = Callable[[Text, Element], str]
"""Gives a text in the language shown, its values taken from where a node stands."""


class Choices:
    """Finds the choices of select questions."""

    def __init__(self, evaluator: Evaluator, render: Render) -> None:
        self._evaluator = evaluator
        self._render = render

    def of(self, element: Element) -> tuple[Choice, ...]:
        """Return the choices of a question, with labels in the language shown."""
        question: Question = element.definition
        if question.itemset is None:
            return tuple(
                Choice(one.name, self._render(one.label, element) or one.name)
                for one in question.static_choices
            )
        return tuple(
            Choice(name, self._label(question.itemset, item, element) or name)
            for item in self.items(element)
            if (name := _column(item, question.itemset.value))
        )

    def names(self, element: Element) -> list[str]:
        """Return the names of a question's choices only."""
        question: Question = element.definition
        if question.itemset is None:
            return [one.name for one in question.static_choices]
        return [_column(item, question.itemset.value) for item in self.items(element)]

    def label(self, element: Element, name: str) -> str:
        """Return the label of one choice; ``""`` when it is none."""
        return next((one.label for one in self.of(element) if one.name == name), "")

    def items(self, element: Element) -> list[Element]:
        """Return the nodes that the choices are made of."""
        itemset: Itemset = element.definition.itemset
        try:
            found = self._evaluator.evaluate(itemset.nodes, element)
        except EvaluationError as error:
            self._evaluator.note_fault(element, Aspect.CHOICES, itemset.nodes, error)
            return []
        if not isinstance(found, list):
            return []
        # Shuffled without a seed of its own, a list must still not jump about between two looks.
        if itemset.nodes.impure:
            seed = crc32(element.path.encode())
            found = sorted(found, key=lambda item: crc32(item.value().encode(), seed))
        return found

    def _label(self, itemset: Itemset, item: Element, element: Element) -> str:
        if itemset.label_column:
            return self._column_label(itemset.label_column, item)
        if itemset.label is None:
            return ""
        try:
            text = to_string(self._evaluator.evaluate(itemset.label, element, item))
        except EvaluationError as error:
            self._evaluator.note_fault(element, Aspect.LABEL, itemset.label, error)
            return ""
        if not itemset.translated:
            return text
        return self._render(self._evaluator.tree.form.translation(text), element)

    def _column_label(self, column: str, item: Element) -> str:
        """Return a register's label: ``label_fr`` before ``label`` when French is shown."""
        language = self._evaluator.host.language
        code = language_code(language)
        for name in (f"{column}_{code}", f"{column}_{code[:2]}", f"{column}::{language}", column):
            found = _column(item, name)
            if found:
                return found
        return ""


def _column(item: Element, name: str) -> str:
    found = item.named(name)
    return found[0].value() if found else ""
