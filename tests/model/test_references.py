import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.model.references import (
    entry_reference,
    evidence_reference,
    parse_reference,
)

ENTRY = "01a203e61d1571c1ba3dd31e823f9a2c"


@pytest.mark.parametrize(
    ("bureau", "countries", "expected"),
    [
        ("WCA", ("SEN",), "WCA-SEN-3F9A2C"),
        ("WCA", ("SEN", "MLI"), "WCA-3F9A2C"),
        ("", (), "3F9A2C"),
    ],
)
def test_a_reference_names_the_region_and_a_single_country(
    bureau: str, countries: tuple[str, ...], expected: str
) -> None:
    assert entry_reference(ENTRY, bureau, countries) == expected


@given(st.sampled_from(["", "WCA", "EHGL"]), st.integers(1, 9999))
def test_what_is_written_down_is_found_again(bureau: str, number: int) -> None:
    reference = entry_reference(ENTRY, bureau, ("SEN",))

    assert parse_reference(reference.lower()) == ("3f9a2c", "", 0)
    assert parse_reference(f"{reference}/F{number}") == ("3f9a2c", "F", number)
    assert parse_reference(f" {reference} · I{number} · 7be01f42 ") == ("3f9a2c", "I", number)


@pytest.mark.parametrize("text", ["", "WCA", "WCA-SEN-3F9A2", "E-3F9A2C41", "a/b", "3F9A2C/3"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    assert parse_reference(text) is None


def test_a_public_reference_tells_nothing_and_is_always_the_same() -> None:
    reference = evidence_reference(ENTRY, "findings[k3x9]")

    assert reference == evidence_reference(ENTRY, "findings[k3x9]")
    assert reference != evidence_reference(ENTRY, "findings[k3x8]")
    assert ENTRY[-6:].upper() not in reference
    assert len(reference) == 10
