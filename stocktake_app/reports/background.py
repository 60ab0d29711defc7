"""The background paper for the High-Level Officials Meeting, as PDF or Word."""

from datetime import datetime
from typing import BinaryIO, Literal

from stocktake_app.documents.paper import Audience
from stocktake_app.documents.typst_paper import write_typst_paper
from stocktake_app.documents.word import write_word_paper
from stocktake_app.model.codes import FindingKind
from stocktake_app.reports.paper import build_paper
from stocktake_app.store.workspace import Workspace

PaperFormat = Literal["pdf", "docx"]


def background_paper(
    workspace: Workspace,
    out: BinaryIO,
    *,
    kind: PaperFormat,
    language: str,
    audience: Audience,
    now: datetime,
) -> int:
    """Write the paper and return how many findings it holds.

    Each finding carries a reference that leads to entry, seal and signer.
    """
    paper = build_paper(workspace, language=language, audience=audience, now=now)
    write = write_typst_paper if kind == "pdf" else write_word_paper
    write(paper, out, now)
    kinds = set(FindingKind)
    return sum(
        len(group.statements)
        for chapter in paper.chapters
        for group in chapter.groups
        if group.kind in kinds
    )
