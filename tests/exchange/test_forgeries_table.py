"""The committed table of forgeries names exactly those that exist; none of them is valid here."""

import re

import forgeries
import forgery_table


def rows() -> list[tuple[str, str, str]]:
    return list(forgery_table.names_in(forgery_table.TABLE.read_text(encoding="utf-8")))


def test_table_names_exactly_the_forgeries_that_exist() -> None:
    genuine = [(kind, forgery_table.UNCHANGED) for kind in ("xlsx", "pdf")]
    named = [(kind, title) for kind, title, _ in rows()]
    assert sorted(named) == sorted([*genuine, *((one.kind, one.title) for one in forgeries.ALL)]), (
        "run `make forgeries`"
    )


def test_only_the_genuine_packages_are_valid_in_the_table() -> None:
    valid = [title for _, title, ours in rows() if ours.startswith("valid")]
    assert valid == [forgery_table.UNCHANGED] * 2


def test_table_says_when_and_with_which_programs_it_was_made() -> None:
    text = forgery_table.TABLE.read_text(encoding="utf-8")
    assert re.search(r"^Run on \d{4}-\d\d-\d\d with \d+ forgeries", text, re.MULTILINE)
    for program in ("LibreOffice", "xmlsec1", "pdfsig", "openpyxl"):
        assert re.search(rf"^\* {program}[^:\n]*: .*\d", text, re.MULTILINE)
