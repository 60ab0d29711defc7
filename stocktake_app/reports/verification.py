"""One page to print and to file: what was found when a package was checked, and by whom.

The page is bounded, whatever the file held: long texts are cut and long lists counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from stocktake_app import __version__
from stocktake_app.documents.bidi import starts_right_to_left
from stocktake_app.documents.classified import classification_text
from stocktake_app.documents.typst_pages import compile_pages, printable_texts
from stocktake_app.model.classification import Classification
from stocktake_app.translations import RIGHT_TO_LEFT, Translator, translator

MOST_TEXT = 260
MOST_CELL = 40
MARK_GROUP = 8

ROOM = 145.0
"""Millimetres that facts, remarks and records may take together, in any of the languages."""
FOR_REMARKS = 95.0
"""Of these, how many are gone at most when the records begin."""
WIDE, NARROW = 66, 17
"""Letters on a line of a remark, and of a cell."""


@dataclass(frozen=True)
class RecordLine:
    """One signed record inside: who made it, and what is to be said of it ("" for nothing)."""

    name: str
    office: str
    number: int
    made: str
    changes: int
    state: str


@dataclass(frozen=True)
class Verification:
    """What the page says. Texts are in the page's language already, times are RFC 3339.

    ``tone`` is ``good``, ``warn`` or ``bad``; ``issuers`` lead from the signer's certificate to
    the root; ``shown`` says whether the file shows what was signed.
    """

    file: str
    sha256: str
    heap: str
    headline: str
    next_step: str
    tone: str
    signer: str
    office: str
    fingerprint: str
    issuers: tuple[str, ...]
    signed_at: str
    shown: str
    remarks: tuple[str, ...]
    records: tuple[RecordLine, ...]
    practice: bool
    checked_at: str


def write_verification(page: Verification, out: BinaryIO, *, language: str, now: datetime) -> None:
    """Write the page as a tagged PDF.

    Raises:
        RefusedError: some text in it cannot be set.
    """
    out.write(compile_pages("verification", _page_data(page, translator(language)), now))


def _page_data(page: Verification, _: Translator) -> dict[str, Any]:
    facts, remarks, records = _fitting(page, _)
    more = len(page.records) - len(records)
    data = {
        "language": _.language,
        "rtl": _.language in RIGHT_TO_LEFT,
        "title": _("Verification report"),
        "subtitle": _cut(page.file, MOST_TEXT),
        "notice": _("PRACTICE: not a real record") if page.practice else "",
        "tone": page.tone,
        "heap": page.heap,
        "headline": page.headline,
        "next_step": page.next_step,
        "facts": [{"name": name} | _directed(value, MOST_TEXT) for name, value in facts],
        "remarks": [_directed(one, MOST_TEXT) for one in remarks],
        "heads": _heads(_),
        "records": [_cells(one) for one in records],
        "more": _("and {n} more").format(n=more) if more > 0 else "",
        "labels": {"remarks": _("What else to know"), "records": _("Signed records inside")},
        "footer": _(
            "Checked on {time} by Stocktake {version}. The file’s SHA-256 names it."
        ).format(time=_moment(page.checked_at), version=__version__),
    }
    made: dict[str, Any] = printable_texts(data)
    return made


def _facts(page: Verification, _: Translator) -> Iterator[tuple[str, str]]:
    """Yield what is known of the file as name and value; what is not known is left out."""
    known = (
        # The page names people, whatever the file itself says of them.
        (_("Classification"), classification_text(Classification.INTERNAL, _)),
        (_("Signed by"), page.signer),
        (_("Office"), page.office),
        (_("Fingerprint"), page.fingerprint.replace("-", " ")),
        (_("Certificate by"), "; ".join(page.issuers)),
        (_("Signed on"), _moment(page.signed_at)),
        (_("What it shows"), page.shown),
        (_("Signed records inside"), str(len(page.records)) if page.records else ""),
        (_("File’s SHA-256"), _groups(page.sha256)),
        (_("Checked on"), _moment(page.checked_at)),
    )
    yield from ((name, value) for name, value in known if value)


def _heads(_: Translator) -> list[str]:
    return [_("Name"), _("Office"), _("Number"), _("Made"), _("Changes"), _("Note")]


def _cells(one: RecordLine) -> list[dict[str, object]]:
    values = (one.name, one.office, str(one.number), _moment(one.made), str(one.changes), one.state)
    return [_directed(value or "–", MOST_CELL) for value in values]


def _directed(text: str, most: int) -> dict[str, object]:
    return {"text": _cut(text, most), "rtl": starts_right_to_left(text, otherwise=False)}


def _fitting(
    page: Verification, _: Translator
) -> tuple[list[tuple[str, str]], list[str], list[RecordLine]]:
    """Return as much of the facts, the remarks and the records as one page has room for."""
    facts = list(_facts(page, _))
    used = sum(_height(_cut(value, MOST_TEXT), WIDE, 6.8) for _name, value in facts)
    remarks: list[str] = []
    for one in page.remarks:
        used += _height(_cut(one, MOST_TEXT), WIDE, 6.4)
        if used > FOR_REMARKS:
            remarks.append(_("and {n} more").format(n=len(page.remarks) - len(remarks)))
            break
        remarks.append(one)
    records: list[RecordLine] = []
    for record in page.records:
        cells = (record.name, record.office, record.state)
        used += max(_height(_cut(one, MOST_CELL), NARROW, 6.6) for one in cells)
        if used > ROOM:
            break
        records.append(record)
    return facts, remarks, records


def _height(text: str, letters: int, first: float) -> float:
    """Return about how many millimetres a text takes; ``first`` is for its first line."""
    return first + 4.4 * (max(len(text) - 1, 0) // letters)


def _cut(text: str, most: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _moment(text: str) -> str:
    """Return a time to the minute with its offset, as it was written down."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def _groups(mark: str) -> str:
    return " ".join(mark[at : at + MARK_GROUP] for at in range(0, len(mark), MARK_GROUP))
