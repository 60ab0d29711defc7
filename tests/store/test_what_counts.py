"""Whose change counts where: by who issued whom and what a role may set, never by arrival."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from laptops import FORM, XFORM, Laptop, Parcel, new_laptop
from people import People, authority_of, make_people
from stores import plan_seals

from stocktake_app.actions.trusting import rejudge, remember_chains
from stocktake_app.errors import RefusedError
from stocktake_app.exchange.seals import open_seal
from stocktake_app.model.change import Change
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.ids import new_id
from stocktake_app.store.changes import append_change, changes_of, delete_entry
from stocktake_app.store.conflicts import list_conflicts
from stocktake_app.store.entries import count_entries, get_entry
from stocktake_app.store.imports import (
    Effect,
    ImportResult,
    Standing,
    list_set_aside,
    standing,
    undo_import,
)
from stocktake_app.store.seals import list_seals, set_verdicts, unsealed
from stocktake_app.store.trust_objects import add_anchor
from stocktake_app.store.workspace import open_workspace
from stocktake_app.trust.certificates import issue_leaf, subject_of
from stocktake_app.trust.cms import Signer

ROW = "findings[k3x9]"
Make = Callable[..., Laptop]


@pytest.fixture
def people() -> People:
    return make_people("ec")


@pytest.fixture
def laptop_of(tmp_path: Path, people: People) -> Iterator[Make]:
    """Make laptops that are closed in the end; ``laptop_of(signer)``."""
    made: list[Laptop] = []

    def make(signer: Signer, *, practice: bool = False) -> Laptop:
        folder = tmp_path / f"laptop{len(made)}"
        made.append(new_laptop(folder, signer, people, practice=practice))
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


def line_of(laptop: Laptop, entry: str, number: int = 1, **members: object) -> bytes:
    """Return the line of a change that this laptop's program would not make by itself."""
    made = Change(laptop.workspace.device, number, entry, 50, "2021-04-28T10:00:00Z", {}, {})
    return replace(made, **members).line  # type: ignore[arg-type]


def reasons(laptop: Laptop) -> list[str]:
    """Return why something is set aside at a laptop."""
    return [one.reason for one in list_set_aside(laptop.workspace)]


def title(laptop: Laptop, entry: str) -> str:
    return get_entry(laptop.workspace, entry).answers["title"]


