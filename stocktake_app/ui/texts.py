"""The words of the window in the language chosen: ``_`` and, for counted things, ``_n``.

The English sentence is the key. Values go in with ``.format`` after translation, never before.
"""

from stocktake_app.translations import LANGUAGES, RIGHT_TO_LEFT, Translator, translator

__all__ = ["LANGUAGES", "_", "_n", "right_to_left", "set_language"]

_spoken: list[Translator] = [translator("en")]


def set_language(language: str) -> None:
    """Make ``language`` the one that ``_`` speaks; English for a code nobody knows."""
    _spoken[0] = translator(language)


def right_to_left() -> bool:
    """Whether the language spoken now is written from right to left."""
    return _spoken[0].language in RIGHT_TO_LEFT


def _(sentence: str) -> str:
    """Return the sentence in the language of the window."""
    return _spoken[0](sentence)


def _n(one: str, many: str, count: int) -> str:
    """Return the sentence for ``count`` things in the language of the window."""
    return _spoken[0].plural(one, many, count)
