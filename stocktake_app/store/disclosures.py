"""Confidential content as it is stored: beside the changes, which say salted hashes only.

Answers are stored with digests; every read that people see puts contents in here. What is not
here was withheld by whoever sent it, or is erased.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from stocktake_app.errors import RefusedError
from stocktake_app.model import disclosure, paths
from stocktake_app.model.disclosure import PREFIX, Attachment, Disclosure, Value
from stocktake_app.model.fold import Live
from stocktake_app.store import rows
from stocktake_app.store.database import Connection
from stocktake_app.store.workspace import Workspace

_ERASURE = re.compile(rf"{paths.ERASED}/[0-9a-f]{{64}}")
BLOCK = 500
UNSCRUBBED = "unscrubbed"
"""Setting: keys of entries whose content was removed, but not yet every trace of it."""


@dataclass(frozen=True)
class AttachmentInfo:
    """What is known of an attachment without opening it: ``size`` in bytes, ``digest`` in hex."""

    digest: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Known:
    """The content of an entry that is here, by digest, and the digests that are erased."""

    values: Mapping[str, str] = field(default_factory=dict)
    attachments: Mapping[str, AttachmentInfo] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()

    def content(self, value: str | None) -> str | None:
        """Return what a stored answer says; None for a blank or a withheld one.

        An attachment is said by its answer itself, which names its digest.
        """
        if not disclosure.is_digest(value):
            return value
        assert value is not None
        digest = disclosure.digest_in(value)
        return value if digest in self.attachments else self.values.get(digest)

    def words(self, value: str | None) -> str | None:
        """Return what a stored answer says to people: of an attachment its name."""
        content = self.content(value)
        if content is None or content != value or not disclosure.is_digest(content):
            return content
        return self.attachments[disclosure.digest_in(content)].name

    def agree(self, versions: Iterable[Live]) -> bool:
        """Say whether versions of an answer are confidential, all here, and say the same."""
        stored = [one.value for one in versions]
        contents = {self.content(value) for value in stored}
        return (
            all(map(disclosure.is_digest, stored)) and len(contents) == 1 and None not in contents
        )

    def withholds(self, value: str | None) -> bool:
        """Say whether a stored answer has content that is not here."""
        return value is not None and self.content(value) is None


@dataclass(frozen=True)
class Disclosed:
    """Answers as people read them, by path.

    ``withheld`` are the paths whose content is not here, ``erased`` those of them where it is gone
    for good; ``attachments`` those whose answer names a file.
    """

    answers: dict[str, str]
    withheld: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    attachments: Mapping[str, AttachmentInfo] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        """The answers with the names of files where they name files."""
        return self.answers | {path: one.name for path, one in self.attachments.items()}


NOTHING = Known()


def read_answers(connection: Connection, entry: int, text: str | None) -> Disclosed:
    """Return an entry's (key) answers from the JSON that it is stored with, sorted by path."""
    stored = json.loads(text) if text else {}
    answers = {path: value for path, value in sorted(stored.items()) if value is not None}
    if not text or PREFIX not in text:
        return Disclosed(answers)
    return disclosed(answers, known_of(connection, entry))


def disclosed(answers: Mapping[str, str], known: Known) -> Disclosed:
    """Put contents into stored answers."""
    shown: dict[str, str] = {}
    withheld, erased = [], []
    attachments = {}
    for path, value in answers.items():
        content = known.content(value)
        if content is not None:
            shown[path] = content
            if content == value and disclosure.is_digest(value):
                attachments[path] = known.attachments[disclosure.digest_in(value)]
        else:
            withheld.append(path)
            if disclosure.digest_in(value) in known.erased:
                erased.append(path)
    return Disclosed(shown, tuple(withheld), tuple(erased), attachments)


def known_of(connection: Connection, entry: int | None) -> Known:
    """Return the content of an entry (key) that is here."""
    return NOTHING if entry is None else known_of_each(connection, [entry])[entry]