@pytest.mark.usefixtures("first")
class TestWhoMayTouchWhat:
    """Entries begun under WCA, at HQ's workspace, which trusts everybody's certificates."""

    @pytest.fixture
    def begun(self, officer: Laptop) -> str:
        return officer.begin({"title": "Dakar"}).entry

    @pytest.fixture
    def first(self, officer: Laptop, begun: str, hq: Laptop) -> Parcel:
        assert get_entry(officer.workspace, begun).changes == 1
        parcel = officer.pack()
        hq.take(parcel)
        return parcel

    def test_an_officer_of_another_bureau_may_not_and_the_change_is_kept_aside(
        self, laptop_of: Make, people: People, hq: Laptop, begun: str
    ) -> None:
        other = laptop_of(people.mena_officer)
        line = line_of(other, begun, set={"title": "Amman"})
        result = hq.take(other.pack_lines([line]))
        assert (result.refused, result.newer, result.changes) == (1, 0, 1)
        assert result.refusals[0].entry == begun
        assert "begun elsewhere" in result.refusals[0].reason
        assert title(hq, begun) == "Dakar"
        aside = list_set_aside(hq.workspace)
        assert [(one.entry, one.signer_name) for one in aside] == [(begun, "مسؤول ميداني 7، Amman")]
        kept = changes_of(hq.workspace, begun, counted=False)
        assert line in [one.line for one in kept]
        assert line not in [one.line for one in changes_of(hq.workspace, begun)]

    def test_another_bureau_may_not_either(
        self, laptop_of: Make, people: People, hq: Laptop, begun: str
    ) -> None:
        other = laptop_of(people.mena.signer)
        parcel = other.pack_lines([line_of(other, begun, set={"@review/bureau": "accepted"})])
        assert hq.take(parcel).refused == 1
        assert "@review/bureau" not in get_entry(hq.workspace, begun).answers

    def test_the_other_bureau_learns_so_before_it_writes(
        self, laptop_of: Make, people: People, begun: str, first: Parcel
    ) -> None:
        other = laptop_of(people.mena_officer)
        other.take(first)
        with pytest.raises(RefusedError, match="their bureau and HQ can change it"):
            other.edit(begun, {"title": "Amman"})

    @pytest.mark.parametrize("who", ["second_wca_officer", "wca", "hq"])
    def test_a_colleague_the_bureau_and_hq_may(
        self, who: str, laptop_of: Make, people: People, hq: Laptop, begun: str, first: Parcel
    ) -> None:
        found = getattr(people, who)
        writer = laptop_of(found if isinstance(found, Signer) else found.signer)
        writer.take(first)
        writer.edit(begun, {"title": f"Dakar, by {who}"})
        result = hq.take(writer.pack())
        assert (result.newer, result.refused) == (1, 0)
        assert title(hq, begun) == f"Dakar, by {who}"
        assert reasons(hq) == []

    def test_what_hq_began_only_hq_may_change(
        self, laptop_of: Make, people: People, hq: Laptop
    ) -> None:
        entry = hq.begin({"title": "Calendar"}).entry
        parcel = hq.pack()
        bureau = laptop_of(people.wca.signer)
        bureau.take(parcel)
        with pytest.raises(RefusedError, match="only they"):
            bureau.edit(entry, {"title": "Ours"})
        forced = bureau.pack_lines([line_of(bureau, entry, set={"title": "Ours"})])
        assert hq.take(forced).refused == 1
        assert title(hq, entry) == "Calendar"

    def test_countries_and_bureaux_named_in_answers_open_nothing(
        self, laptop_of: Make, people: People, hq: Laptop
    ) -> None:
        other = laptop_of(people.mena_officer)
        entry = other.begin({"title": "Amman", "bureau": "WCA", "country": "SEN"}).entry
        hq.take(other.pack())
        ours = laptop_of(people.wca_officer)
        forced = ours.pack_lines([line_of(ours, entry, set={"title": "Dakar"})])
        assert hq.take(forced).refused == 1
        assert title(hq, entry) == "Amman"

    def test_a_second_beginning_takes_nothing_over(
        self, laptop_of: Make, people: People, hq: Laptop, begun: str
    ) -> None:
        other = laptop_of(people.mena_officer)
        claim = line_of(other, begun, lamport=1, set={"@form": FORM, "title": "Ours now"})
        hq.take(other.pack_lines([claim]))
        found = get_entry(hq.workspace, begun)
        assert (found.answers["title"], found.conflicts) == ("Dakar", 0)
        assert found.author == subject_of(people.wca_officer.certificate).identity


