"""Whether an answer may stand: blank where one is needed, of the wrong kind, against a rule."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from stocktake_app.questionnaire.choices import Choices, Render
from stocktake_app.questionnaire.evaluation import Evaluator
from stocktake_app.questionnaire.form import language_code
from stocktake_app.questionnaire.messages import message
from stocktake_app.questionnaire.nodes import SELECTS, Aspect, Bounds, Kind, Question
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.values import to_boolean, to_date, to_time
from stocktake_app.settings import MAX_VALUE_CHARS

_INTEGER = re.compile(r"-?\d{1,60}")
_DECIMAL = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")
_POINT = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)(?:\s+-?\d+(?:\.\d+)?){0,2}")
_NORTH, _EAST = 90, 180


class Judge:
    """Says what is wrong with an answer, in the language shown."""

    def __init__(self, evaluator: Evaluator, choices: Choices, render: Render) -> None:
        self._evaluator = evaluator
        self._choices = choices
        self._render = render

    def required(self, element: Element) -> bool:
        """Say whether a question needs an answer now; what cannot be answered here never does."""
        question: Question = element.definition
        return question.editable and to_boolean(
            self._evaluator.tried(Aspect.REQUIRED, element, False)  # noqa: FBT003 - the default value
        )

    def problem(self, element: Element) -> str | None:
        """Return what is wrong with a question's answer, or None."""
        question: Question = element.definition
        if not element.shown or not question.has_control:
            return None
        if not element.text:
            if not self.required(element):
                return None
            own = self._render(question.required_message, element)
            return own or self._say("required")
        return self.wrong_kind(element) or self._constraint(element)

    def wrong_kind(self, element: Element) -> str | None:
        """Return in what way an answer is not of its question's kind, or None."""
        question: Question = element.definition
        if len(element.text) > MAX_VALUE_CHARS:
            return self._say("too long", limit=str(MAX_VALUE_CHARS))
        if question.kind in SELECTS:
            return None if question.register else self.not_a_choice(element)
        if question.kind is Kind.RANGE and question.bounds is not None:
            return self._off_scale(element.text, question.bounds)
        key = _wrong_kind(question.kind, element.text)
        return self._say(key, value=element.text) if key else None

    def not_a_choice(self, element: Element) -> str | None:
        """Return which selected name is not among the choices, as a sentence, or None."""
        one = element.definition.kind is Kind.SELECT_ONE
        selected = [element.text] if one else element.text.split()
        known = set(self._choices.names(element))
        unknown = next((name for name in selected if name not in known), None)
        return self._say("choice", value=unknown) if unknown is not None else None

    def _constraint(self, element: Element) -> str | None:
        question: Question = element.definition
        expression = question.rules.get(Aspect.CONSTRAINT)
        if expression is None:
            return None
        try:
            if to_boolean(self._evaluator.evaluate(expression, element)):
                return None
        except EvaluationError as error:
            self._evaluator.note_fault(element, Aspect.CONSTRAINT, expression, error)
            return self._say("unchecked", reason=str(error))
        own = self._render(question.constraint_message, element)
        return own or self._say("constraint")

    def _off_scale(self, text: str, bounds: Bounds) -> str | None:
        start, end, step = (Decimal(str(one)) for one in (bounds.start, bounds.end, bounds.step))
        try:
            number = Decimal(text)
            low, high = min(start, end), max(start, end)
            if low <= number <= high and (not step or (number - start) % step == 0):
                return None
        except InvalidOperation:
            pass
        return self._say(
            "range", value=text, start=f"{start.normalize():f}", end=f"{end.normalize():f}",
            step=f"{step.normalize():f}",
        )  # fmt: skip

    def _say(self, key: str, **facts: str) -> str:
        return message(key, language_code(self._evaluator.host.language), **facts)


def _wrong_kind(kind: Kind, text: str) -> str:
    """Return the key of the sentence when a text is not of a kind; ``""`` when it is."""
    test = _TESTS.get(kind)
    return "" if test is None or test(text) else str(kind)


def _is_point(text: str) -> bool:
    match = _POINT.fullmatch(text)
    return match is not None and abs(float(match[1])) <= _NORTH and abs(float(match[2])) <= _EAST


_TESTS: dict[Kind, Callable[[str], bool]] = {
    Kind.INTEGER: lambda text: _INTEGER.fullmatch(text) is not None,
    Kind.DECIMAL: lambda text: _DECIMAL.fullmatch(text) is not None,
    Kind.DATE: lambda text: "T" not in text and to_date(text) is not None,
    Kind.TIME: lambda text: to_time(text) is not None,
    Kind.DATE_TIME: lambda text: "T" in text and to_date(text) is not None,
    Kind.GEOPOINT: _is_point,
}
