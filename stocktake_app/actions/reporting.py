"""Reports: coverage, and the background paper."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from stocktake_app.actions.result import Result
from stocktake_app.errors import WrongUseError
from stocktake_app.model.classification import Classification
from stocktake_app.store.files import atomic_file
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Written(Result):
    """A report that was written, and how many findings it holds."""

    path: Path
    findings: int


def coverage_json(workspace: Workspace, language: str = "en") -> dict[str, Any]:
    """Return what has been heard and what is missing, as plain JSON values.

    It holds counts and no words of anybody, so it is internal, whatever was counted.
    """
    from stocktake_app.reports.coverage import coverage

    refresh_projections(workspace)
    found = asdict(coverage(workspace, language)) | {
        "classification": Classification.INTERNAL.name.lower(),
        "practice": workspace.practice,
    }
    found["matrix"] = [
        {"bureau": bureau, "subject": subject, "findings": count}
        for (bureau, subject), count in sorted(found["matrix"].items())
    ]
    return found


def background(
    workspace: Workspace,
    out: Path | None,
    *,
    form: Literal["pdf", "docx"] = "pdf",
    language: str = "en",
    audience: Literal["internal", "public"] = "internal",
    now: datetime,
) -> Written:
    """Write the background paper for the High-Level Officials Meeting.

    Raises:
        WrongUseError: no file is named.
        MachineError: it cannot be written there.
    """
    from stocktake_app.documents.paper import Audience
    from stocktake_app.reports.background import background_paper

    if out is None:
        raise WrongUseError("where to? Give --out FILE")
    refresh_projections(workspace)
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(out) as file:
        findings = background_paper(
            workspace,
            file,
            kind=form,
            language=language,
            audience=Audience(audience),
            now=now,
        )
    return Written(out, findings)
