"""From stored entries to a readable record: labels, choices and names in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache, partial

from stocktake_app.documents.record import (
    Cell,
    Column,
    EntryText,
    Fact,
    Kind,
    Record,
    Row,
    Sheet,
    Verification,
)
from stocktake_app.exchange.record_forms import FormReader
from stocktake_app.exchange.record_rows import RowAnswers, rows_of
from stocktake_app.exchange.record_texts import entry_text, moment_text, state_text
from stocktake_app.model import paths
from stocktake_app.model.references import entry_reference
from stocktake_app.questionnaire.form import load_form
from stocktake_app.questionnaire.nodes import Question
from stocktake_app.store.entries import Entry, entries_by_id, get_entry
from stocktake_app.store.forms import get_form
from stocktake_app.store.registers import register_rows
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import Translator, translator

BLOCK = 500
"""How many entries are read at a time."""


@dataclass(frozen=True)
class RecordFacts:
    """What the cover says beside the entries: who made the record, when, how to know it.

    ``fingerprint`` is the signer's short fingerprint, to read aloud; ``record_id`` the id of the
    closing seal (64 hexadecimal digits); both are "" for an unsigned copy. ``created`` has an
    offset.
    """

    author: str
    office: str
    created: datetime
    fingerprint: str
    record_id: str


def build_record(
    workspace: Workspace, entries: Sequence[str], facts: RecordFacts, language: str
) -> Record:
    """Return a readable record of these entries (whole ids), in this order."""
    _ = translator(language)
    source = _Source(workspace, entries, _)
    count = len(entries)
    subtitle = _.plural("Record of {n} entry", "Record of {n} entries", count).format(
        n=f"{count:,}"
    )
    return Record(
        title=source.title,
        subtitle=subtitle,
        language=_.language,
        cover=_cover(workspace, source, facts),
        verification=_verification(facts, _),
        sheets=source.sheets,
        rows=source.rows,
        entries=source.entry_texts,
        notice=_("PRACTICE: not a real record") if workspace.practice else "",
    )


def _cover(workspace: Workspace, source: "_Source", facts: RecordFacts) -> tuple[Fact, ...]:
    _ = source.translate
    bureau = workspace.profile.bureau
    rows = [
        (_("Made by"), facts.author),
        (_("Office"), facts.office),
        (_("Bureau"), source.register("bureaux.csv").get(bureau, bureau)),
        (_("Made on"), moment_text(facts.created, _)),
        (_("Forms"), "; ".join(reader.title for reader in source.readers.values())),
        (_("Entries"), f"{len(source.ids):,}"),
    ]
    if source.differing:
        rows.append((_("Answers with differing versions"), f"{source.differing:,}"))
    return tuple((label, text) for label, text in rows if text)


def _verification(facts: RecordFacts, _: Translator) -> Verification:
    if not facts.record_id:
        note = _("This is a copy to share. It carries no signature and no data to import.")
        return Verification("", "", "", (note,))
    code = f"stocktake:record:{facts.record_id}:{facts.fingerprint}"
    return Verification(facts.fingerprint, facts.record_id, code, _steps(_))


def _steps(_: Translator) -> tuple[str, ...]:
    return (
        _("Call the person named above and compare the fingerprint, group by group."),
        _(
            "LibreOffice shows a bar: “This document is digitally signed”. If it adds that the "
            "certificate could not be validated, this computer does not know the root "
            "certificate yet; that is normal and does not mean that anything was changed."
        ),
        _(
            "Excel shows “This document contains signatures”. “Recoverable signature” means the "
            "same: the root certificate is not known here. “Invalid signatures” means that "
            "somebody changed the file."
        ),
        _(
            "A PDF reader shows “signed, identity unknown” where the root certificate is not "
            "installed. If it speaks of changes after signing, do not use the file."
        ),
        _(
            "For certainty open the file in Stocktake, or type: stocktake verify FILE --trust "
            "ROOT.pem. Saving the file from Excel removes the outer signature, not the data."
        ),
    )


class _Source:
    """Reads entries in blocks and turns them into rows and texts; what a form says is kept."""

    def __init__(self, workspace: Workspace, ids: Sequence[str], translate: Translator) -> None:
        self._workspace = workspace
        self.ids = ids
        self.translate = translate
        self.register = lru_cache(partial(_register_labels, workspace, translate.language))
        self.readers: dict[str, FormReader] = {}
        self.differing = 0
        self._titles: list[str] = []
        for block in _blocks(ids):
            for summary in entries_by_id(workspace, block):
                self.differing += summary.conflicts
                if summary.form and summary.form not in self.readers:
                    self.readers[summary.form] = self._reader(summary.form)

    def _reader(self, sha256: str) -> FormReader:
        form = load_form(get_form(self._workspace, sha256))
        title = self.register("questionnaires.csv").get(form.form_id) or form.title
        return FormReader(form, title, self.register, self.translate)

    @property
    def title(self) -> str:
        """The form's title if there is one form only, else a general one."""
        titles = {reader.title for reader in self.readers.values()}
        return titles.pop() if len(titles) == 1 else self.translate("Stocktaking record")

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """The sheet of each form and of each of its repeats (generic path, "" for the form)."""
        found: dict[tuple[str, str], int] = {}
        for sha256, reader in self.readers.items():
            for path in ("", *reader.repeats):
                found[sha256, path] = len(found)
        return found

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """A sheet per form and per repeat."""
        return tuple(self._sheet(self.readers[sha], path) for sha, path in self._places)

    def _sheet(self, reader: FormReader, path: str) -> Sheet:
        _ = self.translate
        if not path:
            leading: tuple[Column, ...] = (
                Column(_("Reference"), Kind.TEXT, 18),
                Column(_("State"), Kind.TEXT, 12),
                Column(_("Written by"), Kind.TEXT, 22),
                Column(_("Last change (UTC)"), Kind.MOMENT, 19),
                Column(_("Differing versions"), Kind.NUMBER, 12),
            )
            return Sheet(reader.title, leading + _columns(reader, reader.questions))
        leading = (Column(_("Reference"), Kind.TEXT, 18), Column(_("No."), Kind.TEXT, 8))
        name = f"{reader.label(path)} – {reader.title}"
        return Sheet(name, leading + _columns(reader, reader.repeats[path]))

    def _entries(self) -> Iterator[Entry]:
        return (get_entry(self._workspace, one) for one in self.ids)

    def rows(self) -> Iterator[Row]:
        """Yield every row of every sheet, entry by entry."""
        for entry in self._entries():
            reader = self.readers.get(entry.form)
            if reader is None:
                continue
            reference = entry_reference(entry.id, entry.bureau, entry.countries)
            leading = (
                reference,
                state_text(entry.state, self.translate),
                entry.author_name or entry.author,
                _utc(entry.updated),
                len(entry.conflict_paths),
            )
            cells = reader.cells("", entry.answers)
            yield self._places[entry.form, ""], (*leading, *cells)
            for rows in rows_of(entry.answers).values():
                yield from self._repeat_rows(entry.form, reader, rows, (reference, ""))

    def _repeat_rows(
        self, sha256: str, reader: FormReader, rows: list[RowAnswers], above: tuple[str, str]
    ) -> Iterator[Row]:
        reference, prefix = above
        for number, row in enumerate(rows, 1):
            path = paths.generic(row.path)
            place = self._places.get((sha256, path))
            if place is None:
                continue
            position = f"{prefix}{number}"
            yield place, (reference, position, *reader.cells(path, row.answers))
            for inner in row.inner.values():
                yield from self._repeat_rows(sha256, reader, inner, (reference, f"{position}."))

    def entry_texts(self) -> Iterator[EntryText]:
        """Yield every entry to read."""
        for entry in self._entries():
            reader = self.readers.get(entry.form)
            if reader is not None:
                yield entry_text(self._workspace, entry, reader)


def _register_labels(workspace: Workspace, language: str, name: str) -> dict[str, str]:
    return {
        row["name"]: row.get(f"label_{language}") or row.get("label", "")
        for row in register_rows(workspace, name)
    }


def _blocks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + BLOCK] for start in range(0, len(ids), BLOCK))


def _columns(reader: FormReader, questions: Sequence[Question]) -> tuple[Column, ...]:
    return tuple(column for question in questions for column in reader.columns(question))


def _utc(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return text
