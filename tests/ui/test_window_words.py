"""The words on the screen are the users': none of ours, all translated, none glued together."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from stocktake_app.settings import resource
from stocktake_app.translations import translator

WINDOW = Path(__file__).parents[2] / "stocktake_app" / "ui"
INNER_WORDS = {"seal", "sealed", "verdict", "fork", "fold", "folded", "quarantine", "conflict"}
LANGUAGES = ("fr", "es", "ar")


def sentences() -> Iterator[tuple[Path, ast.Call]]:
    """Yield every call of the two translating functions in the window's code."""
    for path in sorted(WINDOW.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            function = node.func if isinstance(node, ast.Call) else None
            if isinstance(function, ast.Name) and function.id in {"_", "_n"}:
                assert isinstance(node, ast.Call)
                yield path, node


def texts() -> list[str]:
    return [
        argument.value
        for _path, call in sentences()
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def test_sentences_are_found() -> None:
    assert len(texts()) > 200


def test_no_inner_word_of_ours_is_on_the_screen() -> None:
    for text in texts():
        words = {word.strip(".,:;!?…“”()").lower() for word in text.split()}
        assert not words & INNER_WORDS, text


def test_sentence_is_translated_before_values_go_in() -> None:
    for path, call in sentences():
        for argument in call.args:
            assert not isinstance(argument, ast.JoinedStr | ast.BinOp), f"{path.name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_window_is_translated(language: str) -> None:
    with resource(f"resources/locale/{language}/LC_MESSAGES/stocktake.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {
        one
        for message in catalogue
        if message.string and all(message.string)
        for one in (message.id if isinstance(message.id, list | tuple) else [message.id])
    }
    assert not set(texts()) - known


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_asks_for_the_same_values(language: str) -> None:
    spoken = translator(language)
    for text in texts():
        asked = {part.partition("}")[0] for part in text.split("{")[1:]}
        given = {part.partition("}")[0] for part in spoken(text).split("{")[1:]}
        assert given <= asked, text


def test_stocktaking_is_bilan_in_french() -> None:
    with resource("resources/locale/fr/LC_MESSAGES/stocktake.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    for message in catalogue:
        if "stocktaking" in str(message.id).lower():
            assert "bilan" in str(message.string).lower()
