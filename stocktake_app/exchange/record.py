"""From what a package shows to a readable record: labels, choices and names in one language.

Everything follows from the package's own contents, the language, and what ships with the program;
``record_layout`` says what that is. So whoever has a package can make its readable part again.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property, lru_cache

from stocktake_app.documents.classified import classification_text
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
from stocktake_app.exchange.record_texts import (
    entry_text,
    moment_text,
    readable_answers,
    said_by_path,
    state_text,
    strange_entry,
)
from stocktake_app.exchange.shown import Shown
from stocktake_app.exchange.shown_entries import ShownEntry
from stocktake_app.questionnaire.form import Form
from stocktake_app.translations import Translator, translator


def build_record(shown: Shown, language: str) -> Record:
    """Return the readable record of a package in a language."""
    source = _Source(shown, translator(language))
    _ = source.translate
    subtitle = _.plural("Record of {n} entry", "Record of {n} entries", shown.count)
    return Record(
        title=source.title,
        subtitle=subtitle.format(n=f"{shown.count:,}"),
        language=_.language,
        cover=_cover(shown, source),
        verification=_verification(shown, _),
        sheets=source.sheets,
        rows=source.rows,
        entries=source.entry_texts,
        notice=_("PRACTICE: not a real record") if shown.practice else "",
    )


def _cover(shown: Shown, source: "_Source") -> tuple[Fact, ...]:
    _ = source.translate
    bureau = shown.maker.bureau
    rows = [
        (_("Classification"), classification_text(shown.classification, _)),
        (_("Made by"), shown.maker.name),
        (_("Office"), shown.maker.office),
        (_("Bureau"), source.register("bureaux.csv").get(bureau, bureau)),
        (_("Made on"), moment_text(shown.created, _)),
        (_("Forms"), "; ".join(reader.title for reader in source.readers.values())),
        (_("Entries"), f"{shown.count:,}"),
    ]
    if shown.differing:
        rows.append((_("Answers with differing versions"), f"{shown.differing:,}"))
    return tuple((label, text) for label, text in rows if text)


def _verification(shown: Shown, _: Translator) -> Verification:
    code = f"stocktake:record:{shown.record_id}:{shown.fingerprint}"
    return Verification(shown.fingerprint, shown.record_id, code, _steps(_))


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
    """Turns entries into rows and texts; what a form says is worked out once."""

    def __init__(self, shown: Shown, translate: Translator) -> None:
        self.shown = shown
        self.translate = translate
        self.register = lru_cache(self._register)
        self.readers = {sha256: self._reader(form) for sha256, form in shown.forms.items()}

    def _register(self, name: str) -> dict[str, str]:
        return self.shown.labels.of(name, self.translate.language)

    def _reader(self, form: Form) -> FormReader:
        title = self.register("questionnaires.csv").get(form.form_id) or form.title
        return FormReader(form, title, self.register, self.translate)

    @property
    def title(self) -> str:
        """The form's title if there is one form only, else a general one."""
        titles = {reader.title for reader in self.readers.values()}
        one = len(titles) == 1 and not self.shown.strange
        return titles.pop() if one else self.translate("Stocktaking record")

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
        """A sheet per form and per repeat, and one for entries whose form cannot be read."""
        found = [self._sheet(self.readers[sha], path) for sha, path in self._places]
        return (*found, self._strange_sheet()) if self.shown.strange else tuple(found)

    def _sheet(self, reader: FormReader, path: str) -> Sheet:
        _ = self.translate
        if not path:
            leading = (*self._leading(), Column(_("Differing versions"), Kind.NUMBER, 12))
            return Sheet(reader.title, leading + reader.columns_of(reader.questions))
        leading = (Column(_("Reference"), Kind.TEXT, 18), Column(_("No."), Kind.TEXT, 8))
        name = f"{reader.label(path)} – {reader.title}"
        return Sheet(name, leading + reader.columns_of(reader.repeats[path]))

    def _leading(self) -> tuple[Column, ...]:
        _ = self.translate
        return (
            Column(_("Reference"), Kind.TEXT, 18),
            Column(_("State"), Kind.TEXT, 12),
            Column(_("Written by"), Kind.TEXT, 22),
            Column(_("Last change (UTC)"), Kind.MOMENT, 19),
        )

    def _strange_sheet(self) -> Sheet:
        _ = self.translate
        said = Column(_("Answers"), Kind.LONG_TEXT, 100)
        return Sheet(_("Entries without their form"), (*self._leading(), said))

    def rows(self) -> Iterator[Row]:
        """Yield every row of every sheet, entry by entry."""
        strange = len(self._places)
        for entry in self.shown.entries():
            reader = self.readers.get(entry.form)
            if reader is None:
                yield strange, (*self._facts(entry), said_by_path(entry, self.translate))
                continue
            answers = readable_answers(entry, self.translate)
            cells = reader.cells("", answers)
            yield self._places[entry.form, ""], (*self._facts(entry), len(entry.conflicts), *cells)
            for path, rows in rows_of(answers).items():
                yield from self._repeat_rows((entry.form, path), rows, entry.reference)

    def _facts(self, entry: ShownEntry) -> tuple[Cell, ...]:
        return (
            entry.reference,
            state_text(entry, self.translate),
            entry.author_name or entry.author,
            _utc(entry.updated),
        )

    def _repeat_rows(
        self, sheet: tuple[str, str], rows: list[RowAnswers], reference: str, prefix: str = ""
    ) -> Iterator[Row]:
        """Yield the rows of a repeat; ``sheet`` is its form and its generic path."""
        place = self._places.get(sheet)
        if place is None:
            return
        form, path = sheet
        reader = self.readers[form]
        for number, row in enumerate(rows, 1):
            position = f"{prefix}{number}"
            yield place, (reference, position, *reader.cells(path, row.answers))
            for inner, below in row.inner.items():
                yield from self._repeat_rows((form, inner), below, reference, f"{position}.")

    def entry_texts(self) -> Iterator[EntryText]:
        """Yield every entry to read."""
        for entry in self.shown.entries():
            reader = self.readers.get(entry.form)
            if reader is None:
                yield strange_entry(entry, self.translate)
            else:
                yield entry_text(entry, reader, self.shown.file)


def _utc(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return text
