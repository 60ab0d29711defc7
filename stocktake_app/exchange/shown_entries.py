"""One entry of a package out of its lines: what counts, folded, with who wrote what and when."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from stocktake_app.documents.pictures import PRINTED
from stocktake_app.exchange.record_forms import questions_in
from stocktake_app.exchange.shown_lines import LinePacker
from stocktake_app.model import paths
from stocktake_app.model.disclosure import PREFIX, Attachment, Disclosure, digest_in, is_digest
from stocktake_app.model.fold import Live, fold
from stocktake_app.model.references import entry_reference
from stocktake_app.model.scope import Author
from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.nodes import Kind
from stocktake_app.store.judging import SealFacts, StoredChange, judge
from stocktake_app.store.lines import Line, decode_replaces, read_line
from stocktake_app.store.promoted import Promoted, promote, utc

_DAY_CHARS = 10
NOTHING_REPLACED = "{}"
SPECIAL = frozenset({paths.DELETED, paths.ERASED})
"""What takes something away, so that a change does not stand alone."""

_SPECIAL_MARKS = tuple(one.encode() for one in SPECIAL)

_Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed a seal, as the certificate says."""

    author: Author
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One of several versions of an answer: its value (None: blank), who wrote it, when.

    ``withheld`` says that there is a value but that the package does not carry it.
    """

    value: str | None
    author_name: str
    office: str
    time: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """An answer with differing versions, the one that is shown first."""

    path: str
    versions: tuple[ShownVersion, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry as the counted changes of a package make it; members as ``store.entries.Entry``.

    ``reference`` is what people call it (``WCA-SEN-3F9A2C``), ``author`` and ``author_name`` are of
    whoever began it, ``updated`` is in UTC. ``files`` are the names of attachments by the path of
    the answer that names them, ``pictures`` the digests of those of them that are pictures.
    """

    id: str
    reference: str
    form: str
    title: str
    state: str
    event: str
    bureau: str
    countries: tuple[str, ...]
    author: str
    author_name: str
    updated: str
    deleted: bool
    answers: Mapping[str, str]
    conflicts: tuple[ShownConflict, ...] = ()
    withheld: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)


class Place(NamedTuple):
    """Where an entry stands among the others: the rank of its form, its day, its reference."""

    form: int
    day: str
    reference: str
    entry: str


class Piece(NamedTuple):
    """A line as it is kept: the position of its seal, and itself, packed."""

    seal: int
    line: bytes


class _Said(msgspec.Struct, gc=False):
    """What a line says that was read before: it is known to be well-formed."""

    entry: str
    set: dict[str, str | None]
    replaces: dict[str, list[str]]
    time: str


_said = msgspec.json.Decoder(_Said)


@dataclass(frozen=True, slots=True)
class _Folded:
    """An entry as its counted changes make it; ``makers`` are who made each, by change id.

    ``erased`` are the digests of content that is not shown any more, whoever still carries it.
    """

    id: str
    promoted: Promoted
    creator: Signatory | None
    answers: dict[str, str]
    updated: str
    conflicts: Mapping[str, tuple[Live, ...]]
    makers: Mapping[str, Signatory]
    deleted: bool
    erased: frozenset[str] = frozenset()


