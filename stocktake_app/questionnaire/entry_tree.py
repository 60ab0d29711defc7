"""The entry being filled, as the tree that rules are evaluated on; rows come and go here."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from stocktake_app.model import paths
from stocktake_app.model.values import normalise
from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.load_model import is_template
from stocktake_app.questionnaire.nodes import Aspect, Group, Kind, Names, Node, Question, Repeat
from stocktake_app.questionnaire.row_order import next_order, sort_key
from stocktake_app.questionnaire.xml_tree import XmlNode
from stocktake_app.questionnaire.xpath.elements import Element

_SEGMENT = re.compile(r"([^\[\]]+)(?:\[([a-z0-9]{1,32})\])?")
_NORMAL_KINDS = {
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.RANGE: "decimal",
    Kind.SELECT_MULTIPLE: "select_multiple",
    Kind.RANK: "rank",
}
_NUMERIC_TYPES = frozenset({"int", "integer", "decimal"})


@dataclass(slots=True)
class RepeatSlot:
    """One repeat in one place of the entry.

    ``preceding`` are the names of the nodes that stand before it. ``phantom`` is a row that does
    not exist: rules of the repeat itself are evaluated on it, also while there is no row.
    ``parked`` are rows beyond the number that the form asks for: kept in case it was a slip.
    """

    definition: Repeat
    parent: Element
    phantom: Element
    preceding: frozenset[str]
    parked: list[Element] = field(default_factory=list)

    @property
    def rows(self) -> list[Element]:
        """The rows, in order."""
        return self.parent.named(self.definition.name)

    def set_rows(self, rows: list[Element]) -> None:
        """Make these the rows, in this order."""
        self.parent.replace_named(self.definition.name, rows, self.preceding)


class EntryTree:
    """One entry's nodes, by answer path and as a tree."""

    def __init__(self, form: Form, new_row: Callable[[], str]) -> None:
        self.form = form
        self.new_row = new_row
        self.by_path: dict[str, Element] = {}
        self.unknown: dict[str, str] = {}
        self.document = Element("")
        self.root = self._build(form.root, "")
        self.document.append(self.root)

    def open_new(self) -> None:
        """Give a new entry its first rows and defaults."""
        self._defaults(self.root, self.form.instance)

    def open_answers(self, answers: Mapping[str, str | None]) -> None:
        """Take the answers of an entry that exists; what the form does not know is kept aside."""
        given = {path: value for path, value in answers.items() if value}
        for path, value in given.items():
            if not self._take(path, value):
                self.unknown[path] = value
        for element in list(self.below(self.root)):
            for slot in element.slots.values():
                slot.set_rows(sorted(slot.rows, key=sort_key))

    def _take(self, path: str, value: str) -> bool:
        parent, _, last = path.rpartition("/")
        if last == paths.ORDER:
            row = self._reach(parent)
            if row is None or row.row_id is None:
                return False
            row.order = value
            return True
        if paths.reserved(path):
            return False
        element = self._reach(path)
        if element is None or not isinstance(element.definition, Question):
            return False
        element.text = value
        return True

    def _reach(self, path: str) -> Element | None:
        """Return the node at a path, making the rows that it names; None when there is none."""
        known = self.by_path.get(path)
        if known is not None:
            return known
        element = self.root
        for segment in path.split("/"):
            match = _SEGMENT.fullmatch(segment)
            found = self._descend(element, match[1], match[2]) if match else None
            if found is None:
                return None
            element = found
        return element

    def _descend(self, element: Element, name: str, row_id: str | None) -> Element | None:
        slot: RepeatSlot | None = element.slots.get(name)
        if slot is None:
            return next(iter(element.named(name)), None) if row_id is None else None
        if row_id is None:
            return None
        rows = slot.rows
        found = next((row for row in rows if row.row_id == row_id), None)
        return found or self.insert_row(slot, row_id, len(rows))

    def insert_row(self, slot: RepeatSlot, row_id: str, place: int) -> Element:
        """Put an empty row into a repeat."""
        path = paths.row(slot.phantom.path, row_id)
        row = self._build(slot.definition, path, row_id=row_id)
        rows = list(slot.rows)
        rows.insert(place, row)
        row.parent = slot.parent
        row.shown = slot.parent.shown
        slot.set_rows(rows)
        return row

    def new_row_in(self, slot: RepeatSlot, row_id: str | None = None) -> Element:
        """Add a row behind the others, with the form's defaults."""
        order = next_order(slot.rows + slot.parked)
        row = self.insert_row(slot, row_id or self.new_row(), len(slot.rows))
        row.order = order
        self._defaults(row, slot.definition.template)
        return row

    def detach(self, slot: RepeatSlot, row: Element) -> None:
        """Take a row out of the tree; it can be put back with `attach`."""
        slot.set_rows([one for one in slot.rows if one is not row])
        for element in self.below(row):
            self.by_path.pop(element.path, None)
        row.parent = None

    def attach(self, slot: RepeatSlot, row: Element) -> None:
        """Put a row that was taken out back behind the others."""
        row.parent = slot.parent
        slot.set_rows([*slot.rows, row])
        for element in self.below(row):
            self.by_path[element.path] = element

    def slot_of(self, element: Element) -> RepeatSlot:
        """Return the place of a row or phantom."""
        assert element.parent is not None
        slot: RepeatSlot = element.parent.slots[element.name]
        return slot

    def below(self, element: Element) -> Iterator[Element]:
        """Yield a node, all below it, and the phantoms, in document order."""
        waiting = [element]
        while waiting:
            node = waiting.pop()
            yield node
            if not is_phantom(node):
                phantoms = [slot.phantom for slot in node.slots.values()]
                waiting.extend(reversed([*node.children, *phantoms]))

    def instances(self, names: Names, start: Element, level: int) -> list[Element]:
        """Return the nodes of those names below ``start``, which stands at that level."""
        nodes = [start]
        for name in names[level:]:
            nodes = [child for node in nodes for child in node.named(name)]
        return nodes

    def slots_at(self, names: Names, start: Element, level: int) -> list[RepeatSlot]:
        """Return the places of a repeat below ``start``, which stands at that level."""
        if level >= len(names):
            return [self.slot_of(start)]
        parents = self.instances(names[:-1], start, level)
        return [parent.slots[names[-1]] for parent in parents]

    def _build(self, definition: Node, path: str, *, row_id: str | None = None) -> Element:
        element = Element(definition.name)
        element.definition = definition
        element.path = path
        element.row_id = row_id
        self.by_path[path] = element
        if isinstance(definition, Question):
            element.numeric = definition.data_type in _NUMERIC_TYPES
            return element
        for child in definition.children:
            child_path = paths.join(path, child.name)
            if isinstance(child, Repeat):
                preceding = frozenset(element.slots) | frozenset(element.named_children)
                element.slots[child.name] = self._slot(child, element, child_path, preceding)
            else:
                element.append(self._build(child, child_path))
        return element

    def _slot(
        self, definition: Repeat, parent: Element, path: str, preceding: frozenset[str]
    ) -> RepeatSlot:
        phantom = _phantom(definition, parent, path)
        self.by_path[path] = phantom
        return RepeatSlot(definition, parent, phantom, preceding)

    def _defaults(self, element: Element, node: XmlNode) -> None:
        """Copy default answers, and first rows where the form does not count them itself."""
        for child in node.elements:
            slot: RepeatSlot | None = element.slots.get(child.name)
            if slot is not None:
                if not is_template(child) and Aspect.COUNT not in slot.definition.rules:
                    row = self.insert_row(slot, self.new_row(), len(slot.rows))
                    row.order = next_order(slot.rows)
                    self._defaults(row, child)
                continue
            for target in element.named(child.name)[:1]:
                if isinstance(target.definition, Group):
                    self._defaults(target, child)
                else:
                    target.text = normal(child.text.strip(), target.definition) or ""


def is_phantom(element: Element) -> bool:
    """Say whether a node stands for a repeat as a whole, rather than for one of its rows."""
    return isinstance(element.definition, Repeat) and element.row_id is None


def _phantom(definition: Repeat, parent: Element, path: str) -> Element:
    """Return a row that is no row, with the questions that rules may look for below it."""
    phantom = Element(definition.name)
    phantom.definition = definition
    phantom.path = path
    phantom.parent = parent
    waiting: list[tuple[Element, Group]] = [(phantom, definition)]
    while waiting:
        element, group = waiting.pop()
        for child in group.children:
            if isinstance(child, Repeat):
                continue
            made = Element(child.name)
            made.definition = child
            element.append(made)
            if isinstance(child, Group):
                waiting.append((made, child))
    return phantom


def normal(value: str | None, question: Question) -> str | None:
    """Return an answer in its stored form."""
    kind = _NORMAL_KINDS.get(question.kind, "")
    if not kind and question.data_type in _NUMERIC_TYPES:
        kind = question.data_type
    return normalise(value, kind or "string")
