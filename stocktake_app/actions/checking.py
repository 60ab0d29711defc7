"""Judging a package file and saying it in words that a bureau officer understands."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import signer_of, trust_of
from stocktake_app.errors import UserFileError
from stocktake_app.exchange.seals import SealReport
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.model.codes import Verdict
from stocktake_app.settings import MAX_PACKAGE_BYTES
from stocktake_app.store.imports import StandingReport, standing
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.certificates import from_pem
from stocktake_app.trust.chain import Chain, Trust

NEXT_STEP = {
    Verdict.VALID: "Take it in.",
    Verdict.SIGNER_UNKNOWN: "We do not know this sender yet: compare the fingerprint aloud, then "
    "approve the sender.",
    Verdict.SIGNER_EXPIRED: "Ask the sender to renew the certificate and send the package again.",
    Verdict.SIGNER_REVOKED: "Do not use it; ask the sender's bureau.",
    Verdict.RESAVED: "Somebody saved this file again. The signed records inside are whole and can "
    "be taken in; what was changed on the sheets is not part of them.",
    Verdict.ALTERED: "Do not use it; ask the sender for the file again.",
    Verdict.UNREADABLE: "Ask the sender for the file again.",
}


@dataclass(frozen=True)
class CheckedSeal(Result):
    """One signed record inside a package."""

    id: str
    verdict: Verdict
    reasons: tuple[str, ...]
    signer: str
    office: str
    role: str
    bureau: str
    device: str
    number: int
    created: str
    changes: int


@dataclass(frozen=True)
class Checked(Result):
    """The verdict on one file.

    ``visible``: ``same``, ``differs`` or ``not_checked``, whether sheets or pages say what the
    records say. ``standing``: ``new``, ``partly_new``, ``already_imported``, or "" without a
    workspace; ``notes`` then name what is odd: gap, replay, rollback, fork, clock.
    """

    file: str
    verdict: Verdict
    reasons: tuple[str, ...]
    kind: str
    sha256: str
    signer: str
    office: str
    role: str
    bureau: str
    fingerprint: str
    signed_at: str
    seals: tuple[CheckedSeal, ...]
    visible: str
    standing: str
    notes: tuple[str, ...]
    next_step: str

    @property
    def valid(self) -> bool:
        """Whether the signature is whole and its signer trusted."""
        return self.verdict is Verdict.VALID

    def sentence(self) -> str:
        """Return the verdict as text for people."""
        place = ", ".join(part for part in (self.office, self.bureau or self.role) if part)
        who = f"Signed by {self.signer} ({place})" * bool(self.signer)
        key = f"Fingerprint: {self.fingerprint}" * bool(self.fingerprint)
        lines = [f"{self.file}: {self.verdict.value}", who, key, *self.reasons]
        lines += [*self.notes, self.next_step]
        return "\n".join(line for line in lines if line)


def read_package(path: Path) -> bytes:
    """Read a package file whole.

    Raises:
        UserFileError: missing, a folder, unreadable, or larger than any package.
    """
    try:
        size = path.stat().st_size
        if size > MAX_PACKAGE_BYTES:
            raise UserFileError(
                f"{path.name} has {size // 2**20} MB; a package has at most "
                f"{MAX_PACKAGE_BYTES // 2**20} MB"
            )
        return path.read_bytes()
    except OSError as error:
        raise UserFileError(f"{path} cannot be read: {error.strerror}") from error


def check_file(
    path: Path, *, at: datetime, workspace: Workspace | None = None, trust: bytes | None = None
) -> Checked:
    """Judge a file against a root certificate (PEM), or against what the workspace trusts.

    With neither, the signature is checked and the signer is unknown.

    Raises:
        UserFileError: the file cannot be read, or the root certificate is none.
    """
    data = read_package(path)
    report = judge(data, _trust(workspace, trust), at)
    seen = _standing(workspace, report, at) if workspace else None
    return _checked(path.name, report, seen)


def judge(data: bytes, trust: Trust, at: datetime) -> Report:
    """Judge a package; approved chains that it carries itself count for its earlier records."""
    report = verify_package(data, trust, at)
    carried = _approved_chains(report)
    return verify_package(data, trust.knowing(*carried), at) if carried else report


def _trust(workspace: Workspace | None, pem: bytes | None) -> Trust:
    if pem is not None:
        return Trust(from_pem(pem))
    return trust_of(workspace) if workspace else Trust(())


def _approved_chains(report: Report) -> tuple[Chain, ...]:
    """Return the trusted signers' chains when another record's signer is not trusted yet."""
    if all(one.verdict is Verdict.VALID for one in report.seals):
        return ()
    return tuple(one.chain for one in report.seals if one.verdict is Verdict.VALID)


def _standing(workspace: Workspace, report: Report, at: datetime) -> StandingReport | None:
    manifests = [one.seal.manifest for one in report.seals]
    return standing(workspace, manifests, at) if manifests else None


def _checked(name: str, report: Report, seen: StandingReport | None) -> Checked:
    subject = report.subject
    return Checked(
        file=name,
        verdict=report.verdict,
        reasons=report.reasons,
        kind=report.kind,
        sha256=report.sha256,
        signer=subject.name if subject else "",
        office=subject.office if subject else "",
        role=subject.role.value if subject else "",
        bureau=subject.bureau if subject else "",
        fingerprint=report.fingerprint,
        signed_at=report.signed_at.isoformat() if report.signed_at else "",
        seals=tuple(_checked_seal(one) for one in report.seals),
        visible=report.visible,
        standing=seen.standing.value if seen else "",
        notes=tuple(note for note, _ in seen.notes) if seen else (),
        next_step=NEXT_STEP[report.verdict],
    )


def _checked_seal(report: SealReport) -> CheckedSeal:
    signer = signer_of(report)
    manifest = report.seal.manifest
    return CheckedSeal(
        id=report.seal.id,
        verdict=report.verdict,
        reasons=report.reasons,
        signer=signer.name,
        office=signer.office,
        role=signer.role.value,
        bureau=signer.bureau,
        device=manifest.device,
        number=manifest.number,
        created=manifest.created,
        changes=manifest.changes,
    )
