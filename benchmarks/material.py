"""What the benchmarks of packages work on: entries with findings, as rows, as changes, sealed.

An entry has twelve answers and one finding of four; half of it is free text in three languages,
chosen word by word so that it packs about as well as what people write.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stocktake_app.documents.record import Cell, Record, Row
    from stocktake_app.exchange.contents import Contents
    from stocktake_app.trust.cms import Signer

NOW = datetime.now(UTC).replace(microsecond=0)
FORM = b"<html/>"
FORM_ID = hashlib.sha256(FORM).hexdigest()
DEVICE = "0f" * 16
KINDS = ("progress", "challenge", "opportunity", "good practice", "recommendation")
ENGLISH = (
    "enrolment of refugee children in national schools grew the north after first pledge "
    "partners said that funding for health posts ends in June and host communities asked "
    "how water points roads local authorities will be maintained when projects close"
)
FRENCH = (
    "l’accès aux services de santé reste difficile dans les zones frontalières il faut plus "
    "d’enseignants formés la commune prend en charge les salaires et les partenaires ont "
    "demandé comment les documents d’identité seront reconnus par toutes les autorités"
)
ARABIC = (
    "تحسنت فرص كسب العيش للاجئين والمجتمعات المضيفة خلال العام الماضي بفضل الشراكات الجديدة "
    "أعلنت البلدية عن دعم إضافي للمدارس والمراكز الصحية في المناطق الحدودية وطلب المشاركون "
    "تمويلا طويل الأجل لبرامج المياه والطاقة النظيفة"
)
WORDS = (ENGLISH.split(), FRENCH.split(), ARABIC.split())
HEADERS = (
    ("Reference", "text", 18),
    ("First day", "date", 14),
    ("Recorded at", "moment", 19),
    ("Bureau", "text", 24),
    ("Countries", "text", 18),
    ("Modality", "text", 14),
    ("Participants", "number", 14),
    ("Refugees took part", "text", 14),
    ("Language", "text", 12),
    ("Summary", "long_text", 60),
    ("Kind", "text", 18),
    ("Pledge", "text", 18),
)
FINDING_HEADERS = (
    ("Reference", "text", 18),
    ("No.", "number", 8),
    ("Kind", "text", 18),
    ("What was said", "long_text", 60),
)


def said(chance: random.Random, number: int) -> str:
    """Return some twenty words of one language."""
    return " ".join(chance.choices(WORDS[number % 3], k=chance.randint(10, 30)))


def entries(count: int) -> Iterator[tuple[tuple["Cell", ...], tuple["Cell", ...]]]:
    """Yield what each entry and its finding show on their sheets."""
    chance = random.Random(2021)
    first, moment = date(2021, 1, 4), datetime(2021, 1, 4, 9)  # noqa: DTZ001 - as in cells
    for number in range(1, count + 1):
        reference, kind = f"WCA-SEN-{number:06d}", KINDS[number % 5]
        yield (
            (
                reference,
                first + timedelta(days=number % 300),
                moment + timedelta(minutes=number * 7),
                "West and Central Africa",
                "SEN; NER; MLI",
                "online",
                Decimal(number % 500),
                "yes",
                "French",
                said(chance, number),
                kind,
                f"pledge-{number % 800}",
            ),
            (reference, 1, kind, said(chance, number + 1)),
        )


def record(rows: "Callable[[], Iterator[Row]]", count: int) -> "Record":
    """Return a record of these rows."""
    from stocktake_app.documents.record import Column, Kind, Record, Sheet, Verification

    sheets = tuple(
        Sheet(name, tuple(Column(title, Kind(kind), width) for title, kind, width in headers))
        for name, headers in (("Regional stocktaking", HEADERS), ("Findings", FINDING_HEADERS))
    )
    return Record(
        title="Regional stocktaking",
        subtitle=f"{count} entries",
        language="en",
        cover=(("Office", "Dakar"),),
        verification=Verification("K7QF-2M9P-XWA3-9TRE", "3f" * 32, "", ("Call the sender.",)),
        sheets=sheets,
        rows=rows,
        entries=lambda: iter(()),
    )


def rows_of(found: "Iterable[tuple[tuple[Cell, ...], tuple[Cell, ...]]]") -> "Iterator[Row]":
    """Yield the rows of both sheets, mixed as an export yields them."""
    for entry, finding in found:
        yield 0, entry
        yield 1, finding


def change_lines(count: int) -> Iterator[bytes]:
    """Yield the changes that made these entries."""
    from stocktake_app.model.change import Change

    names = [f"event/{title.lower().replace(' ', '_')}" for title, _kind, _width in HEADERS]
    for number, (entry, finding) in enumerate(entries(count), 1):
        answers = {name: str(cell) for name, cell in zip(names, entry, strict=True)}
        answers |= {f"findings[k3x{number}]/text": str(finding[-1])}
        answers |= {f"findings[k3x{number}]/kind": str(finding[2])}
        time = "2021-04-28T15:30:00+00:00"
        yield Change(DEVICE, number, f"{number:032x}", number, time, answers).line


def signer() -> "Signer":
    """Return an officer of HQ with a new RSA key, trusted by nobody."""
    from stocktake_app.model.codes import Role
    from stocktake_app.trust.certificates import Subject, issue_leaf, make_hq
    from stocktake_app.trust.cms import Signer
    from stocktake_app.trust.keys import new_key

    hq = make_hq(new_key(), Subject("0" * 32, "Stocktaking team", Role.HQ), NOW)
    key = new_key()
    leaf = issue_leaf(hq, key.public_key(), Subject("1" * 32, "HQ desk", Role.HQ), NOW)
    return Signer(key, (leaf,))


def sealed(lines: Iterable[bytes], made_by: "Signer") -> "Contents":
    """Seal these changes."""
    from stocktake_app.exchange.contents import Contents
    from stocktake_app.exchange.seals import Header, make_seal

    header = Header(DEVICE, 1, forms=(FORM_ID,))
    return Contents((make_seal(lines, header, made_by, NOW),), {FORM_ID: FORM})


def make_package(count: int, made_by: "Signer", out: Path) -> Path:
    """Write a package of so many entries; nothing of it is held in memory but the seal."""
    from stocktake_app.documents.workbook import write_parts
    from stocktake_app.exchange.xlsx_package import write_xlsx_package

    shown = record(lambda: rows_of(entries(count)), count)
    contents = sealed(change_lines(count), made_by)
    write_xlsx_package(partial(write_parts, shown), contents, made_by, NOW, out)
    return out
