"""A readable record as a PDF: cover, entries, differing versions, how to check it."""

from dataclasses import replace
from io import BytesIO
from typing import Any, BinaryIO

from stocktake_app.documents import palette
from stocktake_app.documents.characters import visible
from stocktake_app.documents.fonts import Weight, describe
from stocktake_app.documents.pages import (
    BAR_WIDTH,
    BOTTOM,
    MARGIN,
    MILLIMETRE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Block,
    Column,
    Pages,
    new_canvas,
)
from stocktake_app.documents.pictures import printed
from stocktake_app.documents.record import (
    Differing,
    EntryText,
    Item,
    Picture,
    Record,
    Section,
    Verification,
)
from stocktake_app.documents.text_layout import (
    Line,
    TextStyle,
    color,
    draw_line,
    lay_out,
    line_height,
    shaped_width,
)
from stocktake_app.translations import Translator, translator

BODY = TextStyle(9.5)
LABEL = TextStyle(8.5, color=palette.MUTED)
STRONG = TextStyle(9.5, Weight.BOLD)
SECTION = TextStyle(11, Weight.BOLD, palette.BLUE)
TITLE = TextStyle(15, Weight.BOLD, palette.NAVY, 1.3)
SMALL = TextStyle(7.5, color=palette.MUTED)
LABEL_SHARE = 0.28
REST = 1.0 - LABEL_SHARE
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"
MAX_LISTED = 40
CODE_SIDE = 40 * MILLIMETRE
PICTURE_SIDE = 60 * MILLIMETRE
PICTURE_PIXELS = 480
"""The longer side of a picture, at most, on the page and of what is stored for it."""

MAX_PICTURES = 200
"""How many pictures a record shows; of further ones it gives the names."""


def record_pdf(record: Record) -> bytes:
    """Return the record as a PDF."""
    out = BytesIO()
    write_record_pdf(record, out)
    return out.getvalue()


def write_record_pdf(record: Record, out: BinaryIO) -> None:
    """Write the record as a PDF with embedded fonts; equal records give equal bytes."""
    _ = translator(record.language)
    canvas = new_canvas(out, visible(record.title), record.language, rtl=record.rtl)
    pages = Pages(canvas, record.rtl, lambda page: _decorate(page, record))
    _cover(pages, record, _)
    for number, entry in enumerate(record.entries(), 1):
        _begin_entry(pages, entry, number)
        _entry(pages, entry, _)
    _verification(pages, record, _)
    _finish(pages)


def _decorate(pages: Pages, record: Record) -> None:
    """Draw what every page but the cover has: title and notice above, page number below."""
    title = pages.note(record.title).replace("\n", " ")
    _draw_one(pages, title, SMALL, PAGE_HEIGHT - 14 * MILLIMETRE)
    pages.rule(0.5, palette.RULE, PAGE_HEIGHT - 17 * MILLIMETRE)
    if record.notice:
        style = TextStyle(9, Weight.BOLD, palette.AMBER)
        _draw_one(pages, pages.note(record.notice), style, PAGE_HEIGHT - 10 * MILLIMETRE)
    _page_number(pages)


def _draw_one(pages: Pages, text: str, style: TextStyle, y: float) -> None:
    text = lay_out(text, style, TEXT_WIDTH, rtl=pages.rtl)[0].text
    line = Line(text, pages.rtl, pages.rtl)
    draw_line(pages.canvas, line, MARGIN, y, width=TEXT_WIDTH, style=style)


def _page_number(pages: Pages) -> None:
    """Draw ``3 / 17``; the total is a form that is drawn once, when it is known."""
    y = 12 * MILLIMETRE
    number = f"{pages.number} / "
    start = PAGE_WIDTH / 2 - shaped_width(number, SMALL)
    draw_line(pages.canvas, Line(number, rtl=False, right=False), start, y, width=0, style=SMALL)
    pages.canvas.saveState()
    pages.canvas.translate(PAGE_WIDTH / 2, y)
    pages.canvas.doForm("total")
    pages.canvas.restoreState()


def _finish(pages: Pages) -> None:
    canvas = pages.canvas
    canvas.showPage()
    canvas.beginForm("total", 0, -5, 100, 20)
    draw_line(canvas, Line(str(pages.number), rtl=False, right=False), 0, 0, width=0, style=SMALL)
    canvas.endForm()
    canvas.save()


