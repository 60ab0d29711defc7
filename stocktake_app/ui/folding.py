"""Searching a short list on the screen: letters compared without case and accents."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return the text in lower case without marks: ``Sénégal`` is found by ``senegal``."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).strip()
