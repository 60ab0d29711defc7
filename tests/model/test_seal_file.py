"""The seal file: what our writer writes is read, anything else is refused."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.model.seal import (
    MAGIC,
    BadSealError,
    Manifest,
    Seal,
    decode_seal,
    parse_manifest,
)

MANIFEST = Manifest(
    "a" * 32, "b" * 32, 1, "", "2021-04-28T10:00:00+00:00", 1, 0, "c" * 64, 3, 9, ("d" * 64,)
)
SEAL = Seal(MANIFEST, b"cms", b"abc")


def test_a_seal_survives_its_file() -> None:
    again = decode_seal(SEAL.encode())
    assert again == SEAL
    assert again.id == SEAL.id == MANIFEST.id


@given(st.integers(0, len(SEAL.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_another_seal_or_none(place: int, difference: int) -> None:
    data = bytearray(SEAL.encode())
    data[place] ^= difference
    try:
        assert decode_seal(bytes(data)) != SEAL
    except BadSealError as error:
        assert str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("cut", range(0, len(SEAL.encode()), 7))
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(BadSealError):
        decode_seal(SEAL.encode()[:cut])


def test_bytes_behind_the_end_are_refused() -> None:
    with pytest.raises(BadSealError, match="behind"):
        decode_seal(SEAL.encode() + b"\0")


def test_a_part_that_claims_to_be_huge_is_refused() -> None:
    with pytest.raises(BadSealError):
        decode_seal(MAGIC + (2**63).to_bytes(8, "big") + b"x")


WRONG: dict[str, dict[str, Any]] = {
    "another format": {"format": "stocktake-seal/2"},
    "a number that is text": {"number": "1"},
    "a negative count": {"changes": -1},
    "practice that is a number": {"practice": 1},
    "a form that is a number": {"forms": (1,)},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_manifest_of_another_shape_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSealError):
        parse_manifest(replace(MANIFEST, **wrong).encoded)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"[" * 50_000, b"\xff"])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(BadSealError):
        parse_manifest(data)
