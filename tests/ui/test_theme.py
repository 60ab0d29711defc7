import re

import pytest

from stocktake_app.ui.style_sheet import style_sheet
from stocktake_app.ui.theme import DARK, EDGE_PAIRS, LIGHT, TEXT_PAIRS, Tokens, contrast, palette


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda one: one.name)
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_can_be_read_on_its_background(tokens: Tokens, front: str, back: str) -> None:
    assert contrast(getattr(tokens, front), getattr(tokens, back)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda one: one.name)
@pytest.mark.parametrize(("edge", "back"), EDGE_PAIRS)
def test_edge_of_a_field_can_be_seen(tokens: Tokens, edge: str, back: str) -> None:
    assert contrast(getattr(tokens, edge), getattr(tokens, back)) >= 3.0


def test_two_schemes_name_the_same_colours_and_share_none_that_carries_text() -> None:
    assert LIGHT.__dataclass_fields__.keys() == DARK.__dataclass_fields__.keys()
    assert LIGHT.ink != DARK.ink


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda one: one.name)
def test_style_sheet_has_every_colour_and_size_filled_in(qapp: object, tokens: Tokens) -> None:
    sheet = style_sheet(tokens, 1.25)
    assert "$" not in sheet
    assert tokens.accent in sheet
    written = set(re.findall(r"#[0-9a-f]{6}", sheet))
    assert written <= {getattr(tokens, name) for name in tokens.__dataclass_fields__}


def test_palette_draws_disabled_text_as_quiet_text(qapp: object) -> None:
    made = palette(DARK)
    colour = made.color(made.ColorGroup.Disabled, made.ColorRole.Text)
    assert colour.name() == DARK.muted
