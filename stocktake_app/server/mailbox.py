"""HQ's mailbox: everything the web application needs, put together by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from stocktake_app.server.ledger import Judged, Ledger
from stocktake_app.server.limits import Limits, Rate
from stocktake_app.server.login import Door
from stocktake_app.server.objects import ObjectStore
from stocktake_app.server.uploads import Uploads
from stocktake_app.store.database import Database
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer

Judge = Callable[[bytes, str, int, datetime], Judged]
"""Judges a package (bytes, SHA-256, place in the log, time of arrival) and signs the receipt."""

Importer = Callable[[bytes, str], None]
"""Takes a package (bytes, SHA-256) into HQ's workspace; a RefusedError is noted as its reason."""


@dataclass(frozen=True)
class Identity:
    """As whom the mailbox speaks: HQ's signer, whom it trusts (asked anew each time), its names."""

    signer: Signer
    trust: Callable[[], Trust]
    addresses: frozenset[str]


@dataclass(frozen=True)
class Mailbox:
    """The parts of a mailbox; ``now`` is the clock."""

    ledger: Ledger
    objects: ObjectStore
    uploads: Uploads
    door: Door
    limits: Limits
    now: Callable[[], datetime]
    requests: Rate = field(init=False)
    logins: Rate = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "requests", Rate(self.limits.requests))
        object.__setattr__(self, "logins", Rate(self.limits.logins))

    def received(self, sha256: str, size: int, sender: str) -> None:
        """Write down that a package has arrived whole."""
        self.ledger.note_received(sha256, size, sender, self.now())

    def read(self, sha256: str, size: int) -> bytes:
        """Return a whole package."""
        return b"".join(self.objects.read(sha256, 0, size))


def open_mailbox(
    folder: Path,
    database: Database,
    identity: Identity,
    *,
    objects: ObjectStore,
    now: Callable[[], datetime],
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Mailbox:
    """Open the mailbox whose unfinished uploads lie in ``folder``/partial."""
    ledger = Ledger(database)
    door = Door(identity.signer, identity.trust, ledger, identity.addresses, now, limits)
    partial = folder / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    uploads = Uploads(partial, objects, limits, lambda: now().timestamp())
    return Mailbox(ledger, objects, uploads, door, limits, now)
