import pytest
from asn1crypto.x509 import Name
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stocktake_app.trust.comparable import comparable

letters = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn"])


@given(text=st.text(letters, max_size=80))
@example("Ⴀ")
@example("ع\N{COMBINING GREEK YPOGEGRAMMENI}ع")
@example("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 9)
@settings(max_examples=400)
def test_what_is_kept_can_be_compared_and_is_short(text: str) -> None:
    kept = comparable(text)
    assert len(kept.encode()) <= 64
    if kept:
        assert Name.build({"common_name": kept}).hashable


@pytest.mark.parametrize(
    "text", ["Zoë O'Brien-Núñez", "Bureau régional, Dakar", "مكتب الخرطوم", "Ольга", "អង្គការ"]
)
def test_ordinary_names_are_kept_whole(text: str) -> None:
    assert comparable(text) == text
