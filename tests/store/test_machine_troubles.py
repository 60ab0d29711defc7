"""Full disks, locks, damage, foreign files and keys: one sentence each, and the data unharmed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filled_workspace import NOW, new_workspace

from stocktake_app.actions.workspaces import open_folder
from stocktake_app.errors import MachineError, RefusedError, StocktakeError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.store.changes import append_change, changes_of
from stocktake_app.store.database import Database
from stocktake_app.store.drafts import get_draft, save_answer, save_answers, start_draft
from stocktake_app.store.entries import count_entries, get_entry
from stocktake_app.store.files import atomic_write
from stocktake_app.store.freezing import freeze
from stocktake_app.store.machine_errors import (
    DamagedStoreError,
    DiskFullError,
    LockedStoreError,
    NewerStoreError,
    ReadOnlyStoreError,
    WrongKeyError,
)
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.schema import DRAFTS_VERSION, STORE_VERSION
from stocktake_app.store.search import search
from stocktake_app.store.workspace import (
    Profile,
    Workspace,
    create_workspace,
    open_workspace,
    window_lock,
)
from stocktake_app.trust.keystore import create_keystore

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
SECRET = "Kasserine"
PROFILE = Profile(f"{SECRET} desk", "Tunis", Role.HQ, "", "TUN", "en", new_id())

LOCKING = """
import sys
from sqlcipher3 import dbapi2

connection = dbapi2.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""


def is_one_sentence(error: BaseException) -> bool:
    """Say whether an error is told in one sentence and says what to do, without the machine's."""
    text = str(error)
    words = ("Error", "SQLITE", "errno", "Traceback", "sqlite", "disk image")
    return text.endswith(".") and "\n" not in text and not any(word in text for word in words)


def written(workspace: Workspace, **answers: str) -> str:
    """Write an entry and return its id."""
    draft = start_draft(workspace, "ab" * 32, now=NOW)
    save_answers(workspace, draft.id, answers, now=NOW)
    freeze(workspace, draft.id, NOW, finished=True)
    refresh_projections(workspace)
    return draft.entry


