"""By what the readable part of a package is laid out: ``xlsx/3 fr 3f9a1c2b`` in its manifest.

Format, number of the layout, language, and a digest over all else that ships with the program and
that sheets or pages are made of. Equal names and equal contents give equal sheets and pages on
every machine; with another name nothing can be said. Whoever changes what a sheet or page looks
like raises ``LAYOUT``: a test holds the bytes of an example against it.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from stocktake_app.settings import resource
from stocktake_app.translations import DOMAIN, LANGUAGES

Format = Literal["xlsx", "pdf"]

LAYOUT = 3
"""Number of the layout, of sheets and of pages."""

_DIGITS = 8
_NAME = re.compile(r"(xlsx|pdf)/([0-9]{1,4}) ([a-z]{2,3})(?: ([0-9a-f]{8}))?")


def layout_name(form: Format, language: str) -> str:
    """Return the name of this program's layout in a language; English for one nobody knows."""
    language = language if language in LANGUAGES else "en"
    return f"{form}/{LAYOUT} {language} {_digest(form, language)}"


def language_of(name: str) -> str:
    """Return the language that a layout's name says, or "" for a name that is none."""
    found = _NAME.fullmatch(name)
    return found.group(3) if found else ""


@lru_cache
def _digest(form: Format, language: str) -> str:
    digest = hashlib.sha256()
    for name, data in _ingredients(form, language):
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()[:_DIGITS]


def _ingredients(form: Format, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield everything that is drawn on, by name: no paths, no times, one kind of line end."""
    import babel

    yield "dates", babel.__version__.encode()
    if language != "en":  # English stands in the program itself, under its number
        catalogue = resource(f"resources/locale/{language}/LC_MESSAGES/{DOMAIN}.mo")
        yield "words", catalogue.read_bytes()
    for path in sorted(resource("resources/registers").glob("*.csv")):
        yield path.name, path.read_bytes().replace(b"\r\n", b"\n")
    if form == "pdf":
        yield from _of_pages()


def _of_pages() -> Iterator[tuple[str, bytes]]:
    import arabic_reshaper
    import reportlab
    import segno
    from bidi import VERSION as BIDI_VERSION
    from PIL import __version__ as pillow_version
    from PIL import features
    from pyhanko.version import __version__ as pyhanko_version

    for path in sorted(resource("resources/fonts").glob("*.ttf")):
        yield path.name, path.read_bytes()
    versions = (
        reportlab.__version__,
        segno.__version__,
        arabic_reshaper.__version__,
        BIDI_VERSION,
        pyhanko_version,
        pillow_version,
        *(str(features.version(one)) for one in ("jpg", "libjpeg_turbo", "zlib")),
        unicodedata.unidata_version,
    )
    yield "programs", " ".join(versions).encode()
