"""Each promise of the threat model names tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_the_page_names_many_tests() -> None:
    assert len(LINKS) > 60


@pytest.mark.parametrize(("path", "name"), LINKS)
def test_a_test_that_the_threat_model_names_is_there(path: str, name: str) -> None:
    assert name in names_in(path)


def test_every_promise_names_a_test() -> None:
    layers = PAGE.partition("## What the layers promise")[2].partition("## Out of scope")[0]
    rows = [line for line in layers.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise")]
    assert len(promises) > 50
    assert [row for row in promises if "`tests/" not in row] == []


def test_every_layer_says_what_it_does_not_promise() -> None:
    layers = PAGE.partition("## What the layers promise")[2].partition("## Out of scope")[0]
    assert all("\nNot promised: " in layer for layer in layers.split("\n### ")[1:])
