"""The look of the whole program: language, direction, colours, size of the text."""

import locale
from dataclasses import dataclass, replace

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from stocktake_app.ui.fonts import window_font
from stocktake_app.ui.preferences import Preferences
from stocktake_app.ui.style_sheet import style_sheet
from stocktake_app.ui.texts import LANGUAGES, right_to_left, set_language
from stocktake_app.ui.theme import Tokens, palette, tokens_for

LOCALES = {"en": "en_GB", "fr": "fr_FR", "es": "es_ES", "ar": "ar_AE"}
"""The United Arab Emirates write dates in Arabic with the digits our forms have."""


@dataclass(frozen=True)
class Worn:
    """What was put on: the colours, and the preferences with the language that is spoken now."""

    tokens: Tokens
    preferences: Preferences


def wear(application: QApplication, translator: QTranslator, preferences: Preferences) -> Worn:
    """Put on what is preferred; ``translator`` speaks Qt's own words."""
    language = preferences.language or _system_language()
    set_language(language)
    QLocale.setDefault(QLocale(LOCALES.get(language, "en_GB")))
    _load_qt_words(application, translator, language)
    direction = Qt.LayoutDirection
    application.setLayoutDirection(
        direction.RightToLeft if right_to_left() else direction.LeftToRight
    )
    tokens = tokens_for(preferences.scheme)
    application.setPalette(palette(tokens))
    application.setFont(window_font(preferences.text_size))
    application.setStyleSheet(style_sheet(tokens, preferences.text_size / 100))
    return Worn(tokens, replace(preferences, language=language))


def _load_qt_words(application: QApplication, translator: QTranslator, language: str) -> None:
    application.removeTranslator(translator)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        application.installTranslator(translator)


def _system_language() -> str:
    name = QLocale.system().name().split("_")[0] or (locale.getlocale()[0] or "en")[:2]
    return name if name in LANGUAGES else "en"
