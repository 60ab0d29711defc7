"""Making and opening a workspace."""

import subprocess
import sys
from pathlib import Path

import pytest
from stores import NOW, new_store, profile

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.store.machine_errors import DamagedStoreError
from stocktake_app.store.workspace import (
    Incarnation,
    Workspace,
    create_workspace,
    is_workspace,
    open_workspace,
    save_profile,
)

KEY = bytes(range(32))


def test_a_workspace_opens_as_it_was_made(tmp_path: Path) -> None:
    made = new_store(tmp_path, "officer", key=KEY)
    made.close()
    again = open_workspace(tmp_path / "officer", key=KEY)
    assert (again.id, again.device, again.profile) == (made.id, made.device, made.profile)
    assert again.incarnation is Incarnation.SAME
    assert again.packages.is_dir()


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


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"format": 1}', b"\xff"])
def test_a_damaged_marker_is_told_in_a_sentence(officer: Workspace, damage: bytes) -> None:
    (officer.folder / "workspace.json").write_bytes(damage)
    with pytest.raises(DamagedStoreError, match="backup"):
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


OPENING = """
import sys
from pathlib import Path
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
