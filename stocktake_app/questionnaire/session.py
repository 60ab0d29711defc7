"""One entry being filled: the form's rules applied to answers, one set of changes per call."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from stocktake_app.errors import RefusedError
from stocktake_app.model import paths
from stocktake_app.questionnaire import happenings
from stocktake_app.questionnaire.changes import Changes
from stocktake_app.questionnaire.choices import Choice, Choices
from stocktake_app.questionnaire.entry_tree import EntryTree, RepeatSlot, is_phantom, normal
from stocktake_app.questionnaire.evaluation import MAX_ROWS, Evaluator
from stocktake_app.questionnaire.filling import Filled, Filler
from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.judging import Judge
from stocktake_app.questionnaire.nodes import SELECTS, Aspect, Question, Text
from stocktake_app.questionnaire.row_order import order_between
from stocktake_app.questionnaire.surroundings import Rows, Surroundings
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError
from stocktake_app.questionnaire.xpath.values import to_boolean, to_string

__all__ = ["AnswerRefusedError", "Changes", "Choice", "Filled", "FormSession", "Rows"]


class AnswerRefusedError(RefusedError):
    """This place of the entry cannot be answered."""


class FormSession:
    """One entry being filled.

    With no answers the entry is new: defaults, preloads, first-load actions and first rows are
    made, and `opening` says what of that has to be saved. With answers it is reopened: nothing that
    was made once is made again. Answers that the form does not know are kept as they are.

    ``changes`` is what the last call changed; each changing call returns it too, except `add_row`,
    which returns the new row's path.
    """

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, str | None],
        *,
        rows: Rows,
        now: Callable[[], datetime],
        new_row: Callable[[], str],
        language: str | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None:
        self.form = form
        self._host = Surroundings(form, rows, now, form.language_of(language or ""))
        self._tree = EntryTree(form, new_row)
        self._evaluator = Evaluator(self._tree, self._host)
        self._evaluator.new_row_made = lambda row: happenings.row_made(self._evaluator, row)
        self._choices = Choices(self._evaluator, self._rendered)
        self._judge = Judge(self._evaluator, self._choices, self._rendered)
        self._host.choice_label = self._choices.label
        self._host.itext = lambda key: self._rendered(form.translation(key), self._tree.root)
        self._open(answers, context or {})
        self.opening = self._evaluator.log.frozen(self._tree.by_path)
        self.changes = self.opening

    def _open(self, answers: Mapping[str, str | None], context: Mapping[str, str]) -> None:
        reopened = any(answers.values())
        self._evaluator.reopening = reopened
        if reopened:
            self._tree.open_answers(answers)
        else:
            self._tree.open_new()
            happenings.preload(self._evaluator, context)
        self._evaluator.push_all(self._tree.below(self._tree.root))
        self._evaluator.run()
        self._evaluator.reopening = False
        if not reopened:
            happenings.first_load(self._evaluator)
            happenings.log_defaults(self._evaluator)

    @property
    def language(self) -> str:
        """The language shown, by the form's own name for it; ``""`` when the form has only one."""
        return self._host.language

    def set_language(self, language: str) -> Changes:
        """Show another language, given by name or code; answers stay as they are."""
        self._evaluator.start()
        self._host.language = self.form.language_of(language)
        log = self._evaluator.log
        for element in self._tree.below(self._tree.root):
            log.labels.add(element.path)
            if getattr(element.definition, "kind", None) in SELECTS:
                log.choices.add(element.path)
            for rule in self.form.graph.computed.get(element.definition.names, ()):
                if rule.expression.speaks:
                    self._evaluator.push(rule, element, forced=False)
        return self._finished()

    def answer(self, path: str, value: str | None) -> Changes:
        """Give a question an answer; None or blank clears it.

        Raises:
            AnswerRefusedError: nothing can be answered there.
        """
        element = self._question(path)
        self._evaluator.start()
        self._put(element, value)
        return self._finished()

    def _put(self, element: Element, value: str | None) -> None:
        question: Question = element.definition
        text = normal(value, question) or ""
        if text == element.text:
            return
        self._evaluator.set_text(element, text)
        if question.actions:
            self._evaluator.run()
            happenings.value_changed(self._evaluator, element)

    def _finished(self) -> Changes:
        self._evaluator.run()
        self.changes = self._evaluator.log.frozen(self._tree.by_path)
        return self.changes

    def _question(self, path: str) -> Element:
        element = self._element(path)
        if not isinstance(element.definition, Question):
            raise AnswerRefusedError(f"“{path}” is a group of questions; answer one inside it.")
        if element.definition.calculated and not element.definition.editable:
            raise AnswerRefusedError(f"“{path}” is calculated by the form.")
        return element

    def _element(self, path: str) -> Element:
        found = self._tree.by_path.get(path)
        if found is None:
            raise AnswerRefusedError(f"There is no question “{path}” in this entry.")
        return found

    def _slot(self, repeat_path: str) -> RepeatSlot:
        element = self._element(repeat_path)
        if not is_phantom(element):
            raise AnswerRefusedError(f"“{repeat_path}” does not repeat.")
        return self._tree.slot_of(element)

    def _row(self, row_path: str) -> Element:
        row = self._element(row_path)
        if row.row_id is None:
            raise AnswerRefusedError(f"“{row_path}” is not a row of a repeat.")
        return row

    def can_add_row(self, repeat_path: str) -> bool:
        """Say whether people may add and remove rows here; else the form says how many."""
        return not self._slot(repeat_path).definition.fixed

    def add_row(self, repeat_path: str, row_id: str | None = None) -> str:
        """Add a row behind the others and return its path; `changes` says the rest.

        Raises:
            AnswerRefusedError: it does not repeat, the form counts the rows, or there are too many.
        """
        slot = self._slot(repeat_path)
        self._require_free(slot)
        if row_id is not None and paths.row(repeat_path, row_id) in self._tree.by_path:
            raise AnswerRefusedError(f"There is a row “{row_id}” already.")
        if len(slot.rows) >= MAX_ROWS:
            raise AnswerRefusedError(f"“{repeat_path}” cannot have more than {MAX_ROWS} rows.")
        self._evaluator.start()
        row = self._tree.new_row_in(slot, row_id)
        self._evaluator.row_made(row)
        self._evaluator.structure_changed(slot)
        self._finished()
        return row.path

    def remove_row(self, row_path: str) -> Changes:
        """Take a row away with all its answers.

        Raises:
            AnswerRefusedError: there is no such row, or the form counts the rows.
        """
        row = self._row(row_path)
        slot = self._tree.slot_of(row)
        self._require_free(slot)
        self._evaluator.start()
        self._evaluator.log_row(row, gone=True)
        for path in [one for one in self._tree.unknown if paths.under(row_path, one)]:
            del self._tree.unknown[path]
            self._evaluator.log.stored[path] = None
        self._tree.detach(slot, row)
        self._evaluator.structure_changed(slot)
        return self._finished()

    def move_row(self, row_path: str, to_index: int) -> Changes:
        """Put a row at another place (counted from 0) among the rows of its repeat."""
        row = self._row(row_path)
        slot = self._tree.slot_of(row)
        rows = [one for one in slot.rows if one is not row]
        place = max(0, min(to_index, len(rows)))
        self._evaluator.start()
        order = order_between(
            rows[place - 1] if place else None, rows[place] if place < len(rows) else None
        )
        rows.insert(place, row)
        slot.set_rows(rows)
        if order is None:
            self._renumber(rows)
        else:
            self._set_order(row, order)
        self._evaluator.structure_changed(slot)
        return self._finished()

    def _renumber(self, rows: list[Element]) -> None:
        """Number all rows anew: two have the same order, or none."""
        for number, row in enumerate(rows, 1):
            self._set_order(row, str(number))

    def _set_order(self, row: Element, order: str) -> None:
        if row.order != order:
            row.order = order
            self._evaluator.log.stored[f"{row.path}/{paths.ORDER}"] = order

    def _require_free(self, slot: RepeatSlot) -> None:
        if slot.definition.fixed:
            raise AnswerRefusedError(
                f"The form itself says how many rows “{slot.phantom.path}” has."
            )

    def row_paths(self, repeat_path: str) -> tuple[str, ...]:
        """Return the paths of a repeat's rows, in order."""
        return tuple(row.path for row in self._slot(repeat_path).rows)

    def value(self, path: str) -> str | None:
        """Return a question's answer, hidden or not; None when blank or no longer there."""
        element = self._tree.by_path.get(path)
        return element.text or None if element is not None else None

    def is_relevant(self, path: str) -> bool:
        """Say whether a question, group, row or repeat is to be shown, all above it included."""
        return self._element(path).shown

    def is_required(self, path: str) -> bool:
        """Say whether a question needs an answer now."""
        element = self._element(path)
        return isinstance(element.definition, Question) and self._judge.required(element)

    def is_readonly(self, path: str) -> bool:
        """Say whether a question, or a group around it, cannot be answered now."""
        element: Element | None = self._element(path)
        if element and isinstance(element.definition, Question) and not element.definition.editable:
            return True
        while element is not None and element is not self._tree.document:
            if to_boolean(self._evaluator.tried(Aspect.READONLY, element, False)):  # noqa: FBT003
                return True
            element = element.parent
        return False

    def label(self, path: str) -> str:
        """Return the label in the language shown, answers filled in."""
        element = self._element(path)
        return self._rendered(element.definition.label, element)

    def hint(self, path: str) -> str:
        """Return the hint in the language shown, answers filled in."""
        element = self._element(path)
        return self._rendered(element.definition.hint, element)

    def guidance(self, path: str) -> str:
        """Return the longer advice that a form may give beside the hint."""
        element = self._element(path)
        return self._rendered(getattr(element.definition, "guidance", Text({})), element)

    def choices(self, path: str) -> tuple[Choice, ...]:
        """Return the choices of a question as they stand now, labels in the language shown."""
        element = self._element(path)
        return self._choices.of(element) if element.definition.kind in SELECTS else ()

    def problem(self, path: str) -> str | None:
        """Return what is wrong with a question's answer, in the language shown, or None."""
        element = self._element(path)
        return self._judge.problem(element) if isinstance(element.definition, Question) else None

    def problems(self) -> list[tuple[str, str]]:
        """Return every problem with its path, in the order of the form."""
        found = ((path, self._judge.problem(one)) for path, one in self._questions())
        return [(path, sentence) for path, sentence in found if sentence]

    def faults(self) -> tuple[str, ...]:
        """Return rules of the form that could not be evaluated, one sentence each."""
        return tuple(self._evaluator.faults.values())

    def answers(self) -> dict[str, str]:
        """Return all answers to be stored, hidden and unknown ones and ``@order`` included."""
        found = dict(self._tree.unknown)
        for element in self._tree.below(self._tree.root):
            found.update(_stored(element))
            for slot in element.slots.values():
                for row in slot.parked:
                    for one in self._tree.below(row):
                        found.update(_stored(one))
        return found

    def sealed_answers(self) -> dict[str, str]:
        """Return the answers without those of hidden questions."""
        found = dict(self._tree.unknown)
        for element in self._tree.below(self._tree.root):
            if element.shown:
                found.update(_stored(element))
        return found

    def finish(self) -> Changes:
        """Note the moment at which the entry was finished, where the form asks for it."""
        self._evaluator.start()
        happenings.finish(self._evaluator)
        return self._finished()

    def fill(self, nested: Mapping[str, Any]) -> Filled:
        """Give answers as nested objects by the form's names; repeats as lists (see `filling`)."""
        self._evaluator.start()
        filler = Filler(self._tree, self._evaluator, self._choices, self._judge, self._put)
        problems = filler.fill(nested)
        return Filled(self._finished(), problems)

    def _questions(self) -> Iterator[tuple[str, Element]]:
        for element in self._tree.below(self._tree.root):
            if isinstance(element.definition, Question):
                yield element.path, element

    def _rendered(self, text: Text, element: Element) -> str:
        parts = text.parts(self._host.language, self.form.default_language)
        return "".join(
            part if isinstance(part, str) else self._output(part.expression, element)
            for part in parts
        )

    def _output(self, text: str, element: Element) -> str:
        expression = self.form.compiled(text, element.definition.names)
        if expression is None:
            return ""
        try:
            return to_string(self._evaluator.evaluate(expression, element))
        except EvaluationError as error:
            self._evaluator.note_fault(element, Aspect.LABEL, expression, error)
            return ""


def _stored(element: Element) -> dict[str, str]:
    """Return what of one node is stored."""
    if element.row_id is not None:
        return {f"{element.path}/{paths.ORDER}": element.order} if element.order else {}
    question = element.definition
    if isinstance(question, Question) and question.stored and element.text:
        return {element.path: element.text}
    return {}
