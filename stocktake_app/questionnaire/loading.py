"""An XForm's two halves put together into a form."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stocktake_app.questionnaire.load_body import Body, Control, kind_of, read_body
from stocktake_app.questionnaire.load_model import Model, absolute, parts_of, read_model
from stocktake_app.questionnaire.load_rules import Fault, RuleCompiler
from stocktake_app.questionnaire.nodes import (
    NO_TEXT,
    Action,
    Aspect,
    Bounds,
    Event,
    Group,
    Itemset,
    Names,
    Node,
    Output,
    Part,
    Preload,
    Question,
    Repeat,
    StaticChoice,
    Text,
)
from stocktake_app.questionnaire.problems import Severity
from stocktake_app.questionnaire.xml_tree import BadFormError, XmlNode, parse_xml
from stocktake_app.questionnaire.xpath.compiler import Expression

_ITEXT = re.compile(r"\s*jr:itext\(\s*(?:'([^']*)'|\"([^\"]*)\"|([\w./\-]+))\s*\)\s*")
_INSTANCE = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_RULES_OF_BIND = (
    ("relevant", Aspect.RELEVANT),
    ("calculate", Aspect.CALCULATE),
    ("required", Aspect.REQUIRED),
    ("readonly", Aspect.READONLY),
    ("constraint", Aspect.CONSTRAINT),
)
_TRIVIAL = {"required": "false()", "readonly": "false()", "relevant": "true()"}
_YES = frozenset({"yes", "true", "true()"})
_EVENTS = {
    "odk-instance-first-load": Event.FIRST_LOAD,
    "xforms-ready": Event.FIRST_LOAD,
    "odk-new-repeat": Event.NEW_ROW,
    "jr-insert": Event.NEW_ROW,
    "xforms-value-changed": Event.VALUE_CHANGED,
}


@dataclass(slots=True)
class Loaded:
    """All that is read from an XForm; `form.py` makes the form that others use from it."""

    sha256: str
    title: str
    model: Model
    root: Group
    rules: RuleCompiler
    nodes: dict[Names, Node]
    actions: dict[Event, list[tuple[Names, Action]]]

    @property
    def faults(self) -> list[Fault]:
        """The rules of the form that are wrong."""
        return self.rules.faults


def load(xform: bytes) -> Loaded:
    """Read an XForm.

    Raises:
        BadFormError: it is no XForm at all.
    """
    html = parse_xml(xform)
    head, body = html.first("head"), html.first("body")
    model = head.first("model") if head is not None else None
    if html.name != "html" or head is None or model is None:
        raise BadFormError("This is not a questionnaire: it has no XForm model.")
    title = head.first("title")
    loader = _Loader(read_model(model), body)
    root = loader.group((loader.model.instance.name,))
    return Loaded(
        sha256=hashlib.sha256(xform).hexdigest(),
        title=title.text.strip() if title is not None else "",
        model=loader.model,
        root=root,
        rules=loader.rules,
        nodes=loader.nodes,
        actions=loader.actions,
    )


@dataclass(slots=True)
class _Loader:
    """Makes the form's nodes, from the root down."""

    model: Model
    body_node: XmlNode | None
    body: Body = field(init=False)
    rules: RuleCompiler = field(init=False)
    nodes: dict[Names, Node] = field(default_factory=dict)
    actions: dict[Event, list[tuple[Names, Action]]] = field(default_factory=dict)
    _changed: dict[Names, list[Action]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.body = read_body(self.body_node, self.model.ids)
        self.rules = RuleCompiler(self.model.shape.children, frozenset(self.body.repeats))
        self._read_actions()

    def group(self, names: Names) -> Group:
        """Return the group or repeat of those names, with all below it."""
        control = self.body.groups.get(names)
        label = self._texts(control, "label", names)
        repeat = self.body.repeats.get(names)
        appearance = (repeat.appearance if repeat else "") or (
            control.appearance if control else ""
        )
        children = tuple(self._child((*names, name)) for name in self._names_below(names))
        common = {
            "path": "/".join(names[1:]),
            "name": names[-1],
            "names": names,
            "appearance": appearance,
            "label": label or (self._texts(repeat, "label", names) if repeat else NO_TEXT),
            "hint": self._texts(control, "hint", names),
            "rules": self._group_rules(names, repeat),
            "children": children,
            "has_control": any(child.has_control for child in children),
        }
        node: Group
        if repeat is None:
            node = Group(**common)  # type: ignore[arg-type]
        else:
            fixed = "count" in repeat.node.attributes or "noAddRemove" in repeat.node.attributes
            template = self.model.shape.templates[names]
            node = Repeat(**common, template=template, fixed=fixed)  # type: ignore[arg-type]
        self.nodes[names] = node
        return node

    def _names_below(self, names: Names) -> tuple[str, ...]:
        return self.model.shape.children.get(names, ())

    def _child(self, names: Names) -> Node:
        if self._names_below(names) or names in self.body.repeats:
            return self.group(names)
        return self._question(names)

    def _question(self, names: Names) -> Question:
        control = self.body.controls.get(names)
        bind = self.model.binds.get(names, {})
        self._report_unsupported(names, control)
        question = Question(
            path="/".join(names[1:]),
            name=names[-1],
            names=names,
            kind=kind_of(control, bind),
            appearance=control.appearance if control else "",
            data_type=bind.get("type", "string").rpartition(":")[2],
            label=self._texts(control, "label", names),
            hint=self._texts(control, "hint", names),
            guidance=self._texts(control, "hint", names, "guidance"),
            constraint_message=self._message(bind.get("constraintMsg", "")),
            required_message=self._message(bind.get("requiredMsg", "")),
            rules=self._question_rules(names, bind, control),
            itemset=self._itemset(names, control),
            static_choices=self._static_choices(control),
            bounds=_bounds(control),
            preload=_preload(bind),
            actions=tuple(self._changed.get(names, ())),
            confidential=bind.get("confidential", "") in _YES,
            has_control=control is not None,
        )
        self.nodes[names] = question
        return question

    def _report_unsupported(self, names: Names, control: Control | None) -> None:
        query = control.node.attributes.get("query", "") if control else ""
        if query:
            message = "choices from the sheet external_choices are not supported; text is asked."
            self.rules.note(names, Aspect.CHOICES, query, message, Severity.WARNING)

    def _group_rules(self, names: Names, repeat: Control | None) -> dict[Aspect, Expression]:
        rules = self._bind_rules(names, self.model.binds.get(names, {}))
        count = repeat.node.attributes.get("count", "").strip() if repeat else ""
        self._add(rules, Aspect.COUNT, count, names)
        return rules

    def _bind_rules(self, names: Names, bind: Mapping[str, str]) -> dict[Aspect, Expression]:
        rules: dict[Aspect, Expression] = {}
        for attribute, aspect in _RULES_OF_BIND:
            text = bind.get(attribute, "").strip()
            if text != _TRIVIAL.get(attribute):
                self._add(rules, aspect, text, names)
        return rules

    def _question_rules(
        self, names: Names, bind: Mapping[str, str], control: Control | None
    ) -> dict[Aspect, Expression]:
        rules = self._bind_rules(names, bind)
        itemset = control.node.first("itemset") if control else None
        if itemset is not None:
            self._add(rules, Aspect.CHOICES, itemset.attributes.get("nodeset", ""), names)
        return rules

    def _add(
        self, rules: dict[Aspect, Expression], aspect: Aspect, text: str, names: Names
    ) -> None:
        expression = self.rules.compile(text, names, aspect) if text else None
        if expression is not None:
            rules[aspect] = expression

    def _itemset(self, names: Names, control: Control | None) -> Itemset | None:
        node = control.node.first("itemset") if control else None
        if node is None:
            return None
        nodeset = node.attributes.get("nodeset", "")
        nodes = self.rules.compile(nodeset, names, Aspect.CHOICES)
        value = _reference(node.first("value"))
        if nodes is None or not value:
            return None
        label = _reference(node.first("label")) or value
        translated = _ITEXT.fullmatch(label)
        column = (translated[3] or "") if translated else label
        return Itemset(
            nodes=nodes,
            value=value,
            label=self.rules.item(column if translated else label, names),
            label_column="" if translated or not _NAME.fullmatch(label) else label,
            translated=translated is not None,
            register=self._register(nodeset),
        )

    def _register(self, nodeset: str) -> str:
        match = _INSTANCE.search(nodeset)
        instance = self.model.instances.get(match[1]) if match else None
        return instance.file if instance else ""

    def _static_choices(self, control: Control | None) -> tuple[StaticChoice, ...]:
        if control is None:
            return ()
        return tuple(
            StaticChoice(value.text.strip(), self._text(item.first("label"), ""))
            for item in control.node.named("item")
            if (value := item.first("value")) is not None
        )

    def _texts(self, control: Control | None, name: str, names: Names, form: str = "") -> Text:
        if control is None:
            return NO_TEXT
        text = self._text(control.node.first(name), form)
        for output in outputs(text):
            self.rules.compile(output.expression, names, Aspect.LABEL)
        return text

    def _text(self, node: XmlNode | None, form: str) -> Text:
        if node is None:
            return NO_TEXT
        match = _ITEXT.fullmatch(node.attributes.get("ref", ""))
        if match:
            return translation(self.model, match[1] or match[2] or "", form)
        if node.attributes.get("ref"):
            return Text({"": (Output(node.attributes["ref"]),)})
        return Text({"": parts_of(node)}) if not form else NO_TEXT

    def _message(self, text: str) -> Text:
        match = _ITEXT.fullmatch(text)
        if match:
            return translation(self.model, match[1] or match[2] or "")
        return Text({"": (text,)}) if text else NO_TEXT

    def _read_actions(self) -> None:
        nodes = [((), one) for one in self.model.setvalues] + self.body.setvalues
        for source, node in nodes:
            target = absolute(node.attributes.get("ref", ""), source) or self.model.ids.get(
                node.attributes.get("bind", ""), ()
            )
            text = node.attributes.get("value", "").strip() or _quoted(node.text.strip())
            expression = self.rules.compile(text, target, Aspect.ACTION) if text else None
            for word in node.attributes.get("event", "").split():
                event = _EVENTS.get(word)
                if event is not None and target:
                    self._enter(source, Action(event, target, expression))

    def _enter(self, source: Names, action: Action) -> None:
        if action.event is Event.VALUE_CHANGED:
            self._changed.setdefault(source, []).append(action)
        self.actions.setdefault(action.event, []).append((source, action))


def translation(model: Model, key: str, form: str = "") -> Text:
    """Return a translated text in all its languages."""
    found: dict[str, tuple[Part, ...]] = {}
    for language, texts in model.translations.items():
        forms = texts.get(key, {})
        value = forms.get(form) or (None if form else forms.get("long"))
        if value is not None and (parts := parts_of(value)):
            found[language] = parts
    return Text(found)


def _quoted(text: str) -> str:
    quote = '"' if "'" in text else "'"
    return f"{quote}{text}{quote}" if text else ""


def _reference(node: XmlNode | None) -> str:
    return node.attributes.get("ref", "").strip() if node is not None else ""


def _bounds(control: Control | None) -> Bounds | None:
    if control is None or control.node.name != "range":
        return None
    try:
        numbers = [float(control.node.attributes.get(key, "1")) for key in ("start", "end", "step")]
    except ValueError:
        return None
    return Bounds(*numbers)


def _preload(bind: Mapping[str, str]) -> Preload | None:
    kind = bind.get("preload", "")
    return Preload(kind, bind.get("preloadParams", "")) if kind else None


def outputs(text: Text) -> Iterator[Output]:
    """Yield every value inside a text, in all languages."""
    for parts in text.languages.values():
        for part in parts:
            if isinstance(part, Output):
                yield part
