"""A workspace that was copied, moved or put back gets a new device id exactly when it must."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stores import NOW, begin, new_store, seal_up, take

from stocktake_app.actions.workspaces import NOTES, describe
from stocktake_app.model.change import Change
from stocktake_app.model.ids import new_id
from stocktake_app.store.changes import append_change, changes_of
from stocktake_app.store.drafts import get_draft, save_answer, start_draft
from stocktake_app.store.entries import count_entries, get_entry
from stocktake_app.store.imports import IncomingSeal
from stocktake_app.store.incarnation import Incarnation
from stocktake_app.store.seals import get_seal, list_seals
from stocktake_app.store.workspace import Workspace, open_workspace

ENTRY = new_id()


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    workspace = open_workspace(folder)
    try:
        yield workspace
    finally:
        workspace.close()


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """Return the folder of an officer's closed workspace that has sealed one entry, "Begun"."""
    workspace = new_store(tmp_path, "laptop")
    begin(workspace, ENTRY, {"title": "Begun"})
    seal_up(workspace)
    workspace.close()
    return workspace.folder


@pytest.fixture
def third(tmp_path: Path) -> Iterator[Workspace]:
    """The colleague who gets what both copies have to say."""
    workspace = new_store(tmp_path, "third")
    yield workspace
    workspace.close()


def found(folder: Path) -> tuple[str, Incarnation]:
    """Open and close a workspace; return its device id and what was found about it."""
    with opened(folder) as workspace:
        return workspace.device, workspace.incarnation


def copied(folder: Path, name: str) -> Path:
    return Path(shutil.copytree(folder, folder.parent / name))


def test_workspace_opened_again_stays_the_same_device(laptop: Path) -> None:
    device, incarnation = found(laptop)
    assert incarnation is Incarnation.SAME
    assert found(laptop) == (device, Incarnation.SAME)


def test_moved_folder_stays_the_same_device(laptop: Path) -> None:
    device, _ = found(laptop)
    moved = laptop.rename(laptop.parent / "moved")
    assert found(moved) == (device, Incarnation.SAME)
    back = moved.rename(laptop)
    assert found(back) == (device, Incarnation.SAME)


def test_folder_named_by_another_way_stays_the_same_device(laptop: Path) -> None:
    device, _ = found(laptop)
    link = laptop.parent / "link"
    link.symlink_to(laptop, target_is_directory=True)
    assert found(link) == (device, Incarnation.SAME)
    assert found(laptop / "packages" / "..") == (device, Incarnation.SAME)


def test_folder_moved_where_another_workspace_then_took_its_place_is_no_copy(
    laptop: Path,
) -> None:
    device, _ = found(laptop)
    moved = laptop.rename(laptop.parent / "moved")
    new_store(laptop.parent, laptop.name).close()
    assert found(moved) == (device, Incarnation.SAME)


def test_copied_folder_counts_as_another_laptop_and_says_so_once(laptop: Path) -> None:
    device, _ = found(laptop)
    copy = copied(laptop, "copy")
    with opened(copy) as workspace:
        assert workspace.incarnation is Incarnation.COPIED
        assert workspace.device != device
        renewed = workspace.device
        assert NOTES[Incarnation.COPIED] in describe(workspace).notes
    with opened(copy) as workspace:
        assert (workspace.device, workspace.incarnation) == (renewed, Incarnation.SAME)
        assert not set(NOTES.values()) & set(describe(workspace).notes)
    assert found(laptop) == (device, Incarnation.SAME)


def test_of_two_copies_made_before_either_was_opened_each_is_another_laptop(laptop: Path) -> None:
    device, _ = found(laptop)
    copies = [copied(laptop, "one"), copied(laptop, "two"), laptop]
    seen = [found(folder) for folder in copies]
    assert len({one for one, _ in seen}) == 3
    assert [how for _, how in seen] == [Incarnation.COPIED, Incarnation.COPIED, Incarnation.SAME]
    assert seen[2][0] == device


