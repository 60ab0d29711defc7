"""Approving a sender from a package, after comparing the fingerprint aloud, where no HQ did."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.checking import judge, read_package
from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import Growth, learn, trust_of
from stocktake_app.errors import RefusedError
from stocktake_app.exchange.seals import SealReport
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class ApprovedSender(Result):
    """A sender whose signature counts here from now on; ``changed`` entries by it."""

    name: str
    office: str
    fingerprint: str
    changed: int


def approve_sender(
    workspace: Workspace, path: Path, fingerprint: str, *, now: datetime
) -> ApprovedSender:
    """Trust the signer of a package here, whose fingerprint a person compared aloud.

    Raises:
        RefusedError: the package's unknown signer has another fingerprint, or calls itself HQ.
        UserFileError: the file cannot be read.
    """
    report = judge(read_package(path), trust_of(workspace), now)
    signer = next((one for one in report.seals if _is(one, fingerprint)), None)
    if signer is None or signer.subject is None:
        raise RefusedError(
            f"Nobody unknown with the fingerprint {fingerprint} signed in {path.name}; check the "
            "file again."
        )
    if signer.subject.role is Role.HQ:
        raise RefusedError(
            f"{signer.subject.name} says it is headquarters. Headquarters is only trusted by its "
            "root certificate: take in the answer to your own request."
        )
    changed = learn(workspace, Growth(anchors=signer.chain[:1]), now)
    return ApprovedSender(signer.subject.name, signer.subject.office, fingerprint, changed)


def _is(report: SealReport, fingerprint: str) -> bool:
    return report.verdict is Verdict.SIGNER_UNKNOWN and report.fingerprint == fingerprint
