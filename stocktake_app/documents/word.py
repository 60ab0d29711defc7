"""A paper as a Word file to edit: real headings, links both ways, the same words as the PDF."""

from datetime import datetime
from typing import Any, BinaryIO

from stocktake_app.documents import palette
from stocktake_app.documents import word_parts as parts
from stocktake_app.documents.bidi import starts_right_to_left
from stocktake_app.documents.characters import visible
from stocktake_app.documents.paper import (
    Annex,
    Chapter,
    Chart,
    Group,
    Paper,
    Reference,
    Statement,
    Table,
)
from stocktake_app.documents.typst_paper import cover_facts, page_label
from stocktake_app.documents.word_styles import set_up_styles
from stocktake_app.translations import translator

BAR_TWIPS = 3600
"""Width of a chart's longest bar."""


def write_word_paper(paper: Paper, out: BinaryIO, now: datetime) -> None:
    """Write the paper as a docx file; ``now`` is its date of making."""
    import docx

    document = docx.Document()
    _set_properties(document, paper, now)
    set_up_styles(document, paper.language, rtl=paper.rtl)
    writer = _Writer(document, paper)
    writer.title_page()
    writer.contents()
    for number, chapter in enumerate(paper.chapters, 1):
        writer.chapter(chapter, number)
    writer.annex(paper.annex)
    document.save(out)


def _set_properties(document: Any, paper: Paper, now: datetime) -> None:
    properties = document.core_properties
    properties.title = visible(paper.title)
    properties.author = properties.last_modified_by = visible(paper.organisation)
    properties.language = paper.language
    properties.comments = ""
    properties.created = properties.modified = now.replace(tzinfo=None, microsecond=0)


TEXT_TWIPS = 9180
COUNT_TWIPS = 1400
TWIP = 635
"""A twentieth of a point in the units of python-docx."""


