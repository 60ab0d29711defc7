"""What a checked file means: one table, three heaps, nobody's inner words."""

import itertools

import pytest

from stocktake_app.actions.judgement import HEAPS, ROWS, Facts, Heap, Step, judgement
from stocktake_app.model.codes import Verdict
from stocktake_app.settings import resource

INNER_WORDS = {"seal", "sealed", "verdict", "fork", "fold", "quarantine", "conflict", "hash"}

EVERY_FACT = [
    Facts(verdict, (inside,), visible, standing, *flags)
    for verdict, inside, visible, standing, *flags in itertools.product(
        Verdict,
        (Verdict.VALID, Verdict.SIGNER_UNKNOWN, Verdict.SIGNER_REVOKED),
        ("same", "differs", "not_checked"),
        ("", "new", "partly_new", "already_imported"),
        (False, True),
        (False, True),
        (False, True),
        (False, True),
    )
]


@pytest.mark.parametrize(
    ("facts", "heap", "step"),
    [
        (Facts(Verdict.VALID), Heap.TAKE_IN, Step.TAKE_IN),
        (Facts(Verdict.VALID, visible="same"), Heap.TAKE_IN, Step.TAKE_IN),
        (Facts(Verdict.VALID, standing="already_imported"), Heap.TAKE_IN, Step.NOTHING),
        (Facts(Verdict.VALID, visible="differs"), Heap.DO_NOT_USE, Step.ASK),
        (Facts(Verdict.VALID, practice=True), Heap.DO_NOT_USE, Step.NOTHING),
        (Facts(Verdict.VALID, practising=True), Heap.DO_NOT_USE, Step.NOTHING),
        (Facts(Verdict.VALID, practice=True, practising=True), Heap.TAKE_IN, Step.TAKE_IN),
        (Facts(Verdict.SIGNER_UNKNOWN), Heap.ASK, Step.APPROVE),
        (Facts(Verdict.SIGNER_EXPIRED), Heap.ASK, Step.ASK),
        (Facts(Verdict.SIGNER_EXPIRED, early=True), Heap.ASK, Step.NOTHING),
        (Facts(Verdict.SIGNER_REVOKED), Heap.DO_NOT_USE, Step.ASK),
        (Facts(Verdict.ALTERED), Heap.DO_NOT_USE, Step.ASK),
        (Facts(Verdict.UNREADABLE), Heap.ASK, Step.ASK),
        (Facts(Verdict.UNREADABLE, locked=True), Heap.ASK, Step.ASK),
        (Facts(Verdict.RESAVED, (Verdict.VALID,)), Heap.TAKE_IN, Step.TAKE_IN),
        (Facts(Verdict.RESAVED, (Verdict.VALID,), visible="differs"), Heap.TAKE_IN, Step.TAKE_IN),
        (Facts(Verdict.RESAVED, (Verdict.SIGNER_UNKNOWN,)), Heap.ASK, Step.ASK),
        (Facts(Verdict.RESAVED, (Verdict.SIGNER_REVOKED,)), Heap.DO_NOT_USE, Step.ASK),
    ],
)
def test_file_goes_to_the_heap_of_what_a_person_does_next(
    facts: Facts, heap: Heap, step: Step
) -> None:
    found = judgement(facts)
    assert (found.heap, found.step) == (heap, step)


def test_every_combination_of_facts_has_a_judgement() -> None:
    assert {judgement(facts).heap for facts in EVERY_FACT} == set(Heap)


def test_what_is_not_whole_or_not_trusted_is_never_taken_in() -> None:
    untrusted = {Verdict.ALTERED, Verdict.UNREADABLE, Verdict.SIGNER_REVOKED}
    for facts in EVERY_FACT:
        if facts.verdict in untrusted or facts.locked or facts.practice != facts.practising:
            assert judgement(facts).heap is not Heap.TAKE_IN


def test_every_row_is_reached_and_has_words_a_colour_and_a_drawing() -> None:
    reached = {judgement(facts).headline for facts in (*EVERY_FACT, *(Facts(v) for v in Verdict))}
    for _fits, made in ROWS:
        assert made.headline in reached
        assert made.tone in {"good", "warn", "bad"}
        assert resource(f"resources/icons/{made.icon}.svg").is_file()
        words = {
            word.strip(".,:;“”()").lower() for word in f"{made.headline} {made.next_step}".split()
        }
        assert not words & INNER_WORDS


def test_heaps_are_told_apart_by_colour_and_by_words() -> None:
    assert len(set(HEAPS.values())) == len(HEAPS) == 3
