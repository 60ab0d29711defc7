"""What happens by itself: preloads, and actions on opening, on a new row, on a changed answer."""

from collections.abc import Mapping

from stocktake_app.questionnaire.evaluation import Evaluator, answer_text
from stocktake_app.questionnaire.nodes import Action, Aspect, Event, Names, Preload, Question
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.errors import EvaluationError


def preload(evaluator: Evaluator, context: Mapping[str, str]) -> None:
    """Fill in what a new entry takes from its surroundings."""
    for element in evaluator.tree.root.below():
        question = element.definition
        if isinstance(question, Question) and question.preload is not None:
            text = _preloaded(question.preload, evaluator, context)
            if text:
                evaluator.set_text(element, text)


def _preloaded(preload: Preload, evaluator: Evaluator, context: Mapping[str, str]) -> str:
    now = evaluator.host.now()
    if preload.kind == "timestamp":
        return now.isoformat(timespec="milliseconds") if preload.parameter == "start" else ""
    if preload.kind == "date":
        return now.date().isoformat()
    if preload.kind == "uid":
        return f"uuid:{evaluator.host.uuid()}"
    return context.get(preload.parameter, "") if preload.kind == "property" else ""


def finish(evaluator: Evaluator) -> None:
    """Fill in the moment of finishing where the form asks for it."""
    moment = evaluator.host.now().isoformat(timespec="milliseconds")
    for element in evaluator.tree.root.below():
        question = element.definition
        if isinstance(question, Question) and question.preload == Preload("timestamp", "end"):
            evaluator.set_text(element, moment)


def first_load(evaluator: Evaluator) -> None:
    """Do the actions of a new entry."""
    for _, action in evaluator.tree.form.actions(Event.FIRST_LOAD):
        _do(evaluator, action, evaluator.tree.document, ())
    evaluator.run()


def row_made(evaluator: Evaluator, row: Element) -> None:
    """Do the actions of a new row."""
    names: Names = row.definition.names
    for repeat, action in evaluator.tree.form.actions(Event.NEW_ROW):
        if repeat == names:
            _do(evaluator, action, row, names)


def value_changed(evaluator: Evaluator, element: Element) -> None:
    """Do the actions that a person's answer sets off."""
    question: Question = element.definition
    for action in question.actions:
        _do(evaluator, action, element, question.names)


def log_defaults(evaluator: Evaluator) -> None:
    """Write down all that a new entry begins with, so that it can be saved."""
    for element in evaluator.tree.below(evaluator.tree.root):
        question = element.definition
        if element.row_id is not None:
            evaluator.log.stored[f"{element.path}/@order"] = element.order
        elif isinstance(question, Question) and element.text and question.stored:
            evaluator.log.values.add(element.path)
            evaluator.log.stored[element.path] = element.text


def _do(evaluator: Evaluator, action: Action, source: Element, source_names: Names) -> None:
    """Set the action's targets: in the same row where the two share one, else in every row."""
    shared = 0
    for one, other in zip(action.target, source_names, strict=False):
        if one != other:
            break
        shared += 1
    start = source.ancestor(len(source_names) - shared)
    for target in evaluator.tree.instances(action.target, start, shared):
        if isinstance(target.definition, Question):
            evaluator.set_text(target, _value(evaluator, action, target))


def _value(evaluator: Evaluator, action: Action, target: Element) -> str:
    if action.expression is None:
        return ""
    try:
        value = evaluator.evaluate(action.expression, target)
    except EvaluationError as error:
        evaluator.note_fault(target, Aspect.ACTION, action.expression, error)
        return ""
    return answer_text(value, target.definition)
