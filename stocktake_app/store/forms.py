"""Questionnaires of this workspace: XForm bytes named by their SHA-256, never converted again."""

from dataclasses import dataclass
from datetime import datetime

from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class FormInfo:
    """One stored questionnaire; ``entries`` counts the entries written with it."""

    sha256: str
    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    entries: int
    added: str


def add_form(workspace: Workspace, xform: bytes, now: datetime) -> str:
    """Store a questionnaire and return its SHA-256; storing it again changes nothing.

    Raises:
        UserFileError: the bytes are no XForm.
    """
    raise NotImplementedError


def get_form(workspace: Workspace, sha256: str) -> bytes:
    """Return the XForm's bytes.

    Raises:
        RefusedError: it is not stored here.
    """
    raise NotImplementedError


def has_form(workspace: Workspace, sha256: str) -> bool:
    """Say whether the XForm's bytes are here."""
    raise NotImplementedError


def list_forms(workspace: Workspace) -> list[FormInfo]:
    """Return the stored questionnaires by form id, the latest added first within one."""
    raise NotImplementedError
