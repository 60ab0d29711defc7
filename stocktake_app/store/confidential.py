"""Which answers a questionnaire seals as salted hashes, and turning an edit into such answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stocktake_app.errors import UserFileError
from stocktake_app.model import disclosure, paths
from stocktake_app.model.disclosure import Attachment, Disclosure, Value
from stocktake_app.model.ids import Ids
from stocktake_app.store.database import Connection
from stocktake_app.store.disclosures import digests_by_path, known_of

_LAYER = re.compile(r"@(?:translation|coding)/[^/]+/")
_marked: dict[str, frozenset[str]] = {}
_MAX_FORMS = 64


@dataclass(frozen=True)
class Sealable:
    """An edit as a change says it, and the content that goes beside it by digest."""

    values: Mapping[str, str | None]
    disclosures: Mapping[str, Disclosure] = field(default_factory=dict)


def marked_questions(connection: Connection, form: str) -> frozenset[str]:
    """Return the paths, without rows, that a questionnaire (SHA-256) marks confidential.

    None while its bytes are not here: nobody fills it here then.
    """
    found = _marked.get(form)
    if found is None:
        data = connection.value("SELECT data FROM object WHERE sha256 = ?", (form,))
        if data is None:
            return frozenset()
        if len(_marked) >= _MAX_FORMS:
            _marked.clear()
        found = _marked[form] = _read_marks(data)
    return found


def question_of(path: str) -> str:
    """Return the path, without rows, of the question that an answer belongs to.

    What translates or codes an answer belongs to the answer's question.
    """
    return paths.generic(answer_of(path))


def answer_of(path: str) -> str:
    """Return the path of the answer that a translation or a coding stands beside, or its own."""
    return _LAYER.sub("", path)


def sealable(
    connection: Connection,
    entry: int | None,
    form: str,
    edit: Mapping[str, str | None],
    *,
    attached: Mapping[str, bytes],
    salts: Ids,
) -> Sealable:
    """Return an edit of an entry (key; None: a new one) with confidential answers as digests.

    What an answer says already, or a live version of it, keeps its digest, so that deciding for a
    version makes no third one. ``attached`` are disclosures of files that the draft has. Text that
    merely looks like a digest is content too.
    """
    marked = marked_questions(connection, form)
    asked = {
        path: value
        for path, value in edit.items()
        if value is not None and (disclosure.is_digest(value) or question_of(path) in marked)
    }
    if not asked:
        return Sealable(edit)
    known = known_of(connection, entry)
    named = digests_by_path(connection, entry)
    values = dict(edit)
    made: dict[str, Disclosure] = {}
    for path, value in asked.items():
        digest = disclosure.digest_in(value) if disclosure.is_digest(value) else ""
        if digest and digest in attached:
            made[digest] = _attachment(attached[digest])
        elif not digest or digest not in named.get(path, ()):
            digest = _same(value, path, named, known.values) or _new(value, salts, made)
        values[path] = disclosure.as_answer(digest)
    return Sealable(values, made)


def _read_marks(xform: bytes) -> frozenset[str]:
    if b"confidential" not in xform:
        return frozenset()
    from stocktake_app.questionnaire.form import read_form

    try:
        questions = read_form(xform).questions()
    except UserFileError:  # it came in a package and nobody can fill it
        return frozenset()
    return frozenset(one.path for one in questions if one.confidential)


def _same(
    value: str, path: str, named: Mapping[str, set[str]], known: Mapping[str, str]
) -> str | None:
    """Return the digest under which this answer had this content before, if it had."""
    return min((one for one in named.get(path, ()) if known.get(one) == value), default=None)


def _new(value: str, salts: Ids, made: dict[str, Disclosure]) -> str:
    fresh = Value(salts(), value)
    digest = disclosure.digest_of(fresh.encoded)
    made[digest] = fresh
    return digest


def _attachment(data: bytes) -> Attachment:
    found = disclosure.read_disclosure(data)
    assert isinstance(found, Attachment)
    return found