def known_of_each(connection: Connection, entries: Iterable[int]) -> dict[int, Known]:
    """Return the content of each of these entries (keys) that is here."""
    wanted = (rows.as_json(entries),)
    values: dict[int, dict[str, str]] = defaultdict(dict)
    for entry, digest, value in connection.rows(
        "SELECT entry, digest, value FROM disclosure"
        " WHERE entry IN (SELECT value FROM json_each(?))",
        wanted,
    ):
        values[entry][digest] = value
    files: dict[int, dict[str, AttachmentInfo]] = defaultdict(dict)
    for entry, *info in connection.rows(
        "SELECT entry, digest, name, media_type, size FROM attachment"
        " WHERE entry IN (SELECT value FROM json_each(?))",
        wanted,
    ):
        files[entry][info[0]] = AttachmentInfo(*info)
    erased: dict[int, set[str]] = defaultdict(set)
    for entry, digest in connection.rows(
        "SELECT entry, digest FROM erasure WHERE entry IN (SELECT value FROM json_each(?))", wanted
    ):
        erased[entry].add(digest)
    keys: list[int] = json.loads(wanted[0])
    return {key: Known(values[key], files[key], frozenset(erased[key])) for key in keys}


def insert_disclosures(
    connection: Connection, entry: int, disclosures: Mapping[str, Disclosure]
) -> None:
    """Store content of an entry (key) by digest."""
    values = [(digest, one) for digest, one in disclosures.items() if isinstance(one, Value)]
    files = [(digest, one) for digest, one in disclosures.items() if isinstance(one, Attachment)]
    connection.executemany(
        "INSERT OR IGNORE INTO disclosure (entry, digest, salt, value) VALUES (?, ?, ?, ?)",
        [(entry, digest, one.salt, one.value) for digest, one in values],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO attachment (entry, digest, salt, name, media_type, size, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (entry, digest, one.salt, one.name, one.media_type, len(one.data), one.data)
            for digest, one in files
        ],
    )


def erased_in(changes: Iterable[Mapping[str, str | None]]) -> set[str]:
    """Return the digests whose content counted changes (what they set) erase; no way back."""
    return {
        path.partition("/")[2]
        for change in changes
        for path, reason in change.items()
        if reason is not None and _ERASURE.fullmatch(path)
    }


def note_erasures(
    connection: Connection, entries: Iterable[int], erasures: Sequence[tuple[int, str]]
) -> None:
    """Note what is erased of these entries (keys) now, and remove that content.

    Whoever calls this commits, and then sees to it that no page of the file keeps what was
    removed (``scrubbing``).
    """
    connection.execute(
        "DELETE FROM erasure WHERE entry IN (SELECT value FROM json_each(?))",
        (rows.as_json(entries),),
    )
    if not erasures:
        return
    connection.executemany("INSERT INTO erasure (entry, digest) VALUES (?, ?)", erasures)
    connection.execute("PRAGMA secure_delete = ON")
    removed = 0
    for table in ("disclosure", "attachment"):
        for erasure in erasures:
            removed += connection.execute(
                f"DELETE FROM {table} WHERE entry = ? AND digest = ?",  # noqa: S608 - constants
                erasure,
            ).rowcount
    if removed:
        known = rows.setting(connection, UNSCRUBBED) or []
        entries = {entry for entry, _ in erasures}
        rows.set_setting(connection, UNSCRUBBED, sorted({*known, *entries}))


def digests_by_path(connection: Connection, entry: int | None) -> dict[str, set[str]]:
    """Return the digests that changes of an entry (key) gave, counted or not, by path."""
    found: dict[str, set[str]] = {}
    for path, digest in connection.rows(
        "SELECT j.key, substr(j.value, ?2) FROM change c, json_each(c.answers) j"
        " WHERE c.entry = ?1 AND instr(c.answers, ?3) > 0 AND substr(j.value, 1, ?2 - 1) = ?3",
        (entry, len(PREFIX) + 1, PREFIX),
    ):
        found.setdefault(path, set()).add(digest)
    return found


