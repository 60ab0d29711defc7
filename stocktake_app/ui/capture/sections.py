"""A questionnaire cut into sections: what one page shows, and how far each is filled."""

from collections.abc import Iterator
from dataclasses import dataclass

from stocktake_app.model import paths
from stocktake_app.questionnaire.form import Form, Group, Kind, Node, Question, Repeat
from stocktake_app.questionnaire.session import FormSession

LARGE = 30
"""A group with more questions than this, and groups inside, is cut further."""


@dataclass(frozen=True)
class Section:
    """One page: some neighbouring questions of a group, or one repeat. ``path`` names its title."""

    path: str
    nodes: tuple[Node, ...]
    depth: int = 0

    @property
    def repeat(self) -> Repeat | None:
        """The repeat this section consists of, if it does."""
        only = self.nodes[0] if len(self.nodes) == 1 else None
        return only if isinstance(only, Repeat) else None


@dataclass(frozen=True)
class Standing:
    """How far a section is filled: answered and relevant questions, and rows of repeats."""

    answered: int
    asked: int
    rows: int
    problems: int


def sections_of(form: Form) -> tuple[Section, ...]:
    """Return the sections of a form in its own order."""
    return tuple(_split(form.root, 0))


def _split(group: Group, depth: int) -> Iterator[Section]:
    loose: list[Node] = []
    for node in group.children:
        if not isinstance(node, Group):
            loose.append(node)
            continue
        if any(shown(one) for one in loose):
            yield Section(group.path, tuple(loose), depth)
        loose = []
        yield from _section(node, depth)
    if any(shown(one) for one in loose):
        yield Section(group.path, tuple(loose), depth)


def _section(group: Group, depth: int) -> Iterator[Section]:
    inner = any(isinstance(child, Group) for child in group.children)
    if isinstance(group, Repeat):
        yield Section(group.path, (group,), depth)
    elif inner and sum(1 for _ in questions(group)) > LARGE:
        yield from _split(group, depth + 1)
    elif any(shown(one) for one in questions(group)):
        yield Section(group.path, group.children, depth)


def questions(node: Node) -> Iterator[Question]:
    """Yield every question at or below a node."""
    if isinstance(node, Question):
        yield node
        return
    for child in node.children:
        yield from questions(child)


def shown(node: Node) -> bool:
    """Say whether a node is something people see."""
    if isinstance(node, Question):
        return node.has_control and node.kind is not Kind.HIDDEN
    return True


def places(section: Section, session: FormSession) -> Iterator[tuple[str, Question]]:
    """Yield the answer path and question of every field of a section, rows written out."""
    for node in section.nodes:
        yield from _places(node, node.path, session)


def _places(node: Node, path: str, session: FormSession) -> Iterator[tuple[str, Question]]:
    if isinstance(node, Question):
        if shown(node):
            yield path, node
        return
    bases = session.row_paths(path) if isinstance(node, Repeat) else (path,)
    for base in bases:
        for child in node.children:
            yield from _places(child, f"{base}/{child.name}", session)


def standing(section: Section, session: FormSession) -> Standing:
    """Count how far a section is filled."""
    asked = [
        path
        for path, question in places(section, session)
        if question.kind is not Kind.NOTE and session.is_relevant(path)
    ]
    repeat = section.repeat
    return Standing(
        answered=sum(1 for path in asked if session.value(path)),
        asked=len(asked),
        rows=len(session.row_paths(repeat.path)) if repeat else 0,
        problems=sum(1 for path in asked if session.problem(path)),
    )


def section_of(sections: tuple[Section, ...], path: str) -> int:
    """Return the number of the section that an answer lies in, or 0."""
    generic = paths.generic(path)
    for number, section in enumerate(sections):
        if any(paths.under(node.path, generic) for node in section.nodes):
            return number
    return 0
