"""Judging a package file and saying it in words that a bureau officer understands."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.errors import UserFileError
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.model.codes import Verdict
from stocktake_app.settings import MAX_PACKAGE_BYTES
from stocktake_app.store.workspace import Workspace

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
    """The verdict on one file. ``visible`` and ``standing`` as in the design, section 7."""

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
    next_step: str

    @property
    def valid(self) -> bool:
        """Whether the signature is whole and its signer trusted."""
        return self.verdict is Verdict.VALID

    def sentence(self) -> str:
        """Return the verdict as text for people."""
        who = f"Signed by {self.signer}, {self.office or self.bureau or self.role}" * bool(
            self.signer
        )
        lines = [f"{self.file}: {self.verdict.value}", who, *self.reasons, self.next_step]
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
    """Judge a file against a root certificate (PEM), or against what the workspace trusts."""
    raise NotImplementedError
