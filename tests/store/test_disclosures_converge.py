"""Random confidential edits, packages and erasures: one state, and contents only where they came.

Three people write in one entry. Packages go in any direction, whole or redacted; the officer who
began the entry, the bureau and HQ may erase. Who has seen the same changes has the same hashes,
and knows a content exactly if a package that disclosed it came, and nothing erased it.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from confidants import hand_over, tell
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stores import NOW, new_store

from stocktake_app.model.codes import Role
from stocktake_app.model.disclosure import as_answer
from stocktake_app.store.changes import append_change, changes_of, entry_state
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import digests_by_path
from stocktake_app.store.entries import find_entry, get_entry
from stocktake_app.store.workspace import Workspace

ROLES = (Role.OFFICER, Role.OFFICER, Role.BUREAU)
PATHS = ("story", "findings[a]/human_impact", "title")
edits = st.tuples(
    st.just("edit"), st.integers(0, 2), st.sampled_from(PATHS), st.sampled_from(["one", "two"])
)
packages = st.tuples(st.just("send"), st.integers(0, 2), st.integers(0, 2), st.booleans())
erasures = st.tuples(
    st.just("erase"), st.sampled_from([0, 2]), st.sampled_from(PATHS[:2]), st.none()
)


@dataclass
class Person:
    """A workspace and what its owner should know: contents by digest."""

    workspace: Workspace
    known: dict[str, str] = field(default_factory=dict)
    changes: int = 0


class World:
    """The people, the entry, and the oracle."""

    def __init__(self, folder: Path) -> None:
        self.people = [
            Person(new_store(folder, f"person{number}", role)) for number, role in enumerate(ROLES)
        ]
        self.entry = tell(self.people[0].workspace, {"title": "Begun"})
        for other in (1, 2):
            hand_over(self.people[0].workspace, self.people[other].workspace)

    def do(self, step: tuple[str, int, object, object]) -> None:
        kind, who, what, how = step
        person = self.people[who]
        if kind == "edit":
            self._edit(person, str(what), str(how))
        elif kind == "send":
            other = self.people[what if isinstance(what, int) else 0]
            if other is not person:
                self._send(person, other, redact=bool(how))
        else:
            self._erase(person, str(what))

    def _edit(self, person: Person, path: str, value: str) -> None:
        tell(person.workspace, {path: value}, self.entry)
        said = self._raw(person).get(path)
        if said is not None and path != "title":
            person.known.setdefault(said, value)

    def _send(self, sender: Person, receiver: Person, *, redact: bool) -> None:
        hand_over(sender.workspace, receiver.workspace, redact=redact)
        if not redact:
            receiver.known |= sender.known
        self._forget(receiver)

    def _erase(self, person: Person, path: str) -> None:
        with person.workspace.store.reading() as connection:
            digests = digests_by_path(connection, self._key(connection)).get(path, set())
        if digests:
            marks = {f"@erased/{digest}": "asked for" for digest in digests}
            append_change(person.workspace, self.entry, marks, NOW)
        self._forget(person)

    def _forget(self, person: Person) -> None:
        for change in changes_of(person.workspace, self.entry):
            for path in change.set:
                if path.startswith("@erased/"):
                    person.known.pop(as_answer(path.partition("/")[2]), None)

    def _raw(self, person: Person) -> dict[str, str]:
        return dict(entry_state(person.workspace, self.entry).answers)

    def _key(self, connection: Connection) -> int:
        return find_entry(connection, self.entry)[0]

    def check(self, person: Person) -> None:
        raw, shown = self._raw(person), get_entry(person.workspace, self.entry)
        expected = {
            path: person.known[value] if value.startswith("urn:") else value
            for path, value in raw.items()
            if not value.startswith("urn:") or value in person.known
        }
        assert shown.answers == expected
        assert set(shown.withheld) == raw.keys() - expected.keys()
        with person.workspace.store.reading() as connection:
            here = connection.rows("SELECT digest, value FROM disclosure")
        assert {as_answer(digest): value for digest, value in here} == person.known

    def close(self) -> None:
        for person in self.people:
            person.workspace.close()


def worlds() -> Iterator[World]:
    """Give a world in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            yield world
        finally:
            world.close()


TOLD_AND_ERASED: list[tuple[str, int, object, object]] = [
    ("edit", 0, "story", "one"),
    ("send", 0, 2, False),
    ("edit", 2, "story", "two"),
    ("send", 2, 0, True),
    ("erase", 2, "story", None),
    ("send", 0, 2, False),
    ("send", 2, 0, False),
    ("edit", 0, "story", "one"),
]
TOLD_TWICE: list[tuple[str, int, object, object]] = [
    ("edit", 0, "findings[a]/human_impact", "one"),
    ("edit", 1, "findings[a]/human_impact", "one"),
    ("send", 0, 2, False),
    ("send", 1, 2, True),
    ("send", 1, 2, False),
    ("erase", 0, "findings[a]/human_impact", None),
    ("send", 0, 1, True),
]


@example(TOLD_AND_ERASED)
@example(TOLD_TWICE)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(edits, edits, packages, packages, erasures), max_size=8))
def test_contents_are_known_where_they_came_and_the_hashes_are_the_same_everywhere(
    steps: list[tuple[str, int, object, object]],
) -> None:
    for world in worlds():
        for step in steps:
            world.do(step)
            for person in world.people:
                world.check(person)
        for _ in range(2):  # twice round: everybody has seen everything
            for sender in world.people:
                for receiver in world.people:
                    if sender is not receiver:
                        world._send(sender, receiver, redact=True)
        states = [entry_state(one.workspace, world.entry) for one in world.people]
        assert states[0].live == states[1].live == states[2].live
        for person in world.people:
            world.check(person)
