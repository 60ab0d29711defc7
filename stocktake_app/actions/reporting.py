"""Reports: coverage, and the background paper."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from stocktake_app.actions.result import Result
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Written(Result):
    """A report that was written."""

    path: Path
    findings: int


def background(
    workspace: Workspace,
    out: Path | None,
    *,
    form: Literal["pdf", "docx"] = "pdf",
    language: str = "en",
    audience: Literal["internal", "public"] = "internal",
    now: datetime,
) -> Written:
    """Write the background paper for the High-Level Officials Meeting; every finding is traceable."""
    raise NotImplementedError
