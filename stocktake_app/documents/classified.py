"""How sensitive a document is, in the word that its cover says."""

from stocktake_app.model.classification import Classification
from stocktake_app.translations import Translator


def classification_text(classification: Classification, _: Translator) -> str:
    """Return how sensitive a document is, in a word."""
    words = {
        Classification.PUBLIC: _("Public"),
        Classification.INTERNAL: _("Internal"),
        Classification.CONFIDENTIAL: _("Confidential"),
    }
    return words[classification]
