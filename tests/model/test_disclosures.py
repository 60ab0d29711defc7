"""Disclosures: canonical, salted, found in lines, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.model.change import Change
from stocktake_app.model.classification import Classification, classify
from stocktake_app.model.disclosure import (
    MAX_NAME_CHARS,
    MAX_VALUE_BYTES,
    PREFIX,
    Attachment,
    BadDisclosureError,
    Value,
    as_answer,
    digest_in,
    digest_of,
    is_digest,
    is_media_type,
    is_name,
    mentioned,
    pack,
    read_disclosure,
    unpack,
)

SALT = "0f" * 16
DIGEST = "5a" * 32
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(value=texts)
def test_a_value_is_read_back_and_named_by_its_hash(value: str) -> None:
    made = Value(SALT, value)
    assert read_disclosure(made.encoded) == made
    assert is_digest(as_answer(digest_of(made.encoded)))
    assert digest_in(as_answer(DIGEST)) == DIGEST


@given(data=st.binary(max_size=300))
def test_an_attachment_is_read_back_whatever_its_bytes(data: bytes) -> None:
    made = Attachment(SALT, "a room.png", "image/png", data)
    assert read_disclosure(made.encoded) == made


def test_the_form_is_the_one_that_is_published() -> None:
    assert Value(SALT, 'é\n"').encoded == f'["{SALT}","é\\n\\""]'.encode()
    made = Attachment(SALT, "a.txt", "text/plain", b"\x00\n")
    assert made.encoded == f'["{SALT}","a.txt","text/plain"]\n'.encode() + b"\x00\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        f'["{SALT}"]'.encode(),
        f'["{SALT}", "x"]'.encode(),
        f'["{SALT}","x"] '.encode(),
        f'["{SALT}",1]'.encode(),
        f'["{SALT}","x","y"]'.encode(),
        f'["{SALT.upper()}","x"]'.encode(),
        f'["{SALT[:-1]}","x"]'.encode(),
        f'["{SALT}","\\u0041"]'.encode(),
        f'["{SALT}","\\ud800"]'.encode(),
        f'["{SALT}","x"]\ndata'.encode(),
        f'["{SALT}","../x","image/png"]\n'.encode(),
        f'["{SALT}","x.png","IMAGE/png"]\n'.encode(),
        f'["{SALT}","x.png","image"]\n'.encode(),
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_what_our_writer_would_not_write_is_refused(data: bytes) -> None:
    with pytest.raises(BadDisclosureError):
        read_disclosure(data)


def test_a_value_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadDisclosureError, match="too long"):
        read_disclosure(Value(SALT, "x" * MAX_VALUE_BYTES).encoded)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", " ", "a/b", "a\\b", "a\nb", "a\x00", " a", "a ", "x" * (MAX_NAME_CHARS + 1),
     "gpj.\u202eexe"],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_deceive_are_none(name: str) -> None:
    assert not is_name(name)


def test_ordinary_names_and_types_are_fine() -> None:
    assert is_name("Salle de réunion (2).jpg")
    assert is_name("قاعة.png")
    assert is_media_type("application/vnd.oasis.opendocument.text")
    assert not is_media_type("text/html; charset=utf-8")


def line(**answers: str | None) -> bytes:
    return Change("1" * 32, 1, "2" * 32, 1, "2021-04-28T10:00:00+00:00", answers).line


def test_only_whole_answers_are_mentions() -> None:
    named = as_answer(DIGEST)
    assert set(mentioned(line(a=named, b="x", c=as_answer("0" * 64)))) == {DIGEST, "0" * 64}
    for other in (f"see {named}", f'"{named}"', f'x":"{named}","y', named.upper(), named[:-1]):
        assert list(mentioned(line(a=other))) == []


@given(words=texts)
def test_words_are_never_a_mention(words: str) -> None:
    said = [words, f'":"{PREFIX}{DIGEST}"', f'\\":\\"{PREFIX}{DIGEST}', f"{words}{PREFIX}{DIGEST}x"]
    for one in said:
        assert list(mentioned(line(a=one))) == []
        assert DIGEST in json.loads(line(a=f"{one}{DIGEST}"))["set"]["a"]


@given(st.lists(texts, unique=True, max_size=6))
def test_packed_values_come_back_in_one_order(values: list[str]) -> None:
    made = {digest_of(one.encoded): one.encoded for one in (Value(SALT, text) for text in values)}
    if made:
        assert unpack(pack(made)) == made
        assert list(unpack(pack(made))) == sorted(made)


def test_values_out_of_order_twice_or_cut_short_are_refused() -> None:
    lines = sorted((Value(SALT, text).encoded for text in "abc"), key=digest_of)
    for wrong in (lines[::-1], [lines[0], lines[0]], [lines[0], b""]):
        with pytest.raises(BadDisclosureError):
            unpack(b"\n".join(wrong) + b"\n")
    with pytest.raises(BadDisclosureError, match="cut short"):
        unpack(b"\n".join(lines))


ROW = "findings[a]"


@pytest.mark.parametrize(
    ("answers", "disclosed", "expected"),
    [
        ({}, False, Classification.INTERNAL),
        ({f"{ROW}/text": "said"}, False, Classification.INTERNAL),
        ({f"{ROW}/coding/sensitivity": "public"}, False, Classification.PUBLIC),
        ({f"{ROW}/coding/sensitivity": "odd"}, False, Classification.INTERNAL),
        ({f"{ROW}/coding/sensitivity": "confidential"}, False, Classification.CONFIDENTIAL),
        (
            {f"{ROW}/coding/sensitivity": "public", "findings[b]/text": "said"},
            False,
            Classification.INTERNAL,
        ),
        ({f"{ROW}/coding/sensitivity": "public"}, True, Classification.CONFIDENTIAL),
    ],
)
def test_a_document_is_as_sensitive_as_the_most_sensitive_thing_in_it(
    answers: dict[str, str],
    disclosed: bool,  # noqa: FBT001 - a table
    expected: Classification,
) -> None:
    assert classify([answers], disclosed=disclosed) is expected


def test_the_highest_of_several_entries_counts_and_nothing_is_internal() -> None:
    public = {f"{ROW}/coding/sensitivity": "public"}
    assert classify([public, {f"{ROW}/text": "x"}], disclosed=False) is Classification.INTERNAL
    assert classify([], disclosed=False) is Classification.INTERNAL