def _cover(pages: Pages, record: Record, _: Translator) -> None:
    canvas = pages.canvas
    title = TextStyle(26, Weight.BOLD, palette.WHITE, 1.3)
    subtitle = TextStyle(12, color=palette.WHITE)
    lines = lay_out(pages.note(record.title), title, TEXT_WIDTH, rtl=record.rtl)
    band = 52 * MILLIMETRE + len(lines) * line_height(lines, title)
    canvas.setFillColor(color(palette.NAVY))
    canvas.rect(0, PAGE_HEIGHT - band, PAGE_WIDTH, band, stroke=0, fill=1)
    pages.y = PAGE_HEIGHT - 30 * MILLIMETRE
    pages.place(Block((Column(record.title, title),)))
    pages.place(Block((Column(record.subtitle, subtitle),), before=6))
    pages.y = PAGE_HEIGHT - band - 10 * MILLIMETRE
    if record.notice:
        style = TextStyle(12, Weight.BOLD, palette.AMBER)
        notice = Column(record.notice, style)
        pages.place(Block((notice,), after=10, padding=8, ground=palette.AMBER_TINT))
    for label, text in record.cover:
        pages.place(_pair(label, text))
    if record.verification.fingerprint:
        _fingerprint(pages, record.verification, _)
    canvas.bookmarkPage("cover")
    canvas.addOutlineEntry(_("Cover"), "cover", 0)


def _fingerprint(pages: Pages, verification: Verification, _: Translator) -> None:
    pages.place(Block((Column(_("Fingerprint of the signer"), LABEL),), before=14, keep=80))
    big = TextStyle(15, Weight.BOLD, palette.NAVY)
    pages.place(Block((Column(verification.fingerprint, big),)))
    pages.place(Block((Column(_("How to check this record: see the last page."), LABEL),)))


def _begin_entry(pages: Pages, entry: EntryText, number: int) -> None:
    """Go to a new page, or on this one under a line if much of it is free; set a bookmark."""
    if number == 1 or pages.y < PAGE_HEIGHT / 2:
        pages.new_page()
    else:
        pages.y -= 24
        pages.rule(1.5, palette.NAVY)
        pages.y -= 12
    key = f"entry-{number}"
    pages.canvas.bookmarkPage(key, fit="XYZ", left=0, top=pages.y + 20)
    outline = " ".join(visible(f"{entry.reference}  {entry.title}").split())
    pages.canvas.addOutlineEntry(outline, key, 0, closed=True)


def _entry(pages: Pages, entry: EntryText, _: Translator) -> None:
    pages.place(Block((Column(entry.reference, TextStyle(9, Weight.BOLD, palette.BLUE)),)))
    pages.place(Block((Column(entry.title, TITLE),), after=5))
    facts = "   ·   ".join(f"{label}: {value}" for label, value in entry.facts)
    column = Column(_ours(facts, pages), LABEL)
    pages.place(Block((column,), after=6, padding=7, ground=palette.TINT))
    if entry.differing:
        _differing(pages, entry.differing, _)
    for section in entry.sections:
        _section(pages, section)


def _ours(text: str, pages: Pages) -> str:
    """Make a line that we put together run the document's way, whatever word it begins with."""
    return f"{RIGHT_TO_LEFT_MARK if pages.rtl else LEFT_TO_RIGHT_MARK}{text}"


def _section(pages: Pages, section: Section) -> None:
    if section.title:
        pages.place(Block((Column(section.title, SECTION),), before=12, after=3, keep=70))
    for label, text in section.answers:
        pages.place(_pair(label, text))
    for picture in section.pictures:
        _picture(pages, picture, Block((Column(picture.caption, SMALL, LABEL_SHARE, REST),)))
    for item in section.items:
        _item(pages, item)


def _pair(label: str, text: str) -> Block:
    columns = (
        Column(label, LABEL, 0.0, LABEL_SHARE - 0.03),
        Column(text, BODY, LABEL_SHARE, REST),
    )
    return Block(columns, before=2, after=2, keep=2 * BODY.size)


