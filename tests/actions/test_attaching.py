"""Attachments through capture, packages and the command line's own functions."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filled_workspace import new_workspace
from PIL import Image

from stocktake_app.actions import attaching, capture, reading
from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.questionnaire.nodes import Kind
from stocktake_app.store.drafts import get_draft
from stocktake_app.store.entries import get_entry
from stocktake_app.store.workspace import open_workspace

NOW = datetime(2021, 11, 15, 10, 0, tzinfo=UTC)


def photo(size: tuple[int, int] = (2000, 1000)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#2a6f97").save(out, "JPEG")
    return out.getvalue()


ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": "Schools opened."}],
    "pictures": [{"picture": "room.jpg", "picture_consent": "internal"}],
}


def test_a_file_named_in_the_answers_is_attached_from_beside_them(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "hq")
    (tmp_path / "room.jpg").write_bytes(photo())
    done = capture.capture(workspace, "regional", ANSWERS, now=NOW, folder=tmp_path)
    assert done.entry, done.problems
    shown = reading.one_entry(workspace, done.entry)
    (attachment,) = shown["attachments"]
    assert (attachment["name"], attachment["media_type"]) == ("room.jpg", "image/jpeg")
    assert shown["answers"][attachment["path"]] == "room.jpg"
    written = reading.save_attachments(workspace, done.entry, tmp_path / "out")
    with Image.open(written[attachment["path"]]) as picture:
        assert picture.size == (1600, 800)
    with pytest.raises(UserFileError, match="there already"):
        reading.save_attachments(workspace, done.entry, tmp_path / "out")
    workspace.close()


def test_a_missing_or_wrong_file_is_a_problem_of_its_answer(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "hq")
    done = capture.capture(workspace, "regional", ANSWERS, now=NOW, folder=tmp_path)
    assert done.entry is None
    assert ["cannot be read" in message for _, message in done.problems] == [True]
    (tmp_path / "room.jpg").write_text("no picture")
    done = capture.capture(workspace, "regional", ANSWERS, now=NOW, folder=tmp_path)
    assert ["is not a picture" in message for _, message in done.problems] == [True]
    workspace.close()


def test_a_drafts_file_survives_a_program_that_is_killed(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "hq")
    draft = capture.begin(workspace, "regional", now=NOW)
    found = attaching.attach(workspace, draft, photo(), "room.jpg", kind=Kind.IMAGE)
    capture.save(workspace, draft, {"pictures[a]/picture": found.answer}, now=NOW)
    again = open_workspace(tmp_path / "hq")  # nothing was closed: as after a kill
    assert get_draft(again, draft).answers["pictures[a]/picture"] == found.answer
    seen = attaching.look(again, draft, found.answer, 64)
    assert (seen.name, seen.size) == (found.name, found.size)
    assert Image.open(io.BytesIO(seen.thumbnail)).size == (64, 32)
    again.close()
    workspace.close()


def test_an_entrys_picture_is_shown_and_kept_when_it_is_edited(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "hq")
    (tmp_path / "room.jpg").write_bytes(photo())
    entry = capture.capture(workspace, "regional", ANSWERS, now=NOW, folder=tmp_path).entry
    assert entry is not None
    (path,) = get_entry(workspace, entry).attachments
    answer = get_entry(workspace, entry).answers[path]
    draft = capture.edit(workspace, entry, now=NOW)
    assert attaching.look(workspace, draft, answer, 64).name == "room.jpg"
    capture.save(
        workspace, draft, {path.replace("/picture", "/picture_caption"): "A room"}, now=NOW
    )
    assert capture.leave(workspace, draft, now=NOW).change
    assert get_entry(workspace, entry).answers[path] == answer
    workspace.close()


def test_limits_are_said_in_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = new_workspace(tmp_path / "hq")
    draft = capture.begin(workspace, "regional", now=NOW)
    monkeypatch.setattr(attaching, "MAX_FILES", 1)
    monkeypatch.setattr(attaching, "MAX_FILE_BYTES", 2000)
    attaching.attach(workspace, draft, b"Notes", "notes.txt")
    with pytest.raises(RefusedError, match="that is the most"):
        attaching.attach(workspace, draft, b"More notes", "more.txt")
    large = tmp_path / "large.txt"
    large.write_text("x" * 3000)
    with pytest.raises(UserFileError, match="Make it smaller"):
        attaching.attach_file(workspace, draft, large)
    with pytest.raises(UserFileError, match="what a file is follows from its content"):
        attaching.attach(workspace, draft, b"MZ\x90\x00", "holiday.jpg", kind=Kind.IMAGE)
    workspace.close()


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("room.JPEG", "room.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\x\\room.png", "room.jpg"),
        ("...", "attachment.jpg"),
        ("a\u202egpj.exe", "a_gpj.jpg"),
        ("صورة القاعة.png", "صورة القاعة.jpg"),
        ("x" * 400 + ".png", "x" * 196 + ".jpg"),
    ],
)
def test_a_file_gets_a_name_that_fits_everywhere(name: str, fitting: str) -> None:
    assert attaching.fitting_name(name, "image/jpeg") == fitting
