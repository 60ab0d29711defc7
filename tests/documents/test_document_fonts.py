import re

import pytest

from stocktake_app.documents.fonts import (
    MAX_SPELLED_OUT,
    Weight,
    arabic,
    describe,
    font_file,
    latin,
    missing_characters,
    printable,
    runs,
)
from stocktake_app.documents.palette import (
    AMBER,
    AMBER_TINT,
    BLUE,
    INK,
    MUTED,
    NAVY,
    TAGS,
    TINT,
    WHITE,
)
from stocktake_app.settings import resource
from stocktake_app.translations import LANGUAGES

LETTERS = {
    "fr": "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ«»€’…–—",
    "es": "áéíñóúü¿¡ÁÉÍÑÓÚÜ",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةپ،؛؟٠١٢٣٤٥٦٧٨٩ًٌٍَُِّْ",
}


@pytest.mark.parametrize("weight", Weight)
@pytest.mark.parametrize("language", LETTERS)
def test_the_bundled_fonts_have_every_letter_of_our_languages(
    weight: Weight, language: str
) -> None:
    assert missing_characters(LETTERS[language], weight) == ()


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_translation_can_be_printed(language: str) -> None:
    path = f"resources/locale/{language}/LC_MESSAGES/stocktake.po"
    translated = re.sub(r"^msgid .*|^#.*", "", resource(path).read_text(), flags=re.MULTILINE)

    assert missing_characters(translated) == ()


def test_every_font_comes_with_its_licence() -> None:
    fonts = resource("resources/fonts")
    for weight in Weight:
        assert font_file(latin(weight)).is_file()
        assert font_file(arabic(weight)).is_file()
    for name in ("OFL-NotoSans.txt", "OFL-Amiri.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts / name).read_text()


def test_each_script_gets_its_font_and_spaces_stay_with_it() -> None:
    found = [(run.font, run.text) for run in runs("abc ﺏﺍ، 12", Weight.REGULAR)]

    assert found == [
        ("NotoSans-Regular", "abc "),
        ("Amiri-Regular", "ﺏﺍ، "),
        ("NotoSans-Regular", "12"),
    ]


def test_brackets_are_never_drawn_from_the_arabic_font() -> None:
    fonts = {run.font for run in runs("ﺏ(", Weight.REGULAR) if "(" in run.text}

    assert fonts == {"NotoSans-Regular"}


def test_a_missing_character_is_named() -> None:
    assert missing_characters("a😀b😀") == ("😀",)
    assert describe("😀") == "U+1F600 GRINNING FACE"


def test_a_few_missing_characters_are_spelled_out() -> None:
    assert printable("a 😀漢 b") == "a [U+1F600 U+6F22] b"


def test_a_text_in_another_script_becomes_signs_for_missing_characters() -> None:
    assert printable("漢" * (MAX_SPELLED_OUT + 1)) == "\ufffd" * (MAX_SPELLED_OUT + 1)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (INK, WHITE), (MUTED, WHITE), (MUTED, TINT), (BLUE, WHITE), (BLUE, TINT), (NAVY, TINT),
        (WHITE, NAVY), (AMBER, AMBER_TINT), (MUTED, AMBER_TINT),
        *[(color, WHITE) for color in TAGS.values()],
    ],
)  # fmt: skip
def test_printed_colours_can_be_read(ink: str, ground: str) -> None:
    lighter, darker = sorted((_luminance(ink), _luminance(ground)), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_signs_before_numbers_are_letters_and_are_not_passed_over_as_invisible() -> None:
    assert printable("\u200f\u0605 5") == "\u200f[U+0605] 5"
