"""Packages, approvals, the root and lists of withdrawn certificates may come in any order.

Real workspaces, real signatures and certificates, the importer's own way in. What counts in the
end is the same, and so is what is shown.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from laptops import FORM, XFORM, Laptop, Parcel, new_laptop, profile_of
from packages import xlsx_of
from people import People, authority_of, make_people, subject

from stocktake_app.actions.importing import import_bytes
from stocktake_app.actions.reading import all_entries, one_entry
from stocktake_app.actions.trusting import Growth, learn, remember_chains, take_waiting
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.model.change import Change
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.store import seals
from stocktake_app.store.entries import get_entry
from stocktake_app.store.imports import list_set_aside
from stocktake_app.store.workspace import Workspace, create_workspace, open_workspace
from stocktake_app.trust.certificates import issue_leaf, subject_of
from stocktake_app.trust.chain import Chain
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.enrolment import provisional_signer
from stocktake_app.trust.revocation import Revocation, issue_list, list_notice, mark_of

DAY = timedelta(days=1)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Making an example smaller would take minutes here, and the names of events say enough."""


@dataclass(frozen=True)
class Event:
    """Something that reaches HQ at its own time, whatever came before it."""

    name: str
    at: datetime
    package: bytes = b""
    chain: Chain = ()
    root: bool = False


class Story:
    """A lost laptop, told once; ``begun`` are the entries by what they are.

    No dataclass: when an example fails, its packages would be printed.
    """

    def __init__(
        self, people: People, events: dict[str, Event], begun: dict[str, str], blank: Path
    ) -> None:
        self.people = people
        self.events = events
        self.begun = begun
        self.blank = blank

    @contextmanager
    def hq(self) -> Iterator[Workspace]:
        """Give HQ's workspace as it was before anything came."""
        with TemporaryDirectory(dir=self.blank.parent) as folder:
            shutil.copytree(self.blank, Path(folder) / "hq")
            workspace = open_workspace(Path(folder) / "hq")
            try:
                yield workspace
            finally:
                workspace.close()

    def take(self, workspace: Workspace, event: Event) -> None:
        """Let one thing come."""
        if event.package:
            import_bytes(workspace, event.package, event.name, now=event.at)
        elif event.chain:
            remember_chains(workspace, (event.chain,), event.at)
        else:
            learn(workspace, Growth(anchors=(self.people.hq.anchor,)), event.at)
            take_waiting(workspace, event.at)


def packed(parcel: Parcel, signer: Signer, at: datetime) -> bytes:
    return xlsx_of(Contents(parcel.seals, dict(parcel.forms)), signer, at)


def with_list(laptop: Laptop, notice: bytes, at: datetime) -> bytes:
    """Return a package of this laptop that brings nothing but a list."""
    name = hashlib.sha256(notice).hexdigest()
    number, previous = seals.next_seal(laptop.workspace)
    header = Header(laptop.workspace.device, number, previous, notices=(name,))
    seal = make_seal([], header, laptop.signer, at)
    return xlsx_of(Contents((seal,), {name: notice}), laptop.signer, at)


