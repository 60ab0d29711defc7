"""Encrypting a workspace: killed at any moment, it is all as it was or all encrypted."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filled_workspace import NOW

from stocktake_app.actions import capture, protecting, workspaces
from stocktake_app.actions.identity import PassphraseNeededError, unlock
from stocktake_app.errors import RefusedError, StocktakeError, WrongUseError
from stocktake_app.store.database import Database
from stocktake_app.store.drafts import get_draft, list_drafts
from stocktake_app.store.encrypting import ChangedMeanwhileError, InUseError
from stocktake_app.store.entries import get_entry
from stocktake_app.store.machine_errors import DiskFullError, LockedStoreError, WrongKeyError
from stocktake_app.store.packages import (
    LostPackageError,
    copy_package,
    package_path,
    reading_package,
    writing_package,
)
from stocktake_app.store.search import search
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust import slots
from stocktake_app.trust.keystore import has_keystore
from stocktake_app.trust.passphrases import WeakPassphraseError
from stocktake_app.trust.slots import WrongPassphraseError

PASSPHRASE = "four quiet green boats"
WORD, DRAFTED = "Kasserine", "Tataouine"
READY = 6
"""The step after which an encryption that was cut short goes on at the next opening."""

PACKAGE = "WCA-SEN-2021-04-28-L07-0012.xlsx"


@pytest.fixture(scope="module")
def _quick_stretching() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "MEMORY_KIB", 64)
        yield


@dataclass(frozen=True)
class Original:
    """A workspace that is not encrypted, with entries, a draft and a package."""

    folder: Path
    entry: str
    draft: str


@pytest.fixture(scope="module")
def original(
    tmp_path_factory: pytest.TempPathFactory, converted_forms: Path, _quick_stretching: None
) -> Original:
    folder = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(tmp_path_factory.mktemp("state")))
        person = workspaces.Person("Stocktaking officer", "Dakar", bureau="WCA")
        workspace = workspaces.create(folder / "workspace", person, now=NOW)
        answers = {"findings": [{"kind": "progress", "text": f"{WORD} has a school."}]}
        done = capture.capture(workspace, "regional", answers, now=NOW, finish_it=False)
        left = capture.leave(workspace, done.draft, now=NOW)
        assert left.entry
        unlock(workspace, PASSPHRASE)
        with writing_package(workspace, PACKAGE) as file:
            file.write(f"PK\x03\x04 {WORD}".encode() * 10_000)
        draft = capture.begin(workspace, "regional", now=NOW)
        capture.save(workspace, draft, {"event_details/event_name": DRAFTED}, now=NOW)
        workspace.close()
    return Original(folder / "workspace", left.entry, draft)


@pytest.fixture
def workspace(tmp_path: Path, original: Original) -> Path:
    folder = tmp_path / "workspace"
    shutil.copytree(original.folder, folder)
    workspaces.open_folder(folder).close()  # noticed as a copy once, here and not in the tests
    return folder


def in_a_child(work: Callable[[], object]) -> int:
    """Do something in a process of its own; return how that ended."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:  # noqa: BLE001 - the child must not go on as a second test run
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def protect_and_die(folder: Path, step: int) -> None:
    """Protect, and be killed after so many steps."""

    def die(done: int, _count: int) -> None:
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    protecting.protect(folder, PASSPHRASE, progress=die)


