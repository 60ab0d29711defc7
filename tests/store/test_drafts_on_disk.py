"""What is shown as saved is on disk: kills, other programs at work, undo, freezing."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_workspace import NOW, new_workspace, sign_all
from hypothesis import given, settings
from hypothesis import strategies as st
from people import make_people
from sqlcipher3 import dbapi2

import stocktake_app
from stocktake_app.actions import capture
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.change import Change
from stocktake_app.model.ids import new_id
from stocktake_app.settings import MAX_VALUE_CHARS
from stocktake_app.store.changes import append_change, changes_of, delete_entry, entry_state
from stocktake_app.store.drafts import (
    Draft,
    discard_draft,
    get_draft,
    list_drafts,
    redo,
    restore_draft,
    save_answer,
    save_answers,
    start_draft,
    undo,
)
from stocktake_app.store.entries import entry_ids, get_entry
from stocktake_app.store.freezing import freeze, freeze_all
from stocktake_app.store.seals import get_seal
from stocktake_app.store.workspace import Workspace, open_workspace

FORM = "ab" * 32
KILLS = 10

TYPING = """
import sys
from itertools import count
from pathlib import Path
from stocktake_app.store.drafts import save_answer
from stocktake_app.store.workspace import open_workspace
from datetime import datetime, UTC

workspace = open_workspace(Path(sys.argv[1]))
for number in count(int(sys.argv[3])):
    save_answer(workspace, sys.argv[2], f"q{number}", str(number), now=datetime.now(UTC))
    print(number, flush=True)
"""

FREEZING = """
import sys
from pathlib import Path
from stocktake_app.store.drafts import save_answer, start_draft
from stocktake_app.store.freezing import freeze
from stocktake_app.store.workspace import open_workspace
from datetime import datetime, UTC

workspace = open_workspace(Path(sys.argv[1]))
while True:
    draft = start_draft(workspace, "ab" * 32, now=datetime.now(UTC))
    save_answer(workspace, draft.id, "title", "A meeting", now=datetime.now(UTC))
    print(draft.entry, flush=True)
    freeze(workspace, draft.id, datetime.now(UTC), finished=True)
