import ast
import copy
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

import stocktake_app
from stocktake_app.settings import resource
from stocktake_app.translations import (
    LANGUAGES,
    Sentence,
    _extract,
    joined,
    said,
    sentence_of,
    translator,
)

OTHERS = sorted(set(LANGUAGES) - {"en"})


def _messages(language: str) -> list[Message]:
    path = resource("resources/locale") / language / "LC_MESSAGES" / "stocktake.po"
    with path.open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def _texts(string: object) -> list[str]:
    return [str(one) for one in (string if isinstance(string, list | tuple) else [string])]


def _fields(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}


def test_english_is_the_code_itself() -> None:
    assert translator("en")("Findings") == "Findings"


def test_an_unknown_language_speaks_english() -> None:
    assert translator("tlh").language == "en"


@pytest.mark.parametrize(("language", "expected"), [("fr", "Constats"), ("es", "Constataciones")])
def test_sentences_are_translated(language: str, expected: str) -> None:
    assert translator(language)("Findings") == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "صف واحد"), (2, "صفان"), (5, "{n} صفوف"), (20, "{n} صفاً"), (100, "{n} صف")],
)
def test_arabic_has_its_own_plurals(count: int, expected: str) -> None:
    assert translator("ar").plural("{n} row", "{n} rows", count) == expected


def test_a_sentence_is_english_and_is_said_in_any_language_with_its_values() -> None:
    somebody = Sentence("somebody without a name")
    sentence = Sentence("The certificate of {name} ended on {day}.", name=somebody, day="{day}")
    assert sentence == "The certificate of somebody without a name ended on {day}."
    french = said(sentence, translator("fr"))
    assert translator("fr")("somebody without a name") in french
    assert "{day}" in french
    assert said(sentence, translator("en")) == sentence
    assert copy.deepcopy(sentence).said(translator("fr")) == french


def test_names_that_are_words_of_ours_too_are_not_translated() -> None:
    sentence = joined(("Findings", Sentence("Findings")), ", ")
    assert sentence == "Findings, Findings"
    assert sentence.said(translator("fr")) == "Findings, Constats"


@pytest.mark.parametrize("text", ["", "50 % of {everything}", "no sentence of the catalogue"])
def test_a_text_that_the_catalogue_lacks_is_said_as_it_is(text: str) -> None:
    assert said(text, translator("fr")) == text
    assert said(joined((text,)), translator("fr")) == text


def test_an_error_keeps_the_sentence_that_it_was_raised_with() -> None:
    sentence = Sentence("The certificate of {name} ended on {day}.", name="A", day="B")
    assert sentence_of(ValueError(sentence)) is sentence
    assert sentence_of(ValueError("a", 1)) == "('a', 1)"
    assert sentence_of(ValueError()) == ""


SHOWN_ERRORS = {
    "ForeignFileError",
    "NotCheckedError",
    "NotForUsError",
    "DamagedAgeFileError",
    "ForeignAgeFileError",
}


def test_errors_that_a_verdict_shows_are_raised_with_sentences() -> None:
    raised = [
        (path.name, call)
        for path in sorted((Path(stocktake_app.__file__).parent / "exchange").glob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SHOWN_ERRORS
    ]
    assert len(raised) > 20
    assert [
        (name, call.lineno)
        for name, call in raised
        if isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_name_only_values_that_are_there(language: str) -> None:
    for message in _messages(language):
        known = set().union(*(_fields(text) for text in _texts(message.id)))
        for text in filter(None, _texts(message.string)):
            assert _fields(text) <= known, message.id
            if not isinstance(message.id, tuple):
                assert _fields(text) == known, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogues_hold_every_sentence_of_the_code(language: str) -> None:
    """Run ``python -m stocktake_app.translations`` when this fails, and translate what is new."""
    known = {str(message.id) for message in _messages(language)}
    found = {str(message.id) for message in _extract(Path(stocktake_app.__file__).parent)}

    assert found - known - {""} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_documents_is_translated(language: str) -> None:
    missing = [
        message.id
        for message in _messages(language)
        if any(re.match("(documents|reports|exchange)/", one) for one in message.auto_comments)
        and not all(_texts(message.string))
    ]

    assert missing == []
