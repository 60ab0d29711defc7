"""Lines of a seal: what is a change comes back as it was, and nothing else is one."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.model.change import (
    MAX_NUMBER,
    BadChangeError,
    Change,
    is_time,
    line_id,
    parse_line,
)
from stocktake_app.model.paths import is_path
from stocktake_app.store.lines import canonical_line, read_line, stored_line

ID = "0123456789abcdef" * 2
CHANGE = Change(ID, 1, ID, 1, "2021-04-28T10:00:00+01:00", {"title": "ورشة"}, {"title": (ID,)})
BODY: dict[str, Any] = json.loads(CHANGE.line)
SOON = 2.0
"""Seconds that the worst line may take on a busy machine."""

Reader = Callable[[bytes], object]
readers = pytest.mark.parametrize("read", [parse_line, read_line], ids=["model", "store"])

hex_ids = st.text("0123456789abcdef", min_size=32, max_size=32)
counts = st.integers(1, MAX_NUMBER)
segments = ["title", "findings[k3x9]", "@form", "@deleted", "événement", "اسم", "a.b-c", ID]
answer_paths = st.lists(st.sampled_from(segments), min_size=1, max_size=4).map("/".join)
texts = st.text(st.characters(codec="utf-8"), max_size=40)
times = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}".format,
    st.integers(2, 9998),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", ".250", ".250125"]),
    st.sampled_from(["Z", "+00:00", "-11:30", "+14:00"]),
)
changes = st.builds(
    Change,
    hex_ids,
    counts,
    hex_ids,
    counts,
    times,
    st.dictionaries(answer_paths, st.none() | texts, max_size=5),
    st.dictionaries(
        answer_paths, st.lists(hex_ids, min_size=1, max_size=3).map(sorted).map(tuple), max_size=3
    ),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | hex_ids,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(answer_paths, inner, max_size=3),
    max_leaves=6,
)


def as_line(**members: object) -> bytes:
    """Return the good line with other members, in canonical form as far as JSON knows one."""
    body = {name: one for name, one in (BODY | members).items() if one is not ...}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


@given(changes)
def test_a_change_comes_back_from_its_line_as_it_was(change: Change) -> None:
    again = parse_line(change.line)
    assert again == change
    assert (again.line, again.id) == (change.line, line_id(change.line))
    assert b"\n" not in change.line


@given(changes)
def test_the_store_keeps_a_line_byte_for_byte(change: Change) -> None:
    line = stored_line(change)
    columns = (
        line.device, line.entry, line.lamport, line.number, line.replaces, line.answers, line.time
    )  # fmt: skip
    assert line.id == change.id
    assert canonical_line(columns) == change.line


@given(changes, changes)
def test_different_changes_have_different_ids(first: Change, second: Change) -> None:
    assert (first.id == second.id) == (first == second)


@given(changes, st.integers(0, 400), st.integers(0, 3), st.binary(max_size=3))
def test_a_line_with_other_bytes_is_another_change_or_none(
    change: Change, start: int, removed: int, put_in: bytes
) -> None:
    start %= len(change.line)
    line = change.line[:start] + put_in + change.line[start + removed :]
    try:
        again = parse_line(line)
    except BadChangeError:
        with pytest.raises(BadChangeError):
            read_line(line)
    else:
        assert again.line == line
        assert read_line(line).id == again.id == line_id(line)


@given(st.sampled_from(sorted(BODY)), anything)
def test_a_member_of_any_other_kind_is_refused_by_both_readers_or_by_none(
    name: str, value: object
) -> None:
    line = as_line(**{name: value})
    verdicts = set()
    for read in (parse_line, read_line):
        try:
            read(line)
        except BadChangeError:
            verdicts.add("refused")
        else:
            verdicts.add("taken")
    assert len(verdicts) == 1


@given(st.binary(max_size=60))
def test_any_other_bytes_are_no_change(data: bytes) -> None:
    for read in (parse_line, read_line):
        with pytest.raises(BadChangeError):
            read(data)


REFUSED = {
    "nothing": b"",
    "white space around": b" " + CHANGE.line,
    "a line feed": CHANGE.line + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + CHANGE.line,
    "UTF-16": CHANGE.line.decode().encode("utf-16"),
    "UTF-32": CHANGE.line.decode().encode("utf-32-le"),
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "NaN": as_line(lamport=float("nan")),
    "infinity": as_line(number=float("inf")),
    "NaN as an answer": as_line(set={"title": float("nan")}),
    "a number with a point": as_line(lamport=1.0),
    "a number with an exponent": CHANGE.line.replace(b'"lamport":1', b'"lamport":1e0'),
    "nought": as_line(number=0),
    "below nought": as_line(lamport=-1),
    "more than a number may be": as_line(number=MAX_NUMBER + 1),
    "more than a processor counts": as_line(lamport=2**64),
    "ten thousand digits": CHANGE.line.replace(b'"lamport":1', b'"lamport":' + b"9" * 10_000),
    "yes for a number": as_line(number=True),
    "a number in quotes": as_line(number="1"),
    "a member twice": CHANGE.line.replace(b'"number":1', b'"number":1,"number":1'),
    "another device first": CHANGE.line.replace(b'{"device"', b'{"device":"x","device"'),
    "an answer twice": CHANGE.line.replace(b'"set":{', b'"set":{"title":"y",'),
    "a member too many": as_line(zone="Africa/Dakar"),
    "a member too few": as_line(time=...),
    "members in another order": json.dumps(
        dict(reversed(BODY.items())), separators=(",", ":"), ensure_ascii=False
    ).encode(),
    "spaces between": json.dumps(BODY, sort_keys=True, ensure_ascii=False).encode(),
    "letters as numbers": json.dumps(BODY, sort_keys=True, separators=(",", ":")).encode(),
    "a slash that is escaped": as_line(set={"a/b": "x"}).replace(b"a/b", b"a\\/b"),
    "half a character, escaped": as_line(set={"title": "?"}).replace(b"?", b"\\ud800"),
    "half a character": as_line(set={"title": "\ud800"}),
    "half a character in a path": as_line(set={"\udfff": "x"}),
    "bytes that are no text": as_line(set={"title": "?"}).replace(b"?", b"\xff\xfe"),
    "an overlong encoding": as_line(set={"title": "?"}).replace(b"?", b"\xc0\xaf"),
    "a bare control character": as_line(set={"title": "?"}).replace(b"?", b"\x01"),
    "a device in capitals": as_line(device=ID.upper()),
    "a short device": as_line(device=ID[:-1]),
    "a device of other digits": as_line(device="٣" * 32),
    "an entry that is none": as_line(entry=None),
    "answers in a list": as_line(set=[]),
    "an answer that is a number": as_line(set={"title": 1}),
    "an answer that is a list": as_line(set={"title": ["x"]}),
    "an empty path": as_line(set={"": "x"}),
    "a path with a line feed": as_line(set={"a\nb": "x"}),
    "a path out of the entry": as_line(set={"../../x": "x"}),
    "a path from the root": as_line(set={"/title": "x"}),
    "a long path": as_line(set={"/".join(["title"] * 200): "x"}),
    "a long replaced path": as_line(replaces={"/".join(["title"] * 200): [ID]}),
    "nothing replaced": as_line(replaces={"title": []}),
    "replaced by text": as_line(replaces={"title": ID}),
    "replaced by nothing": as_line(replaces={"title": ""}),
    "replaced by null": as_line(replaces={"title": None}),
    "replaced by members": as_line(replaces={"title": {ID: 1}}),
    "replaced ids out of order": as_line(replaces={"title": ["f" * 32, "e" * 32]}),
    "a replaced id that is none": as_line(replaces={"title": ["x"]}),
    "a time without offset": as_line(time="2021-04-28T10:00:00"),
    "a day": as_line(time="2021-04-28"),
    "no such day": as_line(time="2021-02-30T10:00:00Z"),
    "no such offset": as_line(time="2021-04-28T10:00:00+99:99"),
    "Arabic digits in the time": as_line(time="٢٠٢١-04-28T10:00:00Z"),
    "a time before the first day": as_line(time="0001-01-01T00:00:00+05:00"),
    "a time after the last day": as_line(time="9999-12-31T23:59:59-05:00"),
    "a time with a line feed": as_line(time="2021-04-28T10:00:00Z\n"),
    "a time that is a number": as_line(time=1619600400),
}  # fmt: skip


@readers
@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED)
def test_a_line_that_is_no_change_is_refused(read: Reader, line: bytes) -> None:
    with pytest.raises(BadChangeError):
        read(line)


DEEP = 200_000
HUGE = 4_000_000
HEAVY = {
    "deep lists": b"[" * DEEP,
    "deep lists, closed": b"[" * DEEP + b"]" * DEEP,
    "deep members": b'{"set":' * DEEP,
    "a deep answer": as_line(set={"title": "?"}).replace(b'"?"', b"[" * DEEP + b"]" * DEEP),
    "a deep device": as_line(device="?").replace(b'"?"', b"[" * DEEP + b"]" * DEEP),
    "an endless id": as_line(device="a" * HUGE),
    "an endless path": as_line(set={"a" * HUGE: "x"}),
    "an endless path of many parts": as_line(set={"a/" * (HUGE // 2): "x"}),
    "an endless replaced path": as_line(replaces={"a[" * (HUGE // 2): [ID]}),
    "an endless time": as_line(time="2" * HUGE),
    "an endless replaced id": as_line(replaces={"title": ["a" * HUGE]}),
    "text that does not end": CHANGE.line[:-2] + b"x" * HUGE,
    "escapes that are not needed": as_line(set={"title": "?"}).replace(b"?", b"\\u0041" * 600_000),
    "many members": as_line(**{f"member{number}": 1 for number in range(100_000)}),
    "many bad paths": as_line(set={f"a {number}": "" for number in range(100_000)}),
    "many empty lists": as_line(replaces={f"a{number}": [] for number in range(100_000)}),
}


@readers
@pytest.mark.parametrize("line", HEAVY.values(), ids=HEAVY)
def test_a_line_that_is_meant_to_hurt_is_refused_soon_and_in_few_words(
    read: Reader, line: bytes
) -> None:
    begun = time.process_time()
    with pytest.raises(BadChangeError) as refused:
        read(line)
    assert time.process_time() - begun < SOON
    assert len(str(refused.value)) < 2000


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (replace(CHANGE, set={"title": "x" * 1_000_001}), "1,000,000 characters"),
        (replace(CHANGE, set={f"a{n}": "x" * 900_000 for n in range(5)}), "more than a change"),
        (replace(CHANGE, set={}, replaces={"a" * 1001: (ID,)}), "not an answer path"),
    ],
)
def test_more_than_a_change_may_hold_is_not_stored(change: Change, sentence: str) -> None:
    with pytest.raises(BadChangeError, match=sentence):
        read_line(change.line)


@readers
def test_a_change_that_only_replaces_much_is_read(read: Reader) -> None:
    names = tuple(f"{number:032x}" for number in range(100))
    line = replace(CHANGE, set={}, replaces={"title": names}).line
    assert read(line)


@pytest.mark.parametrize("blank", [None, "", " ", "\u2028", "\x00", "\x7f", "\U0010ffff"])
@readers
def test_every_character_that_a_text_may_have_is_kept(read: Reader, blank: str | None) -> None:
    change = replace(CHANGE, set={"title": blank})
    assert read(change.line)
    assert parse_line(change.line).set == {"title": blank}


@given(times)
def test_every_moment_with_its_offset_is_a_time(moment: str) -> None:
    assert is_time(moment)


@given(answer_paths)
def test_the_paths_of_these_tests_are_paths(path: str) -> None:
    assert is_path(path)
