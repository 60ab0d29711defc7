"""Thousands of random changes at every layer: no mutant is ever valid unless only packing differs.

``STOCKTAKE_MUTANTS`` sets how many of each kind (``make fuzz``).
"""

import os
import random

import mutants
import pytest
from packages import make_pdf, make_xlsx, packed, unpacked
from people import People

from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.codes import Verdict

COUNT = int(os.environ.get("STOCKTAKE_MUTANTS", "200"))


@pytest.mark.parametrize("layer", mutants.WORKBOOK)
def test_no_mutant_of_a_workbook_is_valid(people: People, layer: str) -> None:
    genuine = packed(unpacked(make_xlsx(people, "bureau").data), 0)
    parts = unpacked(genuine)
    same = 0
    for seed in range(COUNT):
        mutant = mutants.WORKBOOK[layer](random.Random(seed), genuine)  # noqa: S311
        report = verify_package(mutant, people.trust, people.now)
        if report.verdict is Verdict.VALID:
            assert unpacked(mutant) == parts, f"mutant {seed} of {layer} is valid"
            same += 1
        else:
            assert report.verdict in (Verdict.ALTERED, Verdict.UNREADABLE), seed
            assert report.reasons
    assert same < COUNT / 4, "too many mutants are no mutants"


@pytest.mark.parametrize("layer", mutants.DOCUMENT)
def test_no_mutant_of_a_pdf_is_valid(people: People, layer: str) -> None:
    genuine = make_pdf(people, "bureau").data
    same = 0
    for seed in range(COUNT):
        mutant = mutants.DOCUMENT[layer](random.Random(seed), genuine)  # noqa: S311
        report = verify_package(mutant, people.trust, people.now)
        if report.verdict is Verdict.VALID:
            assert mutant == genuine, f"mutant {seed} of {layer} is valid"
            same += 1
        else:
            assert report.verdict in (Verdict.ALTERED, Verdict.UNREADABLE), seed
    assert same < COUNT / 4, "too many mutants are no mutants"


def test_no_mutant_of_a_seal_passes_in_a_file_saved_again(people: People) -> None:
    """There only what the seals say themselves is between the mutant and its import."""
    made = make_xlsx(people, "bureau")
    genuine = {seal.encode() for seal in made.contents.seals}
    change = mutants.without_signature(mutants.carried_seal_changed)
    for seed in range(COUNT):
        mutant = change(random.Random(seed), made.data)  # noqa: S311
        report = verify_package(mutant, people.trust, people.now)
        if report.verdict is Verdict.RESAVED:
            assert {one.seal.encode() for one in report.seals} == genuine, seed
        else:
            assert report.verdict is Verdict.ALTERED, seed
