"""New passphrases: what everybody guesses first is refused, with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.trust.passphrases import WeakPassphraseError, check_passphrase

OWNER = ("Fatou Diallo", "Dakar")


@pytest.mark.parametrize(
    "passphrase",
    [
        "four quiet green boats",
        "neuf chevaux à l'ombre",
        "ستة خيول في الظل",
        "六匹安静的绿色小船在河上漂",
        "xK3_-pQ9vL2wZ7aa",
        "8239402847362738",
        "Dakar la nuit sent la mangue",
        "a passphrase for this test",
    ],
)
def test_words_that_do_not_belong_together_are_taken(passphrase: str) -> None:
    check_passphrase(passphrase, OWNER)


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [
        ("", "protects nothing"),
        ("            ", "protects nothing"),
        ("short", "has 5 characters; take at least 10"),
        ("aaaaaaaaaaaaaaa", "repeats a few signs"),
        ("abab abab abab", "repeats a few signs"),
        ("1029384756", "Digits alone"),
        ("+221 77 123 45 67", "Digits alone"),
        ("Password2024!", "thieves try first"),
        ("P@ssw0rd P@ssw0rd", "thieves try first"),
        ("motdepasse2021", "thieves try first"),
        ("contraseña 123", "thieves try first"),
        ("qwertyuiop12", "thieves try first"),
        ("azertyuiop12", "thieves try first"),
        ("poiuytrewq99", "thieves try first"),
        ("abcdefghijkl", "thieves try first"),
        ("refugee compact", "thieves try first"),
        ("Stocktake 2021", "thieves try first"),
        ("Fatou Diallo 1990", "made of your name"),
        ("DAKAR fatou 77", "made of your name"),
    ],
)
def test_what_everybody_guesses_first_is_refused(passphrase: str, sentence: str) -> None:
    with pytest.raises(WeakPassphraseError, match=sentence):
        check_passphrase(passphrase, OWNER)


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=3))
def test_the_sentence_never_quotes_the_passphrase(passphrase: str, names: list[str]) -> None:
    try:
        check_passphrase(passphrase, names)
    except WeakPassphraseError as error:
        assert len(passphrase) < 6 or passphrase not in str(error)  # noqa: PT017
