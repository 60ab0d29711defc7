"""The shipped questionnaires, converted once."""

from pathlib import Path

import pytest

from stocktake_app.questionnaire.form import BadFormError, load_form
from stocktake_app.questionnaire.library import shipped_forms, xform_of


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKTAKE_STATE", str(tmp_path / "state"))


def test_every_shipped_form_opens() -> None:
    forms = shipped_forms()
    assert {"regional", "country", "thematic", "stakeholder", "consultation"} <= {
        one.key for one in forms
    }
    for one in forms:
        assert load_form(xform_of(one.path)).title


def test_a_form_is_converted_once_per_content(tmp_path: Path) -> None:
    source = tmp_path / "form.md"
    source.write_text("| survey |\n| | type | name | label |\n| | text | a | A |\n", "utf-8")
    made = xform_of(source)
    kept = list((tmp_path / "state" / "forms").iterdir())
    assert [one.read_bytes() for one in kept] == [made]
    assert xform_of(source) == made
    source.write_text(source.read_text("utf-8") + "| | text | b | B |\n", "utf-8")
    assert xform_of(source) != made
    assert len(list((tmp_path / "state" / "forms").iterdir())) == 2


def test_a_faulty_form_is_refused_with_its_faults(tmp_path: Path) -> None:
    source = tmp_path / "form.md"
    source.write_text("| survey |\n| | type | name | label |\n| | text |  | A |\n", "utf-8")
    with pytest.raises(BadFormError, match=r"form.md cannot be opened. survey, row 2, column name"):
        xform_of(source)
