"""An entry as a text to read: its groups as sections, its findings as items, differing versions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from stocktake_app.documents.record import (
    Differing,
    EntryText,
    Fact,
    Item,
    Picture,
    Section,
    Version,
)
from stocktake_app.exchange.record_forms import AsIs, FormReader, offset_text
from stocktake_app.exchange.record_rows import RowAnswers, rows_of
from stocktake_app.exchange.shown_entries import ShownConflict, ShownEntry, ShownVersion
from stocktake_app.model import paths
from stocktake_app.questionnaire.nodes import Group, Node, Question, Repeat
from stocktake_app.translations import Translator

ITEMS = {"findings": ("F", "kind", "text"), "interventions": ("I", "speaker_type", "points")}
"""Repeats of the fixed vocabulary: the letter of their numbers, what they are, what they say."""

TITLE_REGISTERS = ("events.csv", "pledges.csv", "indicators.csv", "initiatives.csv")

CAPTION = "_caption"
"""The question with this behind another's name says what a picture shows."""

Rows = Mapping[str, list[RowAnswers]]


@dataclass(frozen=True)
class _Said:
    """What an entry says: its answers by path, its rows, its pictures by the answer's path."""

    answers: Mapping[str, str]
    rows: Rows
    pictures: Mapping[str, Picture] = field(default_factory=dict)


def entry_text(entry: ShownEntry, reader: FormReader, file: Callable[[str], bytes]) -> EntryText:
    """Return the readable form of an entry; ``file`` gives an attached file by its digest."""
    answers = readable_answers(entry, reader.translate)
    rows = rows_of(answers)
    said = _Said(answers, rows, _pictures(entry, file))
    sections = [one for one in _sections(reader, said) if one.answers or one.items]
    return EntryText(
        reference=entry.reference,
        title=_title(entry, reader),
        facts=_facts(entry, reader.title, reader.translate),
        sections=tuple(sections),
        differing=tuple(_differing(reader, conflict, rows) for conflict in entry.conflicts),
    )


def _pictures(entry: ShownEntry, file: Callable[[str], bytes]) -> dict[str, Picture]:
    """Return the pictures by the path of the answer that names each, with words to go below."""
    found = {}
    for path, digest in sorted(entry.pictures.items()):
        caption = entry.answers.get(f"{path}{CAPTION}", "")
        words = " · ".join(part for part in (caption, entry.files[path]) if part)
        found[path] = Picture(words, partial(file, digest))
    return found


def strange_entry(entry: ShownEntry, _: Translator) -> EntryText:
    """Return the readable form of an entry whose questionnaire cannot be read."""
    return EntryText(
        reference=entry.reference,
        title=entry.title or _("Entries without their form"),
        facts=_facts(entry, "", _),
        sections=(Section("", tuple(readable_answers(entry, _).items())),),
    )


def said_by_path(entry: ShownEntry, _: Translator) -> str:
    """Return the answers of an entry whose questionnaire cannot be read, one to a line."""
    return "\n".join(f"{path}: {value}" for path, value in readable_answers(entry, _).items())


def readable_answers(entry: ShownEntry, _: Translator) -> Mapping[str, str]:
    """Return the answers with what is withheld and with the names of files."""
    if not (entry.withheld or entry.files):
        return entry.answers
    names = {path: AsIs(name) for path, name in entry.files.items()}
    return {**entry.answers, **dict.fromkeys(entry.withheld, AsIs(_("(withheld)"))), **names}


def _title(entry: ShownEntry, reader: FormReader) -> str:
    """Return the entry's title; where it is a code of a register, what that stands for."""
    for register in TITLE_REGISTERS:
        if label := reader.registers(register).get(entry.event or entry.title):
            return label
    return entry.title or reader.title


def _facts(entry: ShownEntry, form: str, _: Translator) -> tuple[Fact, ...]:
    facts = (
        (_("Form"), form),
        (_("Written by"), entry.author_name or entry.author[:8]),
        (_("State"), state_text(entry, _)),
        (_("Last change"), _when(entry.updated, _)),
    )
    return tuple((label, text) for label, text in facts if text)


def state_text(entry: ShownEntry, _: Translator) -> str:
    """Return the state of an entry in words."""
    if entry.deleted:
        return _("Deleted")
    words = {"open": _("Not finished"), "finished": _("Finished"), "withdrawn": _("Withdrawn")}
    return words.get(entry.state, entry.state)


def moment_text(moment: datetime, _: Translator) -> str:
    """Return date and time as people write them, with the offset from UTC."""
    from babel.dates import format_date

    day = format_date(moment.date(), "long", locale=_.locale)
    offset = offset_text(moment)
    return f"{day}, {moment:%H:%M}" + (f" (UTC{offset})" if offset else "")


