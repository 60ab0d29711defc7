"""The background paper for the High-Level Officials Meeting, as PDF or Word."""

from datetime import datetime
from typing import BinaryIO, Literal

from stocktake_app.documents.paper import Audience
from stocktake_app.store.workspace import Workspace


def background_paper(
    workspace: Workspace,
    out: BinaryIO,
    *,
    format: Literal["pdf", "docx"],  # noqa: A002 - the word on the command line
    language: str,
    audience: Audience,
    now: datetime,
) -> None:
    """Write the paper; each finding carries a reference that leads to entry, seal and signer."""
    raise NotImplementedError