class _Writer:
    """Writes the paper from top to bottom, counting bookmarks and links."""

    def __init__(self, document: Any, paper: Paper) -> None:
        self._document = document
        self._paper = paper
        self._ = translator(paper.language)
        self._bookmarks = 0
        self._cited: set[str] = set()

    def title_page(self) -> None:
        """Write title, subtitle, date and facts, and what stands on every page."""
        paper = self._paper
        self._add("Subtitle", paper.organisation)
        self._add("Title", paper.title)
        self._add("Subtitle", paper.subtitle)
        self._add("Subtitle", paper.date)
        self._add("Notice", paper.notice or page_label(paper, self._))
        for label, text in cover_facts(paper, self._):
            self._fact("Normal", label, text)
        self._page_furniture()

    def _page_furniture(self) -> None:
        section = self._document.sections[0]
        section.different_first_page_header_footer = True
        header = section.header.paragraphs[0]
        note = self._paper.notice or page_label(self._paper, self._)
        parts.add_text(header, f"{self._paper.title}  ·  {note}", size=8, color=palette.MUTED)
        parts.add_field(section.footer.paragraphs[0], "PAGE", "1")

    def contents(self) -> None:
        """Write a list of the chapters, each a link."""
        self._add("Contents heading", self._("Contents")).paragraph_format.page_break_before = True
        titles = [f"{n}. {one.title}" for n, one in enumerate(self._paper.chapters, 1)]
        for number, title in enumerate([*titles, self._paper.annex.title], 1):
            parts.add_link(self._add("Contents line"), title, f"c-{number}", color=palette.BLUE)

    def chapter(self, chapter: Chapter, number: int) -> None:
        """Write one chapter."""
        self._bookmark(self._add("Heading 1", f"{number}. {chapter.title}"), f"c-{number}")
        for text in chapter.paragraphs:
            self._add("Normal", text)
        for chart in chapter.charts:
            self._chart(chart)
        for table in chapter.tables:
            self._table(table)
        for group in chapter.groups:
            self._group(group)

    def _chart(self, chart: Chart) -> None:
        """Write a table whose middle column holds bars: shaded paragraphs of their length."""
        self._add("Caption", chart.caption)
        header = (self._("Item"), "", self._("Findings"))
        table = self._new_table(header, len(chart.bars))
        most = max([count for _label, count in chart.bars] + [1])
        for row, (label, count) in zip(table.rows[1:], chart.bars, strict=True):
            self._say(row.cells[0], label)
            self._say(row.cells[2], f"{count:,}")
            bar = row.cells[1].paragraphs[0]
            bar.style = "Cell"
            if count:
                parts.shade(bar, palette.BAR)
                parts.put(
                    parts.of_paragraph(bar),
                    parts.element("ind", end=str(BAR_TWIPS - round(BAR_TWIPS * count / most))),
                )
        words = TEXT_TWIPS - BAR_TWIPS - COUNT_TWIPS
        _fix_widths(table, [words, BAR_TWIPS, COUNT_TWIPS])

    def _table(self, listing: Table) -> None:
        self._add("Caption", listing.caption)
        linked = bool(listing.references)
        header = (*listing.header, self._("Reference")) if linked else listing.header
        table = self._new_table(header, len(listing.rows))
        for index, (row, texts) in enumerate(zip(table.rows[1:], listing.rows, strict=True)):
            for cell, text in zip(row.cells, texts, strict=False):
                self._say(cell, text)
            if linked and (reference := listing.references[index]):
                cell = row.cells[-1].paragraphs[0]
                cell.style = "Cell"
                self._refer(cell, reference)
        _set_widths(table, numeric=listing.numeric)
        if listing.note:
            self._add("Small", listing.note)

    def _new_table(self, header: tuple[str, ...], rows: int) -> Any:
        table = self._document.add_table(rows=rows + 1, cols=len(header))
        parts.rule_table(table, palette.RULE)
        if self._paper.rtl:
            parts.mirror_table(table)
        parts.repeat_header(table.rows[0])
        for cell, text in zip(table.rows[0].cells, header, strict=True):
            parts.shade_cell(cell, palette.NAVY)
            self._say(cell, text, bold=True, color=palette.WHITE)
        return table

    def _say(self, cell: Any, text: str, **look: Any) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.style = "Cell"
        parts.add_text(paragraph, text, **look)

    def _group(self, group: Group) -> None:
        self._add("Heading 2", group.title)
        color = palette.TAGS.get(group.kind, palette.BLUE)
        for statement in group.statements:
            self._statement(statement, color)

    def _statement(self, statement: Statement, color: str) -> None:
        rtl = starts_right_to_left(statement.text, otherwise=self._paper.rtl)
        paragraph = self._add("Finding", statement.text)
        # "left" is where a line begins, so right in a paragraph that runs from right to left.
        parts.rule(paragraph, "right" if rtl else "left", color, 18)
        if rtl != self._paper.rtl:
            parts.set_direction(paragraph, rtl=rtl)
        for version in statement.open_versions:
            label = self._("Another version of this finding, not settled yet")
            other = self._add("Notice", f"{label}: ")
            parts.add_text(other, version)
        source = self._add("Small")
        self._refer(source, statement.reference)
        if statement.context:
            parts.add_text(source, f"  ·  {statement.context}")

    def _refer(self, paragraph: Any, reference: Reference) -> None:
        parts.add_link(
            paragraph, reference.mark, f"r-{reference.anchor}", bold=True, color=palette.BLUE
        )
        if reference.anchor not in self._cited:
            self._cited.add(reference.anchor)
            self._bookmark(paragraph, f"s-{reference.anchor}")

    def annex(self, annex: Annex) -> None:
        """Write the annex, each source with a link back to where it is first referred to."""
        heading = self._add("Heading 1", annex.title)
        self._bookmark(heading, f"c-{len(self._paper.chapters) + 1}")
        self._add("Normal", annex.introduction)
        for source in annex.sources:
            anchor = source.reference.anchor
            line = self._add("Source")
            parts.add_text(line, source.reference.mark, bold=True, color=palette.NAVY)
            parts.add_text(line, f"  {source.title}  ")
            if anchor in self._cited:
                back = self._("back to the text")
                parts.add_link(line, back, f"s-{anchor}", color=palette.BLUE)
            self._bookmark(line, f"r-{anchor}")
            for label, text in source.facts:
                self._fact("Small", label, text)

    def _fact(self, style: str, label: str, text: str) -> None:
        paragraph = self._add(style)
        parts.add_text(paragraph, f"{label}: ", color=palette.MUTED)
        parts.add_text(paragraph, text)

    def _add(self, style: str, text: str = "") -> Any:
        paragraph = self._document.add_paragraph(style=style)
        if text:
            parts.add_text(paragraph, text)
        return paragraph

    def _bookmark(self, paragraph: Any, anchor: str) -> None:
        self._bookmarks += 1
        parts.add_bookmark(paragraph, anchor, self._bookmarks)


def _set_widths(table: Any, *, numeric: bool) -> None:
    """Give the first column, which holds words, more room than the others."""
    count = len(table.columns)
    first = TEXT_TWIPS // (2 if numeric else 3)
    widths = [first] + [(TEXT_TWIPS - first) // max(count - 1, 1)] * (count - 1)
    _fix_widths(table, widths)


def _fix_widths(table: Any, widths: list[int]) -> None:
    """Set the widths of columns, in twips; readers look at the grid or at the cells."""
    table.autofit = False
    for index, width in enumerate(widths):
        table.columns[index].width = width * TWIP
        for row in table.rows:
            row.cells[index].width = width * TWIP
