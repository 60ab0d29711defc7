"""Immutable bytes named by their SHA-256: forms, certificates, receipts."""

from stocktake_app.store.workspace import Workspace


def put_object(workspace: Workspace, kind: str, data: bytes) -> str:
    """Store bytes once and return their SHA-256 (64 hexadecimal digits)."""
    raise NotImplementedError


def get_object(workspace: Workspace, sha256: str) -> bytes | None:
    """Return the bytes of that name, or None."""
    raise NotImplementedError