def take_disclosures(
    connection: Connection,
    disclosures: Mapping[str, bytes],
    named: Mapping[str, AbstractSet[str]],
) -> set[int]:
    """Store what a package discloses, for the entries (ids) whose changes in it name each digest.

    What is erased is not taken again, nor what another entry has already. Returns the keys of the
    entries that show more now.

    Raises:
        RefusedError: bytes are not what they are named.
    """
    found: set[int] = set()
    holders = _holders(connection, disclosures)
    wanted = [entry for entry, digests in named.items() if not digests.isdisjoint(disclosures)]
    for start in range(0, len(wanted), BLOCK):
        ids = wanted[start : start + BLOCK]
        keys: dict[int, str] = dict(
            connection.rows(
                "SELECT key, id FROM entry WHERE id IN (SELECT value FROM json_each(?))",
                (rows.as_json(ids),),
            )
        )
        for key, known in known_of_each(connection, keys).items():
            here = known.values.keys() | known.attachments.keys() | known.erased
            asked = (named[keys[key]] & disclosures.keys()) - here
            fresh = {digest for digest in asked if holders.get(digest, key) == key}
            if fresh:
                read = {digest: _checked(digest, disclosures[digest]) for digest in fresh}
                insert_disclosures(connection, key, read)
                found.add(key)
    return found


def confidential_answers(workspace: Workspace) -> set[tuple[str, str]]:
    """Return entry (id) and path of every shown answer that is confidential and here to read."""
    with workspace.store.reading() as connection:
        found = connection.rows(
            "SELECT e.key, e.id, coalesce(e.answers, c.answers) FROM entry e"
            " LEFT JOIN change c ON c.key = e.sole WHERE e.key IN (SELECT entry FROM disclosure)"
        )
        known = known_of_each(connection, [key for key, _, _ in found])
    return {
        (entry, path)
        for key, entry, text in found
        for path, value in json.loads(text or "{}").items()
        if disclosure.is_digest(value) and disclosure.digest_in(value) in known[key].values
    }


def _holders(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    """Return which entry (key) has the content of each of these digests, of those that are here."""
    return dict(
        connection.rows(
            "SELECT digest, entry FROM disclosure WHERE digest IN (SELECT value FROM json_each(?1))"
            " UNION SELECT digest, entry FROM attachment"
            " WHERE digest IN (SELECT value FROM json_each(?1))",
            (rows.as_json(digests),),
        )
    )


def disclosures_of(workspace: Workspace, entries: Iterable[str]) -> dict[str, bytes]:
    """Return all disclosures of these entries (ids) that are here, by digest."""
    keys = (rows.as_json(entries),)
    with workspace.store.reading() as connection:
        values = connection.rows(
            "SELECT d.digest, d.salt, d.value FROM disclosure d JOIN entry e ON e.key = d.entry"
            " WHERE e.id IN (SELECT value FROM json_each(?))",
            keys,
        )
        files = connection.rows(
            "SELECT d.digest, d.salt, d.name, d.media_type, d.data FROM attachment d"
            " JOIN entry e ON e.key = d.entry WHERE e.id IN (SELECT value FROM json_each(?))",
            keys,
        )
    found = {digest: Value(*rest).encoded for digest, *rest in values}
    found |= {digest: Attachment(*rest).encoded for digest, *rest in files}
    return dict(sorted(found.items()))


def get_attachment(workspace: Workspace, entry: str, digest: str) -> Attachment:
    """Return an attachment of an entry (id) by its digest (64 hexadecimal digits).

    Raises:
        RefusedError: its content is withheld or erased.
    """
    with workspace.store.reading() as connection:
        row = connection.row(
            "SELECT a.salt, a.name, a.media_type, a.data FROM attachment a"
            " JOIN entry e ON e.key = a.entry WHERE e.id = ? AND a.digest = ?",
            (entry, digest),
        )
    if row is None:
        raise RefusedError("This attachment is not here: it was withheld or erased.")
    return Attachment(*row)


def _checked(digest: str, data: bytes) -> Disclosure:
    if disclosure.digest_of(data) != digest:
        raise RefusedError("Confidential content in the file is not what its records name.")
    return disclosure.read_disclosure(data)
