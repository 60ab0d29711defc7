"""Reading the seals of a package back, against parsing its sheets with openpyxl's read-only mode.

Ours opens the file, hashes what the signature covers of the seals, checks their signatures and
gives every line; the second row verifies the whole package first. Arguments: entries, rounds.
"""

import sys
import tempfile
from pathlib import Path

from material import NOW, make_package, signer
from measure import Variant, print_ratios, rounds_of, with_huge_pages
from verify import opened

ENTRIES = 20_000
ROUNDS = 3
AIM = 1 / 50


def with_openpyxl(path: Path, count: int) -> None:
    """Read every cell of every row."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    rows = sum(1 for sheet in book for _row in sheet.iter_rows(values_only=True))
    book.close()
    if rows < 2 * count:
        raise SystemExit(f"openpyxl found {rows} rows")


def lines_of(path: Path, count: int) -> None:
    """Verify the package and read every line of its seals."""
    from stocktake_app.exchange.seals import seal_lines
    from stocktake_app.exchange.verify import verify_package
    from stocktake_app.trust.chain import Trust

    report = verify_package(opened(path), Trust(()), NOW)
    if sum(1 for one in report.seals for _line in seal_lines(one.seal)) != count:
        raise SystemExit("lines are missing")


def seals_only(path: Path, count: int) -> None:
    """Take the seals out of their parts, check each against its own signature, read its lines."""
    from stocktake_app.exchange.contents import Limits
    from stocktake_app.exchange.opc import read_archive
    from stocktake_app.exchange.seals import open_seal, seal_lines
    from stocktake_app.exchange.xlsx_parts import item_name, read_item
    from stocktake_app.model.codes import Verdict
    from stocktake_app.model.seal import decode_seal
    from stocktake_app.trust.chain import Trust

    pieces = read_archive(opened(path), Limits()).chunks(item_name(1))
    seal = decode_seal(read_item(1, pieces).data)
    if open_seal(seal, Trust(()), NOW).verdict is not Verdict.SIGNER_UNKNOWN:
        raise SystemExit("the seal is not whole")
    if sum(1 for _line in seal_lines(seal)) != count:
        raise SystemExit("lines are missing")


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        path = make_package(count, signer(), Path(folder) / "package.xlsx")

        def variant(name: str, run: object, aim: float | None = None) -> Variant:
            return Variant(name, lambda: None, lambda _: run(path, count), count, aim)  # type: ignore[operator]

        variants = [
            variant("PEER openpyxl read-only, all cells", with_openpyxl),
            variant("the seals: hash, signature, every line", seals_only, AIM),
            variant("verify the whole package, every line", lines_of),
        ]
        title = f"Read {count:,} entries back; 50 times faster is 0.02"
        met = print_ratios(title, rounds_of(variants, rounds), variants[0].name)
    return 0 if met else 1


if __name__ == "__main__":
    with_huge_pages()
    sys.exit(main())