def protect_and_die_before_call(folder: Path, call: int) -> None:
    """Protect, and be killed before the so-manyth thing that the system is asked to do."""
    left = call

    def counted(name: str, module: Any = os) -> None:
        real = getattr(module, name)

        def dying(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        setattr(module, name, dying)

    for name in ("rename", "replace", "unlink", "mkdir", "rmdir", "fsync"):
        counted(name)
    protecting.protect(folder, PASSPHRASE)


def assert_whole(original: Original, folder: Path) -> bool:
    """Check that nothing is missing, whichever state it is in; return whether it is encrypted."""
    opened = workspaces.open_folder(folder, passphrase=PASSPHRASE)
    try:
        assert get_entry(opened, original.entry).answers
        assert [one.entry for one in search(opened, WORD)] == [original.entry]
        assert [one.id for one in list_drafts(opened)] == [original.draft]
        with reading_package(opened, PACKAGE) as file:
            assert file.read(2) == b"PK"
        protected = workspaces.describe(opened).protected
    finally:
        opened.close()
    assert not (folder / "protecting").exists()
    assert nothing_readable(folder) == protected
    return protected


def nothing_readable(folder: Path) -> bool:
    plain = [b"SQLite format", b"PK\x03\x04", WORD.encode(), DRAFTED.encode()]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return not any(mark in data for data in files for mark in plain)


def test_protecting_loses_nothing_and_leaves_nothing_readable(
    original: Original, workspace: Path
) -> None:
    told: list[tuple[int, int]] = []
    done = protecting.protect(workspace, PASSPHRASE, progress=lambda *step: told.append(step))
    assert (done.entries, done.packages) == (1, 1)
    assert [count for count, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]
    assert assert_whole(original, workspace)
    assert stat_mode(workspace) == 0o700
    with pytest.raises(PassphraseNeededError):
        workspaces.open_folder(workspace)
    with pytest.raises(WrongUseError, match="encrypted already"):
        protecting.protect(workspace, PASSPHRASE)


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_encrypted_to_somebody_else_stays_as_it_is(
    original: Original, workspace: Path
) -> None:
    copy = workspace / "packages" / f"{PACKAGE}.age"
    copy.write_bytes(b"age-encryption.org/v1 and so on")
    protecting.protect(workspace, PASSPHRASE)
    assert copy.read_bytes() == b"age-encryption.org/v1 and so on"
    assert assert_whole(original, workspace)


def test_a_package_that_is_gone_or_damaged_is_named(workspace: Path) -> None:
    protecting.protect(workspace, PASSPHRASE)
    held = workspaces.open_folder(workspace, passphrase=PASSPHRASE)
    with pytest.raises(LostPackageError, match="is gone"), reading_package(held, "other.xlsx"):
        pass
    path = package_path(held, PACKAGE)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LostPackageError, match=f"{PACKAGE} is damaged; export its entries again"):
        copy_package(held, PACKAGE, workspace / "out.xlsx")
    assert not (workspace / "out.xlsx").exists()
    held.close()


def test_killed_before_the_copies_are_all_there_nothing_has_changed(
    original: Original, workspace: Path, tmp_path: Path
) -> None:
    for step in range(1, READY):
        folder = tmp_path / f"killed-{step}"
        shutil.copytree(workspace, folder)
        assert in_a_child(partial(protect_and_die, folder, step)) == signal.SIGKILL
        assert not assert_whole(original, folder)


def test_killed_before_any_call_of_the_system_it_is_all_old_or_all_new(
    original: Original, workspace: Path, tmp_path: Path
) -> None:
    found = []
    for call in range(1, 200, 3):  # each takes half a second; two in three would say no more
        folder = tmp_path / f"killed-{call}"
        shutil.copytree(workspace, folder)
        ended = in_a_child(partial(protect_and_die_before_call, folder, call))
        found.append(assert_whole(original, folder))
        shutil.rmtree(folder)
        if ended == 0:
            break
    assert ended == 0, "it never came to an end"
    assert len(found) > 15
    assert set(found) == {False, True}
    assert found == sorted(found)


