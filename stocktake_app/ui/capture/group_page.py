"""The questions of a group, one under the other; inner groups and repeats in their place."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from stocktake_app.model import paths
from stocktake_app.questionnaire.form import Group, Node, Question, Repeat
from stocktake_app.ui.capture.field import Field
from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.capture.sections import shown
from stocktake_app.ui.disclosure import Disclosure
from stocktake_app.ui.parts import column, label, panel
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.questionnaire.session import Changes

FOLDED_GROUPS = frozenset({"coding"})
"""Groups that can wait: closed until somebody opens them (docs/vocabulary.md)."""

MakeRepeat = Callable[[Repeat, str, Filling], "Block"]


class Block(QWidget):
    """Anything that stands at an answer path and follows what changes there."""

    path = ""

    def apply(self, changes: "Changes") -> None:
        """Bring to the screen what an answer changed, and nothing else."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show everything anew."""
        raise NotImplementedError

    def fields(self) -> Iterator[Field]:
        """Yield the fields in it that exist now."""
        raise NotImplementedError

    def reveal(self, path: str) -> Field | None:
        """Bring the field of an answer into existence and view, and return it."""
        raise NotImplementedError


class GroupPage(Block):
    """Fields of ``nodes`` under the answer path ``base`` (with row ids)."""

    def __init__(
        self, base: str, nodes: tuple[Node, ...], filling: Filling, make_repeat: MakeRepeat
    ) -> None:
        super().__init__()
        self.path = base
        self._filling, self._make_repeat = filling, make_repeat
        self._fields: dict[str, Field] = {}
        self._blocks: dict[str, Block] = {}
        self._frames: dict[str, QWidget] = {}
        self._titles: dict[str, Callable[[str], None]] = {}
        self._layout: QVBoxLayout = column(spacing=16)
        self.setLayout(self._layout)
        for node in nodes:
            self._add(node)
        self._show_relevance()

    def _add(self, node: Node) -> None:
        path = paths.join(self.path, node.name)
        if isinstance(node, Question):
            if shown(node):
                self._fields[path] = Field(path, node, self._filling)
                self._layout.addWidget(self._fields[path])
        elif isinstance(node, Repeat):
            self._blocks[path] = self._make_repeat(node, path, self._filling)
            self._frames[path] = self._blocks[path]
            self._layout.addWidget(self._blocks[path])
        else:
            self._add_group(node, path)

    def _add_group(self, group: Group, path: str) -> None:
        title = self._filling.session.label(path)
        inner: Block
        if group.name in FOLDED_GROUPS:
            inner = FoldedGroup(path, group, self._filling, self._make_repeat)
        else:
            inner = GroupPage(path, group.children, self._filling, self._make_repeat)
        self._blocks[path] = inner
        if isinstance(inner, FoldedGroup):
            self._frames[path] = inner
        elif title:
            head = label(title, "heading", wrap=True)
            self._frames[path] = panel(column(head, inner, spacing=12, margin=16))
            self._titles[path] = head.setText
        else:
            self._frames[path] = inner
        self._layout.addWidget(self._frames[path])

    def apply(self, changes: "Changes") -> None:
        """Bring to the screen what an answer changed, and nothing else."""
        for path in changes.choices & self._fields.keys():
            self._fields[path].show_choices()
        for path in changes.values & self._fields.keys():
            self._fields[path].show_value()
        for path in (changes.states | changes.labels | changes.values) & self._fields.keys():
            self._fields[path].show_state()
        if changes.relevance:
            self._show_relevance()
        for path in changes.labels & self._titles.keys():
            self._titles[path](self._filling.session.label(path))
        for block in self._blocks.values():
            block.apply(changes)

    def show_all(self) -> None:
        """Show everything anew."""
        for field in self._fields.values():
            field.show_all()
        for block in self._blocks.values():
            block.show_all()
        self._show_relevance()

    def _show_relevance(self) -> None:
        session = self._filling.session
        for path, widget in (*self._fields.items(), *self._frames.items()):
            relevant = session.is_relevant(path)
            if relevant == widget.isHidden():
                widget.setVisible(relevant)

    def fields(self) -> Iterator[Field]:
        """Yield the fields in it that exist now."""
        yield from self._fields.values()
        for block in self._blocks.values():
            yield from block.fields()

    def reveal(self, path: str) -> Field | None:
        """Return the field of an answer, opening what is folded around it."""
        if path in self._fields:
            return self._fields[path]
        for at, block in self._blocks.items():
            if path == at or path.startswith((f"{at}/", f"{at}[")):
                return block.reveal(path)
        return None


class FoldedGroup(Block):
    """A group that can wait: its fields are made when somebody opens it."""

    def __init__(self, path: str, group: Group, filling: Filling, make_repeat: MakeRepeat) -> None:
        super().__init__()
        self.path = path
        self._group, self._filling, self._make_repeat = group, filling, make_repeat
        self._page: GroupPage | None = None
        self._fold = Disclosure(
            filling.session.label(path), self._make_page, filling.context.tokens
        )
        self._fold.note(_("can wait"))
        self.setLayout(column(self._fold))

    def _make_page(self) -> QWidget:
        self._page = GroupPage(self.path, self._group.children, self._filling, self._make_repeat)
        return self._page

    def apply(self, changes: "Changes") -> None:
        """Bring to the screen what an answer changed, if it is open."""
        if self._page:
            self._page.apply(changes)
        if self.path in changes.labels:
            self._fold.name(self._filling.session.label(self.path))

    def show_all(self) -> None:
        """Show everything anew."""
        self._fold.name(self._filling.session.label(self.path))
        if self._page:
            self._page.show_all()

    def fields(self) -> Iterator[Field]:
        """Yield the fields in it, once it was opened."""
        if self._page:
            yield from self._page.fields()

    def reveal(self, path: str) -> Field | None:
        """Open it and return the field of an answer in it."""
        self._fold.open()
        return self._page.reveal(path) if self._page else None
