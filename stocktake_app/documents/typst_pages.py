"""Accessible PDFs (PDF/UA-1, PDF/A-2a) set by typst from our templates in ``resources/paper``.

What people wrote goes in as JSON, never as markup. Only the bundled fonts are used.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stocktake_app.documents.characters import visible
from stocktake_app.documents.fonts import printable
from stocktake_app.errors import RefusedError
from stocktake_app.settings import resource

if TYPE_CHECKING:
    from typst import PDFStandard

WORD_CHARS = 120
_LONG_WORD = re.compile(rf"\S{{{WORD_CHARS + 1},}}")

STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]


def compile_pages(template: str, data: Mapping[str, Any], now: datetime) -> bytes:
    """Return the PDF that a template makes of this data; ``now`` is its date of making.

    Raises:
        RefusedError: some text in it cannot be set.
    """
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(resource("resources/fonts"))],
    )
    path = resource(f"resources/paper/{template}.typ")
    try:
        return typst.compile(
            str(path),
            root=str(path.parent),
            font_paths=fonts,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=int(now.timestamp()),
        )
    except typst.TypstError as error:
        raise RefusedError(f"A text here cannot be set as PDF ({str(error)[:200]}).") from error


def printable_texts(value: object) -> Any:
    """Return plain data with every text in it made fit for print."""
    match value:
        case str():
            return _LONG_WORD.sub(_broken, printable(visible(value)))
        case dict():
            return {key: printable_texts(one) for key, one in value.items()}
        case list() | tuple():
            return [printable_texts(one) for one in value]
        case _:
            return value


def _broken(word: re.Match[str]) -> str:
    """Return an endless word with blanks in it: typst cannot set one that fills no line."""
    return " ".join(
        word[0][start : start + WORD_CHARS] for start in range(0, len(word[0]), WORD_CHARS)
    )