"""

IMPORTING = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from stocktake_app.exchange.seals import seal_lines
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import decode_seal
from stocktake_app.store.imports import IncomingSeal, PackageFile, Signer, apply_seals
from stocktake_app.store.workspace import open_workspace

def wait_for_the_word(done, total):
    print("importing", flush=True)
    sys.stdin.readline()

workspace = open_workspace(Path(sys.argv[1]))
seal = decode_seal(Path(sys.argv[2]).read_bytes())
signer = Signer("cd" * 16, "An office", Role.OFFICER, "WCA", "", "")
incoming = IncomingSeal(
    seal.encode(), seal.manifest, Verdict.VALID, "", signer, seal_lines(seal)
)
file = PackageFile("ef" * 32, "a.xlsx", "xlsx", 1, Verdict.VALID)
result = apply_seals(
    workspace, [incoming], file, datetime.now(UTC), progress=wait_for_the_word
)
print(result.changes, flush=True)
"""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a program on the same workspace in a process of its own."""
    checkout = str(Path(stocktake_app.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": checkout},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(process: subprocess.Popen[str]) -> list[str]:
    """Kill a program at a random moment of its work; return what it had printed by then."""
    assert process.stdin
    assert process.stdout
    first = process.stdout.readline()
    time.sleep(secrets.randbelow(30_000) / 1_000_000)
    process.kill()
    lines = [first, *process.stdout]
    process.stdin.close()
    process.stdout.close()
    assert process.wait() < 0  # it did not end by itself
    return [line.strip() for line in lines]


def begun(workspace: Workspace, entry: str | None = None) -> Draft:
    return start_draft(workspace, FORM, entry, now=NOW)


def frozen(workspace: Workspace, draft: str, *, finished: bool = True) -> Change:
    change = freeze(workspace, draft, NOW, finished=finished)
    assert change is not None
    return change


def written(workspace: Workspace, **answers: str) -> tuple[str, Change]:
    """Write a new entry; return its id and its change."""
    draft = begun(workspace)
    save_answers(workspace, draft.id, answers, now=NOW)
    return draft.entry, frozen(workspace, draft.id)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = new_workspace(tmp_path / "ours")
    yield made
    made.close()


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace for properties, which run many times in one test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(tmp_path_factory.mktemp("state")))
        made = new_workspace(tmp_path_factory.mktemp("long") / "ours")
    yield made
    made.close()


def test_no_acknowledged_answer_is_missing_after_a_kill(workspace: Workspace) -> None:
    draft = begun(workspace).id
    workspace.close()
    saved = 0
    for _ in range(KILLS):
        acknowledged = killed(started(TYPING, workspace.folder, draft, saved))
        reopened = open_workspace(workspace.folder)
        answers = get_draft(reopened, draft).answers
        reopened.close()
        assert acknowledged == [str(number) for number in range(saved, saved + len(acknowledged))]
        saved += len(acknowledged)
        # The last one may have been on disk before the kill kept the program from saying so.
        assert len(answers) in {saved, saved + 1}
        assert answers == {f"q{number}": str(number) for number in range(len(answers))}
    assert saved >= KILLS


def test_answers_reach_the_disk_and_not_only_the_system(workspace: Workspace) -> None:
    with workspace.drafts.reading() as connection:
        assert connection.value("PRAGMA synchronous") == 2  # FULL: the log is synced at each save
        assert connection.value("PRAGMA journal_mode") == "wal"


def test_every_entry_frozen_at_a_kill_has_one_change_afterwards(workspace: Workspace) -> None:
    workspace.close()
    entries: list[str] = []
    for _ in range(KILLS // 2):
        entries += killed(started(FREEZING, workspace.folder))
    reopened = open_workspace(workspace.folder)
    freeze_all(reopened, NOW)
    found = [changes_of(reopened, entry) for entry in entries]
    assert [len(changes) for changes in found] == [1] * len(entries)
    # A kill may have come before the program could name its last entry.
    every = [one for entry in entry_ids(reopened) for one in changes_of(reopened, entry)]
    assert sorted(one.number for one in every) == list(range(1, len(every) + 1))
    assert not [one for one in list_drafts(reopened) if one.title]
    reopened.close()


def test_saving_does_not_wait_for_an_import_in_another_process(
    workspace: Workspace, tmp_path: Path
) -> None:
    sender = new_workspace(tmp_path / "theirs")
    entry, _ = written(sender, title="What they heard")
    seal = tmp_path / "their.seal"
    seal.write_bytes(get_seal(sender, sign_all(sender, make_people("ec").wca_officer)).encode())
    sender.close()
    own, _ = written(workspace, title="What we heard")

    importing = started(IMPORTING, workspace.folder, seal)
    assert importing.stdout
    assert importing.stdout.readline() == "importing\n"
    assert is_locked(workspace.folder / "store.db")
    waits = [timed_save(workspace, begun(workspace, own).id, number) for number in range(30)]
    assert undo(workspace, begun(workspace, own).id, now=NOW) == {"title": "28"}
    assert is_locked(workspace.folder / "store.db")  # it was at it all the time
    said, _ = importing.communicate("go on\n")

    assert max(waits) < 1
    assert said.splitlines()[-1] == "1"
    assert get_entry(workspace, entry).title == "What they heard"
    assert frozen(workspace, begun(workspace, own).id).set["title"] == "28"


def is_locked(path: Path) -> bool:
    """Say whether somebody is in a writing transaction of this file."""
    probe = dbapi2.connect(str(path), timeout=0, isolation_level=None)
    try:
        probe.execute("BEGIN IMMEDIATE")
    except dbapi2.OperationalError as error:
        return str(error) == "database is locked"
    finally:
        probe.close()
    return False


def timed_save(workspace: Workspace, draft: str, number: int) -> float:
    start = time.monotonic()
    save_answer(workspace, draft, "title", str(number), now=NOW)
    return time.monotonic() - start


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["undo", "redo"]),
            st.dictionaries(
                st.sampled_from(["a", "b", "rows[x]/c"]), st.sampled_from([None, "", "1", "2"]),
                min_size=1,
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
@settings(max_examples=40)
def test_undo_and_redo_do_as_a_pile_of_copies_would(
    long_lived: Workspace, steps: list[str | dict[str, str | None]]
) -> None:
    draft = begun(long_lived).id
    past: list[dict[str, str]] = []
    future: list[dict[str, str]] = []
    shown: dict[str, str] = {}
    for step in steps:
        if isinstance(step, dict):
            save_answers(long_lived, draft, step, now=NOW)
            past.append(shown)
            future.clear()
            cleared = {path for path, value in step.items() if not value}
            given_now = {path: value for path, value in step.items() if value}
            shown = {path: one for path, one in shown.items() if path not in cleared} | given_now
        elif step == "undo" and past:
            undo(long_lived, draft, now=NOW)
            future.append(shown)
            shown = past.pop()
        elif step == "redo" and future:
            redo(long_lived, draft, now=NOW)
            past.append(shown)
            shown = future.pop()
        else:
            back = undo if step == "undo" else redo
            assert back(long_lived, draft, now=NOW) == {}
    stored = get_draft(long_lived, draft)
    assert stored.answers == shown
    assert (stored.can_undo, stored.can_redo) == (bool(past), bool(future))
    discard_draft(long_lived, draft)


def test_undo_goes_back_beyond_a_restart(workspace: Workspace) -> None:
    draft = begun(workspace).id
    save_answer(workspace, draft, "title", "First", now=NOW)
    save_answer(workspace, draft, "title", "Second", now=NOW)
    workspace.close()
    reopened = open_workspace(workspace.folder)
    assert undo(reopened, draft, now=NOW) == {"title": "First"}
    assert undo(reopened, draft, now=NOW) == {"title": None}
    assert redo(reopened, draft, now=NOW) == {"title": "First"}
    assert get_draft(reopened, draft).answers == {"title": "First"}
    reopened.close()


def test_discarded_draft_takes_nothing_until_it_is_brought_back(workspace: Workspace) -> None:
    draft = begun(workspace).id
    save_answer(workspace, draft, "title", "Kept", now=NOW)
    discard_draft(workspace, draft)
    assert list_drafts(workspace) == []
    assert [one.title for one in list_drafts(workspace, discarded=True)] == ["Kept"]
    with pytest.raises(RefusedError):
        save_answer(workspace, draft, "title", "Lost", now=NOW)
    with pytest.raises(RefusedError, match="discarded"):
        freeze(workspace, draft, NOW, finished=True)
    restore_draft(workspace, draft)
    assert frozen(workspace, draft).set["title"] == "Kept"


def test_discarded_draft_does_not_come_back_beside_a_newer_one(workspace: Workspace) -> None:
    entry, _ = written(workspace, title="A meeting")
    old = begun(workspace, entry).id
    discard_draft(workspace, old)
    new = begun(workspace, entry).id
    with pytest.raises(RefusedError, match="newer draft"):
        restore_draft(workspace, old)
    assert [one.id for one in list_drafts(workspace)] == [new]


def test_an_entry_has_one_draft_however_often_it_is_opened(workspace: Workspace) -> None:
    entry, _ = written(workspace, title="A meeting")
    draft = begun(workspace, entry)
    save_answer(workspace, draft.id, "title", "Another", now=NOW)
    assert begun(workspace, entry).id == draft.id
    assert begun(workspace, entry).answers["title"] == "Another"


def test_what_no_draft_can_hold_is_refused_with_a_sentence(workspace: Workspace) -> None:
    draft = begun(workspace).id
    with pytest.raises(RefusedError, match="Split it"):
        save_answer(workspace, draft, "text", "x" * (MAX_VALUE_CHARS + 1), now=NOW)
    with pytest.raises(WrongUseError, match="not the path"):
        save_answer(workspace, draft, "../text", "x", now=NOW)
    with pytest.raises(RefusedError, match="closed already"):
        save_answer(workspace, new_id(), "text", "x", now=NOW)
    save_answer(workspace, draft, "text", "half a character: \ud83d", now=NOW)
    assert get_draft(workspace, draft).answers == {"text": "half a character: ?"}


def test_rows_added_moved_and_removed_come_back_as_they_were_left(workspace: Workspace) -> None:
    draft = capture.begin(workspace, "regional", now=NOW)
    session = capture.open_session(workspace, draft, now=lambda: NOW)
    rows = []
    for text in ("First.", "Second.", "Third."):
        rows.append(session.add_row("findings"))
        capture.save(workspace, draft, session.changes.stored, now=NOW)
        capture.save(workspace, draft, session.answer(f"{rows[-1]}/text", text).stored, now=NOW)
    capture.save(workspace, draft, session.move_row(rows[2], 0).stored, now=NOW)
    capture.save(workspace, draft, session.remove_row(rows[0]).stored, now=NOW)
    assert texts(workspace, draft) == ["Third.", "Second."]
    capture.undo(workspace, draft, now=NOW)
    assert texts(workspace, draft) == ["Third.", "First.", "Second."]
    capture.redo(workspace, draft, now=NOW)
    entry = capture.leave(workspace, draft, now=NOW).entry
    assert entry
    assert texts(workspace, capture.edit(workspace, entry, now=NOW)) == ["Third.", "Second."]


def test_row_removed_after_freezing_is_a_deletion_that_others_can_see(
    workspace: Workspace,
) -> None:
    draft = capture.begin(workspace, "regional", now=NOW)
    session = capture.open_session(workspace, draft, now=lambda: NOW)
    row = session.add_row("findings")
    capture.save(workspace, draft, session.answer(f"{row}/text", "Gone.").stored, now=NOW)
    entry = capture.leave(workspace, draft, now=NOW).entry
    assert entry
    again = capture.edit(workspace, entry, now=NOW)
    session = capture.open_session(workspace, again, now=lambda: NOW)
    capture.save(workspace, again, session.remove_row(row).stored, now=NOW)
    capture.leave(workspace, again, now=NOW)
    assert entry_state(workspace, entry).deleted == {row}
    assert texts(workspace, capture.edit(workspace, entry, now=NOW)) == []


def texts(workspace: Workspace, draft: str) -> list[str]:
    """Return the findings' texts as the questionnaire shows them; it opens with a blank row."""
    session = capture.open_session(workspace, draft, now=lambda: NOW)
    found = [session.value(f"{row}/text") for row in session.row_paths("findings")]
    return [text for text in found if text]


