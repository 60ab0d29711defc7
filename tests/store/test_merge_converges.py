"""Laptops that write, sign, send, lose, repeat, undo and decide end up with the same bytes.

Real workspaces, real signatures, the store's own interface. ``STOCKTAKE_MERGE_EXAMPLES`` sets how
many histories are tried.
"""

import json
import os
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laptops import FORM, Laptop, Parcel, new_laptop
from people import People, make_people
from stores import plan_seals

from stocktake_app.actions.conflicts import pending, resolve
from stocktake_app.actions.reading import all_entries, one_entry
from stocktake_app.model.change import Change, line_id
from stocktake_app.model.fold import fold
from stocktake_app.store import seals
from stocktake_app.store.changes import changes_of, delete_entry
from stocktake_app.store.conflicts import list_conflicts
from stocktake_app.store.entries import get_entry
from stocktake_app.store.imports import list_imports, list_set_aside, undo_import
from stocktake_app.store.workspace import open_workspace
from stocktake_app.trust.cms import Signer

EXAMPLES = int(os.environ.get("STOCKTAKE_MERGE_EXAMPLES", "25"))
STEPS = 12
ROW = "findings[k3x9]"
PATHS = ("title", f"{ROW}/text", f"{ROW}/kind", "findings[m2p7]/text", f"{ROW}/@deleted")
WORDS = ("Dakar", "Niamey", "ورشة", "")
CLOCKS = tuple(timedelta(days=days) for days in (0, -18_000, 1, 3650))
WRITERS = ("dakar", "second", "niamey", "bureau")


@dataclass(frozen=True)
class Step:
    """One thing that happens at one laptop; the numbers choose among what there is."""

    deed: str
    laptop: int
    which: int
    path: int
    word: int
    clock: int


DEEDS = (
    "edit", "edit", "edit", "edit", "send", "send", "send", "decide", "decide", "take", "take part",
    "delete", "begin", "undo", "undo and take again",
)  # fmt: skip


def script_of(chance: random.Random) -> list[Step]:
    """Return a history in which much happens; laptops edit the same few answers at once."""
    return [
        Step(
            chance.choice(DEEDS),
            *(chance.randrange(most) for most in (4, 12, len(PATHS), len(WORDS), len(CLOCKS))),
        )
        for _ in range(STEPS)
    ]


scripts = st.integers(0, 2**64 - 1).map(lambda seed: script_of(random.Random(seed)))  # noqa: S311 - dice


