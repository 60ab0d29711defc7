"""The tree that expressions are evaluated on: the answers, and the lists beside them."""

from collections.abc import Iterator, Mapping
from typing import Any


class Element:
    """One node: of the entry being filled, or of a secondary instance.

    ``text`` is the answer; ``shown`` says whether it and all above it are relevant: what is hidden
    stays in node-sets, with ``""`` as its value. ``definition`` is the owner's own (a form node);
    ``numeric`` makes its truth that of a number, ``constant``
    says that nothing below ever changes. ``path`` is the answer path;
    ``row_id`` marks a row of a repeat, ``order`` is its place there (a decimal number).
    """

    __slots__ = (
        "attributes",
        "children",
        "constant",
        "definition",
        "name",
        "named_children",
        "numeric",
        "order",
        "parent",
        "path",
        "relevant",
        "row_id",
        "shown",
        "slots",
        "text",
    )

    def __init__(self, name: str, text: str = "", parent: "Element | None" = None) -> None:
        self.name = name
        self.text = text
        self.parent = parent
        self.children: list[Element] = []
        self.named_children: dict[str, list[Element]] = {}
        self.attributes: Mapping[str, str] = {}
        self.definition: Any = None
        self.numeric = False
        self.constant = False
        self.relevant = True
        self.shown = True
        self.path = ""
        self.row_id: str | None = None
        self.order = ""
        self.slots: dict[str, Any] = {}

    def append(self, child: "Element") -> None:
        """Add a child behind the others."""
        child.parent = self
        self.children.append(child)
        self.named_children.setdefault(child.name, []).append(child)

    def replace_named(self, name: str, rows: list["Element"], preceding: frozenset[str]) -> None:
        """Make ``rows`` the children of that name, behind the children of the preceding names."""
        kept = [child for child in self.children if child.name != name]
        place = sum(child.name in preceding for child in kept)
        self.children = kept[:place] + rows + kept[place:]
        self.named_children[name] = rows

    def named(self, name: str) -> list["Element"]:
        """Return the children of that name, in order."""
        return self.named_children.get(name, [])

    def everything(self) -> list["Element"]:
        """Return all children, in order."""
        return self.children

    def value(self) -> str:
        """Return the string-value (XPath 1.0, 5.2); ``""`` when hidden."""
        if not self.shown:
            return ""
        if self.children:
            return "".join(child.value() for child in self.children)
        return self.text

    def ancestor(self, levels: int) -> "Element":
        """Return the node so many levels up; the root when there are fewer."""
        node = self
        for _ in range(levels):
            if node.parent is None:
                break
            node = node.parent
        return node

    def below(self) -> Iterator["Element"]:
        """Yield this node and all below it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.everything()))


class RecordElement(Element):
    """One row of a register: its columns become children only when somebody looks."""

    __slots__ = ("_made", "record")

    def __init__(self, name: str, record: Mapping[str, str]) -> None:
        super().__init__(name)
        self.record = record
        self._made: dict[str, list[Element]] = {}

    def named(self, name: str) -> list[Element]:
        """Return the column of that name, as a list of one or none."""
        made = self._made.get(name)
        if made is None:
            known = name in self.record
            made = [Element(name, str(self.record[name]), self)] if known else []
            self._made[name] = made
        return made

    def everything(self) -> list[Element]:
        """Return all columns."""
        return [child for name in self.record for child in self.named(name)]

    def value(self) -> str:
        """Return all columns' text, one behind the other."""
        return "".join(self.record.values())
