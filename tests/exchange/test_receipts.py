import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import People

from stocktake_app.errors import RefusedError
from stocktake_app.exchange.receipts import (
    MAX_DOUBTFUL,
    BadReceiptError,
    Receipt,
    make_receipt,
    read_receipt,
)
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.chain import Trust

RECEIPT = Receipt(
    package="a" * 64,
    seal="b" * 64,
    received="2021-04-28T16:05:00+00:00",
    verdict=Verdict.VALID,
    position=17,
)


@pytest.fixture(scope="module")
def data(people: People) -> bytes:
    return make_receipt(RECEIPT, people.hq.signer, people.now)


@given(
    package=st.binary(min_size=32, max_size=32),
    seal=st.sampled_from(["", "c" * 64]),
    verdict=st.sampled_from(list(Verdict)),
    position=st.integers(1, 2**53 - 1),
)
@settings(max_examples=50)
def test_what_hq_says_arrives_unchanged(
    people: People, package: bytes, seal: str, verdict: Verdict, position: int
) -> None:
    said = Receipt(package.hex(), seal, RECEIPT.received, verdict, position)
    made = make_receipt(said, people.hq.signer, people.now)
    assert read_receipt(made, people.trust, people.now) == said


def test_a_receipt_says_of_every_record_inside_what_hq_found(people: People) -> None:
    doubtful = (("d" * 64, Verdict.SIGNER_UNKNOWN), ("e" * 64, Verdict.SIGNER_REVOKED))
    made = make_receipt(replace(RECEIPT, doubtful=doubtful), people.hq.signer, people.now)
    said = read_receipt(made, people.trust, people.now)
    assert said.verdict_of("d" * 64) is Verdict.SIGNER_UNKNOWN
    assert said.verdict_of("e" * 64) is Verdict.SIGNER_REVOKED
    assert said.verdict_of("f" * 64) is Verdict.VALID
    assert replace(said, unlisted=1).verdict_of("f" * 64) is None


def test_a_receipt_for_the_most_doubtful_package_is_still_read(people: People) -> None:
    doubtful = tuple((f"{one:064x}", Verdict.SIGNER_UNKNOWN) for one in range(MAX_DOUBTFUL))
    full = replace(RECEIPT, doubtful=doubtful, unlisted=7)
    made = make_receipt(full, people.hq.signer, people.now)
    assert read_receipt(made, people.trust, people.now) == full


def test_rsa_receipts_are_read_as_well(rsa_people: People) -> None:
    made = make_receipt(RECEIPT, rsa_people.hq.signer, rsa_people.now)
    assert read_receipt(made, rsa_people.trust, rsa_people.now) == RECEIPT


def test_no_byte_of_a_receipt_can_be_changed(people: People, data: bytes) -> None:
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 7
        with pytest.raises(BadReceiptError, match="The receipt does not count"):
            read_receipt(bytes(changed), people.trust, people.now)


def test_a_receipt_is_written_in_one_way_only(people: People, data: bytes) -> None:
    body = json.loads(data)
    for again in (json.dumps(body), json.dumps(body, indent=1), data.decode() + "\n"):
        with pytest.raises(BadReceiptError, match="not as we write it"):
            read_receipt(again.encode(), people.trust, people.now)


@given(start=st.integers(0, 3000), removed=st.integers(0, 40), put_in=st.binary(max_size=40))
@settings(max_examples=300)
def test_bytes_put_in_or_taken_out_are_noticed(
    people: People, data: bytes, start: int, removed: int, put_in: bytes
) -> None:
    start %= len(data) + 1
    changed = data[:start] + put_in + data[start + removed :]
    if changed != data:
        with pytest.raises(BadReceiptError):
            read_receipt(changed, people.trust, people.now)


@pytest.mark.parametrize("member", ["package", "seal", "received", "verdict", "position"])
def test_no_member_can_be_taken_from_another_receipt(
    people: People, data: bytes, member: str
) -> None:
    other = Receipt("d" * 64, "e" * 64, "2021-05-01T00:00:00+00:00", Verdict.ALTERED, 18)
    made = json.loads(make_receipt(other, people.hq.signer, people.now))
    mixed = json.loads(data) | {member: made[member]}
    with pytest.raises(BadReceiptError, match="changed after signing"):
        read_receipt(
            json.dumps(mixed, sort_keys=True, separators=(",", ":")).encode(),
            people.trust,
            people.now,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"package": "A" * 64},
        {"package": "a" * 63},
        {"seal": "no"},
        {"position": 0},
        {"position": 2**60},
        {"doubtful": (("d" * 63, Verdict.ALTERED),)},
        {"unlisted": -1},
        {"received": "yesterday"},
        {"received": "2021-04-28T16:05:00"},
    ],
)
def test_even_hq_can_only_say_what_a_receipt_says(people: People, wrong: dict[str, object]) -> None:
    made = make_receipt(replace(RECEIPT, **wrong), people.hq.signer, people.now)  # type: ignore[arg-type]
    with pytest.raises(BadReceiptError, match="does not say what a receipt says"):
        read_receipt(made, people.trust, people.now)


def test_only_hq_gives_receipts(people: People) -> None:
    for signer in (people.wca.signer, people.wca_officer):
        made = make_receipt(RECEIPT, signer, people.now)
        with pytest.raises(BadReceiptError, match="is not HQ"):
            read_receipt(made, people.trust, people.now)


def test_another_hqs_receipt_does_not_count(people: People, data: bytes) -> None:
    made = make_receipt(RECEIPT, people.rogue_hq.signer, people.now)
    with pytest.raises(BadReceiptError, match="do not know this sender"):
        read_receipt(made, people.trust, people.now)
    with pytest.raises(BadReceiptError, match="do not know this sender"):
        read_receipt(data, Trust(()), people.now)


def test_an_expired_hq_gives_no_receipts(people: People, data: bytes) -> None:
    with pytest.raises(BadReceiptError, match="ended on"):
        read_receipt(data, people.trust, people.now + timedelta(days=6 * 365))


@pytest.mark.parametrize("garbage", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, bytes(400_000)])
def test_garbage_is_refused_in_one_sentence(people: People, garbage: bytes) -> None:
    with pytest.raises(RefusedError, match="The receipt does not count"):
        read_receipt(garbage, people.trust, people.now)
