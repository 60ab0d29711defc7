"""A small record to write: three entries with findings, one answer with differing versions."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from stocktake_app.documents.record import (
    Cell,
    Column,
    Differing,
    EntryText,
    Item,
    Kind,
    Record,
    Row,
    Section,
    Sheet,
    Verification,
    Version,
)

TITLES = {
    "en": "Regional stocktaking, West and Central Africa",
    "fr": "Bilan régional, Afrique de l’Ouest et du Centre",
    "ar": "الحصيلة الإقليمية لغرب ووسط أفريقيا",
}
FINGERPRINT = "K7QF-2M9P-XWA3-9TRE"
RECORD_ID = "3f" * 32
COLUMNS = (
    Column("Reference", Kind.TEXT, 18),
    Column("First day", Kind.DATE, 14),
    Column("Recorded at", Kind.MOMENT, 19),
    Column("Participants", Kind.NUMBER, 14),
    Column("What was said", Kind.LONG_TEXT, 60),
)
DAY = date(2020, 12, 14)
MOMENT = datetime(2021, 4, 28, 15, 30)  # noqa: DTZ001 - a cell holds local time


def sample_record(
    language: str = "en", *, said: str = "Enrolment grew.", notice: str = "", entries: int = 3
) -> Record:
    """Return the record with this said in its findings."""
    title = TITLES.get(language, TITLES["en"])

    def rows() -> Iterator[Row]:
        for number in range(1, entries + 1):
            cells: tuple[Cell, ...] = (f"WCA-{number}", DAY, MOMENT, Decimal("120.5"), said)
            yield 0, cells
            yield 1, (f"WCA-{number}", 1, said)

    def texts() -> Iterator[EntryText]:
        for number in range(1, entries + 1):
            yield EntryText(
                f"WCA-{number}",
                title,
                (("Office", "Dakar"),),
                (
                    Section("The event", (("Participants", "120"),)),
                    Section("Findings", items=(Item("F1", "Progress", said, (), "progress"),)),
                ),
                (Differing("Participants", (Version("120", "Dakar", ""), Version("135", "", ""))),)
                if number == 1
                else (),
            )

    findings = (Column("Reference"), Column("No.", Kind.NUMBER), Column("What was said"))
    return Record(
        title=title,
        subtitle="3 entries",
        language=language,
        cover=(("Office", "Dakar"), ("Made on", "28 April 2021")),
        verification=Verification(
            FINGERPRINT, RECORD_ID, f"stocktake:record:{RECORD_ID}", ("Call the sender.",)
        ),
        sheets=(Sheet("Regional stocktaking", COLUMNS), Sheet("Findings", findings)),
        rows=rows,
        entries=texts,
        notice=notice,
    )
