"""Seal files: framing and manifest are taken exactly as our writer makes them, or not at all."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake_app.model.seal import (
    MAGIC,
    MAX_CMS_BYTES,
    MAX_MANIFEST_BYTES,
    BadSealError,
    Manifest,
    Seal,
    decode_seal,
    parse_manifest,
)

MANIFEST = Manifest(
    identity="a" * 32, device="d" * 32, number=1, previous="", created="2021-04-28T10:00:00+01:00",
    changes=2, objects=1, lines_sha256="e" * 64, lines_size=3, raw_size=10, forms=("f" * 64,),
)  # fmt: skip
SEAL = Seal(MANIFEST, b"signature", b"lines")
SOON = 2.0
"""Seconds that the worst file may take on a busy machine."""

texts = st.text(st.characters(codec="utf-8"), max_size=20)
numbers = st.integers(0, 2**63)
manifests = st.builds(
    Manifest,
    texts, texts, numbers, texts, texts, numbers, numbers, texts, numbers, numbers,
    st.lists(texts, max_size=3).map(tuple), st.lists(texts, max_size=3).map(tuple),
    texts, texts, texts, st.lists(texts, max_size=3).map(tuple), st.booleans(),
)  # fmt: skip
seals = st.builds(Seal, manifests, st.binary(max_size=50), st.binary(max_size=50))


def parts(*these: bytes) -> bytes:
    """Return a file of these parts, each behind its true length."""
    return MAGIC + b"".join(len(one).to_bytes(8, "big") + one for one in these)


def body(**members: object) -> bytes:
    """Return the good manifest with other members, written canonically."""
    wanted = {name: one for name, one in (asdict(MANIFEST) | members).items() if one is not ...}
    return json.dumps(
        wanted, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode("utf-8", "surrogatepass")  # fmt: skip


@given(seals)
def test_a_seal_comes_back_from_its_file_as_it_was(seal: Seal) -> None:
    again = decode_seal(seal.encode())
    assert again == seal
    assert (again.id, again.encode()) == (seal.id, seal.encode())


@given(manifests, manifests)
def test_different_manifests_have_different_ids(first: Manifest, second: Manifest) -> None:
    assert (first.id == second.id) == (first == second)


@given(seals)
@settings(max_examples=20)
def test_every_cut_of_a_file_is_refused(seal: Seal) -> None:
    data = seal.encode()
    for size in range(len(data)):
        with pytest.raises(BadSealError):
            decode_seal(data[:size])


@given(seals, st.binary(min_size=1, max_size=20))
def test_anything_behind_the_last_part_is_refused(seal: Seal, more: bytes) -> None:
    with pytest.raises(BadSealError):
        decode_seal(seal.encode() + more)


@given(seals, st.integers(0, 500), st.integers(0, 9), st.binary(max_size=9))
def test_other_bytes_are_another_seal_or_none(
    seal: Seal, start: int, removed: int, put_in: bytes
) -> None:
    data = seal.encode()
    start %= len(data)
    changed = data[:start] + put_in + data[start + removed :]
    try:
        again = decode_seal(changed)
    except BadSealError:
        return
    assert again.encode() == changed


@given(st.binary(max_size=100))
def test_any_other_bytes_are_no_seal(data: bytes) -> None:
    for bad in (data, MAGIC + data):
        with pytest.raises(BadSealError):
            decode_seal(bad)


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("size", [2**64 - 1, 2**63, 2**40, MAX_MANIFEST_BYTES + 1])
def test_a_huge_length_is_refused_without_reading_that_far(part: int, size: int) -> None:
    three = [MANIFEST.encoded, b"signature", b"lines"]
    front = parts(*three[:part])
    behind = b"".join(len(one).to_bytes(8, "big") + one for one in three[part + 1 :])
    begun = time.process_time()
    with pytest.raises(BadSealError, match="cut short or too long"):
        decode_seal(front + size.to_bytes(8, "big") + three[part] + behind)
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize(
    "data",
    [
        parts(body(layout="x" * MAX_MANIFEST_BYTES), b"", b""),
        parts(MANIFEST.encoded, bytes(MAX_CMS_BYTES + 1), b""),
    ],
    ids=["manifest", "signature"],
)
def test_a_part_that_is_larger_than_it_may_be_is_refused(data: bytes) -> None:
    with pytest.raises(BadSealError, match="too long"):
        decode_seal(data)


def test_lines_may_be_long_as_the_manifest_bounds_them() -> None:
    seal = replace(SEAL, lines=bytes(3_000_000))
    assert decode_seal(seal.encode()) == seal


BAD_MANIFESTS: dict[str, bytes] = {
    "nothing": b"",
    "text": b"manifest",
    "a list": b"[]",
    "a list of names": b'["forms","seals"]',
    "null": b"null",
    "a number": b"7",
    "a text": b'"forms"',
    "a member too many": body(extra=1),
    "a member too few": body(identity=...),
    "no forms": body(forms=...),
    "forms that are text": body(forms="f" * 64),
    "forms that are members": body(forms={"f" * 64: 1}),
    "forms that are numbers": body(forms=[1]),
    "forms in forms": body(forms=[["f" * 64]]),
    "forms that are null": body(forms=None),
    "seals that are numbers": body(seals=[1.5]),
    "an identity that is null": body(identity=None),
    "a created that is a number": body(created=1619600400),
    "a number below nought": body(number=-1),
    "a number with a point": body(number=1.0),
    "a number that is true": body(number=True),
    "a number in quotes": body(number="1"),
    "NaN": body(raw_size=float("nan")),
    "infinity": body(lines_size=float("inf")),
    "ten thousand digits": MANIFEST.encoded.replace(
        b'"changes":2', b'"changes":' + b"9" * 10_000
    ),
    "a practice that is a number": body(practice=1),
    "a practice that is null": body(practice=None),
    "another format": body(format="stocktake-seal/2"),
    "a member twice": MANIFEST.encoded.replace(b'"changes":2', b'"changes":1,"changes":2'),
    "white space": MANIFEST.encoded + b" ",
    "a line feed": MANIFEST.encoded + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + MANIFEST.encoded,
    "UTF-16": MANIFEST.encoded.decode().encode("utf-16"),
    "spaces between": json.dumps(asdict(MANIFEST), sort_keys=True).encode(),
    "another order": json.dumps(asdict(MANIFEST), separators=(",", ":")).encode(),
    "escapes that are not needed": MANIFEST.encoded.replace(b'"to":"hq"', b'"to":"\\u0068q"'),
    "half a character": body(layout="\ud800"),
    "half a character, escaped": MANIFEST.encoded.replace(b'"to":"hq"', b'"to":"\\ud800"'),
    "bytes that are no text": MANIFEST.encoded.replace(b'"hq"', b'"\xff\xfe"'),
    "deep lists": b"[" * 200_000,
    "deep lists, closed": b"[" * 200_000 + b"]" * 200_000,
    "deep members": b'{"forms":' * 100_000,
    "deep forms": body(forms="?").replace(b'"?"', b"[" * 200_000 + b"]" * 200_000),
    "many members": body(**{f"member{number}": 1 for number in range(50_000)}),
}  # fmt: skip
Reader = Callable[[bytes], Any]


@pytest.mark.parametrize("data", BAD_MANIFESTS.values(), ids=BAD_MANIFESTS)
@pytest.mark.parametrize(
    "read", [parse_manifest, lambda data: decode_seal(parts(data, b"", b""))], ids=["alone", "file"]
)
def test_a_manifest_that_our_writer_does_not_make_is_refused(read: Reader, data: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(BadSealError) as refused:
        read(data)
    assert time.process_time() - begun < SOON
    assert len(str(refused.value)) < 2000


def test_the_manifest_of_these_tests_is_good_and_its_id_is_that_of_its_bytes() -> None:
    assert parse_manifest(body()) == MANIFEST
    assert MANIFEST.id == hashlib.sha256(MANIFEST.encoded).hexdigest()
