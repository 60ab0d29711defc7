"""Expressions nobody should write end with a sentence, and soon."""

import time
from collections.abc import Callable

import pytest

from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.questionnaire.xpath.errors import UnknownFunctionError, XPathSyntaxError
from stocktake_app.questionnaire.xpath.functions.registry import look_up
from stocktake_app.questionnaire.xpath.parser import parse

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>T</h:title><model>
<instance><data id="t"><a/><b/><row><x/></row></data></instance>{model}</model></h:head>
<h:body><input ref="/data/a"/><input ref="/data/b"/><group ref="/data/row">
<repeat nodeset="/data/row" {count}><input ref="/data/row/x"/></repeat></group></h:body></h:html>"""


def xform(model: str, count: str = "") -> bytes:
    return XFORM.format(model=model, count=count).encode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 +", "ends too early"),
        ("'open", "never closed"),
        ("“curly”", "curly quotation mark"),
        ("a ]", "one thing too many"),
        ("f(1", "missing"),
        ("a[1", "missing"),
        ("#", "means nothing"),
        ("magic::a", "not an axis"),
        ("", "ends too early"),
        ("(" * 500 + "1" + ")" * 500, "nested deeper"),
        ("a[" * 500 + "1" + "]" * 500, "nested deeper"),
        ("if(1," * 400 + "1" + ",2)" * 400, "nested deeper"),
        ("1 + " * 100_000 + "1", "longer than"),
    ],
)
def test_a_text_that_is_no_expression_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(XPathSyntaxError, match=sentence):
        parse(text)


def test_a_very_long_chain_is_no_deep_one(start: Callable[..., FormSession]) -> None:
    chain = " + ".join(["1"] * 20_000)
    from stocktake_app.questionnaire.form import load_form

    session = start(load_form(xform(f'<bind nodeset="/data/b" calculate="{chain}"/>')))
    assert session.value("b") == "20000"


def test_an_unknown_function_and_a_wrong_count_are_told_apart() -> None:
    with pytest.raises(UnknownFunctionError, match="no-such"):
        look_up("no-such", 1)
    with pytest.raises(XPathSyntaxError, match=r"selected\(\) takes 2 arguments, not 1"):
        look_up("selected", 1)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|aa)+$b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*(.*)*(.*)*x"]
)
def test_an_endless_pattern_ends_with_a_sentence(
    load: Callable[[bytes], Form], start: Callable[..., FormSession], pattern: str
) -> None:
    session = start(load(xform(f'<bind nodeset="/data/a" constraint="regex(., \'{pattern}\')"/>')))
    began = time.perf_counter()
    session.answer("a", "a" * 5_000)
    sentence = session.problem("a")
    assert time.perf_counter() - began < 5
    assert sentence is None or "rule" in sentence or "not allowed" in sentence


def test_many_endless_patterns_together_end_soon(
    load: Callable[[bytes], Form], start: Callable[..., FormSession]
) -> None:
    rules = " or ".join(["regex(., concat('(a+)+', 'b'))"] * 3)
    session = start(load(xform(f'<bind nodeset="/data/a" constraint="{rules}"/>')))
    session.answer("a", "a" * 5_000)
    began = time.perf_counter()
    for _ in range(60):
        session.problem("a")
    assert time.perf_counter() - began < 8
    assert any("too long" in fault for fault in session.faults())


def test_a_pattern_that_is_none_is_said_so(
    load: Callable[[bytes], Form], start: Callable[..., FormSession]
) -> None:
    session = start(load(xform('<bind nodeset="/data/a" constraint="regex(., \'(\')"/>')))
    session.answer("a", "x")
    assert "cannot be read" in str(session.problem("a"))


def test_an_expression_that_multiplies_its_look_ups_is_cut_off(
    load: Callable[[bytes], Form], start: Callable[..., FormSession]
) -> None:
    greedy = "count(//*[count(//*[count(//*[count(//*) &gt; 0]) &gt; 0]) &gt; 0])"
    bind = f'<bind nodeset="/data/b" calculate="{greedy}"/>'
    session = start(load(xform(bind, 'jr:count="300"')))
    assert session.value("b") is None
    assert "too many answers" in session.faults()[0]


def test_texts_that_double_themselves_stay_bounded(
    load: Callable[[bytes], Form], start: Callable[..., FormSession]
) -> None:
    many = ", ".join(["/data/a"] * 50)
    session = start(load(xform(f'<bind nodeset="/data/b" calculate="concat({many})"/>')))
    session.answer("a", "x" * 100_000)
    assert session.value("b") is None
    assert "far too long" in session.faults()[0]


def test_a_form_cannot_ask_for_a_billion_rows(
    load: Callable[[bytes], Form], start: Callable[..., FormSession]
) -> None:
    session = start(load(xform("", 'jr:count="1000000000"')))
    assert len(session.row_paths("row")) == 1_000
    assert "more than 1000 rows" in session.faults()[0]


def test_rules_in_a_circle_settle_or_are_said_to_never_settle(
    load: Callable[[bytes], Form], start: Callable[..., FormSession]
) -> None:
    model = (
        '<bind nodeset="/data/a" calculate="coalesce(/data/b, 0) + 1" readonly="true()"/>'
        '<bind nodeset="/data/b" calculate="coalesce(/data/a, 0) + 1" readonly="true()"/>'
    )
    form = load(xform(model))
    assert any("its own result" in fault.message for fault in form.faults)
    began = time.perf_counter()
    session = start(form)
    assert time.perf_counter() - began < 20
    assert any("never settles" in fault for fault in session.faults())


def test_names_of_functions_that_reach_outside_do_not_exist() -> None:
    for name in ("document", "system-property", "cht:strip", "extract-signed", "__import__"):
        with pytest.raises(UnknownFunctionError):
            look_up(name, 1)
