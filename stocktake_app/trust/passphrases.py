"""What a new passphrase must be: not a known one, and long enough that guessing takes years.

Each guess costs a thief the Argon2id of the keystore (64 MiB and a good part of a second), so
what has to be kept out are the guesses that everybody makes first.
"""

import re
import unicodedata
from collections.abc import Sequence

from stocktake_app.errors import WrongUseError

SHORTEST = 10
"""Characters that a new passphrase has at least."""

_SIGNS_ALONE = 16
_DIFFERENT = 5
_OWN_LETTERS = 5
_ROW = 4

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "09876543210",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
)
_SIGNS_FOR_LETTERS = str.maketrans("@$!0", "asio", " -_.")
_KNOWN = (
    "password passwort passphrase passe motdepasse contrasena clave secret secreto welcome "
    "bienvenue bienvenido letmein iloveyou jetaime teamo admin administrator administrateur "
    "master login user utilisateur usuario guest test demo sunshine princess football monkey "
    "dragon shadow superman batman soleil doudou chouchou loulou hello bonjour hola marhaba "
    "stocktake stocktaking bilan refugee refugees refugie refugies refugiado global compact "
    "unhcr hcr acnur geneva geneve ginebra january february march april june july august "
    "september october november december summer winter spring autumn"
)


class WeakPassphraseError(WrongUseError):
    """This passphrase is too easily guessed; take four words that do not belong together."""


def check_passphrase(passphrase: str, names: Sequence[str] = ()) -> None:
    """Refuse a new passphrase that is too easily guessed; ``names`` are those of its owner.

    Raises:
        WeakPassphraseError: the sentence says what is wrong with it.
    """
    if not passphrase.strip():
        raise WeakPassphraseError("An empty passphrase protects nothing; choose another one.")
    if len(passphrase) < SHORTEST:
        raise WeakPassphraseError(
            f"This passphrase has {len(passphrase)} characters; take at least {SHORTEST}, best "
            "four words that do not belong together."
        )
    text = _folded(passphrase)
    if len(set(text)) < _DIFFERENT:
        raise WeakPassphraseError("This passphrase repeats a few signs; take several words.")
    if not any(map(str.isalpha, passphrase)):
        if len(text) < _SIGNS_ALONE:
            raise WeakPassphraseError("Digits alone are soon guessed; take several words.")
        return
    own = [_folded(part) for name in names for part in re.findall(r"\w{3,}", name)]
    if _letters_beside(own, text) < _OWN_LETTERS:
        raise WeakPassphraseError(
            "This passphrase is made of your name or office; take words that nobody connects "
            "with you."
        )
    if _letters_beside([*_KNOWN.split(), *_pieces_of_rows(text)], text) < _OWN_LETTERS:
        raise WeakPassphraseError(
            "This passphrase is one that thieves try first; take words that do not belong together."
        )


def _letters_beside(words: Sequence[str], text: str) -> int:
    """Count the letters that are left of a text without these words."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    return sum(sign.isalpha() for sign in text)


def _pieces_of_rows(text: str) -> list[str]:
    """Return the longest pieces of a text that were typed along a row of keys or the alphabet."""
    pieces, start = [], 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _in_a_row(text[start : end + 1]):
            end += 1
        if end - start >= _ROW:
            pieces.append(text[start:end])
        start = end
    return pieces


def _in_a_row(piece: str) -> bool:
    return any(piece in row or piece[::-1] in row for row in _ROWS)


def _folded(text: str) -> str:
    """Return a text without case, accents, blanks and the usual signs for letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return kept.translate(_SIGNS_FOR_LETTERS)
