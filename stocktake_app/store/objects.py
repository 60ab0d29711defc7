"""Immutable bytes named by their SHA-256: forms, certificates, receipts."""

import hashlib

from stocktake_app.store.database import Connection
from stocktake_app.store.workspace import Workspace


def put_object(workspace: Workspace, kind: str, data: bytes) -> str:
    """Store bytes once and return their SHA-256 (64 hexadecimal digits)."""
    with workspace.store.writing() as connection:
        return insert_object(connection, kind, data)


def get_object(workspace: Workspace, sha256: str) -> bytes | None:
    """Return the bytes of that name, or None."""
    with workspace.store.reading() as connection:
        found: bytes | None = connection.value(
            "SELECT data FROM object WHERE sha256 = ?", (sha256,)
        )
    return found


def list_objects(workspace: Workspace, kind: str) -> list[bytes]:
    """Return all objects of a kind, in the order of their hashes."""
    with workspace.store.reading() as connection:
        found = connection.rows("SELECT data FROM object WHERE kind = ? ORDER BY sha256", (kind,))
    return [data for (data,) in found]


def insert_object(connection: Connection, kind: str, data: bytes) -> str:
    """Store bytes once, inside the caller's transaction, and return their SHA-256.

    What a package calls its objects is a claim of its sender: form, labels or notice. What was
    found out here stands over that, or nobody would learn a key that a notice brought, and a
    stranger could keep a certificate out by sending it as something else before.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    connection.execute(
        "INSERT INTO object (sha256, kind, data) VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE"
        " SET kind = excluded.kind WHERE object.kind IN ('labels', 'notice')"
        " AND excluded.kind NOT IN ('labels', 'notice')"
        " OR object.kind = 'form' AND excluded.kind NOT IN ('form', 'labels', 'notice')",
        (sha256, kind, data),
    )
    return sha256
