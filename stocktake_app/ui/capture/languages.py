"""Languages of a questionnaire, as XLSForms write them: ``Français (fr)``."""

import re

from PySide6.QtCore import QLocale, Qt

from stocktake_app.translations import RIGHT_TO_LEFT

_CODE = re.compile(r"\(([A-Za-z]{2,3})(?:[-_]\w+)?\)\s*$")


def code_of(language: str) -> str:
    """Return the language code in a language's name, or nothing."""
    found = _CODE.search(language)
    return found[1].lower() if found else ""


def language_name(language: str) -> str:
    """Return the name without its code."""
    return _CODE.sub("", language).strip() or language


def direction_of(language: str) -> Qt.LayoutDirection:
    """Return the direction a questionnaire in this language is read in."""
    code = code_of(language)
    if code in RIGHT_TO_LEFT:
        return Qt.LayoutDirection.RightToLeft
    if code:
        written = QLocale(code).textDirection()
        if QLocale(code).language() != QLocale.Language.C:
            return written
    return Qt.LayoutDirection.LeftToRight