def is_whole(database: Database) -> bool:
    with database.reading() as connection:
        return (
            connection.rows("PRAGMA integrity_check") == [("ok",)]
            and connection.rows("PRAGMA foreign_key_check") == []
        )


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder."""
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = new_workspace(tmp_path / "ours")
    yield made
    made.close()


@pytest.fixture
def closed(workspace: Workspace) -> Path:
    """Return the folder of a closed workspace with one entry, "A meeting"."""
    written(workspace, title="A meeting")
    workspace.close()
    return workspace.folder


def opens_unharmed(folder: Path, key: bytes | None = None) -> bool:
    """Say whether the workspace opens and has its entry."""
    workspace = open_workspace(folder, key=key)
    try:
        return [one.title for one in search(workspace, "meeting")] == ["A meeting"]
    finally:
        workspace.close()


def limit_pages(database: Database, pages: int = 0) -> None:
    """Let the file grow to so many pages and no more; by default, let it not grow at all."""
    with database.reading() as connection:
        limit = pages or connection.value("PRAGMA page_count")
        assert connection.value(f"PRAGMA max_page_count = {limit}") == limit


def save_on(workspace: Workspace, draft: str, text: str, saved: dict[str, str]) -> None:
    """Save one answer after the other and note those that were saved."""
    for number in range(1000):
        save_answer(workspace, draft, f"q{number}", text, now=NOW)
        saved[f"q{number}"] = text


def test_full_disk_keeps_every_saved_answer_and_the_next_save_works(workspace: Workspace) -> None:
    draft = start_draft(workspace, "ab" * 32, now=NOW).id
    limit_pages(workspace.drafts)
    ballast = workspace.folder / "ballast"
    ballast.write_bytes(bytes(1000))
    saved: dict[str, str] = {}
    with pytest.raises(DiskFullError) as caught:
        save_on(workspace, draft, "x" * 500, saved)
    assert str(caught.value) == (
        f"There is no room left on the disk that holds {workspace.folder / 'drafts.db'}; nothing "
        "of this was saved. Free some space and do it again."
    )
    assert not ballast.exists()
    assert get_draft(workspace, draft).answers == saved
    limit_pages(workspace.drafts, 100_000)
    save_answer(workspace, draft, "last", "it fits", now=NOW)
    assert get_draft(workspace, draft).answers == {**saved, "last": "it fits"}
    assert is_whole(workspace.drafts)


def test_full_disk_leaves_the_draft_that_could_not_be_frozen(workspace: Workspace) -> None:
    draft = start_draft(workspace, "ab" * 32, now=NOW)
    save_answer(workspace, draft.id, "text", "x" * 50_000, now=NOW)
    limit_pages(workspace.store)
    with pytest.raises(DiskFullError):
        freeze(workspace, draft.id, NOW, finished=True)
    assert count_entries(workspace) == 0
    assert get_draft(workspace, draft.id).answers == {"text": "x" * 50_000}
    limit_pages(workspace.store, 100_000)
    change = freeze(workspace, draft.id, NOW, finished=True)
    assert change is not None
    assert (change.number, changes_of(workspace, draft.entry)) == (1, [change])
    assert is_whole(workspace.store)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 6 MB."""
    folder = tmp_path / "stick"
    folder.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)):
        pytest.skip("no right to mount a disk here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def mounted(*arguments: str) -> bool:
    """Mount something, if this user and this system may."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode == 0


def test_really_full_disk_keeps_every_saved_answer(small_disk: Path) -> None:
    workspace = new_workspace(small_disk / "ours")
    entry = written(workspace, title="A meeting")
    films = small_disk / "films"
    films.write_bytes(bytes(3_000_000))
    draft = start_draft(workspace, "ab" * 32, now=NOW).id
    saved: dict[str, str] = {}
    with pytest.raises(DiskFullError):
        save_on(workspace, draft, "x" * 50_000, saved)
    assert saved
    assert get_draft(workspace, draft).answers == saved
    assert get_entry(workspace, entry).title == "A meeting"
    films.unlink()
    save_answer(workspace, draft, "last", "it fits", now=NOW)
    workspace.close()
    reopened = open_workspace(workspace.folder)
    assert get_draft(reopened, draft).answers == {**saved, "last": "it fits"}
    assert is_whole(reopened.drafts)
    assert is_whole(reopened.store)
    reopened.close()


def test_file_that_does_not_fit_leaves_the_one_before_it(small_disk: Path) -> None:
    report = small_disk / "report.pdf"
    atomic_write(report, b"the last one")
    with pytest.raises(DiskFullError) as caught:
        atomic_write(report, bytes(7_000_000))
    assert is_one_sentence(caught.value)
    assert bytes_of(small_disk) == {"report.pdf": b"the last one"}


def test_new_workspace_on_a_full_disk_is_refused_and_can_be_made_later(small_disk: Path) -> None:
    films = small_disk / "films"
    films.write_bytes(bytes(6_200_000))
    with pytest.raises(DiskFullError):
        new_workspace(small_disk / "ours")
    films.unlink()
    new_workspace(small_disk / "others").close()


def test_store_locked_by_another_process_is_told_and_nothing_is_lost(workspace: Workspace) -> None:
    entry = written(workspace, title="A meeting")
    path = workspace.folder / "store.db"
    other = subprocess.Popen(
        [sys.executable, "-c", LOCKING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout
    assert other.stdout.readline() == b"locked\n"
    with workspace.store.reading() as connection:
        assert connection.value("PRAGMA busy_timeout") == 10_000  # what the sentence says
        connection.execute("PRAGMA busy_timeout = 100")
    with pytest.raises(LockedStoreError) as caught:
        append_change(workspace, entry, {"title": "Another"}, NOW)
    assert str(caught.value) == (
        f"Another program has been writing to {path} for more than ten seconds; wait until it is "
        "done and do it again."
    )
    assert get_entry(workspace, entry).title == "A meeting"
    other.communicate(b"\n")
    append_change(workspace, entry, {"title": "Another"}, NOW)
    assert get_entry(workspace, entry).title == "Another"


def test_second_window_is_refused_and_the_command_line_is_not(workspace: Workspace) -> None:
    beside = open_workspace(workspace.folder)
    with window_lock(workspace):
        with (
            pytest.raises(RefusedError, match="open in another window; use that one"),
            window_lock(beside),
        ):
            pass
        written(beside, title="A meeting")
    with window_lock(beside):
        assert count_entries(workspace) == 1
    beside.close()


@contextmanager
def write_protected(folder: Path) -> Iterator[None]:
    """Make a folder read-only: by its rights, or for root, who has them all, by a mount."""
    if sys.platform == "win32":
        pytest.skip("folders cannot be made read-only here")
    if os.geteuid() == 0:
        if not mounted("--bind", str(folder), str(folder)):
            pytest.skip("no right to mount a disk here")
        assert mounted("-o", "remount,bind,ro", str(folder))
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    else:
        files = [folder, *folder.rglob("*")]
        modes = {path: path.stat().st_mode for path in files}
        for path in files:
            path.chmod(modes[path] & ~0o222)
        try:
            yield
        finally:
            for path in files:
                path.chmod(modes[path])


def test_write_protected_workspace_is_told_and_unharmed(closed: Path) -> None:
    before = bytes_of(closed)
    with write_protected(closed), pytest.raises(ReadOnlyStoreError) as caught:
        open_workspace(closed)
    assert is_one_sentence(caught.value)
    assert "write-protected" in str(caught.value)
    assert bytes_of(closed) == before
    assert opens_unharmed(closed)


def test_new_workspace_in_a_write_protected_folder_is_refused(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    with write_protected(parent), pytest.raises(ReadOnlyStoreError) as caught:
        new_workspace(parent / "ours")
    assert is_one_sentence(caught.value)
    with write_protected(parent), pytest.raises(ReadOnlyStoreError):
        atomic_write(parent / "report.pdf", b"report")
    assert bytes_of(parent) == {}


@pytest.mark.parametrize("name", ["store.db", "drafts.db"])
def test_file_of_a_newer_program_is_refused_and_left_alone(closed: Path, name: str) -> None:
    known = STORE_VERSION if name == "store.db" else DRAFTS_VERSION
    set_version(closed / name, 99)
    before = bytes_of(closed)
    with pytest.raises(NewerStoreError) as caught:
        open_workspace(closed)
    assert str(caught.value) == (
        f"{closed / name} was written by a newer version of Stocktake (its format is 99, this one "
        f"knows {known}); install the newer version to open it."
    )
    assert bytes_of(closed) == before
    set_version(closed / name, known)
    assert opens_unharmed(closed)


def set_version(path: Path, version: int) -> None:
    database = Database(path)
    with database.writing() as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    database.close()


def test_folder_of_a_newer_program_is_refused(closed: Path) -> None:
    marker = closed / "workspace.json"
    before = marker.read_text()
    marker.write_text(before.replace('"format": 1', '"format": 2'))
    with pytest.raises(NewerStoreError, match="newer version") as caught:
        open_workspace(closed)
    assert is_one_sentence(caught.value)
    marker.write_text(before)
    assert opens_unharmed(closed)


def spoil_pages(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("spoil", [spoil_pages, cut, empty, remove])
@pytest.mark.parametrize("name", ["store.db", "drafts.db"])
def test_damaged_file_is_told_and_not_made_worse(
    closed: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    healthy = (closed / name).read_bytes()
    spoil(closed / name)
    damaged = bytes_of(closed)
    with pytest.raises(DamagedStoreError, match="restore your last backup") as caught:
        use(closed)
    assert is_one_sentence(caught.value)
    assert str(closed / name) in str(caught.value)
    assert bytes_of(closed) == damaged
    (closed / name).write_bytes(healthy)
    assert opens_unharmed(closed)


def use(folder: Path) -> None:
    """Open a workspace and look at what is in both of its files."""
    workspace = open_workspace(folder)
    try:
        with workspace.drafts.reading() as connection:
            connection.rows("SELECT * FROM draft JOIN draft_step")
        search(workspace, "meeting")
        count_entries(workspace)
    finally:
        workspace.close()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "one"}', "\x00" * 80])
def test_damaged_marker_is_told(closed: Path, text: str) -> None:
    marker = closed / "workspace.json"
    healthy = marker.read_text()
    marker.write_text(text)
    with pytest.raises(DamagedStoreError) as caught:
        open_workspace(closed)
    assert is_one_sentence(caught.value)
    marker.write_text(healthy)
    assert opens_unharmed(closed)


@pytest.mark.parametrize("name", ["store.db", "drafts.db"])
def test_file_that_is_no_database_is_told_and_left_alone(closed: Path, name: str) -> None:
    (closed / name).write_bytes(b"Minutes of the meeting in Dakar. " * 400)
    before = bytes_of(closed)
    with pytest.raises(WrongKeyError, match="not a file of Stocktake") as caught:
        open_workspace(closed)
    assert is_one_sentence(caught.value)
    assert bytes_of(closed) == before


def test_folder_without_a_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="There is no workspace"):
        open_workspace(tmp_path)
    with pytest.raises(RefusedError, match="There is no workspace"):
        open_workspace(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RefusedError, match=r"not empty \(there is notes.txt\)"):
        new_workspace(tmp_path)
    with pytest.raises(RefusedError, match="is a file"):
        new_workspace(tmp_path / "notes.txt")
    assert bytes_of(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize(
    ("key", "tried"), [(KEY, OTHER_KEY), (KEY, None), (None, KEY)], ids=["other", "none", "any"]
)
def test_wrong_key_is_told_and_changes_nothing(
    tmp_path: Path, key: bytes | None, tried: bytes | None
) -> None:
    workspace = create_workspace(tmp_path / "ours", PROFILE, key=key, now=NOW)
    written(workspace, title="A meeting")
    workspace.close()
    before = bytes_of(workspace.folder)
    with pytest.raises(WrongKeyError, match="cannot be read with this key") as caught:
        open_workspace(workspace.folder, key=tried)
    assert is_one_sentence(caught.value)
    assert bytes_of(workspace.folder) == before
    assert opens_unharmed(workspace.folder, key)


def test_wrong_or_missing_passphrase_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    key = create_keystore(folder, passphrase="four quiet green boats", encrypts_store=True)
    workspace = create_workspace(folder, PROFILE, key=key.store_key, now=NOW)
    written(workspace, title="A meeting")
    workspace.close()
    for passphrase, kind in (("four loud green boats", RefusedError), (None, WrongUseError)):
        with pytest.raises(kind) as caught:
            open_folder(folder, passphrase=passphrase)
        assert isinstance(caught.value, StocktakeError)
        assert not isinstance(caught.value, MachineError)
    assert opens_unharmed(folder, key.store_key)


def files_with(folder: Path, word: str) -> set[str]:
    """Return the names of the files that hold a word in plain text, as written or folded."""
    forms = [form.encode(code) for form in (word, word.lower()) for code in ("utf-8", "utf-16-le")]
    found = bytes_of(folder).items()
    return {name for name, data in found if any(form in data for form in forms)}


@pytest.mark.parametrize("key", [KEY, None], ids=["encrypted", "plain"])
def test_encrypted_workspace_has_no_word_in_plain_text_in_any_file(
    tmp_path: Path, key: bytes | None
) -> None:
    workspace = create_workspace(tmp_path / "ours", PROFILE, key=key, now=NOW)
    written(workspace, title=f"Meeting in {SECRET}")
    draft = start_draft(workspace, "ab" * 32, now=NOW).id
    save_answer(workspace, draft, "text", f"{SECRET} again", now=NOW)
    assert search(workspace, SECRET)
    names = {one.name for one in workspace.folder.iterdir()}
    assert {"store.db-wal", "drafts.db-wal", "store.db-shm", "drafts.db-shm"} < names
    while_open = files_with(workspace.folder, SECRET)
    workspace.close()
    at_rest = files_with(workspace.folder, SECRET)
    if key:
        assert (while_open, at_rest) == (set(), set())
    else:  # the word is looked for in the right way
        assert {"store.db-wal", "drafts.db-wal"} <= while_open
        assert at_rest == {"store.db", "drafts.db"}
