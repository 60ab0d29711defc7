"""The one catalogue for window, documents and command line: English sentences, translated.

``_ = translator("fr")`` gives a function from an English sentence to its French one, and
``_.plural("{n} entry", "{n} entries", n)`` the same for counted things; values go in afterwards
with ``.format``. Sources are the ``.po`` files in ``resources/locale``;
``python -m stocktake_app.translations`` brings them up to date with the code and compiles them.
"""

import gettext
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from stocktake_app.settings import resource

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
"""The languages of the interface and of documents, each by its own name."""

RIGHT_TO_LEFT = frozenset({"ar"})

DOMAIN = "stocktake"
KEYWORDS = {"_": None, "N_": None, "translate": None, "_n": (1, 2), "plural": (1, 2)}


@dataclass(frozen=True)
class Translator:
    """Turns English sentences of ours into one language; call it with the sentence."""

    language: str
    catalogue: gettext.NullTranslations

    @property
    def locale(self) -> str:
        """The locale of dates and numbers: English dates as the United Nations write them."""
        return "en_GB" if self.language == "en" else self.language

    def __call__(self, sentence: str) -> str:
        """Return the sentence in this language, or as it is where a translation is missing."""
        return self.catalogue.gettext(sentence)

    def plural(self, one: str, many: str, count: int) -> str:
        """Return the sentence for ``count`` things, by the language's own plural rule."""
        return self.catalogue.ngettext(one, many, count)


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence for the catalogue where it is only translated later."""
    return sentence


@lru_cache
def translator(language: str) -> Translator:
    """Return the translator into a language; English for a code nobody knows."""
    if language not in LANGUAGES or language == "en":
        return Translator("en", gettext.NullTranslations())
    folder = resource("resources/locale")
    return Translator(language, gettext.translation(DOMAIN, folder, languages=[language]))


def update_catalogues(root: Path) -> dict[str, int]:
    """Bring every ``.po`` up to date with the code under ``root`` and compile it.

    Returns, by language, how many sentences still have no translation.
    """
    template = _extract(root / "stocktake_app")
    return {
        language: _update(root / "resources/locale" / language / "LC_MESSAGES", template, language)
        for language in LANGUAGES
        if language != "en"
    }


def _extract(folder: Path) -> "Catalog":
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    template = Catalog(project="Stocktake", charset="utf-8", fuzzy=False)
    found = extract_from_dir(folder, method_map=[("**.py", "python")], keywords=KEYWORDS)
    for name, _line, message, comments, context in sorted(found, key=lambda one: one[:2]):
        template.add(message, auto_comments=[*comments, name], context=context)
    return template


def _update(folder: Path, template: "Catalog", language: str) -> int:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    source = folder / f"{DOMAIN}.po"
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = Catalog(locale=language, fuzzy=False)
    if source.exists():
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.fuzzy = False
    catalogue.header_comment = f"# Stocktake in {LANGUAGES[language]}."
    catalogue.project, catalogue.version = "Stocktake", "1"
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    # No dates in the header: the files change only when the sentences do.
    catalogue.creation_date = catalogue.revision_date = datetime(2021, 1, 1, tzinfo=UTC)
    with source.open("wb") as file:
        write_po(file, catalogue, sort_output=True, width=100)
    with (folder / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalogue)
    return sum(1 for message in catalogue if message.id and not _translated(message.string))


def _translated(string: object) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


if __name__ == "__main__":
    missing = update_catalogues(Path(__file__).resolve().parent.parent)
    for language, count in missing.items():
        sys.stdout.write(f"{language}: {count} sentences without translation\n")