def _when(text: str, _: Translator) -> str:
    try:
        return moment_text(datetime.fromisoformat(text), _)
    except ValueError:
        return text


def _sections(reader: FormReader, said: _Said) -> Iterator[Section]:
    """Yield the sections in the order of the form; questions outside any group come first."""
    yield _section("", reader, reader.form.root, said)
    for child in reader.form.root.children:
        if isinstance(child, Group):
            yield from _group(reader, child, said)


def _group(reader: FormReader, group: Group, said: _Said) -> Iterator[Section]:
    title = reader.label(group.path)
    if isinstance(group, Repeat):
        yield Section(title, items=tuple(_items(reader, group, said)))
        return
    yield _section(title, reader, group, said)
    for child in group.children:
        if isinstance(child, Group):
            yield from _group(reader, child, said)


def _section(title: str, reader: FormReader, group: Group, said: _Said) -> Section:
    own = [child.path for child in group.children]
    pictures = [said.pictures[path] for path in own if path in said.pictures]
    return Section(title, tuple(_answers(reader, group, said.answers)), pictures=tuple(pictures))


def _answers(reader: FormReader, group: Group, answers: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the answered questions that stand in the group itself."""
    for child in group.children:
        if isinstance(child, Question) and child.captured and (value := answers.get(child.path)):
            yield reader.label(child.path), reader.text(child, value)


def _items(reader: FormReader, repeat: Repeat, said: _Said) -> Iterator[Item]:
    letter, tag, main = ITEMS.get(repeat.name, ("", "", ""))
    for number, row in enumerate(said.rows.get(repeat.path, []), 1):
        answers = {paths.join(repeat.path, rest): value for rest, value in row.answers.items()}
        kind = answers.pop(f"{repeat.path}/{tag}", "")
        text = answers.pop(f"{repeat.path}/{main}", "")
        yield Item(
            number=f"{letter}{number}",
            tag=_say(reader, f"{repeat.path}/{tag}", kind),
            text=text,
            answers=tuple(_row_answers(reader, repeat, answers, row.inner)),
            kind=kind,
            pictures=tuple(
                one for path, one in said.pictures.items() if path.startswith(f"{row.path}/")
            ),
        )


def _row_answers(
    reader: FormReader, group: Group, answers: Mapping[str, str], inner: Rows
) -> Iterator[Fact]:
    """Yield the answers of a row, those of its groups among them, then those of inner rows."""
    child: Node
    for child in group.children:
        if isinstance(child, Question):
            if child.captured and (value := answers.get(child.path)):
                yield reader.label(child.path), reader.text(child, value)
        elif not isinstance(child, Repeat):
            yield from _row_answers(reader, child, answers, {})
    for path, rows in inner.items():
        for number, row in enumerate(rows, 1):
            below = {paths.join(path, rest): value for rest, value in row.answers.items()}
            node = reader.form.nodes.get(path)
            if isinstance(node, Group):
                for label, text in _row_answers(reader, node, below, row.inner):
                    yield f"{reader.label(path)} {number}: {label}", text


def _say(reader: FormReader, path: str, value: str) -> str:
    question = reader.form.nodes.get(path)
    return reader.text(question, value) if value and isinstance(question, Question) else value


def _differing(reader: FormReader, conflict: ShownConflict, rows: Rows) -> Differing:
    _ = reader.translate
    return Differing(
        _place(reader, conflict.path, rows),
        tuple(
            Version(
                _version_text(reader, conflict.path, version),
                ", ".join(part for part in (version.author_name, version.office) if part),
                _when(version.time, _),
            )
            for version in conflict.versions
        ),
    )


def _version_text(reader: FormReader, path: str, version: ShownVersion) -> str:
    _ = reader.translate
    if path.endswith(paths.DELETED):
        return _("Deleted; somebody else went on writing in it")
    if version.withheld:
        return _("(withheld)")
    if not version.value:
        return _("(blank)")
    return _say(reader, paths.generic(path), version.value)


def _place(reader: FormReader, path: str, rows: Rows) -> str:
    """Return where an answer stands, in words: ``Findings 3 › What was said``."""
    words = []
    row = next(paths.rows_above(path), "")
    if row:
        repeat = paths.generic(row)
        found = [one.path for one in rows.get(repeat, [])]
        number = found.index(row) + 1 if row in found else ""
        words.append(f"{reader.label(repeat)} {number}".strip())
    if not paths.reserved(path):
        words.append(reader.label(paths.generic(path)))
    return " › ".join(words) or reader.title
