"""The verdict on a package: bytes, limits, trust and a time in; verdict and seals out.

Pure: no store, no file, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from mmap import mmap
from typing import TYPE_CHECKING, Literal

from stocktake_app.exchange.contents import Limits
from stocktake_app.model.codes import Verdict

if TYPE_CHECKING:
    from stocktake_app.exchange.seals import SealReport
    from stocktake_app.trust.certificates import Subject
    from stocktake_app.trust.chain import Trust

Kind = Literal["xlsx", "pdf", ""]
Visible = Literal["same", "differs", "not_checked"]


@dataclass(frozen=True)
class Report:
    """What the verifier says of one file.

    ``verdict`` is about the outer signer and the integrity of the file; each seal has its own
    verdict beside it. ``reasons`` are plain sentences for the person who decides. ``sha256`` is
    the file's, ``signed_at`` the signer's own claim. ``seals`` (the closing one last) and
    ``objects`` (bytes by SHA-256) are empty when the verdict is ``altered`` or ``unreadable``.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    kind: Kind
    sha256: str
    subject: "Subject | None" = None
    signed_at: datetime | None = None
    seals: "tuple[SealReport, ...]" = ()
    objects: Mapping[str, bytes] = field(default_factory=dict)
    visible: Visible = "not_checked"


def verify_package(
    data: bytes | mmap, trust: "Trust", at: datetime, limits: Limits = Limits()
) -> Report:
    """Judge a package; never raises for what the bytes are."""
    raise NotImplementedError