def claim(laptop: Laptop, entry: str, title: str, lamport: int) -> bytes:
    """Return the line of a beginning as a changed program could write it."""
    values = {"@form": FORM, "title": title}
    return Change(
        laptop.workspace.device, lamport + 1, entry, lamport, "2021-04-28T10:00:00Z", values, {}
    ).line


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Tell it: signed before approval, approved, lost, used by a thief, withdrawn, recovered."""
    people, folder = make_people("ec"), tmp_path_factory.mktemp("story")
    now, wca = people.now, authority_of(people.wca)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
        who = subject(Role.OFFICER, "WCA", "Agente de terrain")
        first = provisional_signer(people.new_key(), who, now)
        leaf = issue_leaf(wca, first.key.public_key(), who, now)
        chain = (leaf, *wca.intermediates)
        newcomer = new_laptop(folder / "newcomer", first, people)
        laptop = replace(newcomer, signer=Signer(first.key, chain))
        bureau = new_laptop(folder / "bureau", people.wca.signer, people)
        bureau = replace(bureau, trust=bureau.trust.knowing(chain))
        other = new_laptop(folder / "other", people.mena_officer, people)

        early = newcomer.begin({"title": "before approval"}).entry
        parcels = {"early": (newcomer.pack(), first, now)}
        middle = laptop.begin({"title": "approved"}).entry
        laptop.edit(early, {"title": "after approval"})
        parcels["approved"] = (laptop.pack(), laptop.signer, now + DAY)
        for parcel, _, at in list(parcels.values()):
            bureau.take(parcel, at)
        bureau.edit(middle, {"title": "edited by the bureau"})
        parcels["bureau"] = (bureau.pack(at=now + 2 * DAY), bureau.signer, now + 2 * DAY)
        stolen = laptop.begin({"title": "by the thief"}).entry
        laptop.edit(early, {"title": "changed by the thief"})
        parcels["thief"] = (laptop.pack(at=now + 3 * DAY), laptop.signer, now + 11 * DAY)
        new = people.new_key()
        again = Signer(new, (issue_leaf(wca, new.public_key(), who, now), *wca.intermediates))
        recovered = new_laptop(folder / "recovered", again, people)
        recovered = replace(recovered, trust=bureau.trust)
        recovered.take(parcels["bureau"][0], now + 12 * DAY)
        recovered.edit(middle, {"title": "the officer goes on"})
        parcels["recovered"] = (recovered.pack(), again, now + 13 * DAY)
        shared = new_id()
        lines = [claim(other, early, "taken over", 1), claim(other, shared, "theirs", 9)]
        parcels["other"] = (other.pack_lines(lines), other.signer, now + DAY)
        parcels["ours"] = (
            laptop.pack_lines([claim(laptop, shared, "ours", 4)]), laptop.signer, now + DAY
        )  # fmt: skip

        events = {
            name: Event(name, at, packed(parcel, signer, at))
            for name, (parcel, signer, at) in parcels.items()
        }
        good = [parcels[one][0].seals[-1].id for one in ("early", "approved", "ours")]
        entry = Revocation(
            leaf.serial_number, now + 2 * DAY, kept=frozenset(map(mark_of, good)), decided=now
        )
        for number, revoked in enumerate(([], [entry]), 1):
            crl = issue_list(wca, revoked, number, now + 10 * DAY)
            notice = list_notice(crl, wca.certificate)
            data = with_list(bureau, notice, now + 10 * DAY)
            events[f"list {number}"] = Event(f"list {number}", now + 14 * DAY, data)
        events["approval"] = Event("approval", now, chain=chain)
        events["root"] = Event("root", now, root=True)
        blank = folder / "hq"
        create_workspace(blank, profile_of(people.hq.signer), now=now).close()
        begun = {"early": early, "middle": middle, "stolen": stolen, "shared": shared}
        yield Story(people, events, begun, blank)
        for one in (newcomer, bureau, other, recovered):
            one.workspace.close()


def counted(workspace: Workspace) -> dict[str, str]:
    """Return the changes that count, and of the others why not, by their ids."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT c.id, c.counted, coalesce(x.reason, '') FROM change c"
            " LEFT JOIN set_aside x ON x.change = c.key ORDER BY c.id"
        )
        return {name: "counts" if counts else why for name, counts, why in found}


def said(workspace: Workspace) -> str:
    every = all_entries(workspace)
    whole = [one_entry(workspace, one["id"]) for one in every]
    return json.dumps([every, whole], ensure_ascii=False, sort_keys=True)


def told(story: Story, names: list[str]) -> tuple[dict[str, str], str]:
    with story.hq() as workspace:
        for name in names:
            story.take(workspace, story.events[name])
        return counted(workspace), said(workspace)


NAMES = (
    "root", "approval", "early", "approved", "bureau", "thief", "recovered", "other", "ours",
    "list 1", "list 2",
)  # fmt: skip


@given(st.sets(st.sampled_from(NAMES), min_size=2), st.randoms(use_true_random=False))
@settings(max_examples=20, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_what_counts_does_not_depend_on_what_came_first(
    story: Story, chosen: set[str], chance: object
) -> None:
    one, other = sorted(chosen), sorted(chosen)
    chance.shuffle(other)  # type: ignore[attr-defined]  # a random.Random made by Hypothesis
    assert told(story, one) == told(story, other)


@given(st.permutations(NAMES))
@settings(max_examples=8, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_in_every_order_the_thief_is_set_aside_and_all_earlier_work_stays(
    story: Story, order: list[str]
) -> None:
    with story.hq() as workspace:
        for name in order:
            story.take(workspace, story.events[name])
        begun = story.begun
        titles = {
            name: get_entry(workspace, begun[name]).answers["title"]
            for name in ("early", "middle", "shared")
        }
        assert titles == {
            "early": "after approval",
            "middle": "the officer goes on",
            "shared": "ours",
        }
        aside = {one.entry: one.reason for one in list_set_aside(workspace)}
        assert set(aside) == {begun["early"], begun["stolen"], begun["shared"]}
        assert "was withdrawn on" in aside[begun["stolen"]]
        assert "begun elsewhere" in aside[begun["shared"]]


def test_a_file_that_comes_again_after_everything_changes_nothing(story: Story) -> None:
    with story.hq() as workspace:
        for name in NAMES:
            story.take(workspace, story.events[name])
        before = counted(workspace), said(workspace)
        for name in NAMES:
            late = replace(story.events[name], at=story.people.now + 3000 * DAY)
            story.take(workspace, late)
        assert (counted(workspace), said(workspace)) == before


def test_the_story_is_about_one_officer(story: Story) -> None:
    assert subject_of(story.events["approval"].chain[0]).name == "Agente de terrain"
    assert hashlib.sha256(XFORM).hexdigest() == FORM
