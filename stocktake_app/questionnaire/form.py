"""A questionnaire, loaded from its XForm XML: immutable, shared by all its sessions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from stocktake_app.questionnaire.graph import Graph, build_graph
from stocktake_app.questionnaire.load_model import SecondaryInstance
from stocktake_app.questionnaire.load_rules import Fault
from stocktake_app.questionnaire.loading import Loaded, load, outputs, translation
from stocktake_app.questionnaire.nodes import (
    NOT_CAPTURED,
    SELECTS,
    Action,
    Aspect,
    Event,
    Group,
    Kind,
    Names,
    Node,
    Part,
    Question,
    Repeat,
    Text,
    words,
)
from stocktake_app.questionnaire.problems import Severity
from stocktake_app.questionnaire.xml_tree import BadFormError, XmlNode
from stocktake_app.questionnaire.xpath.compiler import Expression

__all__ = [
    "NOT_CAPTURED",
    "SELECTS",
    "BadFormError",
    "Fault",
    "Form",
    "Group",
    "Kind",
    "Node",
    "Question",
    "Repeat",
    "load_form",
    "read_form",
    "words",
]

_CODE = re.compile(r".*\(\s*([A-Za-z]{2,3}(?:[-_]\w+)*)\s*\)\s*")
HOLE = "…"
"""Shown for a value inside a text when there are no answers to take it from."""

_CODES = {
    "english": "en", "french": "fr", "français": "fr", "francais": "fr", "spanish": "es",
    "español": "es", "espanol": "es", "arabic": "ar", "العربية": "ar", "portuguese": "pt",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Form:
    """A loaded questionnaire.

    ``sha256`` is that of the XForm's bytes and is the questionnaire's identity. ``nodes`` gives
    every question, group and repeat by its generic path (``findings/text``), in document order.
    ``languages`` are the form's own names for them (``Français (fr)``); none when it has only one.
    """

    sha256: str
    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    root: Group
    nodes: Mapping[str, Node]
    faults: tuple[Fault, ...]
    _loaded: Loaded
    _translations: dict[str, Text] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return title and identity: all of a form would fill pages."""
        return f"Form({self.title!r}, {self.sha256[:12]})"

    def questions(self) -> Iterator[Question]:
        """Yield all questions, in document order."""
        return (node for node in self.nodes.values() if isinstance(node, Question))

    def label(self, path: str, language: str | None = None) -> str:
        """Return a node's label without answers: values inside it show as ``…``."""
        return self._plain(self.nodes[path].label, language)

    def hint(self, path: str, language: str | None = None) -> str:
        """Return a node's hint without answers."""
        return self._plain(self.nodes[path].hint, language)

    def choice_label(self, path: str, name: str, language: str | None = None) -> str:
        """Return the label of a choice that stands in the form; its name when there is none."""
        return self._choice_labels(path, self.language_of(language or "")).get(name, name)

    def language_of(self, code: str) -> str:
        """Return the form's language for a code or name: ``fr`` gives ``Français (fr)``.

        The default language when the form does not have it.
        """
        if code in self.languages:
            return code
        wanted = code.lower().replace("_", "-")
        exact = [one for one in self.languages if language_code(one) == wanted]
        near = [one for one in self.languages if language_code(one)[:2] == wanted[:2]]
        return next(iter(exact + near), self.default_language)

    @cached_property
    def registers(self) -> tuple[str, ...]:
        """The files that the form selects from or pulls data from, such as ``events.csv``."""
        files = (one.file for one in self.instances.values())
        return tuple(sorted({file for file in files if file}))

    @property
    def instances(self) -> Mapping[str, SecondaryInstance]:
        """The lists beside the entry, by name."""
        return self._loaded.model.instances

    @property
    def instance(self) -> XmlNode:
        """The entry as the form describes it, with first rows and defaults."""
        return self._loaded.model.instance

    @cached_property
    def graph(self) -> Graph:
        """The rules and what they wait for."""
        return build_graph(self._loaded.nodes, self._label_expressions())

    def node(self, names: Names) -> Node:
        """Return the node of those names (the root's own first)."""
        return self._loaded.nodes[names]

    def actions(self, event: Event) -> list[tuple[Names, Action]]:
        """Return the actions of an event, each with the node that it belongs to."""
        return self._loaded.actions.get(event, [])

    def translation(self, key: str) -> Text:
        """Return the text with that id in all its languages."""
        text = self._translations.get(key)
        if text is None:
            text = self._translations[key] = translation(self._loaded.model, key)
        return text

    def compiled(self, text: str, names: Names) -> Expression | None:
        """Return the compiled expression of a value inside a text; None when it is faulty."""
        return self._loaded.rules.compile(text, names, Aspect.LABEL)

    def _label_expressions(self) -> Iterator[tuple[Names, Expression]]:
        for names, node in self._loaded.nodes.items():
            for text in (node.label, node.hint):
                for output in outputs(text):
                    expression = self.compiled(output.expression, names)
                    if expression is not None:
                        yield names, expression

    def _plain(self, text: Text, language: str | None) -> str:
        parts = text.parts(self.language_of(language or ""), self.default_language)
        return plain(parts)

    @lru_cache(maxsize=256)  # noqa: B019 - forms are few and live as long as the program
    def _choice_labels(self, path: str, language: str) -> Mapping[str, str]:
        node = self.nodes[path]
        if not isinstance(node, Question):
            return {}
        if node.itemset is None:
            return {one.name: self._plain(one.label, language) for one in node.static_choices}
        match = re.match(r"\s*(?:randomize\(\s*)?instance\('([^']+)'\)", node.itemset.nodes.text)
        instance = self.instances.get(match[1]) if match else None
        items = instance.root.elements if instance and instance.root else []
        return {
            _text(item, node.itemset.value): self._item_label(item, node, language)
            for item in items
        }

    def _item_label(self, item: XmlNode, question: Question, language: str) -> str:
        itemset = question.itemset
        if itemset is None or itemset.label is None:
            return ""
        text = _text(item, itemset.label.text)
        return self._plain(self.translation(text), language) if itemset.translated else text