def _item(pages: Pages, item: Item) -> None:
    """Draw one row of a repeat as a card with a bar along its edge."""
    bar = palette.TAGS.get(item.kind, palette.BLUE)
    indent = BAR_WIDTH + 9
    head = _ours("   ".join(part for part in (item.number, item.tag) if part), pages)
    style = TextStyle(8.5, Weight.BOLD, bar)
    pages.place(Block((Column(head, style),), before=9, indent=indent, bar=bar, keep=55))
    if item.text:
        pages.place(Block((Column(item.text, BODY),), padding=1.5, indent=indent, bar=bar))
    for label, text in item.answers:
        columns = (
            Column(label, TextStyle(8, color=palette.MUTED), 0.0, LABEL_SHARE - 0.03),
            Column(text, TextStyle(8.5), LABEL_SHARE, REST),
        )
        pages.place(Block(columns, padding=1, indent=indent, bar=bar))
    for picture in item.pictures:
        caption = Column(picture.caption, SMALL, LABEL_SHARE, REST)
        _picture(pages, picture, Block((caption,), padding=2, indent=indent, bar=bar))


def _picture(pages: Pages, picture: Picture, block: Block) -> None:
    """Draw a picture small above its caption; one that cannot be shown has its name already."""
    if pages.pictures >= MAX_PICTURES:
        return
    pages.pictures += 1
    found = printed(picture.data(), PICTURE_PIXELS)
    if found is not None:
        width = PICTURE_SIDE * found.width / PICTURE_PIXELS
        pages.picture(found, width, replace(block, before=4, after=4, keep=3 * SMALL.size))


def _differing(pages: Pages, differing: tuple[Differing, ...], _: Translator) -> None:
    heading = TextStyle(11, Weight.BOLD, palette.AMBER)
    pages.place(Block((Column(_("Differing versions"), heading),), before=10, keep=80))
    note = _("These answers were written differently by several people and are not settled yet.")
    pages.place(Block((Column(note, LABEL),), after=3))
    for one in differing:
        pages.place(_amber(Column(one.label, STRONG), keep=50))
        for version in one.versions:
            who = f"{version.who}\n{version.when}".strip()
            pages.place(
                _amber(Column(version.text or "—", BODY, 0.0, 0.66), Column(who, SMALL, 0.7, 0.3))
            )


def _amber(*columns: Column, keep: float = 0.0) -> Block:
    return Block(
        columns,
        padding=4,
        indent=BAR_WIDTH,
        ground=palette.AMBER_TINT,
        bar=palette.AMBER,
        keep=keep,
    )


def _verification(pages: Pages, record: Record, _: Translator) -> None:
    pages.new_page()
    pages.canvas.bookmarkPage("check")
    pages.canvas.addOutlineEntry(_("How to check this record"), "check", 0)
    pages.place(Block((Column(_("How to check this record"), TITLE),), after=8))
    verification = record.verification
    if verification.fingerprint:
        pages.place(_pair(_("Fingerprint of the signer"), verification.fingerprint))
    if verification.record_id:
        pages.place(_pair(_("Number of this record"), verification.record_id))
    for number, step in enumerate(verification.steps, 1):
        columns = (Column(f"{number}.", STRONG, 0.0, 0.04), Column(step, BODY, 0.05, 0.95))
        pages.place(Block(columns, before=4))
    if verification.code:
        _code(pages, verification.code)
    if pages.missing:
        _missing(pages, _)


def _missing(pages: Pages, _: Translator) -> None:
    note = _("No font of this document has these characters; the data inside it holds them:")
    listed = "; ".join(describe(one) for one in list(pages.missing)[:MAX_LISTED])
    if len(pages.missing) > MAX_LISTED:
        listed += " …"
    pages.place(Block((Column(note, LABEL),), before=10))
    pages.place(Block((Column(listed, SMALL),)))


def _code(pages: Pages, text: str) -> None:
    """Draw a QR code as plain rectangles."""
    import segno

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    if pages.y - CODE_SIDE - 12 < BOTTOM:
        pages.new_page()
    side = CODE_SIDE / len(rows)
    left = PAGE_WIDTH - MARGIN - CODE_SIDE if pages.rtl else MARGIN
    top = pages.y - 12
    pages.canvas.setFillColor(color(palette.INK))
    path: Any = pages.canvas.beginPath()
    for index, row in enumerate(rows):
        for start, length in _dark(row):
            path.rect(left + start * side, top - (index + 1) * side, length * side, side)
    pages.canvas.drawPath(path, stroke=0, fill=1)
    pages.y = top - CODE_SIDE


def _dark(row: bytes) -> list[tuple[int, int]]:
    """Return start and length of each dark stretch of a row."""
    found: list[tuple[int, int]] = []
    for position, module in enumerate(row):
        if not module:
            continue
        if found and sum(found[-1]) == position:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((position, 1))
    return found
