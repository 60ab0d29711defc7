"""The visible check, against writing the sheets.

The floor writes the workbook of the same package from its seals, as an export does: lines read and
folded, labels looked up, sheets written and packed. The check does the same and hashes instead of
packing. Beside it the same sheets from rows that are ready in memory. Entries are of the shipped
questionnaire for regional stocktakings, one in ten of them changed by a second person. Arguments:
entries, rounds.
"""

import hashlib
import io
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from import_changes import histories
from material import NOW, signer
from measure import Variant, print_ratios, rounds_of, with_huge_pages

if TYPE_CHECKING:
    from stocktake_app.documents.record import Record
    from stocktake_app.exchange.contents import Contents
    from stocktake_app.trust.cms import Signer

ENTRIES = 5_000
ROUNDS = 5
AIM = 1.5


def regional() -> bytes:
    from stocktake_app.questionnaire.library import shipped_forms, xform_of

    found = next(one for one in shipped_forms() if one.path.stem == "regional")
    return xform_of(found.path)


def contents_of(count: int, made_by: "Signer") -> "Contents":
    """Seal entries of the questionnaire, what a first and what a second laptop wrote."""
    from stocktake_app.exchange.contents import Contents
    from stocktake_app.exchange.record_layout import layout_name
    from stocktake_app.exchange.seals import Header, make_seal

    form = regional()
    sha256 = hashlib.sha256(form).hexdigest()
    pairs = list(histories(count, sha256))
    layout = layout_name("xlsx", "en")
    first = make_seal((one for one, _ in pairs), Header("c3" * 16, 1, "", (sha256,)), made_by, NOW)
    header = Header("d4" * 16, 1, "", (sha256,), (first.id,), layout=layout)
    second = make_seal((one for _, one in pairs if one), header, made_by, NOW)
    return Contents((first, second), {sha256: form})


def record_of(contents: "Contents") -> "Record":
    from stocktake_app.exchange.record import build_record
    from stocktake_app.exchange.shown import chains_of, read_shown

    return build_record(read_shown(contents, chains_of(contents)), "en")


def main() -> int:
    from dataclasses import replace

    from stocktake_app.documents.workbook import write_parts, write_workbook
    from stocktake_app.exchange.verify import verify_package
    from stocktake_app.exchange.visible import check_visible
    from stocktake_app.exchange.xlsx_package import write_xlsx_package
    from stocktake_app.trust.chain import Trust

    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    made_by = signer()
    contents = contents_of(count, made_by)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        out = Path(folder) / "package.xlsx"
        record = record_of(contents)
        write_xlsx_package(partial(write_parts, record), contents, made_by, NOW, out)
        data = out.read_bytes()
    report = verify_package(data, Trust(()), NOW)
    rows = list(record.rows())
    ready = replace(record, rows=lambda: iter(rows))

    def check(_: object) -> None:
        found = check_visible(data, report)
        if found.visible != "same":
            raise SystemExit(f"the check says: {found}")

    variants = [
        Variant(
            "FLOOR sheets from the seals, as an export",
            lambda: None,
            lambda _: write_workbook(record_of(contents), io.BytesIO()),
            count,
        ),
        Variant("check_visible", lambda: None, check, count, AIM),
        Variant(
            "sheets from rows that are ready",
            lambda: None,
            lambda _: write_workbook(ready, io.BytesIO()),
            count,
        ),
    ]
    measured = rounds_of(variants, rounds)
    title = f"Visible check of {count:,} entries, {len(rows):,} rows"
    return 0 if print_ratios(title, measured, variants[0].name) else 1


if __name__ == "__main__":
    with_huge_pages()
    sys.exit(main())