class World:
    """The laptops, the parcels that are under way, and every change that anybody made."""

    def __init__(self, laptops: dict[str, Laptop]) -> None:
        self.laptops = laptops
        self.parcels: list[Parcel] = []
        self.made: dict[str, Change] = {}

    def do(self, step: Step) -> None:
        """Do one step, if there is anything to do it with."""
        laptop = self.laptops[WRITERS[step.laptop]]
        match step.deed:
            case "begin":
                self._begin(laptop, step)
            case "edit" | "delete":
                self._write(laptop, step)
            case "decide":
                self._decide(laptop, step)
            case "send":
                self.pack(laptop, step)
                for name in WRITERS[: step.which % 5]:
                    self._take(self.laptops[name], replace(step, which=-1))
            case "take" | "take part":
                self._take(laptop, step)
            case _:
                self._undo(laptop, step)

    def start(self) -> None:
        """Let everybody know two entries, so that they have something to disagree on."""
        for name in ("dakar", "niamey"):
            self._begin(self.laptops[name], Step("begin", 0, 0, 1, 0, 0))
            self.pack(self.laptops[name], Step("pack", 0, 0, 0, 0, 0))
        for laptop in self.laptops.values():
            for parcel in self.parcels:
                laptop.take(parcel)

    def pack(self, laptop: Laptop, step: Step) -> None:
        """Sign what is unsigned at a laptop."""
        if seals.unsealed(laptop.workspace).changes:
            self.parcels.append(laptop.pack(at=laptop.now + CLOCKS[step.clock]))

    def _begin(self, laptop: Laptop, step: Step) -> None:
        answers = {"title": "Atelier", PATHS[step.path]: WORDS[step.word] or "1"}
        self._note(laptop.begin(answers, laptop.now + CLOCKS[step.clock]))

    def _write(self, laptop: Laptop, step: Step) -> None:
        entries = [one for one in all_entries(laptop.workspace) if one["form"]]
        if not entries:
            return
        chosen, at = entries[step.which % len(entries)], laptop.now + CLOCKS[step.clock]
        if step.deed == "delete":
            self._note(delete_entry(laptop.workspace, chosen["id"], at))
            return
        path, before = PATHS[step.path], get_entry(laptop.workspace, chosen["id"]).answers
        value = WORDS[step.word]
        if path.endswith("@deleted"):
            value = "1" if any(one.startswith(ROW) for one in before) else ""
        if not chosen["deleted"] and before.get(path, "") != value:
            self._note(laptop.edit(chosen["id"], {path: value}, at))

    def _decide(self, laptop: Laptop, step: Step) -> None:
        found = pending(laptop.workspace)
        if not found:
            return
        chosen, at = found[step.which % len(found)], laptop.now + CLOCKS[step.clock]
        value = chosen.versions[step.word % len(chosen.versions)].value
        if chosen.against and step.path % 2:
            value = None
        resolve(laptop.workspace, chosen.entry, chosen.path, value, now=at)
        every = changes_of(laptop.workspace, chosen.entry, counted=False)
        self.made |= {one.id: one for one in every}
        assert chosen.path not in {one.path for one in pending(laptop.workspace, chosen.entry)}

    def _take(self, laptop: Laptop, step: Step) -> None:
        if not self.parcels:
            return
        parcel = self.parcels[step.which % len(self.parcels)]
        if step.deed == "take part":
            count = len(parcel.seals)
            kept = [one for one in range(count) if (step.path + one * step.word) % 3]
            parcel = parcel.only(reversed(kept))
        assert_done_as_planned(laptop, parcel, laptop.now + timedelta(minutes=step.clock))

    def _undo(self, laptop: Laptop, step: Step) -> None:
        done = [one for one in list_imports(laptop.workspace) if not one.undone]
        if not done:
            return
        chosen = done[step.which % len(done)]
        parcel = next((one for one in self.parcels if one.file == chosen.file), None)
        before = said(laptop)
        undo_import(laptop.workspace, chosen.id, laptop.now)
        assert_shown_is_folded(laptop)
        if step.deed == "undo and take again" and parcel is not None:
            laptop.take(parcel)
            assert said(laptop) == before

    def _note(self, change: Change) -> None:
        self.made[change.id] = change

    def settle(self, order: list[int]) -> None:
        """Let everybody sign and take everything, each in another order, until all is out."""
        last = Step("pack", 0, 0, 0, 0, 0)
        for _ in range(3):  # what was undone may hold back what waits to be signed
            for laptop in self.laptops.values():
                self.pack(laptop, last)
            for turn, laptop in enumerate(self.laptops.values()):
                for parcel in sorted(
                    self.parcels,
                    key=lambda one: (order[(len(one.seals) + turn) % 7], one.file.sha256),
                ):
                    laptop.take(parcel, laptop.now + timedelta(minutes=order[turn]))


def said(laptop: Laptop) -> bytes:
    """Return everything that a workspace says of its entries, as bytes."""
    every = all_entries(laptop.workspace)
    whole = [one_entry(laptop.workspace, one["id"]) for one in every]
    return json.dumps([every, whole], ensure_ascii=False, sort_keys=True, indent=1).encode()


def assert_done_as_planned(laptop: Laptop, parcel: Parcel, at: datetime) -> None:
    """Take a parcel in and compare what was done with what the plan had said."""
    before = said(laptop)
    planned = plan_seals(
        laptop.workspace, laptop.judged(parcel), parcel.file, at, objects=parcel.forms
    )
    assert said(laptop) == before
    assert replace(laptop.take(parcel, at), id=0) == planned
    again = laptop.take(parcel, at)
    assert (again.new, again.newer, again.conflicting, again.changes) == (0, 0, 0, 0)


def assert_shown_is_folded(laptop: Laptop) -> None:
    """Compare what the store shows with the fold of the changes that count there."""
    workspace = laptop.workspace
    for one in all_entries(workspace):
        changes = changes_of(workspace, one["id"])
        assert all(line_id(change.line) == change.id for change in changes)
        state, shown = fold(changes), get_entry(workspace, one["id"])
        assert shown.answers == state.answers
        assert {
            found.path: [(version.change, version.value) for version in found.versions]
            for found in list_conflicts(workspace, one["id"])
        } == {
            path: [(live.change, live.value) for live in versions]
            for path, versions in state.conflicts.items()
        }
        assert shown.deleted == ("" in state.deleted)
        assert shown.changes == len(changes)


