"""A paper as an accessible PDF (PDF/UA-1), laid out by typst from ``resources/paper``.

What people wrote goes in as JSON, never as markup. Only the bundled fonts are used.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, cast

from stocktake_app.documents import palette
from stocktake_app.documents.bidi import starts_right_to_left
from stocktake_app.documents.classified import classification_text
from stocktake_app.documents.paper import Audience, Paper
from stocktake_app.documents.record import Fact
from stocktake_app.documents.typst_pages import compile_pages, printable_texts
from stocktake_app.errors import RefusedError
from stocktake_app.model.classification import Classification
from stocktake_app.translations import Translator, translator


def write_typst_paper(paper: Paper, out: BinaryIO, now: datetime) -> None:
    """Write the paper as a tagged PDF; ``now`` is its date of making.

    Raises:
        RefusedError: some text in it cannot be set; the Word version can be made.
    """
    try:
        out.write(compile_pages("background", template_data(paper), now))
    except RefusedError as error:
        raise RefusedError(f"{error} Make this paper as Word.") from error


def template_data(paper: Paper) -> dict[str, Any]:
    """Return what the template reads: the paper, every text printable, and its labels."""
    _ = translator(paper.language)
    data = cast("dict[str, Any]", printable_texts(asdict(paper)))
    data["rtl"] = paper.rtl
    data["labels"] = _labels(_)
    data["page_label"] = page_label(paper, _)
    data["facts"] = printable_texts(cover_facts(paper, _))
    _mark(data)
    return data


def page_label(paper: Paper, _: Translator) -> str:
    """Return for whom the paper is, in the words that stand on every page of it."""
    if paper.classification is Classification.CONFIDENTIAL:
        return classification_text(paper.classification, _)
    if paper.audience is Audience.PUBLIC:
        return _("For publication")
    return _("Internal: not for publication")


def cover_facts(paper: Paper, _: Translator) -> tuple[Fact, ...]:
    """Return the facts of the cover: how sensitive the paper is, then its own."""
    return ((_("Classification"), classification_text(paper.classification, _)), *paper.facts)


def _labels(_: Translator) -> dict[str, str]:
    return {
        "contents": _("Contents"),
        "other_version": _("Another version of this finding, not settled yet"),
        "what": _("Item"),
        "findings": _("Findings"),
        "reference": _("Reference"),
        "back": _("back to the text"),
    }


def _mark(data: dict[str, Any]) -> None:
    """Say of each reference whether it stands first in the text, and of each text its direction."""
    seen: set[str] = set()
    for chapter in data["chapters"]:
        for table in chapter["tables"]:
            for reference in filter(None, table["references"]):
                _mark_first(reference, seen)
        for group in chapter["groups"]:
            group["color"] = palette.TAGS.get(group["kind"], palette.BLUE)
            for statement in group["statements"]:
                _mark_first(statement["reference"], seen)
                text = statement["text"]
                statement["rtl"] = starts_right_to_left(text, otherwise=bool(data["rtl"]))
    for source in data["annex"]["sources"]:
        source["cited"] = source["reference"]["anchor"] in seen


def _mark_first(reference: dict[str, Any], seen: set[str]) -> None:
    reference["first"] = reference["anchor"] not in seen
    seen.add(reference["anchor"])