def test_original_opened_after_the_copy_took_its_place_is_the_one_renewed(laptop: Path) -> None:
    device, _ = found(laptop)
    away = laptop.rename(laptop.parent / "stick")
    copy = copied(away, laptop.name)
    assert found(copy) == (device, Incarnation.SAME)
    renewed, incarnation = found(away)
    assert incarnation is Incarnation.COPIED
    assert renewed != device


def test_copy_of_an_open_workspace_counts_as_another_laptop(laptop: Path) -> None:
    with opened(laptop) as workspace:
        append_change(workspace, ENTRY, {"title": "Not yet in the main file"}, NOW)
        assert (laptop / "store.db-wal").stat().st_size
        copy = copied(laptop, "copy")
        with opened(copy) as other:
            assert other.incarnation is Incarnation.COPIED
            assert get_entry(other, ENTRY).title == "Not yet in the main file"


def test_backup_put_back_after_later_seals_counts_as_another_laptop(laptop: Path) -> None:
    backup = copied(laptop, "backup")
    with opened(laptop) as workspace:
        device = workspace.device
        append_change(workspace, ENTRY, {"title": "Sent"}, NOW)
        seal_up(workspace)
    shutil.rmtree(laptop)
    backup.rename(laptop)
    with opened(laptop) as workspace:
        assert workspace.incarnation is Incarnation.RESTORED
        assert workspace.device != device
        assert NOTES[Incarnation.RESTORED] in describe(workspace).notes
        restored = workspace.device
    assert found(laptop) == (restored, Incarnation.SAME)


def test_backup_that_is_as_new_as_what_was_lost_stays_the_same_device(laptop: Path) -> None:
    device, _ = found(laptop)
    backup = copied(laptop, "backup")
    shutil.rmtree(laptop)
    backup.rename(laptop)
    assert found(laptop) == (device, Incarnation.SAME)


def test_workspace_put_back_twice_is_a_new_laptop_each_time(laptop: Path) -> None:
    kept = copied(laptop, "kept")
    with opened(laptop) as workspace:
        append_change(workspace, ENTRY, {"title": "Sent"}, NOW)
        seal_up(workspace)
    devices = {found(laptop)[0]}
    for number in range(2):
        shutil.rmtree(laptop)
        shutil.copytree(kept, laptop)
        with opened(laptop) as workspace:
            assert workspace.incarnation is Incarnation.RESTORED
            devices.add(workspace.device)
            append_change(workspace, ENTRY, {"title": f"Again {number}"}, NOW)
            seal_up(workspace)
    assert len(devices) == 3


def test_workspace_opened_under_another_state_folder_is_new_there(
    laptop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, _ = found(laptop)
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "another user"))
    with opened(laptop) as workspace:
        assert workspace.incarnation is Incarnation.NEW_HERE
        assert workspace.device != device
        assert NOTES[Incarnation.NEW_HERE] in describe(workspace).notes
        renewed = workspace.device
    assert found(laptop) == (renewed, Incarnation.SAME)


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'{"workspace": "x"}', b"\xff"])
def test_torn_memory_costs_only_a_new_device_id(laptop: Path, state: Path, torn: bytes) -> None:
    device, _ = found(laptop)
    (state / "workspaces" / f"{device}.json").write_bytes(torn)
    renewed, incarnation = found(laptop)
    assert incarnation is Incarnation.NEW_HERE
    assert renewed != device
    assert found(laptop) == (renewed, Incarnation.SAME)


def test_memory_that_cannot_be_written_does_not_keep_a_workspace_shut(
    laptop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "file" / "state"))
    first, incarnation = found(laptop)
    assert incarnation is Incarnation.NEW_HERE
    assert found(laptop)[0] != first