class TestWhatARoleMaySet:
    """Reserved paths: one table says who sets which."""

    @pytest.mark.parametrize("path", ["@review/bureau", "@coding/hq/title", f"@same/{'a' * 32}"])
    def test_an_officer_may_not_review_or_code(
        self, officer: Laptop, hq: Laptop, path: str
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        with pytest.raises(RefusedError, match="may not set @"):
            append_change(officer.workspace, entry, {path: "1"}, officer.now)
        hq.take(officer.pack())
        hq.take(officer.pack_lines([line_of(officer, entry, 2, set={path: "1", "title": "Thiès"})]))
        assert path not in get_entry(hq.workspace, entry).answers
        assert title(hq, entry) == "Dakar"
        assert reasons(hq) == [f"its author's role (officer) may not set {path.partition('/')[0]}"]

    def test_an_officer_may_not_take_a_review_back_by_replacing_it(
        self, laptop_of: Make, people: People, officer: Laptop, hq: Laptop
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        bureau = laptop_of(people.wca.signer)
        bureau.take(officer.pack())
        review = append_change(bureau.workspace, entry, {"@review/bureau": "no"}, bureau.now)
        hq.take(bureau.pack())
        sly = line_of(officer, entry, 2, replaces={"@review/bureau": (review.id,)})
        assert hq.take(officer.pack_lines([sly])).refused == 1
        assert get_entry(hq.workspace, entry).answers["@review/bureau"] == "no"

    def test_a_path_that_nobody_may_set_is_set_by_nobody(self, hq: Laptop) -> None:
        entry = hq.begin({"title": "x"}).entry
        with pytest.raises(RefusedError, match="@admin"):
            append_change(hq.workspace, entry, {"@admin": "1"}, hq.now)
        hq.take(hq.pack_lines([line_of(hq, entry, 9, set={"@admin": "1"})]))
        assert reasons(hq) == ["its author's role (hq) may not set @admin"]

    def test_a_deletion_leaves_a_review_that_its_author_may_not_remove(
        self, laptop_of: Make, people: People, officer: Laptop
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        bureau = laptop_of(people.wca.signer)
        bureau.take(officer.pack())
        append_change(bureau.workspace, entry, {"@review/bureau": "no"}, bureau.now)
        officer.take(bureau.pack())
        delete_entry(officer.workspace, entry, officer.now)
        assert [one.path for one in list_conflicts(officer.workspace, entry)] == ["@deleted"]


class TestUnknownSigners:
    """What nobody has approved is kept, does not count, and counts once somebody approves."""

    @pytest.fixture
    def newcomer(self, laptop_of: Make, people: People) -> Laptop:
        return laptop_of(people.stranger)

    def test_the_records_of_an_unknown_signer_are_set_aside(
        self, newcomer: Laptop, hq: Laptop
    ) -> None:
        entry = newcomer.begin({"title": "Thiès"}).entry
        result = hq.take(newcomer.pack())
        assert (result.new, result.changes, result.refused) == (0, 1, 1)
        assert [(one.entry, one.effect) for one in result.effects] == [(entry, Effect.REFUSED)]
        assert count_entries(hq.workspace) == 0
        assert len(reasons(hq)) == 1
        assert len(changes_of(hq.workspace, entry, counted=False)) == 1

    def test_they_count_after_approval_without_coming_again(
        self, newcomer: Laptop, hq: Laptop, people: People
    ) -> None:
        entry = newcomer.begin({"title": "Thiès"}).entry
        hq.take(newcomer.pack())
        add_anchor(hq.workspace, people.hq.anchor, hq.now)
        assert rejudge(hq.workspace, hq.now) == 0
        bureau = authority_of(people.wca)
        key = people.stranger.key.public_key()
        leaf = issue_leaf(bureau, key, subject_of(people.stranger.certificate), hq.now)
        chains = [(leaf, *bureau.intermediates)]
        assert remember_chains(hq.workspace, chains, hq.now) == 1
        assert title(hq, entry) == "Thiès"
        assert reasons(hq) == []
        assert [one.verdict for one in list_seals(hq.workspace)] == [Verdict.VALID]

    def test_a_verdict_that_a_person_gives_moves_what_counts_both_ways(
        self, newcomer: Laptop, hq: Laptop
    ) -> None:
        entry = newcomer.begin({"title": "Thiès"}).entry
        hq.take(newcomer.pack())
        (seal,) = list_seals(hq.workspace)
        assert set_verdicts(hq.workspace, {seal.id: (Verdict.VALID, "", None)}) == 1
        assert title(hq, entry) == "Thiès"
        revoked = {seal.id: (Verdict.SIGNER_REVOKED, "the laptop was stolen", None)}
        assert set_verdicts(hq.workspace, revoked) == 1
        assert count_entries(hq.workspace) == 0
        assert reasons(hq) == ["the laptop was stolen"]

    def test_our_own_unsent_work_counts_on_when_it_comes_back_unapproved(
        self, newcomer: Laptop, tmp_path: Path
    ) -> None:
        entry = newcomer.begin({"title": "Thiès"}).entry
        backup = copy_of(newcomer, tmp_path / "backup")
        parcel = newcomer.pack()
        restored = replace(newcomer, workspace=open_workspace(backup))
        restored.take(parcel)
        assert title(restored, entry) == "Thiès"
        undo_import(restored.workspace, 1, restored.now)
        assert title(restored, entry) == "Thiès"
        restored.workspace.close()


def copy_of(laptop: Laptop, folder: Path) -> Path:
    """Copy a workspace's folder as a backup does, with everything that is on disk."""
    shutil.copytree(laptop.workspace.folder, folder)
    return folder


class TestSealsThatComeAgain:
    """What a seal is worth is judged once, as of its first receipt."""

    def test_a_record_counts_on_when_it_comes_again_after_its_certificate_ended(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        parcel = officer.pack()
        hq.take(parcel)
        late = hq.now + timedelta(days=6 * 365)
        assert open_seal(parcel.seals[0], hq.trust, late).verdict is Verdict.SIGNER_EXPIRED
        again = hq.take(parcel, late)
        assert (again.same, again.refused) == (1, 0)
        assert title(hq, entry) == "Dakar"
        assert reasons(hq) == []

    def test_so_it_does_when_its_import_was_undone_between(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        parcel = officer.pack()
        first = hq.take(parcel)
        undo_import(hq.workspace, first.id, hq.now)
        assert count_entries(hq.workspace) == 0
        assert hq.take(parcel, hq.now + timedelta(days=6 * 365)).refused == 0
        assert title(hq, entry) == "Dakar"

    def test_a_record_that_came_late_at_first_is_set_aside(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        officer.begin({"title": "Dakar"})
        result = hq.take(officer.pack(), hq.now + timedelta(days=6 * 365))
        assert (result.new, result.refused) == (0, 1)

    def test_undoing_one_of_two_imports_that_brought_a_record_changes_nothing(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        parcel = officer.pack()
        first, second = hq.take(parcel), hq.take(parcel)
        undo_import(hq.workspace, first.id, hq.now)
        assert title(hq, entry) == "Dakar"
        undo_import(hq.workspace, second.id, hq.now)
        assert count_entries(hq.workspace) == 0
        with pytest.raises(RefusedError, match="undone already"):
            undo_import(hq.workspace, second.id, hq.now)


BAD_LINES = {
    "no JSON": b"good evening",
    "a blank line": b"",
    "deep JSON": b"[" * 100_000,
    "bytes that are no text": b"\xff\xfe\x00",
    "half a character": b'{"set":{"title":"\\ud800"}}',
    "a time before the first day": b"time",
    "replaces much and sets nothing, out of order": b"replaces",
}


class TestOneBadLine:
    """One bad line among many is set aside and the rest goes in."""

    @pytest.mark.parametrize("bad", BAD_LINES.values(), ids=BAD_LINES)
    def test_one_bad_line_among_many_is_set_aside_and_the_rest_goes_in(
        self, bad: bytes, officer: Laptop, hq: Laptop
    ) -> None:
        lines = [
            line_of(officer, new_id(), number, set={"@form": FORM, "title": f"entry {number}"})
            for number in range(1, 401)
        ]
        if bad == b"time":
            bad = line_of(officer, new_id(), time="0001-01-01T00:00:00+05:00")
        elif bad == b"replaces":
            ids = tuple(f"{number:032x}" for number in range(100))
            bad = line_of(officer, new_id(), replaces={"title": ids}).replace(b"00062", b"00162")
        lines.insert(250, bad)
        parcel = officer.pack_lines(lines)
        planned = plan_seals(
            hq.workspace, hq.judged(parcel), parcel.file, hq.now, objects=parcel.forms
        )
        result = hq.take(parcel)
        assert replace(result, id=0) == planned
        assert (result.new, result.changes, result.refused) == (400, 400, 1)
        assert (result.refusals[0].line, result.refusals[0].entry) == (251, "")
        assert [one[:10] for one in reasons(hq)] == ["line 251: "]
        assert count_entries(hq.workspace) == 400

    def test_a_line_that_only_replaces_much_is_no_reason_to_stop(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        entry = officer.begin({"title": "Dakar"}).entry
        hq.take(officer.pack())
        ids = tuple(f"{number:032x}" for number in range(100))
        result = hq.take(officer.pack_lines([line_of(officer, entry, 2, replaces={"title": ids})]))
        assert (result.changes, result.refused) == (1, 0)
        assert title(hq, entry) == "Dakar"


class TestPractice:
    """Practice and real work never mix."""

    def test_a_practice_package_is_refused_and_leaves_no_trace(
        self, laptop_of: Make, people: People, hq: Laptop
    ) -> None:
        trainee = laptop_of(people.trainee, practice=True)
        trainee.begin({"title": "Trying out"})
        parcel = trainee.pack(practice=True)
        for refuse in (hq.take, lambda one: plan(hq, one)):
            with pytest.raises(RefusedError, match="made for practice"):
                refuse(parcel)
        assert list_seals(hq.workspace) == []
        assert count_entries(hq.workspace) == 0

    def test_real_work_is_refused_where_one_practises(
        self, laptop_of: Make, people: People, officer: Laptop
    ) -> None:
        trainee = laptop_of(people.trainee, practice=True)
        officer.begin({"title": "Dakar"})
        with pytest.raises(RefusedError, match="is for practice"):
            trainee.take(officer.pack())


def plan(laptop: Laptop, parcel: Parcel) -> ImportResult:
    return plan_seals(
        laptop.workspace, laptop.judged(parcel), parcel.file, laptop.now, objects=parcel.forms
    )


class TestCopiedLaptops:
    """A disk that was copied whole: nothing inside can tell the two apart."""

    @pytest.fixture
    def pair(self, officer: Laptop, tmp_path: Path, state: Path) -> Iterator[tuple[Laptop, Laptop]]:
        """Bring the same folder and the same user back to life twice, one after the other."""
        entry = officer.begin({"title": "Dakar", f"{ROW}/text": "said"}).entry
        first = officer.pack()
        folder, image = officer.workspace.folder, tmp_path / "image"
        officer.workspace.close()
        shutil.copytree(folder, image / "folder")
        shutil.copytree(state, image / "state", symlinks=True)
        one = replace(officer, workspace=open_workspace(folder))
        one.edit(entry, {"title": "Thiès"})
        self.parcels = [first, one.pack()]
        one.workspace.close()
        folder.rename(tmp_path / "one")
        shutil.rmtree(state)
        shutil.copytree(image / "state", state, symlinks=True)
        shutil.copytree(image / "folder", folder)
        two = replace(officer, workspace=open_workspace(folder))
        two.edit(entry, {"title": "Saint-Louis"})
        self.parcels.append(two.pack())
        self.entry = entry
        one = replace(one, workspace=open_workspace(tmp_path / "one"))
        yield one, two
        one.workspace.close()
        two.workspace.close()

    def test_both_keep_their_numbers_until_somebody_notices(
        self, pair: tuple[Laptop, Laptop]
    ) -> None:
        manifests = [parcel.seals[-1].manifest for parcel in self.parcels]
        assert len({one.device for one in manifests}) == 1
        assert [one.number for one in manifests] == [1, 2, 2]
        assert manifests[1].previous == manifests[2].previous
        assert pair[0].workspace.device != pair[1].workspace.device

    @pytest.mark.usefixtures("pair")
    @pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 0, 2)])
    def test_both_changes_are_kept_and_the_fork_is_noted(
        self, hq: Laptop, order: tuple[int, ...]
    ) -> None:
        noted = set()
        for one in order:
            parcel = self.parcels[one].only([-1])
            manifests = [seal.manifest for seal in parcel.seals]
            noted |= {one.kind for one in standing(hq.workspace, manifests, hq.now).notes}
            assert hq.take(parcel).changes == 1
        assert "fork" in noted
        changes = changes_of(hq.workspace, self.entry)
        assert len(changes) == 3
        twice = [one for one in changes if one.number == 2]
        assert len({(one.device, one.number) for one in twice}) == 1
        (conflict,) = list_conflicts(hq.workspace, self.entry)
        assert {one.value for one in conflict.versions} == {"Thiès", "Saint-Louis"}
        assert get_entry(hq.workspace, self.entry).answers[f"{ROW}/text"] == "said"
        assert reasons(hq) == []

    def test_each_of_the_two_takes_in_the_other(self, pair: tuple[Laptop, Laptop]) -> None:
        one, two = pair
        one.take(self.parcels[2])
        two.take(self.parcels[1])
        assert title(one, self.entry) == title(two, self.entry)
        one.edit(self.entry, {"title": "Both"})
        two.take(one.pack())
        assert title(two, self.entry) == "Both"
        assert list_conflicts(two.workspace, self.entry) == []


class TestStanding:
    """How a package stands to what is here: what is new in it, and what is odd about it."""

    @pytest.fixture
    def three(self, officer: Laptop) -> list[Parcel]:
        """Three seals of one laptop, one after the other."""
        entry = officer.begin({"title": "0"}).entry
        parcels = [officer.pack().only([-1])]
        for number in (1, 2):
            officer.edit(entry, {"title": str(number)})
            parcels.append(officer.pack().only([-1]))
        return parcels

    def notes(self, laptop: Laptop, parcel: Parcel) -> tuple[Standing, list[str]]:
        found = standing(laptop.workspace, [one.manifest for one in parcel.seals], laptop.now)
        return found.standing, [one.kind for one in found.notes]

    def test_in_their_order_there_is_nothing_to_note(self, three: list[Parcel], hq: Laptop) -> None:
        for parcel in three:
            assert self.notes(hq, parcel) == (Standing.NEW, [])
            hq.take(parcel)

    def test_a_replay_is_noted_and_changes_nothing(self, three: list[Parcel], hq: Laptop) -> None:
        hq.take(three[0])
        assert self.notes(hq, three[0]) == (Standing.ALREADY_IMPORTED, ["replay"])
        assert hq.take(three[0]).changes == 0

    def test_a_gap_is_noted_until_what_is_missing_comes(
        self, three: list[Parcel], hq: Laptop
    ) -> None:
        hq.take(three[0])
        assert self.notes(hq, three[2]) == (Standing.NEW, ["gap"])
        together = Parcel((*three[1].seals, *three[2].seals), three[2].forms)
        assert self.notes(hq, together) == (Standing.NEW, [])

    def test_an_older_record_after_a_newer_is_a_rollback(
        self, three: list[Parcel], hq: Laptop
    ) -> None:
        hq.take(three[2])
        assert self.notes(hq, three[0]) == (Standing.NEW, ["rollback"])
        assert self.notes(hq, three[1]) == (Standing.NEW, ["rollback", "gap"])

    def test_old_and_new_in_one_package_are_partly_new(
        self, three: list[Parcel], hq: Laptop
    ) -> None:
        hq.take(three[0])
        together = Parcel((*three[0].seals, *three[1].seals), three[1].forms)
        assert self.notes(hq, together) == (Standing.PARTLY_NEW, ["replay"])

    def test_an_import_that_was_undone_leaves_nothing_to_be_a_replay_of(
        self, three: list[Parcel], hq: Laptop
    ) -> None:
        undo_import(hq.workspace, hq.take(three[0]).id, hq.now)
        assert self.notes(hq, three[0]) == (Standing.NEW, [])

    def test_a_record_from_the_day_after_tomorrow_has_a_doubtful_clock(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        officer.begin({"title": "x"})
        ahead = officer.pack(at=officer.now + timedelta(days=2))
        assert self.notes(hq, ahead) == (Standing.NEW, ["clock"])

    def test_a_record_made_before_the_one_it_follows_has_a_doubtful_clock(
        self, officer: Laptop, hq: Laptop
    ) -> None:
        entry = officer.begin({"title": "x"}).entry
        hq.take(officer.pack())
        officer.edit(entry, {"title": "y"})
        behind = officer.pack(at=officer.now - timedelta(hours=1)).only([-1])
        assert self.notes(hq, behind) == (Standing.NEW, ["clock"])


def test_a_later_change_waits_aside_until_the_beginning_arrives(
    officer: Laptop, hq: Laptop
) -> None:
    entry = officer.begin({"title": "Dakar"}).entry
    first = officer.pack()
    officer.edit(entry, {"title": "Thiès"})
    second = officer.pack().only([-1])
    assert hq.take(second).refused == 1
    assert reasons(hq) == ["the beginning of this entry has not arrived yet"]
    assert hq.take(first).new == 1
    assert title(hq, entry) == "Thiès"
    assert reasons(hq) == []


def test_nothing_that_is_packed_is_left_unsealed(officer: Laptop) -> None:
    entry = officer.begin({"title": "Dakar"}).entry
    parcel = officer.pack()
    assert unsealed(officer.workspace).changes == ()
    assert parcel.forms == {FORM: XFORM}
    (change,) = changes_of(officer.workspace, entry)
    assert change.line in list(officer.judged(parcel)[0].lines)
    assert officer.workspace.role is Role.OFFICER