class Reader:
    """Reads an entry out of its lines."""

    def __init__(
        self,
        signers: Sequence[Signatory],
        forms: Mapping[str, Form],
        disclosures: Mapping[str, Disclosure],
        packer: LinePacker,
    ) -> None:
        self.signers = signers
        self.forms = tuple(forms)
        self._ranks = {sha256: rank for rank, sha256 in enumerate(self.forms)}
        self._day_paths = {sha256: _day_path(form) for sha256, form in forms.items()}
        self._disclosures = disclosures
        self._packer = packer
        self._facts = {
            position: SealFacts(signer.author, position) for position, signer in enumerate(signers)
        }

    def place(
        self, entry: str, promoted: Promoted, creator: Signatory | None, values: _Values
    ) -> Place:
        """Return where an entry stands."""
        form, bureau, countries = promoted[0], promoted[4], promoted[5]
        bureau = bureau or (creator.author.bureau if creator else "")
        day = values.get(self._day_paths.get(form, ""))
        return Place(
            self._ranks.get(form, len(self._ranks)),
            sys.intern((day or "")[:_DAY_CHARS]),
            entry_reference(entry, bureau, countries.split()),
            entry,
        )

    def entry(self, pieces: Sequence[Piece]) -> ShownEntry:
        """Read an entry of which something counts."""
        found = self._plain(pieces[0]) if len(pieces) == 1 else None
        found = found or self.folded(pieces)
        assert found is not None
        return self._shown(found)

    def _plain(self, piece: Piece) -> _Folded | None:
        """Return an entry of a single change, which stands as it is; None if that is not plain."""
        raw = self._packer.unpack(piece.line)
        said = _said.decode(raw)
        if paths.FORM not in said.set or said.replaces or any(one in raw for one in _SPECIAL_MARKS):
            return None
        answers = {path: value for path, value in said.set.items() if value is not None}
        creator = self.signers[piece.seal]
        return _Folded(
            said.entry, promote(said.set), creator, answers, utc(said.time), {}, {}, deleted=False
        )

    def folded(self, pieces: Sequence[Piece]) -> _Folded | None:
        """Judge and fold the changes of an entry; None when none of them counts."""
        changes = self._changes(pieces)
        entry = read_line(self._packer.unpack(pieces[0].line)).entry
        judgement = judge(entry, changes, self._facts)
        counted = [one for one in changes if one.key not in judgement.reasons]
        if not counted:
            return None
        state = fold(one.change(entry) for one in counted)
        creator = None if judgement.creator is None else self.signers[judgement.creator]
        deleted = "" in state.deleted
        erased = _erased(counted)
        return _Folded(
            id=entry,
            promoted=promote(_before_deletion(entry, counted) if deleted else state.answers),
            creator=creator,
            answers=state.answers,
            updated=max(utc(one.time) for one in counted),
            conflicts={
                path: live
                for path, live in state.conflicts.items()
                if not path.startswith(paths.ERASED) and not self._agree(live, erased)
            },
            makers={one.id: self.signers[one.seals[0]] for one in counted},
            deleted=deleted,
            erased=erased,
        )

    def _agree(self, versions: Sequence[Live], erased: frozenset[str]) -> bool:
        """Say whether confidential versions under several salts are all here and say the same."""
        if not all(is_digest(one.value) for one in versions):
            return False
        contents = {self._content(one.value, erased) for one in versions}
        return len(contents) == 1 and None not in contents

    def _changes(self, pieces: Sequence[Piece]) -> list[StoredChange]:
        """Return the changes, each once, with the positions of all seals that hold it."""
        found: dict[str, StoredChange] = {}
        for piece in pieces:
            line = read_line(self._packer.unpack(piece.line))
            known = found.get(line.id)
            if known is None:
                found[line.id] = _stored(line, len(found), piece.seal)
            elif piece.seal not in known.seals:
                found[line.id] = known._replace(seals=(*known.seals, piece.seal))
        return list(found.values())

    def _shown(self, found: _Folded) -> ShownEntry:
        form, title, state, event, bureau, countries, _language = found.promoted
        creator = found.creator
        bureau = bureau or (creator.author.bureau if creator else "")
        listed = tuple(countries.split())
        answers, withheld, files = self._disclosed(found.answers, found.erased)
        pictures = {
            path: digest_in(found.answers[path])
            for path, one in files.items()
            if one.media_type in PRINTED
        }
        return ShownEntry(
            id=found.id,
            reference=entry_reference(found.id, bureau, listed),
            form=form,
            title="" if is_digest(title) else title,
            state=state,
            event=event,
            bureau=bureau,
            countries=listed,
            author=creator.author.identity if creator else "",
            author_name=creator.name if creator else "",
            updated=found.updated,
            deleted=found.deleted,
            answers=answers,
            conflicts=tuple(
                ShownConflict(path, tuple(self._version(one, found) for one in live))
                for path, live in found.conflicts.items()
            ),
            withheld=withheld,
            files={path: one.name for path, one in files.items()},
            pictures=pictures,
        )

    def _version(self, live: Live, found: _Folded) -> ShownVersion:
        maker = found.makers[live.change]
        content = self._content(live.value, found.erased)
        withheld = content is None and live.value is not None
        return ShownVersion(content, maker.name, maker.office, live.time, withheld)

    def _content(self, value: str | None, erased: frozenset[str]) -> str | None:
        """Return what an answer says: of a file its name; None where it is blank or withheld."""
        if value is None or not is_digest(value):
            return value
        found = self._disclosure(value, erased)
        if found is None:
            return None
        return found.name if isinstance(found, Attachment) else found.value

    def _disclosure(self, value: str, erased: frozenset[str]) -> Disclosure | None:
        digest = digest_in(value)
        return None if digest in erased else self._disclosures.get(digest)

    def _disclosed(
        self, answers: dict[str, str], erased: frozenset[str]
    ) -> tuple[dict[str, str], tuple[str, ...], dict[str, Attachment]]:
        """Return the answers with what is disclosed, the paths that are withheld, and the files."""
        confidential = [path for path, value in answers.items() if value.startswith(PREFIX)]
        withheld: list[str] = []
        files: dict[str, Attachment] = {}
        for path in filter(lambda path: is_digest(answers[path]), confidential):
            found = self._disclosure(answers[path], erased)
            if isinstance(found, Attachment):
                files[path] = found
            elif found is not None:
                answers[path] = found.value
            else:
                del answers[path]
                withheld.append(path)
        return answers, tuple(withheld), files


def _stored(line: Line, key: int, seal: int) -> StoredChange:
    replaced = {} if line.replaces == NOTHING_REPLACED else decode_replaces(line.replaces)
    return StoredChange(
        key, line.id, line.device, line.number, line.lamport, line.time, True, (seal,),  # noqa: FBT003 - a row
        line.values, replaced, line.reserved,
    )  # fmt: skip


def _erased(counted: Sequence[StoredChange]) -> frozenset[str]:
    """Return the digests whose content these changes erase; there is no way back."""
    return frozenset(
        path.partition("/")[2]
        for change in counted
        if paths.ERASED in change.reserved
        for path, reason in change.values.items()
        if reason is not None and path.startswith(f"{paths.ERASED}/")
    )


def _before_deletion(entry: str, counted: Sequence[StoredChange]) -> dict[str, str]:
    before = [one for one in counted if paths.DELETED not in one.values]
    return fold(one.change(entry) for one in before).answers


def _day_path(form: Form) -> str:
    """Return the path of the first question of a form that asks for a day, outside repeats."""
    for question in questions_in(form.root):
        if question.kind is Kind.DATE:
            return question.path
    return ""