def test_drafts_and_entries_come_along_into_a_copy(laptop: Path) -> None:
    with opened(laptop) as workspace:
        draft = start_draft(workspace, "f" * 64, now=NOW).id
        save_answer(workspace, draft, "title", "Half typed", now=NOW)
    with opened(copied(laptop, "copy")) as workspace:
        assert get_draft(workspace, draft).answers == {"title": "Half typed"}
        assert get_entry(workspace, ENTRY).title == "Begun"


def said(folder: Path, title: str, place: str) -> tuple[IncomingSeal, Change, Change]:
    """Say two things in a copy: of the entry that both have, and of one of its own."""
    with opened(folder) as workspace:
        change = append_change(workspace, ENTRY, {"title": title}, NOW)
        own = begin(workspace, new_id(), {"title": place})
        return seal_up(workspace), change, own


def first_seal(folder: Path) -> IncomingSeal:
    """Return what was sealed before there were two."""
    with opened(folder) as workspace:
        (stored,) = list_seals(workspace)
        seal = get_seal(workspace, stored.id)
        lines = seal.lines.splitlines()
        return IncomingSeal(seal.encode(), seal.manifest, stored.verdict, "", stored.signer, lines)


@pytest.mark.parametrize("backwards", [False, True])
def test_what_both_copies_say_survives_at_a_third(
    laptop: Path, third: Workspace, *, backwards: bool
) -> None:
    first = first_seal(laptop)
    copy = copied(laptop, "copy")
    ours, here, our_own = said(laptop, "Said here", "Dakar")
    theirs, there, their_own = said(copy, "Said there", "Niamey")
    assert here.device != there.device
    for number, seal in enumerate([theirs, ours, first] if backwards else [first, ours, theirs]):
        take(third, seal, name=f"{number}.xlsx")
    assert {one.id for one in changes_of(third, ENTRY)} >= {here.id, there.id}
    entry = get_entry(third, ENTRY)
    assert entry.conflict_paths == ("title",)
    assert entry.title in {"Said here", "Said there"}
    assert {get_entry(third, one.entry).title for one in (our_own, their_own)} == {
        "Dakar",
        "Niamey",
    }
    assert count_entries(third) == 3


def test_what_was_sent_before_and_after_a_backup_was_put_back_survives_at_a_third(
    laptop: Path, third: Workspace
) -> None:
    first = first_seal(laptop)
    backup = copied(laptop, "backup")
    sent, before, _ = said(laptop, "Before the loss", "Dakar")
    shutil.rmtree(laptop)
    backup.rename(laptop)
    again, after, _ = said(laptop, "After the loss", "Niamey")
    take(third, first, sent, again)
    assert {before.id, after.id} <= {one.id for one in changes_of(third, ENTRY)}
    assert get_entry(third, ENTRY).conflict_paths == ("title",)
    with opened(laptop) as workspace:  # its own lost work comes home
        take(workspace, sent)
        assert get_entry(workspace, ENTRY).conflict_paths == ("title",)


def test_twins_that_nobody_could_tell_apart_lose_nothing_at_a_third(
    laptop: Path, third: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two computers with the same image: each remembers the workspace as its own."""
    first = first_seal(laptop)
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "one computer"))
    device, _ = found(laptop)
    image = copied(laptop, "image")
    memory = shutil.copytree(tmp_path / "one computer", tmp_path / "its twin")
    ours, here, _ = said(laptop, "Said here", "Dakar")
    shutil.rmtree(laptop)
    monkeypatch.setenv("STOCKTAKE_STATE", str(memory))
    image.rename(laptop)
    theirs, there, _ = said(laptop, "Said there", "Niamey")
    assert (here.device, here.number) == (there.device, there.number) == (device, there.number)
    take(third, first, ours, theirs)
    assert {here.id, there.id} <= {one.id for one in changes_of(third, ENTRY)}
    assert get_entry(third, ENTRY).conflict_paths == ("title",)
    assert count_entries(third) == 3
