"""Signing, against inflating and SHA-256-hashing the package once.

Signing is what a package costs more than the same workbook packed without seals and signature:
hashing while writing, the seals as custom XML, the signature, and waiting for the disk. Both pack
the same sheets, ready as text in memory, round by round in turns; the difference is taken within
each round. Arguments: entries, rounds.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from material import NOW, change_lines, entries, record, rows_of, sealed, signer
from measure import Variant, rounds_of, with_huge_pages
from verify import inflate_and_hash, opened

ENTRIES = 50_000
ROUNDS = 7
AIM = 1.2


def in_memory(write_parts: Any) -> Any:
    """Return what writes the same parts again from memory, piece by piece."""
    kept: dict[str, tuple[str, list[bytes]]] = {}

    def keep(name: str, content_type: str) -> Any:
        kept[name] = (content_type, [])
        return kept[name][1].append

    written = write_parts(keep)

    def write_again(open_part: Any) -> Any:
        for name, (content_type, pieces) in kept.items():
            take = open_part(name, content_type)
            for piece in pieces:
                take(piece)
        return written

    return write_again


def main() -> int:
    from stocktake_app.documents.workbook import write_parts
    from stocktake_app.documents.workbook_file import save_workbook
    from stocktake_app.exchange.xlsx_package import write_xlsx_package

    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    made_by = signer()
    shown = record(lambda: rows_of(entries(count)), count)
    sheets = in_memory(partial(write_parts, shown))
    contents = sealed(change_lines(count), made_by)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        out, bare = Path(folder) / "package.xlsx", Path(folder) / "workbook.xlsx"

        def write_signed(_: object) -> None:
            write_xlsx_package(sheets, contents, made_by, NOW, out)

        def write_bare(_: object) -> None:
            with bare.open("wb") as file:
                save_workbook(sheets, file)

        write_signed(None)
        data = opened(out)
        measured = rounds_of(
            [
                Variant("floor", lambda: None, lambda _: inflate_and_hash(data)),
                Variant("bare", lambda: None, write_bare),
                Variant("signed", lambda: None, write_signed),
            ],
            rounds,
        )
    floors, bares, signeds = (one.cpu for one in measured)
    ratios = [(s - b) / f for f, b, s in zip(floors, bares, signeds, strict=True)]
    print(f"\nSign {count:,} entries, {len(data) / 1e6:.1f} MB (CPU ms, median of {rounds} rounds)")
    for name, one in (("FLOOR inflate and hash", floors), ("unsigned workbook", bares)):
        print(f"{name:40} {median(one) * 1e3:>9.1f}")
    print(f"{'signed package':40} {median(signeds) * 1e3:>9.1f}")
    met = median(ratios) <= AIM
    print(
        f"signing, over the floor: {median(ratios):.2f} (from {min(ratios):.2f} to"
        f" {max(ratios):.2f}), at most {AIM}: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    with_huge_pages()
    sys.exit(main())
