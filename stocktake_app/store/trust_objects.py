"""Certificates and revocation lists that this workspace trusts, knows or is."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from stocktake_app.errors import UserFileError
from stocktake_app.store.database import Database
from stocktake_app.store.workspace import Workspace

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from stocktake_app.store.tables import TrustObject
    from stocktake_app.trust.chain import Trust

ANCHOR = "anchor"
OWN = "own"
REVOCATION = "revocation"


def add_anchor(workspace: Workspace, certificate: "Certificate", now: datetime) -> None:
    """Trust a root certificate, or one sender's own certificate that a person compared aloud."""
    _add(workspace.store, ANCHOR, [_der(certificate)], now)


def remove_anchor(workspace: Workspace, sha256: str) -> None:
    """Stop trusting an anchor, named by the SHA-256 of its DER bytes."""
    gone = [found for found in _stored(workspace.store, ANCHOR) if found.sha256 == sha256]
    with workspace.store.session() as session:
        for found in gone:
            session.delete(found)


def list_anchors(workspace: Workspace) -> "list[Certificate]":
    """Return the anchors, the first pinned first."""
    return [_certificate(found.der) for found in _stored(workspace.store, ANCHOR)]


def add_revocation_list(workspace: Workspace, der: bytes, now: datetime) -> None:
    """Store a revocation list (DER); which one is newest is the judge's business.

    Raises:
        UserFileError: the bytes are no revocation list.
    """
    from cryptography import x509

    try:
        x509.load_der_x509_crl(der)
    except ValueError as error:
        raise UserFileError(f"This is not a revocation list ({error}).") from None
    _add(workspace.store, REVOCATION, [der], now)


def load_trust(workspace: Workspace) -> "Trust":
    """Return anchors and revocation lists for the verifier."""
    from cryptography import x509

    from stocktake_app.trust.chain import Trust

    crls = [x509.load_der_x509_crl(one.der) for one in _stored(workspace.store, REVOCATION)]
    anchors = tuple(list_anchors(workspace))
    return Trust(anchors, tuple(crls), practice=workspace.practice)


def set_own_chain(workspace: Workspace, chain: "Sequence[Certificate]", now: datetime) -> None:
    """Store our own signing chain, leaf first, in the place of the one before."""
    gone = _stored(workspace.store, OWN)
    with workspace.store.session() as session:
        for found in gone:
            session.delete(found)
    _add(workspace.store, OWN, [_der(one) for one in chain], now)


def own_chain(workspace: Workspace) -> "tuple[Certificate, ...]":
    """Return our signing chain, leaf first, or () while there is none."""
    return tuple(_certificate(found.der) for found in _stored(workspace.store, OWN))


def _add(store: Database, kind: str, ders: Sequence[bytes], now: datetime) -> None:
    from stocktake_app.store.tables import TrustObject

    known = {found.sha256 for found in _stored(store, kind)}
    with store.session() as session:
        for position, der in enumerate(ders):
            sha256 = hashlib.sha256(der).hexdigest()
            if sha256 not in known:
                added = now.isoformat(timespec="seconds")
                session.add(
                    TrustObject(kind=kind, sha256=sha256, position=position, der=der, added=added)
                )


def _stored(store: Database, kind: str) -> "Sequence[TrustObject]":
    from sqlmodel import col, select

    from stocktake_app.store.tables import TrustObject

    chosen = select(TrustObject).where(TrustObject.kind == kind)
    with store.session(writing=False) as session:
        found = session.exec(chosen.order_by(col(TrustObject.position), col(TrustObject.key)))
        return found.all()


def _der(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _certificate(der: bytes) -> "Certificate":
    from cryptography import x509

    return x509.load_der_x509_certificate(der)
