"""What a package shows, from its contents alone, is what its exporter's workspace shows."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filled_workspace import new_workspace, say
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laptops import FORM, XFORM, Laptop, new_laptop
from people import People, make_people
from shown_packages import pack

from stocktake_app.actions.packing import Kind
from stocktake_app.errors import RefusedError
from stocktake_app.exchange import shown_lines
from stocktake_app.exchange.contents import BadContentsError, Contents
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.exchange.shown import Shown, chains_of, read_shown
from stocktake_app.exchange.shown_entries import ShownEntry
from stocktake_app.model.change import Change
from stocktake_app.model.classification import Classification
from stocktake_app.store.changes import delete_entry
from stocktake_app.store.conflicts import list_conflicts
from stocktake_app.store.entries import EntryFilter, entry_ids, get_entry
from stocktake_app.store.workspace import Workspace

ROW = "findings[k3x9]"
PATHS = ("title", f"{ROW}/text", f"{ROW}/kind", "findings[m2p7]/text", f"{ROW}/@deleted")
WORDS = ("Dakar", "Niamey", "ورشة", "")
WRITERS = ("dakar", "niamey", "amman", "bureau", "hq")
DEEDS = ("begin", "edit", "edit", "edit", "delete", "send", "send", "trespass")
KIND = Kind("xlsx", "en")


@dataclass(frozen=True)
class Step:
    """One thing that happens at one laptop; the numbers choose among what there is."""

    deed: str
    laptop: int
    which: int
    path: int
    word: int


STEPS = st.builds(
    Step,
    st.sampled_from(DEEDS),
    st.integers(0, len(WRITERS) - 1),
    st.integers(0, 9),
    st.integers(0, len(PATHS) - 1),
    st.integers(0, len(WORDS) - 1),
)


@contextmanager
def laptops_of(folder: Path, people: People) -> Iterator[dict[str, Laptop]]:
    """Make a laptop for each writer; all know the two entries that Dakar has begun."""
    signers = {
        "dakar": people.wca_officer,
        "niamey": people.second_wca_officer,
        "amman": people.mena_officer,
        "bureau": people.wca.signer,
        "hq": people.hq.signer,
    }
    with ExitStack() as stack:
        made = {name: new_laptop(folder / name, one, people) for name, one in signers.items()}
        for laptop in made.values():
            stack.callback(laptop.workspace.close)
        for title in ("First", "Second"):
            made["dakar"].begin({"title": title, f"{ROW}/text": "said"})
        known = made["dakar"].pack()
        for name in WRITERS[1:]:
            made[name].take(known)
        yield made


def do(laptops: dict[str, Laptop], step: Step) -> None:
    """Do one step."""
    laptop = laptops[WRITERS[step.laptop]]
    path, word = PATHS[step.path], WORDS[step.word] or None
    answers = {path: "1" if path.endswith("@deleted") else word}
    entries = entry_ids(laptop.workspace, EntryFilter(deleted=None))
    if step.deed == "begin" or not entries:
        laptop.begin({"title": WORDS[step.word] or "Begun"})
        return
    entry = entries[step.which % len(entries)]
    if step.deed == "edit":
        _if_allowed(lambda: laptop.edit(entry, answers))
    elif step.deed == "delete":
        _if_allowed(lambda: delete_entry(laptop.workspace, entry, laptop.now))
    elif step.deed == "send":
        parcel = laptop.pack()
        laptops[WRITERS[step.which % len(WRITERS)]].take(parcel)
    else:
        line = Change("c3" * 16, step.which + 1, entry, 7, "2021-04-28T10:00:00+00:00", answers)
        laptops["bureau"].take(laptop.pack_lines([line.line]))


def _if_allowed(deed: Callable[[], object]) -> None:
    with suppress(RefusedError, AssertionError):  # not theirs to change, or nothing to change
        deed()


def stored(workspace: Workspace, entry: ShownEntry) -> ShownEntry:
    """Return what the workspace shows of an entry, as a package would."""
    one = get_entry(workspace, entry.id)
    conflicts = {
        found.path: [
            (version.value, version.author_name, version.office, version.time)
            for version in found.versions
        ]
        for found in list_conflicts(workspace, entry.id)
    }
    shown = {
        found.path: [
            (version.value, version.author_name, version.office, version.time)
            for version in found.versions
        ]
        for found in entry.conflicts
    }
    assert shown == conflicts
    return replace(
        entry,
        form=one.form,
        title=one.title,
        state=one.state,
        event=one.event,
        bureau=one.bureau,
        countries=one.countries,
        author=one.author,
        author_name=one.author_name,
        updated=one.updated,
        deleted=one.deleted,
        answers=dict(one.answers),
        withheld=one.withheld,
    )


def assert_shows_what_is_stored(laptop: Laptop) -> None:
    """Pack all that a laptop has, and compare."""
    entries = entry_ids(laptop.workspace, EntryFilter(deleted=None))
    if not entries:
        return
    shown = pack(laptop.workspace, laptop.signer, KIND, laptop.now).shown
    found = list(shown.entries())
    assert sorted(one.id for one in found) == sorted(entries)
    assert found == [stored(laptop.workspace, one) for one in found]
    assert (shown.count, shown.differing) == (
        len(found),
        sum(len(one.conflicts) for one in found),
    )


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=4, max_size=14))
def test_a_package_shows_what_its_exporters_workspace_shows(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder, laptops_of(Path(folder), make_people("ec")) as laptops:
        for step in steps:
            do(laptops, step)
        for laptop in laptops.values():
            assert_shows_what_is_stored(laptop)


def shown_of(people: People, lines: list[bytes], objects: dict[str, bytes] | None = None) -> Shown:
    """Return what a package of an officer with these lines shows."""
    found = {FORM: XFORM} if objects is None else objects
    header = Header("c3" * 16, 1, forms=tuple(sorted(found)))
    contents = Contents((make_seal(lines, header, people.wca_officer, people.now),), found)
    return read_shown(contents, chains_of(contents))


def line(number: int, answers: dict[str, str | None], entry: str = "") -> bytes:
    """Return a change that begins an entry."""
    name = entry or f"{number:032x}"
    said = {"@form": FORM, **answers}
    return Change("c3" * 16, number, name, number, "2021-04-28T10:00:00+02:00", said).line


def test_entries_come_by_form_then_day_then_reference(tmp_path: Path, people: People) -> None:
    workspace = new_workspace(tmp_path / "w")
    days = ("2021-06-03", "2021-06-01", "2021-06-02")
    for day in days:
        details = {"event_name": day, "start_date": day, "bureau": "WCA", "countries": "SEN"}
        say(workspace, "regional", {"event_details": details, "findings": []})
    shown = pack(workspace, people.hq.signer, KIND, people.now).shown
    workspace.close()

    assert [entry.title for entry in shown.entries()] == sorted(days)


def test_lines_that_are_no_changes_are_left_out(people: People) -> None:
    shown = shown_of(people, [line(1, {"title": "One"}), b'{"not":"a change"}'])

    assert [entry.title for entry in shown.entries()] == ["One"]


def test_a_change_that_its_author_may_not_make_is_not_shown(people: People) -> None:
    shown = shown_of(people, [line(1, {"title": "One"}), line(2, {"@review/bureau": "good"})])

    assert [entry.title for entry in shown.entries()] == ["One"]


def test_an_entry_without_a_form_that_can_be_read_is_shown_path_by_path(people: People) -> None:
    for objects in ({}, {FORM: b"<html/>"}):
        shown = shown_of(people, [line(1, {"title": "One"})], objects)
        record = build_record(shown, "en")
        ((sheet, cells),) = list(record.rows())

        assert shown.strange == 1
        assert record.sheets[sheet].name == "Entries without their form"
        assert cells[-1] == f"@form: {FORM}\ntitle: One"
        assert next(record.entries()).sections[0].answers[-1] == ("title", "One")


def test_many_lines_are_packed_and_read_all_the_same(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_lines, "PACKED_FROM", 0)
    said = [line(number, {"title": f"Entry {number} " * 30}) for number in range(1, 400)]
    shown = shown_of(people, [*said, *said[:3]])

    assert {entry.title.split()[1] for entry in shown.entries()} == {str(n) for n in range(1, 400)}
    assert shown.count == 399


def test_somebody_approved_later_is_who_the_approval_says(people: People) -> None:
    from stocktake_app.trust.certificates import make_provisional, subject_of
    from stocktake_app.trust.cms import Signer

    approved = people.wca_officer
    before = replace(subject_of(approved.certificate), bureau="", name="Before approval")
    early = Signer(approved.key, (make_provisional(approved.key, before, people.now),))
    first = make_seal([line(1, {"title": "One"})], Header("c3" * 16, 1), early, people.now)
    header = Header("c3" * 16, 2, first.id, forms=(FORM,), seals=(first.id,))
    last = make_seal([line(2, {"title": "Two"})], header, approved, people.now)
    contents = Contents((first, last), {FORM: XFORM})
    shown = read_shown(contents, chains_of(contents))

    assert {entry.author_name for entry in shown.entries()} == {shown.maker.name}
    assert {entry.bureau for entry in shown.entries()} == {"WCA"}


@pytest.mark.parametrize(
    ("said", "classification"),
    [
        ({}, Classification.INTERNAL),
        ({"sensitivity": "public"}, Classification.PUBLIC),
        ({"sensitivity": "confidential"}, Classification.CONFIDENTIAL),
    ],
)
def test_a_record_is_classified_by_what_is_in_it(
    people: People, said: dict[str, str | None], classification: Classification
) -> None:
    shown = shown_of(people, [line(1, said), line(2, said)])

    assert shown.classification is classification


def test_labels_that_cannot_be_read_are_told(people: People) -> None:
    import hashlib

    labels = b'{"format":"stocktake-labels/1", "registers":{}}'
    name = hashlib.sha256(labels).hexdigest()
    header = Header("c3" * 16, 1, labels=name)
    seal = make_seal([], header, people.wca_officer, people.now)
    contents = Contents((seal,), {name: labels})

    with pytest.raises(BadContentsError, match="canonical"):
        read_shown(contents, chains_of(contents))