def drafts_of_before(workspace: Workspace, kept: Path) -> Workspace:
    """Put the drafts back that were there before the store was written: the power failed there."""
    workspace.close()
    shutil.copy(kept, workspace.folder / "drafts.db")
    return open_workspace(workspace.folder)


def test_freezing_again_after_a_crash_gives_the_same_change(
    workspace: Workspace, tmp_path: Path
) -> None:
    draft = begun(workspace)
    save_answer(workspace, draft.id, "title", "A meeting", now=NOW)
    workspace.drafts.close()
    kept = Path(shutil.copy(workspace.folder / "drafts.db", tmp_path))
    first = frozen(workspace, draft.id)
    crashed = drafts_of_before(workspace, kept)
    assert get_draft(crashed, draft.id).answers == {"title": "A meeting"}
    assert frozen(crashed, draft.id) == first
    assert changes_of(crashed, draft.entry) == [first]
    assert list_drafts(crashed) == []
    crashed.close()


def test_what_was_typed_after_the_crash_is_a_change_after_the_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    draft = begun(workspace)
    save_answers(workspace, draft.id, {"title": "A meeting", "place": "Dakar"}, now=NOW)
    workspace.drafts.close()
    kept = Path(shutil.copy(workspace.folder / "drafts.db", tmp_path))
    first = frozen(workspace, draft.id)
    crashed = drafts_of_before(workspace, kept)
    save_answer(crashed, draft.id, "title", "The meeting", now=NOW)
    second = frozen(crashed, draft.id)
    assert (second.set, second.replaces) == ({"title": "The meeting"}, {"title": (first.id,)})
    assert get_entry(crashed, draft.entry).conflict_paths == ()
    assert list_drafts(crashed) == []
    crashed.close()


