"""Making and opening a workspace, and noticing when it was copied, moved or restored."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from stores import NOW, begin, new_store, profile, seal_up

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.store.entries import list_entries
from stocktake_app.store.machine_errors import DamagedStoreError, NewerStoreError, WrongKeyError
from stocktake_app.store.workspace import (
    Incarnation,
    Workspace,
    create_workspace,
    is_workspace,
    open_workspace,
    save_profile,
    window_lock,
)

KEY = bytes(range(32))


def test_a_workspace_opens_as_it_was_made(tmp_path: Path) -> None:
    made = new_store(tmp_path, "officer", key=KEY)
    made.close()
    again = open_workspace(tmp_path / "officer", key=KEY)
    assert (again.id, again.device, again.profile) == (made.id, made.device, made.profile)
    assert again.incarnation is Incarnation.SAME
    assert again.packages.is_dir()


def test_names_are_not_written_where_anybody_can_read_them(tmp_path: Path) -> None:
    create_workspace(tmp_path / "w", profile("Aminata"), key=KEY, now=NOW).close()
    for path in (tmp_path / "w").rglob("*"):
        assert path.is_dir() or b"Aminata" not in path.read_bytes()


def test_the_wrong_key_opens_nothing(tmp_path: Path) -> None:
    new_store(tmp_path, "officer", key=KEY).close()
    for key in (None, bytes(32)):
        with pytest.raises(WrongKeyError):
            open_workspace(tmp_path / "officer", key=key)


def test_a_folder_with_something_in_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(RefusedError, match=r"not empty \(there is letters.txt\)"):
        create_workspace(tmp_path, profile("officer"), now=NOW)
    with pytest.raises(RefusedError, match="is a file"):
        create_workspace(tmp_path / "letters.txt", profile("officer"), now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_keys_may_be_there_before_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    assert is_workspace(create_workspace(tmp_path, profile("officer"), now=NOW).folder)


def test_a_folder_without_a_workspace_is_told_in_a_sentence(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert not is_workspace(folder)
        with pytest.raises(RefusedError, match="There is no workspace"):
            open_workspace(folder)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"format": 1}', b"\xff"])
def test_a_damaged_marker_is_told_in_a_sentence(officer: Workspace, damage: bytes) -> None:
    (officer.folder / "workspace.json").write_bytes(damage)
    with pytest.raises(DamagedStoreError, match="backup"):
        open_workspace(officer.folder)


def test_a_workspace_from_the_future_is_refused(officer: Workspace) -> None:
    marker = officer.folder / "workspace.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"format": 2}))
    with pytest.raises(NewerStoreError, match="newer version"):
        open_workspace(officer.folder)


def test_a_missing_file_is_told_and_not_made_anew(officer: Workspace) -> None:
    officer.close()
    (officer.folder / "drafts.db").unlink()
    with pytest.raises(DamagedStoreError, match=r"drafts\.db is missing"):
        open_workspace(officer.folder)
    assert not (officer.folder / "drafts.db").exists()


def test_a_changed_profile_stays(officer: Workspace) -> None:
    changed = save_profile(officer, profile("Officer, now with an office"))
    assert open_workspace(officer.folder).profile == changed.profile
    assert changed.profile.author.role is Role.OFFICER


def test_a_copy_beside_the_original_gets_a_device_of_its_own(officer: Workspace) -> None:
    officer.close()
    copy = officer.folder.with_name("copy")
    shutil.copytree(officer.folder, copy)
    opened = open_workspace(copy)
    assert opened.incarnation is Incarnation.COPIED
    assert opened.device != officer.device
    assert open_workspace(copy).incarnation is Incarnation.SAME
    original = open_workspace(officer.folder)
    assert (original.incarnation, original.device) == (Incarnation.SAME, officer.device)


def test_a_folder_that_was_only_moved_is_the_same_one(officer: Workspace) -> None:
    officer.close()
    moved = officer.folder.rename(officer.folder.with_name("moved"))
    assert open_workspace(moved).incarnation is Incarnation.SAME
    assert open_workspace(moved).device == officer.device


def test_a_workspace_on_another_computer_gets_a_new_device(officer: Workspace, state: Path) -> None:
    officer.close()
    shutil.rmtree(state / "workspaces")
    opened = open_workspace(officer.folder)
    assert opened.incarnation is Incarnation.NEW_HERE
    assert opened.device != officer.device


def test_an_older_backup_gets_a_new_device_and_loses_nothing(officer: Workspace) -> None:
    begin(officer, "1" * 32, {"name": "first"})
    seal_up(officer)
    officer.close()
    backup = officer.folder.with_name("backup")
    shutil.copytree(officer.folder, backup)
    again = open_workspace(officer.folder)
    begin(again, "2" * 32, {"name": "second"})
    seal_up(again)
    again.close()
    shutil.rmtree(officer.folder)
    backup.rename(officer.folder)
    restored = open_workspace(officer.folder)
    assert restored.incarnation is Incarnation.RESTORED
    assert restored.device != officer.device
    assert [entry.id for entry in list_entries(restored)] == ["1" * 32]
    assert begin(restored, "3" * 32, {"name": "third"}).number == 1


def test_a_torn_note_outside_costs_only_a_new_device(officer: Workspace, state: Path) -> None:
    officer.close()
    for note in (state / "workspaces").iterdir():
        note.write_bytes(b'{"work')
    assert open_workspace(officer.folder).incarnation is Incarnation.NEW_HERE


def test_one_window_at_a_time(officer: Workspace) -> None:
    second = open_workspace(officer.folder)
    with (
        window_lock(officer),
        pytest.raises(RefusedError, match="open in another window"),
        window_lock(second),
    ):
        pass
    with window_lock(second):
        assert (officer.folder / "ballast").stat().st_size == 16 * 1024 * 1024


OPENING = """
import sys, time
from pathlib import Path
begin = time.process_time()
from stocktake_app.store.workspace import open_workspace
from stocktake_app.store.entries import list_entries
from stocktake_app.store.drafts import list_drafts, start_draft, save_answer
from stocktake_app.store.outbox import list_outbox
workspace = open_workspace(Path(sys.argv[1]))
list_entries(workspace), list_drafts(workspace), list_outbox(workspace)
from datetime import datetime, UTC
draft = start_draft(workspace, "f" * 64, now=datetime.now(UTC))
save_answer(workspace, draft.id, "name", "x", now=datetime.now(UTC))
heavy = {"sqlalchemy", "sqlmodel", "alembic", "pydantic", "cryptography", "lxml"} & set(sys.modules)
print(",".join(sorted(heavy)) or "none")
"""


def test_opening_and_typing_load_no_heavy_library(officer: Workspace) -> None:
    officer.close()
    done = subprocess.run(
        [sys.executable, "-c", OPENING, str(officer.folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "none"
