"""Certificates and revocation lists that this workspace trusts, knows or is."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from stocktake_app.store.database import Connection, Database
from stocktake_app.store.workspace import Workspace

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from stocktake_app.store.tables import TrustObject
    from stocktake_app.trust.chain import Trust
    from stocktake_app.trust.revocation import RevocationList

ANCHOR = "anchor"
OWN = "own"
REVOCATION = "revocation"
ISSUER = "issuer"


def add_anchor(workspace: Workspace, certificate: "Certificate", now: datetime) -> None:
    """Trust a root certificate, or one sender's own certificate that a person compared aloud."""
    with workspace.store.writing() as connection:
        insert_trust(connection, ANCHOR, [encode_certificate(certificate)], now)


def remove_anchor(workspace: Workspace, sha256: str) -> None:
    """Stop trusting an anchor, named by the SHA-256 of its DER bytes."""
    gone = [found for found in _stored(workspace.store, ANCHOR) if found.sha256 == sha256]
    with workspace.store.session() as session:
        for found in gone:
            session.delete(found)


def list_anchors(workspace: Workspace) -> "list[Certificate]":
    """Return the anchors, the first pinned first."""
    return [_certificate(found.der) for found in _stored(workspace.store, ANCHOR)]


def replace_list(
    connection: Connection,
    crl: "RevocationList",
    issuer: bytes,
    older: "Iterable[RevocationList]",
    now: datetime,
) -> None:
    """Keep a revocation list and its issuer's certificate (DER) in the place of older lists."""
    for one in older:
        connection.execute(
            "DELETE FROM trust_object WHERE kind = ? AND sha256 = ?",
            (REVOCATION, hashlib.sha256(_list_bytes(one)).hexdigest()),
        )
    insert_trust(connection, REVOCATION, [_list_bytes(crl)], now)
    insert_trust(connection, ISSUER, [issuer], now)


def list_issuers(workspace: Workspace) -> "list[Certificate]":
    """Return the certificates of those whose revocation lists are here."""
    return [_certificate(found.der) for found in _stored(workspace.store, ISSUER)]


def insert_trust(connection: Connection, kind: str, ders: Iterable[bytes], now: datetime) -> None:
    """Store certificates or lists (DER) once, inside the caller's transaction."""
    added = now.isoformat(timespec="seconds")
    connection.executemany(
        "INSERT OR IGNORE INTO trust_object (kind, sha256, position, der, added)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (kind, hashlib.sha256(der).hexdigest(), position, der, added)
            for position, der in enumerate(ders)
        ],
    )


def load_trust(workspace: Workspace) -> "Trust":
    """Return anchors and revocation lists for the verifier."""
    from cryptography import x509

    from stocktake_app.trust.chain import Trust

    crls = [x509.load_der_x509_crl(one.der) for one in _stored(workspace.store, REVOCATION)]
    anchors = tuple(list_anchors(workspace))
    return Trust(anchors, tuple(crls), practice=workspace.practice)


def set_own_chain(workspace: Workspace, chain: "Sequence[Certificate]", now: datetime) -> None:
    """Store our own signing chain, leaf first, in the place of the one before."""
    with workspace.store.writing() as connection:
        connection.execute("DELETE FROM trust_object WHERE kind = ?", (OWN,))
        insert_trust(connection, OWN, [encode_certificate(one) for one in chain], now)


def own_chain(workspace: Workspace) -> "tuple[Certificate, ...]":
    """Return our signing chain, leaf first, or () while there is none."""
    return tuple(_certificate(found.der) for found in _stored(workspace.store, OWN))


def _stored(store: Database, kind: str) -> "Sequence[TrustObject]":
    from sqlmodel import col, select

    from stocktake_app.store.tables import TrustObject

    chosen = select(TrustObject).where(TrustObject.kind == kind)
    with store.session(writing=False) as session:
        found = session.exec(chosen.order_by(col(TrustObject.position), col(TrustObject.key)))
        return found.all()


def encode_certificate(certificate: "Certificate") -> bytes:
    """Return a certificate as it is stored (DER)."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _list_bytes(crl: "RevocationList") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return crl.public_bytes(Encoding.DER)


def _certificate(der: bytes) -> "Certificate":
    from cryptography import x509

    return x509.load_der_x509_certificate(der)
