"""Small rows that many modules look up or make: settings, devices, authors, forms."""

import json
from collections.abc import Iterable
from typing import Any

from stocktake_app.store.database import Connection

AuthorRow = tuple[str, str, str, str, str, str]
"""identity, role, bureau, name, office, fingerprint."""


def as_json(keys: Iterable[int | str]) -> str:
    """Return keys or ids as a JSON array, for ``IN (SELECT value FROM json_each(?))``."""
    return json.dumps(list(keys))


def setting(connection: Connection, name: str) -> Any:
    """Return what the workspace knows under a name, or None."""
    found = connection.value("SELECT value FROM setting WHERE name = ?", (name,))
    return None if found is None else json.loads(found)


def set_setting(connection: Connection, name: str, value: object) -> None:
    """Store what the workspace knows under a name."""
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, json.dumps(value, ensure_ascii=False)),
    )


def device_key(connection: Connection, device: str) -> int:
    """Return the key of a device, which is new if need be."""
    found = connection.value("SELECT key FROM device WHERE id = ?", (device,))
    if found is None:
        found = connection.execute("INSERT INTO device (id) VALUES (?)", (device,)).lastrowid
    return int(found)


def author_key(connection: Connection, author: AuthorRow) -> int:
    """Return the key of an author as a certificate names it, which is new if need be."""
    found = connection.value(
        "SELECT key FROM author WHERE (identity, role, bureau, name, office, fingerprint)"
        " = (?, ?, ?, ?, ?, ?)",
        author,
    )
    if found is None:
        found = connection.execute(
            "INSERT INTO author (identity, role, bureau, name, office, fingerprint)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            author,
        ).lastrowid
    return int(found)


def form_key(connection: Connection, sha256: str) -> int:
    """Return the key of a questionnaire, whose bytes may still be unknown."""
    found = connection.value("SELECT key FROM form WHERE sha256 = ?", (sha256,))
    if found is None:
        found = connection.execute(
            "INSERT INTO form (sha256, form_id, version, title, languages, added)"
            " VALUES (?, '', '', '', '', '')",
            (sha256,),
        ).lastrowid
    return int(found)


def last_seal_number(connection: Connection, device: str) -> int:
    """Return the number of the last seal that a device of ours made, 0 if none."""
    found = connection.value("SELECT max(number) FROM seal WHERE device = ? AND own = 1", (device,))
    return found or 0
