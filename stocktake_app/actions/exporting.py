"""Making a package: closure, closing seal, readable part, signature, outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from stocktake_app.actions.result import Result
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Exported(Result):
    """A package that was written: its path, hash, and what is in it."""

    path: Path
    sha256: str
    entries: int
    changes: int
    seals: int
    fingerprint: str

    def sentence(self) -> str:
        """Return what was done, for people."""
        return (
            f"{self.path} holds {self.entries} entries in {self.seals} signed records.\n"
            f"Your fingerprint, to read aloud: {self.fingerprint}"
        )


def export(
    workspace: Workspace,
    entries: Sequence[str] | None,
    *,
    form: Literal["xlsx", "pdf"] = "xlsx",
    out: Path | None = None,
    everything: bool = False,
    language: str | None = None,
    passphrase: str | None = None,
    now: datetime,
) -> Exported:
    """Write chosen entries, all not yet sent, or everything, as one signed package.

    Raises:
        PassphraseNeededError: the key is locked and no passphrase is given.
        RefusedError: there is nothing to export.
    """
    raise NotImplementedError