def test_killed_again_while_it_is_finished_it_is_still_whole(
    original: Original, workspace: Path, tmp_path: Path
) -> None:
    in_a_child(partial(protect_and_die, workspace, READY))
    assert (workspace / "protecting" / "ready.json").exists()
    for call in range(1, 60):
        folder = tmp_path / f"again-{call}"
        shutil.copytree(workspace, folder)

        def open_and_die(folder: Path = folder, call: int = call) -> None:
            left = [call]
            for name in ("rename", "replace", "unlink", "rmdir", "fsync"):
                real = getattr(os, name)

                def dying(*given: Any, real: Any = real, **named: Any) -> Any:
                    left[0] -= 1
                    if not left[0]:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return real(*given, **named)

                setattr(os, name, dying)
            workspaces.open_folder(folder, passphrase=PASSPHRASE)

        ended = in_a_child(open_and_die)
        assert assert_whole(original, folder)
        shutil.rmtree(folder)
        if ended == 0:
            break
    assert ended == 0
    assert call > 8


def test_killed_at_any_time_it_is_whole(
    original: Original, workspace: Path, tmp_path: Path
) -> None:
    for number in range(6):
        folder = tmp_path / f"killed-{number}"
        shutil.copytree(workspace, folder)
        child = os.fork()
        if not child:
            protecting.protect(folder, PASSPHRASE)
            os._exit(0)
        time.sleep(0.02 * number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert_whole(original, folder)


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    workspace = workspaces.open_folder(folder)
    yield workspace
    workspace.close()


def test_while_another_program_has_it_open_nothing_is_done(
    original: Original, workspace: Path
) -> None:
    with opened(workspace), pytest.raises(InUseError, match="has this workspace open"):
        protecting.protect(workspace, PASSPHRASE)
    assert not assert_whole(original, workspace)


@pytest.mark.parametrize("step", [READY, READY + 1])
def test_who_writes_before_all_is_done_brings_all_back(
    original: Original, workspace: Path, step: int
) -> None:
    in_a_child(partial(protect_and_die, workspace, step))
    assert (workspace / "protecting" / "ready.json").exists()
    late = Database(workspace / "drafts.db")  # a program that was waiting for its turn
    late.execute_durably("UPDATE draft SET started = started")
    late.close()
    with pytest.raises(ChangedMeanwhileError, match="nothing was changed, do it again"):
        workspaces.open_folder(workspace, passphrase=PASSPHRASE)
    assert not assert_whole(original, workspace)
    protecting.protect(workspace, PASSPHRASE)
    assert assert_whole(original, workspace)


def write_for(seconds: float, folder: Path, draft: str, log: Path) -> None:
    """Open, save an answer and close, again and again; note what was said to be saved."""
    end = time.monotonic() + seconds
    number = 0
    with log.open("w", encoding="utf-8") as said:
        while time.monotonic() < end:
            number += 1
            with suppress(StocktakeError):
                held = workspaces.open_folder(folder, passphrase=PASSPHRASE)
                capture.save(held, draft, {f"event_details/a{number}": log.name}, now=NOW)
                held.close()
                said.write(f"event_details/a{number}\n")


def test_what_other_programs_save_meanwhile_is_never_lost(
    original: Original, workspace: Path, tmp_path: Path
) -> None:
    with opened(workspace) as held:
        drafts = [original.draft, capture.begin(held, "regional", now=NOW)]
    children = []
    for number, draft in enumerate(drafts):
        child = os.fork()
        if not child:
            write_for(3, workspace, draft, tmp_path / f"log-{number}")
            os._exit(0)
        children.append(child)
    time.sleep(0.5)
    while not protecting.ways(workspace).protected:
        with suppress(InUseError, ChangedMeanwhileError):
            protecting.protect(workspace, PASSPHRASE)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    held = workspaces.open_folder(workspace, passphrase=PASSPHRASE)
    for number, draft in enumerate(drafts):
        said = (tmp_path / f"log-{number}").read_text("utf-8").split()
        assert len(said) > 5
        assert set(said) <= get_draft(held, draft).answers.keys()
    held.close()


def test_a_program_that_waited_for_the_old_file_does_not_write_into_it(
    original: Original, workspace: Path
) -> None:
    before = Database(workspace / "store.db")
    protecting.protect(workspace, PASSPHRASE)
    with pytest.raises(WrongKeyError), before.reading():
        pass


def test_a_connection_made_while_the_file_is_replaced_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for name in ("store.db", "new.db"):
        made = Database(tmp_path / name)
        with made.writing() as connection:
            connection.execute("CREATE TABLE said (word TEXT)")
            connection.execute("INSERT INTO said VALUES (?)", (name,))
        made.close()

    class Interrupted(Database):
        """Sees the file replaced just after it was opened, once."""

        def _prepare(self, driver: Any) -> None:
            super()._prepare(driver)
            if (tmp_path / "new.db").exists():
                (tmp_path / "new.db").replace(path)

    late = Interrupted(path)
    with late.reading() as connection:
        assert connection.value("SELECT word FROM said") == "new.db"
    late.close()


def test_a_file_that_is_just_being_moved_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made = Database(path)
    with made.writing() as connection:
        connection.execute("CREATE TABLE said (word TEXT)")
    made.close()
    path.rename(tmp_path / "aside.db")
    with pytest.raises(LockedStoreError, match="is being encrypted by another program"):
        made.reading().__enter__()
    assert not path.exists()


def test_the_passphrase_is_the_one_that_the_keys_have(workspace: Path) -> None:
    with pytest.raises(PassphraseNeededError):
        protecting.protect(workspace, None)
    with pytest.raises(WrongPassphraseError):
        protecting.protect(workspace, "another guess of mine")
    assert not (workspace / "protecting").exists()


def test_without_keys_they_are_made_and_a_weak_passphrase_is_refused(
    original: Original, workspace: Path
) -> None:
    (workspace / "keys.json").unlink()
    with pytest.raises(WeakPassphraseError, match="made of your name"):
        protecting.protect(workspace, "stocktaking officer")
    assert not has_keystore(workspace)
    protecting.protect(workspace, PASSPHRASE)
    assert assert_whole(original, workspace)


def test_without_keys_a_change_meanwhile_leaves_none_behind(
    original: Original, workspace: Path
) -> None:
    (workspace / "keys.json").unlink()
    in_a_child(partial(protect_and_die, workspace, READY))
    Database(workspace / "drafts.db").execute_durably("UPDATE draft SET started = started")
    with pytest.raises(ChangedMeanwhileError):
        workspaces.open_folder(workspace, passphrase=PASSPHRASE)
    assert not has_keystore(workspace)
    assert not assert_whole(original, workspace)


def test_a_full_disk_is_noticed_before_anything_is_done(
    original: Original, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(workspace)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFullError, match="needs about"):
        protecting.protect(workspace, PASSPHRASE)
    monkeypatch.undo()
    assert not (workspace / "protecting").exists()


def test_a_disk_that_fails_midway_leaves_all_as_it_was(
    original: Original, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((OSError, StocktakeError)):
        protecting.protect(workspace, PASSPHRASE)
    monkeypatch.undo()
    assert not assert_whole(original, workspace)


def test_a_folder_without_a_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="There is no workspace"):
        protecting.protect(tmp_path, PASSPHRASE)


def test_a_locked_workspace_forgets_its_key_and_has_to_be_opened_again(workspace: Path) -> None:
    protecting.protect(workspace, PASSPHRASE)
    held = workspaces.open_folder(workspace, passphrase=PASSPHRASE)
    assert held.file_key
    protecting.lock(held)
    assert held.store.key is None
    assert held.file_key is None
    for database in (held.store, held.drafts):
        with pytest.raises(WrongUseError, match="is locked; give its passphrase"):
            database.reading().__enter__()
    workspaces.open_folder(workspace, passphrase=PASSPHRASE).close()


def test_drafts_in_which_nothing_is_typed_any_more_are_frozen(workspace: Path) -> None:
    with opened(workspace) as held:
        later = NOW + timedelta(minutes=45)
        fresh = capture.begin(held, "regional", now=later)
        capture.save(held, fresh, {"event_details/event_name": "Gao"}, now=later)
        assert protecting.freeze_idle(held, now=later, minutes=30) == 1
        assert [one.id for one in list_drafts(held)] == [fresh]
