"""The id of a change is for ever: signed records in the field name changes by it."""

from stocktake_app.model.change import Change


def test_the_id_of_a_change_never_changes_between_versions() -> None:
    """The expected id was made by ``sha256sum`` from the line, not by this program."""
    change = Change(
        "a" * 32, 3, "b" * 32, 7, "2021-04-28T10:00:00+00:00",
        {"name": None, "findings[k3x9]/text": "Écoles", "@form": "f" * 64}, {"name": ("c" * 32,)},
    )  # fmt: skip
    assert change.id == "fc283c95b3b929b1b0d1e3a5c82fd6dd"
