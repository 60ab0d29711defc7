"""Questionnaires of this workspace: XForm bytes named by their SHA-256, never converted again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.store import rows
from stocktake_app.store.database import Connection
from stocktake_app.store.objects import get_object, insert_object
from stocktake_app.store.workspace import Workspace

KIND = "form"
_LANGUAGE_MARK = "\n"


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
    from stocktake_app.questionnaire.form import read_form

    sha256 = hashlib.sha256(xform).hexdigest()
    if not has_form(workspace, sha256):
        read_form(xform)
        with workspace.store.writing() as connection:
            _insert_form(connection, xform, now)
    return sha256


def get_form(workspace: Workspace, sha256: str) -> bytes:
    """Return the XForm's bytes.

    Raises:
        RefusedError: it is not stored here.
    """
    found = get_object(workspace, sha256)
    if found is None:
        raise RefusedError(
            f"The form {sha256[:12]}… is not in this workspace; "
            "import a package that was made with it."
        )
    return found


def has_form(workspace: Workspace, sha256: str) -> bool:
    """Say whether the XForm's bytes are here."""
    with workspace.store.reading() as connection:
        return (
            connection.value("SELECT 1 FROM object WHERE sha256 = ? AND kind = ?", (sha256, KIND))
            is not None
        )


def list_forms(workspace: Workspace) -> list[FormInfo]:
    """Return the stored questionnaires by form id, the latest added first within one."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT f.sha256, f.form_id, f.version, f.title, f.languages, f.added,"
            " (SELECT count(*) FROM entry e WHERE e.form = f.key AND e.present = 1)"
            " FROM form f JOIN object o ON o.sha256 = f.sha256"
            " ORDER BY f.form_id, f.added DESC, f.sha256"
        )
    return [
        FormInfo(
            sha256=sha256,
            form_id=form_id,
            version=version,
            title=title,
            languages=tuple(languages.split(_LANGUAGE_MARK)) if languages else (),
            entries=entries,
            added=added,
        )
        for sha256, form_id, version, title, languages, added, entries in found
    ]


def store_objects(
    connection: Connection, objects: Mapping[str, bytes], kinds: Mapping[str, str], now: datetime
) -> None:
    """Store the objects that a package brings, each under the hash that names it.

    ``kinds`` gives the kind of those that are no forms: ``labels``, ``notice``.

    Raises:
        RefusedError: bytes are not what they are named.
    """
    for sha256, data in objects.items():
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RefusedError(f"The object {sha256[:12]}… in the file is not the one it names.")
        kind = kinds.get(sha256, KIND)
        if kind == KIND:
            _insert_form(connection, data, now)
        else:
            insert_object(connection, kind, data)


def _insert_form(connection: Connection, xform: bytes, now: datetime) -> None:
    sha256 = hashlib.sha256(xform).hexdigest()
    stored = connection.value(
        "SELECT 1 FROM form f JOIN object o USING (sha256) WHERE sha256 = ? AND f.added != ''",
        (sha256,),
    )
    if stored:
        return
    insert_object(connection, KIND, xform)
    key = rows.form_key(connection, sha256)
    connection.execute(
        "UPDATE form SET form_id = ?, version = ?, title = ?, languages = ?, added = ?"
        " WHERE key = ?",
        (*_description(xform), now.isoformat(timespec="seconds"), key),
    )


def _description(xform: bytes) -> tuple[str, str, str, str]:
    """Return form id, version, title and languages; blanks for what cannot be read."""
    from stocktake_app.questionnaire.form import read_form

    try:
        form = read_form(xform)
    except UserFileError:  # came in a package: its entries are kept, only not shown by it
        return ("", "", "", "")
    return (form.form_id, form.version, form.title, _LANGUAGE_MARK.join(form.languages))