def test_freezing_replaces_only_what_the_draft_had_seen(workspace: Workspace) -> None:
    entry, first = written(workspace, title="A meeting", place="Dakar")
    draft = begun(workspace, entry).id
    append_change(workspace, entry, {"title": "Said meanwhile", "note": "New"}, NOW)
    save_answers(workspace, draft, {"title": "Typed", "note": "Mine"}, now=NOW)
    change = frozen(workspace, draft)
    assert change.set == {"title": "Typed", "note": "Mine"}
    assert change.replaces == {"title": (first.id,)}
    state = entry_state(workspace, entry)
    assert {path: {one.value for one in live} for path, live in state.conflicts.items()} == {
        "title": {"Said meanwhile", "Typed"},
        "note": {"New", "Mine"},
    }
    assert state.answers["place"] == "Dakar"


def test_draft_begun_from_differing_versions_settles_what_it_answers_anew(
    workspace: Workspace,
) -> None:
    entry, first = written(workspace, title="One")
    other = append_change(workspace, entry, {"title": "Two"}, NOW, replaces={})
    draft = begun(workspace, entry).id
    save_answer(workspace, draft, "title", "Three", now=NOW)
    assert frozen(workspace, draft).replaces == {"title": tuple(sorted((first.id, other.id)))}
    assert entry_state(workspace, entry).conflicts == {}


def test_freezing_an_unchanged_draft_makes_nothing(workspace: Workspace) -> None:
    entry, first = written(workspace, title="A meeting")
    untouched, empty = begun(workspace, entry).id, begun(workspace).id
    assert freeze(workspace, empty, NOW, finished=False) is None
    assert freeze(workspace, untouched, NOW, finished=False) is None
    there_and_back = begun(workspace, entry).id
    save_answer(workspace, there_and_back, "title", "Another", now=NOW)
    save_answer(workspace, there_and_back, "title", "A meeting", now=NOW)
    assert freeze(workspace, there_and_back, NOW, finished=True) is None
    undone = begun(workspace, entry).id
    save_answer(workspace, undone, "title", "Another", now=NOW)
    undo(workspace, undone, now=NOW)
    assert freeze(workspace, undone, NOW, finished=True) is None
    assert changes_of(workspace, entry) == [first]
    assert list_drafts(workspace) == []


def test_edit_typed_against_a_deletion_shows_as_differing(workspace: Workspace) -> None:
    entry, _ = written(workspace, title="A meeting")
    draft = begun(workspace, entry).id
    save_answer(workspace, draft, "title", "Still needed", now=NOW)
    delete_entry(workspace, entry, NOW)
    frozen(workspace, draft)
    found = get_entry(workspace, entry)
    assert (found.deleted, found.title) == (False, "Still needed")
    assert found.conflict_paths == ("@deleted",)
