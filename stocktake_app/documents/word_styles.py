"""The styles of a Word paper: what a person changes to change the look of the whole file."""

from typing import Any

from stocktake_app.documents import palette
from stocktake_app.documents import word_parts as parts

LATIN_FONT = "Calibri"
ARABIC_FONT = "Arial"

Look = tuple[str, float, bool, str, float, float]

# Name, size, bold, colour, space before and after, all lengths in points.
_LOOKS: tuple[Look, ...] = (
    ("Normal", 11, False, palette.INK, 0, 8),
    ("Title", 28, True, palette.NAVY, 120, 12),
    ("Subtitle", 13, False, palette.MUTED, 0, 6),
    ("Heading 1", 20, True, palette.NAVY, 0, 12),
    ("Heading 2", 14, True, palette.NAVY, 18, 6),
    ("Caption", 10, True, palette.INK, 12, 4),
)
_NEW_LOOKS: tuple[Look, ...] = (
    ("Contents heading", 20, True, palette.NAVY, 0, 12),
    ("Contents line", 11, False, palette.INK, 0, 4),
    ("Finding", 11, False, palette.INK, 8, 3),
    ("Small", 9, False, palette.INK, 0, 3),
    ("Cell", 9.5, False, palette.INK, 2, 2),
    ("Notice", 10, False, palette.AMBER, 6, 8),
    ("Source", 10, False, palette.INK, 12, 3),
)


def set_up_styles(document: Any, language: str, *, rtl: bool) -> None:
    """Make the styles of a document and set its page, language and direction."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm

    for look in _LOOKS:
        _dress(document.styles[look[0]], look)
    for look in _NEW_LOOKS:
        style = document.styles.add_style(look[0], WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _dress(style, look)
    document.styles["Heading 1"].paragraph_format.page_break_before = True
    document.styles["Source"].paragraph_format.keep_with_next = True
    document.styles["Caption"].paragraph_format.keep_with_next = True
    parts.shade(document.styles["Source"], palette.TINT)
    parts.shade(document.styles["Notice"], palette.AMBER_TINT)
    _set_language(document.styles["Normal"], language, rtl=rtl)
    for section in document.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(24)
        section.top_margin = section.bottom_margin = Mm(25)


def _dress(style: Any, look: Look) -> None:
    from docx.shared import Pt

    _name, size, bold, color, before, after = look
    # The template spaces and underlines titles, which tears Arabic letters apart.
    parts.drop(parts.of_paragraph(style), "pBdr")
    for unwanted in ("spacing", "kern", "i", "iCs"):
        parts.drop(parts.of_run(style), unwanted)
    parts.put(
        parts.of_run(style),
        parts.element(
            "rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=LATIN_FONT, cs=ARABIC_FONT
        ),
    )
    parts.dress(style, bold=bold, size=size, color=color)
    style.font.bold, style.font.italic = bold, False
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)


def _set_language(normal: Any, language: str, *, rtl: bool) -> None:
    """Tell screen readers and spelling checkers the language; every style comes from Normal."""
    kind = "bidi" if rtl else "val"
    parts.put(parts.of_run(normal), parts.element("lang", **{kind: language}))
    if rtl:
        parts.set_direction(normal, rtl=True)
