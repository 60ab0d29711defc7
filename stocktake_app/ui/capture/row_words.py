"""A row of a repeat in a few words, for the list it stands in."""

from stocktake_app.model import paths
from stocktake_app.questionnaire.form import Kind, Question, Repeat
from stocktake_app.questionnaire.nodes import ATTACHED
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.ui.capture.sections import shown
from stocktake_app.ui.texts import _

ANSWERS = 2
LONGEST = 90
CHOSEN_FROM_LIST = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})


def row_words(repeat: Repeat, row: str, session: FormSession) -> list[str]:
    """Return the first answers of a row, the choices among them by their labels."""
    words = []
    for child in repeat.children:
        if isinstance(child, Question) and shown(child):
            path = paths.join(row, child.name)
            if session.is_relevant(path) and (said := answer_words(child, path, session)):
                words.append(said)
        if len(words) == ANSWERS:
            break
    return words


def answer_words(question: Question, path: str, session: FormSession) -> str:
    """Return one answer as people read it, cut to one line."""
    value = session.value(path) or ""
    if question.kind in ATTACHED and value:
        return _("Attached")
    if question.kind in CHOSEN_FROM_LIST and value:
        labels = {choice.name: choice.label for choice in session.choices(path)}
        value = ", ".join(labels.get(name, name) for name in value.split())
    value = " ".join(value.split())
    return value if len(value) <= LONGEST else value[:LONGEST].rstrip() + "…"
