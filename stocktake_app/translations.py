"""The one catalogue for window, documents and command line: English sentences, translated.

``_ = translator("fr")`` gives a function from an English sentence to its French one, and
``_.plural("{n} entry", "{n} entries", n)`` the same for counted things; values go in afterwards
with ``.format``. What is made far from any screen is a ``Sentence``: English, and translatable
later. Sources are the ``.po`` files in ``resources/locale``;
``python -m stocktake_app.translations`` brings them up to date with the code and compiles them.
"""

import gettext
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from stocktake_app.settings import resource

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
"""The languages of the interface and of documents, each by its own name."""

RIGHT_TO_LEFT = frozenset({"ar"})

DOMAIN = "stocktake"
KEYWORDS = {
    "_": None,
    "N_": None,
    "Sentence": None,
    "translate": None,
    "_n": (1, 2),
    "plural": (1, 2),
}


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


class Sentence(str):
    """A sentence that is English itself and can still be said in another language.

    ``template`` is its English in the catalogue with places for ``values``. A value that is a
    sentence too is said in the same language; other values, such as names, stay as they are.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Put the values in; without any, the template is the sentence."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made

    def said(self, say: Callable[[str], str]) -> str:
        """Return the sentence in the language that ``say`` speaks."""
        if not self.values:
            return say(self.template) if self.template else ""
        known = {
            name: one.said(say) if isinstance(one, Sentence) else one
            for name, one in self.values.items()
        }
        return say(self.template).format(**known)


def said(text: str, say: Callable[[str], str]) -> str:
    """Say a sentence; a plain text is looked up as it is, and stays if the catalogue lacks it."""
    sentence = text if isinstance(text, Sentence) else Sentence(text)
    return sentence.said(say)


def joined(parts: Iterable[str], between: str = " ") -> Sentence:
    """Return sentences or names one behind the other, as one that can be said."""
    values = {f"part{number}": one for number, one in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in values), **values)


def sentence_of(error: BaseException) -> str:
    """Return what an error says: the ``Sentence`` that it was raised with, if it was one."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Sentence) else str(error)


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
