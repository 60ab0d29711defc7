"""What never came, came twice, is older, was copied or cannot be on time: each by its name."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from laptops import Laptop, Parcel, new_laptop
from people import People, make_people

from stocktake_app.actions.laptops import laptops, note_sentence
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.store.freshness import standing
from stocktake_app.store.oddities import Cause, Note, NoteKind
from stocktake_app.store.seals import next_seal
from stocktake_app.store.workspace import open_workspace
from stocktake_app.translations import LANGUAGES, translator

DAY = timedelta(days=1)
Make = Callable[..., Laptop]


@pytest.fixture
def people() -> People:
    return make_people("ec")


@pytest.fixture
def laptop_of(tmp_path: Path, people: People) -> Iterator[Make]:
    made: list[Laptop] = []

    def make(signer: object) -> Laptop:
        made.append(new_laptop(tmp_path / f"laptop{len(made)}", signer, people))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.workspace.close()


@pytest.fixture
def officer(laptop_of: Make, people: People) -> Laptop:
    return laptop_of(people.wca_officer)


@pytest.fixture
def hq(laptop_of: Make, people: People) -> Laptop:
    return laptop_of(people.hq.signer)


def packages(laptop: Laptop, count: int) -> list[Parcel]:
    """Return so many packages of one laptop, each with its own seal alone."""
    entry = laptop.begin({"title": "0"}).entry
    parcels = [laptop.pack().only([-1])]
    for number in range(1, count):
        laptop.edit(entry, {"title": str(number)})
        parcels.append(laptop.pack().only([-1]))
    return parcels


def made(laptop: Laptop, number: int, previous: str = "", at: datetime | None = None) -> Parcel:
    """Return what a changed program can make: any number, any predecessor, any time."""
    header = Header(laptop.workspace.device, number, previous)
    return Parcel((make_seal([], header, laptop.signer, at or laptop.now),), {})


def notes(hq: Laptop, parcel: Parcel, at: datetime | None = None) -> list[Note]:
    signer = "Agente de terrain"
    return list(
        standing(
            hq.workspace,
            [one.manifest for one in parcel.seals],
            at or hq.now,
            owners={one.id: signer for one in parcel.seals},
            begins={one.id: hq.now - DAY for one in parcel.seals},
        ).notes
    )


def kinds(hq: Laptop, parcel: Parcel, at: datetime | None = None) -> list[str]:
    return [one.kind.value for one in notes(hq, parcel, at)]


def test_packages_that_never_came_are_named_with_whose_they_are(
    officer: Laptop, hq: Laptop
) -> None:
    parcels = packages(officer, 8)
    for number in (0, 1, 3, 7):
        hq.take(parcels[number], hq.now + number * DAY)
    (found,) = laptops(hq.workspace)
    name = officer.workspace.device[-4:].upper()
    owner = "Agente de terrain, Sénégal"
    assert (found.name, found.owners, found.packages, found.last) == (name, (owner,), 4, 8)
    assert [(one.first, one.last) for one in found.missing] == [(3, 3), (5, 7)]
    assert found.missing_since.startswith(f"{hq.now + 3 * DAY:%Y-%m-%d}")
    assert found.sentences == (
        f"Package 3 of laptop {name} ({owner}) never came. Ask for it.",
        f"Packages 5 to 7 of laptop {name} ({owner}) never came. Ask for them.",
    )
    for number in (2, 4, 5, 6):
        hq.take(parcels[number])
    (found,) = laptops(hq.workspace)
    assert (found.missing, found.missing_since, found.sentences) == ((), "", ())


def test_a_gap_before_the_first_package_here_is_one_too(officer: Laptop, hq: Laptop) -> None:
    hq.take(packages(officer, 3)[2])
    (found,) = laptops(hq.workspace)
    assert [(one.first, one.last) for one in found.missing] == [(1, 2)]


def test_our_own_laptop_is_not_among_those_whose_packages_come(officer: Laptop) -> None:
    packages(officer, 2)
    assert laptops(officer.workspace) == ()


def test_packages_out_of_order_are_a_gap_then_late_and_then_nothing(
    officer: Laptop, hq: Laptop
) -> None:
    parcels = packages(officer, 3)
    hq.take(parcels[0])
    (gap,) = notes(hq, parcels[2])
    assert (gap.kind, gap.first, gap.last) == (NoteKind.GAP, 2, 2)
    hq.take(parcels[2])
    (late,) = notes(hq, parcels[1])
    assert (late.kind, late.number, late.last) == (NoteKind.ROLLBACK, 2, 3)
    assert "comes after package 3" in note_sentence(late)
    hq.take(parcels[1])
    assert kinds(hq, parcels[1]) == ["replay"]


def test_a_restored_backup_goes_on_as_another_laptop_and_nothing_is_mistaken(
    officer: Laptop, hq: Laptop, tmp_path: Path
) -> None:
    first, *_ = packages(officer, 1)
    backup = tmp_path / "backup"
    shutil.copytree(officer.workspace.folder, backup)
    entry = officer.begin({"title": "after the backup"}).entry
    second = officer.pack().only([-1])
    restored = replace(officer, workspace=open_workspace(backup))
    restored.begin({"title": "after it was restored"})
    third = restored.pack().only([-1])
    for parcel in (first, second, third):
        assert kinds(hq, parcel) == []
        hq.take(parcel)
    assert sorted(one.last for one in laptops(hq.workspace)) == [1, 2]
    assert entry
    restored.workspace.close()


def test_a_backup_that_nobody_noticed_is_a_fork_in_whatever_order_it_comes(
    officer: Laptop, hq: Laptop
) -> None:
    first, second = packages(officer, 2)
    other = made(officer, 2, first.seals[0].id)
    for order in itertools.permutations((first, second, other)):
        together = Parcel(tuple(seal for one in order for seal in one.seals), {})
        found = [one for one in notes(hq, together) if one.kind is NoteKind.FORK]
        assert {one.seal for one in found} == {second.seals[0].id, other.seals[0].id}
    assert "Both are kept" in note_sentence(found[0])
    for parcel in (other, first, second):
        hq.take(parcel)
    (laptop,) = laptops(hq.workspace)
    assert laptop.notes == ("fork",)


def test_what_follows_an_unknown_twin_is_a_fork_too(officer: Laptop, hq: Laptop) -> None:
    first, second = packages(officer, 2)
    hq.take(first)
    hq.take(second)
    assert kinds(hq, made(officer, 3, "f" * 64)) == ["fork"]


def test_a_record_of_another_laptop_named_as_the_one_before_is_mixed(
    officer: Laptop, hq: Laptop, laptop_of: Make, people: People
) -> None:
    foreign = packages(laptop_of(people.second_wca_officer), 1)[0]
    hq.take(foreign)
    assert "mixed" in kinds(hq, made(officer, 2, foreign.seals[0].id))
    assert kinds(hq, made(officer, 1, foreign.seals[0].id)) == ["mixed"]
    assert "mixed" in kinds(hq, made(officer, 5, ""))


def test_a_second_person_under_the_same_laptop_is_noted_and_nothing_is_lost(
    officer: Laptop, hq: Laptop, people: People
) -> None:
    mine = packages(officer, 1)[0]
    other = replace(officer, signer=people.second_wca_officer)
    theirs = made(other, 2, mine.seals[0].id)
    assert kinds(hq, mine) == []
    hq.take(mine)
    (note,) = notes(hq, theirs)
    assert (note.kind, note.other) == (NoteKind.TWO_PEOPLE, "Agente de terrain, Sénégal")
    hq.take(theirs)
    (laptop,) = laptops(hq.workspace)
    assert (len(laptop.owners), laptop.notes) == (2, ("two_people",))


@pytest.mark.parametrize(
    ("days", "cause"),
    [
        (2, Cause.AHEAD),
        (3650, Cause.AHEAD),
        (-2, Cause.BEFORE_CERTIFICATE),
        (-3650, Cause.BEFORE_CERTIFICATE),
    ],
)
def test_a_clock_that_is_wrong_by_days_or_ten_years_is_doubtful(
    officer: Laptop, hq: Laptop, days: int, cause: Cause
) -> None:
    (note,) = notes(hq, made(officer, 1, at=officer.now + days * DAY))
    assert (note.kind, note.cause) == (NoteKind.CLOCK, cause)
    assert f"{officer.now + days * DAY:%Y-%m-%d}" in note_sentence(note)


@pytest.mark.parametrize("hours", [-20, 0, 20])
def test_a_clock_that_is_wrong_by_hours_is_not(officer: Laptop, hq: Laptop, hours: int) -> None:
    assert kinds(hq, made(officer, 1, at=officer.now + timedelta(hours=hours))) == []


def test_a_package_made_before_the_one_it_follows_has_a_doubtful_clock(
    officer: Laptop, hq: Laptop
) -> None:
    first = made(officer, 1, at=officer.now + timedelta(hours=3))
    second = made(officer, 2, first.seals[0].id)
    together = Parcel((*first.seals, *second.seals), {})
    assert [one.cause for one in notes(hq, together)] == [Cause.BEFORE_PREVIOUS]


def test_a_package_made_before_what_it_carries_has_a_doubtful_clock(
    officer: Laptop, hq: Laptop, laptop_of: Make, people: People
) -> None:
    carried = made(officer, 1, at=officer.now + timedelta(hours=20))
    bureau = laptop_of(people.wca.signer)
    number, previous = next_seal(bureau.workspace)
    header = Header(bureau.workspace.device, number, previous, seals=(carried.seals[0].id,))
    early = officer.now - timedelta(hours=20)
    closing = make_seal([], header, bureau.signer, early)
    found = notes(hq, Parcel((*carried.seals, closing), {}))
    assert [one.cause for one in found] == [Cause.BEFORE_CARRIED]


def test_the_notes_on_a_laptop_do_not_depend_on_the_order_of_arrival(
    officer: Laptop, hq: Laptop, laptop_of: Make, people: People
) -> None:
    parcels = packages(officer, 4)
    parcels.append(made(officer, 2, parcels[0].seals[0].id))
    parcels.append(made(replace(officer, signer=people.second_wca_officer), 9, "a" * 64))
    other = laptop_of(people.hq.signer)
    for one in parcels:
        hq.take(one)
    for one in reversed(parcels):
        other.take(one)
    assert laptops(hq.workspace) == laptops(other.workspace)


def test_a_package_of_ten_thousand_records_is_looked_at_in_a_moment(
    officer: Laptop, hq: Laptop
) -> None:
    first = made(officer, 1).seals[0].manifest
    many = [replace(first, number=number, previous="e" * 64) for number in range(1, 10_001)]
    assert len(standing(hq.workspace, many, hq.now).notes) >= 10_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_is_a_whole_sentence_in_every_language(language: str) -> None:
    say = translator(language)
    for kind in NoteKind:
        for cause in Cause:
            note = Note(
                kind, "a" * 64, "0" * 32, 7, "", "", 3, 4, cause, "2021-04-28", "2021-05-01"
            )
            sentence = note_sentence(note, say)
            assert "{" not in sentence
            assert "0000" in sentence
