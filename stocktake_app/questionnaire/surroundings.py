"""What the rules of one entry ask for: clock, chance, lists, registers, translations."""

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from stocktake_app.questionnaire.form import Form, language_code
from stocktake_app.questionnaire.xml_tree import XmlNode
from stocktake_app.questionnaire.xpath.elements import Element, RecordElement
from stocktake_app.questionnaire.xpath.errors import EvaluationError

Rows = Callable[[str], Sequence[Mapping[str, str]]]
"""Gives the rows of a register file such as ``events.csv``; none when there is no such register."""

SLOW_PATTERNS = 8
"""Patterns that may run into their time limit before no pattern is tried any more."""

_CHANCE = secrets.SystemRandom()


class Surroundings:
    """Answers the questions of `xpath.context.Host` for one entry."""

    def __init__(self, form: Form, rows: Rows, now: Callable[[], datetime], language: str) -> None:
        self.form = form
        self.language = language
        self.slow_patterns_left = SLOW_PATTERNS
        self.itext: Callable[[str], str] = lambda key: key
        self.choice_label: Callable[[Element, str], str] = lambda _, name: name
        self.now = now
        self.zone: tzinfo | None = now().tzinfo
        self._rows = rows
        self._instances: dict[str, Element] = {}

    @property
    def version(self) -> str:
        """The form's version."""
        return self.form.version

    def random(self) -> float:
        """Return a random number from 0 up to 1."""
        return _CHANCE.random()

    def uuid(self) -> str:
        """Return a fresh random UUID, with hyphens."""
        return str(uuid.uuid4())

    def language_code(self) -> str:
        """Return the code of the language shown."""
        return language_code(self.language)

    def instance(self, name: str) -> Element:
        """Return the document of a list beside the entry, made when first asked for.

        Raises:
            EvaluationError: the form has no such list.
        """
        found = self._instances.get(name)
        if found is None:
            found = self._instances[name] = self._make(name)
        return found

    def _make(self, name: str) -> Element:
        secondary = self.form.instances.get(name)
        if secondary is None:
            raise EvaluationError(f"the form has no list “{name}”.")
        document = Element("")
        if secondary.root is not None:
            document.append(_copied(secondary.root))
        else:
            root = Element("root")
            for record in self._rows(secondary.file) if secondary.file else ():
                root.append(RecordElement("item", record))
            document.append(root)
        for child in document.children:
            child.constant = True
        return document


def _copied(node: XmlNode) -> Element:
    element = Element(node.name, node.text.strip())
    element.attributes = node.attributes
    for child in node.elements:
        element.append(_copied(child))
    return element
