"""Erasing in the window: what, why, once more; then its word stands on the page."""

from dataclasses import replace

from officers_site import PASSPHRASE
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from window_driver import dialog, focusable, press, quiet, showing, until, write, write_here

from stocktake_app.actions import capture
from stocktake_app.actions.exporting import export
from stocktake_app.store.entries import get_entry
from stocktake_app.ui.application import Start
from stocktake_app.ui.clock import now
from stocktake_app.ui.library.entry_page import EntryPage
from stocktake_app.ui.library.erase_steps import Erase
from stocktake_app.ui.library.screen import LibraryScreen

STORY = "Selling at the crossing paid her school fees."
NAMED = "A delegation by name"
REASON = "The person asked for it."


def answers(*stories: str) -> dict[str, object]:
    return {
        "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
        "findings": [_finding(story) for story in stories],
    }


def _finding(story: str) -> dict[str, object]:
    impact = {"human_impact": story, "human_impact_consent": "internal"}
    named = {"attribution": "named", "attributed_to": NAMED}
    coding = {**impact, **named} if story else {}
    return {"kind": "progress", "text": "Schools opened.", "coding": coding}


def opened(qtbot: QtBot, start: Start, *stories: str) -> EntryPage:
    """Write an entry whose findings have these stories, and open it in the library."""
    assert start.workspace is not None
    done = capture.capture(start.workspace, "regional", answers(*stories), now=now())
    assert done.entry is not None
    return shown(qtbot, start, done.entry)


def shown(qtbot: QtBot, start: Start, entry: str) -> EntryPage:
    start.window.go("library", entry)
    showing(qtbot, start.window, "library")
    screen = start.window.screens["library"]
    assert isinstance(screen, LibraryScreen)
    assert screen.entry_page is not None
    return screen.entry_page


def asked(qtbot: QtBot, start: Start, page: EntryPage) -> Erase:
    page.erase.click()
    found = dialog(qtbot, Erase, start.window)
    assert isinstance(found, Erase)
    return found


def listed(steps: Erase) -> list[str]:
    return [steps.choice.item(at).text() for at in range(steps.choice.count())]


def test_what_is_erased_is_gone_from_the_page_and_its_word_stands_there(
    qtbot: QtBot, start: Start
) -> None:
    page = opened(qtbot, start, "", STORY)
    steps = asked(qtbot, start, page)
    assert listed(steps) == [
        f"Findings 2 › Example of human impact: {STORY}",
        f"Findings 2 › Attributed to: {NAMED}",
        "All that is confidential in this entry",
    ]
    steps.go.click()
    write(steps.reason, REASON)
    steps.go.click()
    steps.sure.setChecked(True)
    steps.go.click()
    until(qtbot, lambda: steps.title == "1 content is erased")
    steps.go.click()
    quiet(qtbot, start.window)

    text = page.text.toPlainText()
    assert STORY not in text
    assert "(erased)" in text
    assert NAMED in text
    assert start.workspace is not None
    assert len(get_entry(start.workspace, page.entry).erased) == 1


def test_all_of_an_entry_is_erased_by_keyboard_alone(qtbot: QtBot, start: Start) -> None:
    page = opened(qtbot, start, STORY)
    page.erase.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    steps = dialog(qtbot, Erase, start.window)
    assert isinstance(steps, Erase)
    press(qtbot, Qt.Key.Key_End)
    press(qtbot, Qt.Key.Key_Return)
    until(qtbot, lambda: steps.title == "Why is it erased?")
    write_here(REASON)
    press(qtbot, Qt.Key.Key_Return)
    until(qtbot, lambda: steps.title == "Erase it for good?")
    press(qtbot, Qt.Key.Key_Space)
    press(qtbot, Qt.Key.Key_Return)
    until(qtbot, lambda: steps.title == "2 contents are erased")
    press(qtbot, Qt.Key.Key_Return)
    quiet(qtbot, start.window)

    assert not page.erase.isVisible()
    assert page.text.toPlainText().count("(erased)") == 2


def test_nothing_happens_without_a_reason_and_without_being_sure(
    qtbot: QtBot, start: Start
) -> None:
    page = opened(qtbot, start, STORY)
    steps = asked(qtbot, start, page)
    steps.go.click()
    write(steps.reason, "  ")
    steps.go.click()
    assert steps.problem == "Say why."
    write(steps.reason, REASON)
    steps.go.click()
    steps.go.click()
    assert steps.problem == "Say first that you are sure."
    steps.reject()
    quiet(qtbot, start.window)

    assert STORY in page.text.toPlainText()


def test_the_question_is_asked_anew_whenever_one_comes_back_to_it(
    qtbot: QtBot, start: Start
) -> None:
    steps = asked(qtbot, start, opened(qtbot, start, STORY))
    steps.go.click()
    write(steps.reason, REASON)
    steps.go.click()
    steps.sure.setChecked(True)
    steps._go_back()
    steps.go.click()

    assert not steps.sure.isChecked()
    steps.reject()


def test_an_entry_without_anything_confidential_has_no_such_button(
    qtbot: QtBot, start: Start
) -> None:
    assert not opened(qtbot, start, "").erase.isVisible()


def test_copies_that_were_sent_are_named_before_and_after(qtbot: QtBot, start: Start) -> None:
    page = opened(qtbot, start, STORY)
    workspace = start.workspace
    assert workspace is not None
    sent = export(workspace, [page.entry], now=now(), passphrase=PASSPHRASE).name
    with workspace.store.writing() as connection:
        connection.execute("UPDATE outbox SET state = 'received'")
    page.refresh()
    quiet(qtbot, start.window)
    steps = asked(qtbot, start, page)
    steps.go.click()
    write(steps.reason, REASON)
    steps.go.click()
    assert any(f"{sent} (sent to Headquarters)" in one for one in said(steps))
    steps.sure.setChecked(True)
    steps.go.click()
    until(qtbot, lambda: "erased" in steps.title)

    assert any(sent in one for one in said(steps))
    steps.accept()


def said(steps: Erase) -> list[str]:
    return [one.text() for one in steps.findChildren(QLabel) if one.isVisible()]


def test_everything_in_it_that_the_keyboard_reaches_has_a_name(qtbot: QtBot, start: Start) -> None:
    steps = asked(qtbot, start, opened(qtbot, start, STORY))
    for _page in range(3):
        for one in focusable(steps):
            named = one.accessibleName() or getattr(one, "text", str)()
            assert named.strip(), type(one).__name__
        write(steps.reason, REASON)
        steps.go.click()
    steps.reject()


def test_an_entry_with_a_long_title_fits_on_a_laptop_at_200_percent(
    qtbot: QtBot, start: Start
) -> None:
    start.restyle(replace(start.preferences, text_size=200))
    until(qtbot, lambda: start.window.current == "home")
    page = opened(qtbot, start, STORY)

    assert page.erase.isVisible()
    assert start.window.minimumSizeHint().width() <= 1366
    assert page.erase.width() >= page.erase.sizeHint().width()
