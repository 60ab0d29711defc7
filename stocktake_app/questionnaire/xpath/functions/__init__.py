"""The functions, by subject; importing this fills the registry."""

from stocktake_app.questionnaire.xpath.functions import (
    dates,
    form,
    geometry,
    logic,
    numbers,
    text,
)

__all__ = ["dates", "form", "geometry", "logic", "numbers", "text"]