def assert_nothing_is_lost(laptop: Laptop, made: dict[str, Change]) -> None:
    """See that every value that nobody replaced is shown, or stands among differing versions."""
    replaced = {
        (path, name) for one in made.values() for path, names in one.replaces.items()
        for name in names
    }  # fmt: skip
    wanted: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for change in made.values():
        for path, value in change.set.items():
            if (path, change.id) not in replaced:
                wanted[change.entry, path].add(value)
    for (entry, path), values in wanted.items():
        found = get_entry(laptop.workspace, entry)
        versions = {
            version.value
            for one in list_conflicts(laptop.workspace, entry) if one.path == path
            for version in one.versions
        }  # fmt: skip
        assert values == (versions or {found.answers.get(path)}), (entry, path)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty workspace for each person, to be copied: making one is slow."""
    folder = tmp_path_factory.mktemp("blank")
    for name, signer in signers(make_people("ec")).items():
        new_laptop(folder / name, signer, make_people("ec")).workspace.close()
    return folder


def signers(people: People) -> dict[str, Signer]:
    """Return who signs on which laptop: an officer on two, a colleague, their bureau, and HQ."""
    officer, colleague = people.wca_officer, people.second_wca_officer
    writers = (officer, officer, colleague, people.wca.signer)
    return {**dict(zip(WRITERS, writers, strict=True)), "hq": people.hq.signer}


@contextmanager
def world_of(blank: Path) -> Iterator[World]:
    """Give everybody a copy of an empty workspace, a device of its own each."""
    people = make_people("ec")
    with TemporaryDirectory(dir=blank.parent) as folder, ExitStack() as opened:
        laptops = {}
        for name, signer in signers(people).items():
            shutil.copytree(blank / name, Path(folder) / name)
            workspace = open_workspace(Path(folder) / name)
            opened.callback(workspace.close)
            laptops[name] = Laptop(workspace, signer, people.trust, people.now)
        assert len({one.workspace.device for one in laptops.values()}) == len(laptops)
        yield World(laptops)


@pytest.mark.timeout(300 + 5 * EXAMPLES)
@given(scripts, st.permutations(range(7)))
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_whoever_has_everything_has_the_same(
    blank: Path, script: list[Step], order: list[int]
) -> None:
    with world_of(blank) as world:
        world.start()
        for step in script:
            world.do(step)
        assert_shown_is_folded(world.laptops[WRITERS[script[-1].laptop]])
        world.settle(order)
        first, *others = [said(laptop) for laptop in world.laptops.values()]
        assert all(other == first for other in others)
        for laptop in world.laptops.values():
            assert_shown_is_folded(laptop)
            assert_nothing_is_lost(laptop, world.made)
            assert list_set_aside(laptop.workspace) == []
            assert seals.unsealed(laptop.workspace).changes == ()


def test_an_entry_that_is_kept_against_its_deletion_is_whole_again(blank: Path) -> None:
    with world_of(blank) as world:
        dakar, niamey = world.laptops["dakar"], world.laptops["niamey"]
        begun = dakar.begin({"title": "Atelier", f"{ROW}/text": "said", f"{ROW}/kind": "progress"})
        niamey.take(dakar.pack())
        delete_entry(dakar.workspace, begun.entry, dakar.now)
        niamey.edit(begun.entry, {f"{ROW}/text": "said more"})
        niamey.take(dakar.pack())
        (conflict,) = pending(niamey.workspace)
        assert (conflict.path, conflict.against) == ("@deleted", (f"{ROW}/text",))
        resolve(niamey.workspace, begun.entry, "@deleted", None, now=niamey.now)
        dakar.take(niamey.pack())
        assert said(dakar) == said(niamey)
        kept = get_entry(dakar.workspace, begun.entry)
        assert kept.answers == {**begun.set, f"{ROW}/text": "said more"}
        assert (kept.form, kept.title, kept.conflicts, kept.deleted) == (FORM, "Atelier", 0, False)
        assert kept.author == dakar.workspace.profile.identity
        assert dakar.edit(begun.entry, {"title": "Atelier 2"}).replaces.keys() == {"title"}
