import hashlib

import pytest
from people import People

from stocktake_app.exchange import seals
from stocktake_app.exchange.seals import Header, make_seal, mentions
from stocktake_app.model.disclosure import PREFIX


@pytest.mark.parametrize("block", [20, 91, 92, 150, 700, 1024 * 1024])
def test_mentions_are_found_wherever_a_block_ends(
    people: People, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(seals, "OUTPUT_BYTES", block)
    digests = [hashlib.sha256(bytes([number])).hexdigest() for number in range(60)]
    lines = [
        b'{"n":"%b","set":{"story":"%b%b"}}' % (b"x" * number, PREFIX.encode(), digest.encode())
        for number, digest in enumerate(digests)
    ]
    seal = make_seal([*lines, b'{"set":{}}'], Header("0f" * 16, 1), people.wca_officer, people.now)

    assert mentions(seal) == frozenset(digests)
