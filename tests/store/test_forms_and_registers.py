"""Stored questionnaires and registers with what HQ publishes over them."""

import hashlib

import pytest
from stores import FORM, NOW, XFORM, begin, incoming, package, profile, seal_up, take

from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.store.changes import append_change
from stocktake_app.store.entries import get_entry
from stocktake_app.store.forms import add_form, get_form, has_form, list_forms
from stocktake_app.store.imports import apply_seals
from stocktake_app.store.registers import register_rows
from stocktake_app.store.workspace import Workspace

ONE, TWO = "1" * 32, "2" * 32
REGISTER = XFORM.replace(b'id="said"', b'id="register_events"')
"""A questionnaire that publishes rows of the register of events."""


def test_a_form_is_its_bytes_and_is_stored_once(officer: Workspace) -> None:
    assert add_form(officer, XFORM, NOW) == FORM
    assert get_form(officer, FORM) == XFORM
    begin(officer, ONE, {"name": "x"})
    (form,) = list_forms(officer)
    assert (form.form_id, form.version, form.title) == ("said", "1", "Anything said")
    assert form.entries == 1


def test_what_is_no_form_is_refused(officer: Workspace) -> None:
    with pytest.raises(UserFileError):
        add_form(officer, b"<not-a-form/>", NOW)
    assert not has_form(officer, hashlib.sha256(b"<not-a-form/>").hexdigest())
    with pytest.raises(RefusedError, match="not in this workspace"):
        get_form(officer, "0" * 64)


def test_forms_come_along_with_the_entries_written_with_them(
    officer: Workspace, bureau: Workspace
) -> None:
    other = XFORM.replace(b'version="1"', b'version="2"')
    sha256 = hashlib.sha256(other).hexdigest()
    append_change(officer, ONE, {"@form": sha256}, NOW)
    sealed = seal_up(officer)
    take(bureau, sealed)
    assert get_entry(bureau, ONE).form_id == ""
    apply_seals(bureau, [sealed], package(), NOW, objects={sha256: other})
    assert get_entry(bureau, ONE).form_id == "said"
    assert {form.version for form in list_forms(bureau)} == {"1", "2"}


def test_a_form_under_a_wrong_name_takes_nothing_in(officer: Workspace) -> None:
    sealed = incoming([], profile("x"), "d" * 32)
    with pytest.raises(RefusedError, match="not the one it names"):
        apply_seals(officer, [sealed], package(), NOW, objects={"0" * 64: XFORM})


def test_a_form_that_cannot_be_read_is_kept_with_its_entries(officer: Workspace) -> None:
    broken = b"<broken"
    sha256 = hashlib.sha256(broken).hexdigest()
    sealed = incoming([], profile("x"), "d" * 32)
    apply_seals(officer, [sealed], package(), NOW, objects={sha256: broken})
    assert get_form(officer, sha256) == broken


def test_a_register_has_the_shipped_rows(officer: Workspace) -> None:
    rows = register_rows(officer, "events.csv")
    names = [row["name"] for row in rows]
    assert "2020-12-14-WCA" in names
    assert all(row["label"] and row["label_fr"] for row in rows)
    assert len(names) == len(set(names))
    assert register_rows(officer, "unheard-of.csv") == []
    assert register_rows(officer, "../../etc/passwd") == []


def test_what_hq_publishes_stands_over_the_shipped_rows(hq: Workspace, officer: Workspace) -> None:
    sha256 = add_form(hq, REGISTER, NOW)
    append_change(hq, ONE, {"@form": sha256, "name": "2020-12-14-WCA", "label": "Renamed"}, NOW)
    append_change(hq, TWO, {"@form": sha256, "name": "2025-01-01-NEW", "label": "New"}, NOW)
    apply_seals(officer, [seal_up(hq)], package(), NOW, objects={sha256: REGISTER})
    rows = {row["name"]: row for row in register_rows(officer, "events.csv")}
    assert rows["2020-12-14-WCA"] == {"name": "2020-12-14-WCA", "label": "Renamed"}
    assert rows["2025-01-01-NEW"]["label"] == "New"
    shipped = len(register_rows(officer, "events.csv"))
    append_change(hq, TWO, {"@state": "withdrawn"}, NOW)
    take(officer, seal_up(hq))
    assert len(register_rows(officer, "events.csv")) == shipped - 1
