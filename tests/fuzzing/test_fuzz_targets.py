"""Each fuzz target takes its own seeds, and some random changes of them, without atheris."""

import random
import sys
from pathlib import Path

import pytest
from mutants import bytes_changed

sys.path.append(str(Path(__file__).parents[2]))

from fuzz.targets import TARGETS

CHANGES = 15


@pytest.mark.filterwarnings("ignore")  # what cryptography says of odd certificates
@pytest.mark.parametrize("name", TARGETS)
def test_target_takes_its_seeds_and_changed_ones(name: str) -> None:
    target = TARGETS[name]
    chance = random.Random(name)  # noqa: S311
    for seed in target.seeds():
        target.check(seed)
        for _ in range(CHANGES):
            changed = target.mutate(
                seed, 2 * len(seed), chance, lambda one, _: bytes_changed(chance, one)
            )
            target.check(changed)