def _text(item: XmlNode, column: str) -> str:
    found = item.first(column)
    return found.text.strip() if found else ""


def plain(parts: tuple[Part, ...]) -> str:
    """Return a text's parts as one, values shown as ``…``."""
    return "".join(part if isinstance(part, str) else HOLE for part in parts)


def language_code(language: str) -> str:
    """Return a language's code: ``fr`` for ``Français (fr)``; ``en`` when nothing says."""
    match = _CODE.fullmatch(language)
    if match:
        return match[1].lower().replace("_", "-")
    return _CODES.get(language.strip().lower(), "en")


def read_form(xform: bytes) -> Form:
    """Load an XForm with its faults, whatever they are.

    Raises:
        BadFormError: it is no XForm at all.
    """
    loaded = load(xform)
    attributes = loaded.model.instance.attributes
    form_id = attributes.get("id", "") or loaded.model.instance.name
    form = Form(
        sha256=loaded.sha256,
        form_id=form_id,
        version=attributes.get("version", ""),
        title=loaded.title or form_id,
        languages=tuple(loaded.model.translations),
        default_language=loaded.model.default_language,
        root=loaded.root,
        nodes={"/".join(names[1:]): loaded.nodes[names] for names in _document_order(loaded.root)},
        faults=(),
        _loaded=loaded,
    )
    waits = "this rule waits for its own result, through other rules."
    circular = [
        Fault("/".join(names[1:]), Aspect.CALCULATE, "", waits, Severity.WARNING)
        for names in form.graph.circular
    ]
    object.__setattr__(form, "faults", (*loaded.faults, *circular))
    return form


def _document_order(node: Node) -> Iterator[Names]:
    yield node.names
    if isinstance(node, Group):
        for child in node.children:
            yield from _document_order(child)


@lru_cache(maxsize=16)
def load_form(xform: bytes) -> Form:
    """Load an XForm; the same bytes give the same form.

    Raises:
        BadFormError: it is no XForm, or has a rule that cannot be read; the message says which.
    """
    form = read_form(xform)
    for fault in form.faults:
        if fault.severity is Severity.ERROR:
            raise BadFormError(
                f"The form “{form.title}” has a rule that cannot be read: {fault.path or 'form'}, "
                f"{fault.aspect}, “{fault.expression}”: {fault.message}"
            )
    return form
