"""Certificates and revocation lists that this workspace trusts, knows or is."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from stocktake_app.store.workspace import Workspace

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from stocktake_app.trust.chain import Trust


def add_anchor(workspace: Workspace, certificate: "Certificate", now: datetime) -> None:
    """Trust a root certificate, or one sender's own certificate that a person compared aloud."""
    raise NotImplementedError


def remove_anchor(workspace: Workspace, sha256: str) -> None:
    """Stop trusting an anchor, named by the SHA-256 of its DER bytes."""
    raise NotImplementedError


def list_anchors(workspace: Workspace) -> "list[Certificate]":
    """Return the anchors, the first pinned first."""
    raise NotImplementedError


def add_revocation_list(workspace: Workspace, der: bytes, now: datetime) -> None:
    """Store a revocation list (DER); which one is newest is the judge's business."""
    raise NotImplementedError


def load_trust(workspace: Workspace) -> "Trust":
    """Return anchors and revocation lists for the verifier."""
    raise NotImplementedError


def set_own_chain(workspace: Workspace, chain: "Sequence[Certificate]", now: datetime) -> None:
    """Store our own signing chain, leaf first; earlier ones are kept."""
    raise NotImplementedError


def own_chain(workspace: Workspace) -> "tuple[Certificate, ...]":
    """Return our signing chain, leaf first, or () while there is none."""
    raise NotImplementedError
