"""The printed recovery key: what is typed wrong is noticed, and where."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.trust.keys import FINGERPRINT_ALPHABET
from stocktake_app.trust.recovery_key import (
    GROUPS,
    BadRecoveryKeyError,
    WrongRecoveryKeyError,
    new_recovery_key,
    open_recovery_slot,
    read_recovery_key,
    recovery_slot,
    spell,
)

SECRETS = st.binary(min_size=20, max_size=20)
ALPHABET = st.sampled_from(FINGERPRINT_ALPHABET)
DATA_KEY, CONTEXT = bytes(range(32)), b"context"


@given(SECRETS)
def test_what_was_written_down_reads_back(secret: bytes) -> None:
    assert read_recovery_key(" ".join(spell(secret))) == secret


@given(SECRETS, st.sampled_from(["-", " ", "", "\n", " - "]))
def test_case_and_what_stands_between_groups_do_not_matter(secret: bytes, between: str) -> None:
    text = between.join(spell(secret))
    assert read_recovery_key(text) == read_recovery_key(text.lower()) == secret


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    groups = spell(bytes(20))
    assert "0" in "".join(groups)
    assert read_recovery_key("-".join(groups).replace("0", "O").replace("1", "l")) == bytes(20)


@given(SECRETS, st.integers(0, 39), ALPHABET)
def test_one_wrong_sign_is_noticed_and_its_group_named(
    secret: bytes, place: int, sign: str
) -> None:
    signs = "".join(spell(secret))
    if signs[place] == sign:
        return
    typed = signs[:place] + sign + signs[place + 1 :]
    with pytest.raises(BadRecoveryKeyError, match=rf"^Group {place // 5 + 1} of the recovery key"):
        read_recovery_key(typed)


@given(SECRETS, st.integers(0, GROUPS - 1), st.integers(0, 4), st.integers(0, 4))
def test_two_signs_of_a_group_that_change_places_are_noticed(
    secret: bytes, group: int, one: int, other: int
) -> None:
    groups = list(spell(secret))
    signs = list(groups[group])
    signs[one], signs[other] = signs[other], signs[one]
    if "".join(signs) == groups[group]:
        return
    groups[group] = "".join(signs)
    with pytest.raises(BadRecoveryKeyError, match=rf"^Group {group + 1} "):
        read_recovery_key(" ".join(groups))


@given(SECRETS, st.integers(0, GROUPS - 1), st.integers(0, GROUPS - 1))
def test_two_groups_that_change_places_are_noticed(secret: bytes, one: int, other: int) -> None:
    groups = list(spell(secret))
    groups[one], groups[other] = groups[other], groups[one]
    if one == other:
        return
    with pytest.raises(BadRecoveryKeyError, match=rf"^Group {min(one, other) + 1} "):
        read_recovery_key(" ".join(groups))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "has 8 groups, here are 0"),
        ("00001 00002", "has 8 groups, here are 2"),
        ("K7QF2M9P", "has 8 groups, here are 2"),
        (" ".join(["00001"] * 9), "has 8 groups, here are 9"),
        ("00001 0002 00003 00004 00005 00006 00007 00008", r"Group 2 .*\(0002\) has 4 signs"),
        ("ÄÖÜ" * 20, "has 8 groups, here are 0"),
    ],
)
def test_what_is_no_recovery_key_says_what_is_missing(typed: str, sentence: str) -> None:
    with pytest.raises(BadRecoveryKeyError, match=sentence):
        read_recovery_key(typed)


@given(st.text(max_size=80))
def test_whatever_is_typed_gets_one_sentence(typed: str) -> None:
    try:
        read_recovery_key(typed)
    except BadRecoveryKeyError as error:
        assert str(error).endswith("the paper.")  # noqa: PT017 - most texts raise, none must do more


def test_every_key_is_another_one_of_the_signs_that_are_easy_to_tell_apart() -> None:
    keys = {new_recovery_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}", group) for key in keys for group in key)


def test_only_the_key_itself_opens_the_slot() -> None:
    groups = new_recovery_key()
    slot = recovery_slot(groups, DATA_KEY, CONTEXT)
    assert open_recovery_slot(slot, "-".join(groups), CONTEXT) == DATA_KEY
    with pytest.raises(WrongRecoveryKeyError, match="opens another workspace"):
        open_recovery_slot(slot, "-".join(new_recovery_key()), CONTEXT)
    with pytest.raises(WrongRecoveryKeyError):
        open_recovery_slot(slot, "-".join(groups), b"another keystore")
