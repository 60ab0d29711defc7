"""Make every forgery, ask everybody, and write ``docs/forgeries.md`` (``make forgeries``).

Ours is asked about a bureau's package with RSA keys, as the product makes them; so are LibreOffice,
xmlsec1, pdfsig, and openpyxl for what it reads. Takes some minutes.
"""

import io
import re
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import forgeries
import outer_readers
from forgery import Forgery
from packages import Made, make_pdf, make_xlsx
from part_tools import SIGNATURE
from people import People, make_people

from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.trust.certificates import to_pem

TABLE = Path(__file__).parents[2] / "docs" / "forgeries.md"
UNCHANGED = "nothing: the genuine package"
_SAFE = re.compile(r"[A-Za-z0-9_\[\]. -]+(/[A-Za-z0-9_.-]+)*")
_WRAPPING = re.compile(
    r"^This file was changed after it was signed, or is damaged: (.*)\. Ask the sender for it "
    r"again\.$",
    re.DOTALL,
)

HEAD = """# Forgeries, and who notices them

This table is written by `make forgeries`; do not edit it by hand. Each line is a way to change a \
genuine package, or to make one that is not genuine. It says what our verifier answers, and what \
programs say that many people have.

**How to read it.** *Ours* is the verdict of this program, as `stocktake verify` and the window \
give it: none of these files is ever `valid`. Lines *by its author* are made with the sender's \
own key: every digest fits, but the file is nothing that our program writes. The other columns \
show why the verdict of another program is not enough:

* **LibreOffice**: what its programming interface says of signature and certificate. Its yellow or \
blue bar, and the one that Excel shows, are no verdict on a package: they say that the signed \
parts are as they were, not that nothing stands beside them, and LibreOffice's is yellow \
("partially signed") for every Excel file whatsoever. One process was asked about all files; it \
remembers certificates of earlier ones, so "trusted" can be too kind where a certificate is missing.
* **xmlsec1**: "holds" when signature, all signed parts and the chain are good; else how many of \
the parts.
* **openpyxl reads**: the figure in a cell that is 9 in the genuine package. Where it reads \
something else, a program that reads sheets as data takes in a forgery. Ours never does that.
* **pdfsig**: "valid, trusted, whole" is what it says of a genuine PDF package. "Not whole" stands \
in a line of its own that is easily missed: "Not total document signed".

Forgeries of an author's own seals are valid for these programs: they do not know what a seal is.
"""
_OF_A_SEAL = "This record was changed after it was signed, or is damaged: "


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    forgery: str
    ours: str
    others: tuple[str, ...]


def main() -> None:
    people = {kind: make_people(kind) for kind in ("rsa", "ec")}
    with TemporaryDirectory() as folder:
        text = "\n".join([HEAD, *_facts(), *_tables(people, Path(folder))])
    TABLE.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {TABLE}\n")


def _facts() -> Iterator[str]:
    yield f"Run on {datetime.now(UTC):%Y-%m-%d} with {len(forgeries.ALL)} forgeries and:"
    yield ""
    import openpyxl

    for program, version in (
        ("LibreOffice", _first_line("soffice", "--version")),
        ("xmlsec1", _first_line("xmlsec1", "--version")),
        ("pdfsig (poppler)", _first_line("pdfsig", "-v")),
        ("openpyxl", openpyxl.__version__),
    ):
        yield f"* {program}: {version}"


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def _tables(people: dict[str, People], folder: Path) -> Iterator[str]:
    yield ""
    yield "## Workbooks"
    yield ""
    yield "| forgery | ours | LibreOffice | xmlsec1 | openpyxl reads |"
    yield "|---|---|---|---|---|"
    yield from map(_line, workbook_rows(people, folder))
    yield ""
    yield "## PDFs"
    yield ""
    yield "| forgery | ours | pdfsig |"
    yield "|---|---|---|"
    yield from map(_line, pdf_rows(people, folder))


def _line(row: Row) -> str:
    cells = (row.forgery, row.ours, *row.others)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    shown = "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)
    shown = shown if len(shown) <= 200 else shown[:200] + "…"
    return shown.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


@dataclass(frozen=True)
class Case:
    """A forged file on disk, with whom it pretends to come from."""

    title: str
    path: Path
    made: Made


def _cases(kind: str, people: dict[str, People], folder: Path) -> Iterator[Case]:
    make = make_xlsx if kind == "xlsx" else make_pdf
    packages = {key: make(people[key], "bureau") for key in ("rsa", "ec")}
    wanted = [one for one in forgeries.ALL if one.kind == kind]
    for number, forgery in enumerate([None, *wanted]):
        made = packages["rsa" if forgery is None or "rsa" in forgery.keys else "ec"]
        data = forgery.forge(made) if forgery else made.data
        path = folder / f"{number}.{kind}"
        path.write_bytes(data)
        yield Case(_title(forgery), path, made)


def _title(forgery: Forgery | None) -> str:
    return forgery.title if forgery else UNCHANGED


def ours(case: Case) -> str:
    people = case.made.people
    report = verify_package(case.path.read_bytes(), people.trust, people.now)
    return report.verdict.value + (f": {_reason(report)}" if report.reasons else "")


def _reason(report: Report) -> str:
    found = _WRAPPING.match(report.reasons[0])
    reason = found[1] if found else report.reasons[0].partition(". ")[0].rstrip(".")
    return reason.replace(_OF_A_SEAL, "")


def workbook_rows(people: dict[str, People], folder: Path) -> Iterator[Row]:
    cases = list(_cases("xlsx", people, folder))
    roots, store = _trusting(people, folder, "xlsx")
    said = outer_readers.libreoffice_says([one.path for one in cases], store, folder)
    for case, found in zip(cases, said, strict=True):
        others = (libreoffice(found), xmlsec(case.path, folder, roots), openpyxl_reads(case.path))
        yield Row(case.title, ours(case), others)


def pdf_rows(people: dict[str, People], folder: Path) -> Iterator[Row]:
    _, store = _trusting(people, folder, "pdf")
    for case in _cases("pdf", people, folder):
        yield Row(case.title, ours(case), (pdfsig(case.path, store),))


def _trusting(people: dict[str, People], folder: Path, name: str) -> tuple[Path, Path]:
    """Return the roots as a file, and a certificate store that trusts them."""
    paths = []
    for key, everybody in people.items():
        paths.append(folder / f"{name}-{key}.pem")
        paths[-1].write_text(to_pem([everybody.hq.anchor]))
    store = outer_readers.trust_store(folder / f"{name}-nss", paths[0])
    outer_readers.trust_too(store, paths[1])
    return paths[0], store


def libreoffice(found: Sequence[dict[str, Any]] | str) -> str:
    if isinstance(found, str):
        return found
    if not found:
        return "no signature"
    return "; ".join(
        ("valid" if one["signature_is_valid"] else "not valid")
        + (", trusted" if one["certificate_status"] == 0 else ", not trusted")
        for one in found
    )


def xmlsec(path: Path, folder: Path, roots: Path) -> str:
    """Unpack as a careless script would, and let xmlsec1 look."""
    parts = folder / path.stem
    try:
        _unpack(path, parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return "cannot be unpacked"
    except Exception:  # noqa: BLE001 - zlib and lzma have errors of their own
        return "cannot be unpacked"
    if not (parts / SIGNATURE).is_file():
        return "no signature"
    return _holds(outer_readers.xmlsec_says(parts, roots))


def _unpack(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not _SAFE.fullmatch(info.filename) or ".." in info.filename:
                continue
            if info.file_size > 10_000_000:
                raise zipfile.BadZipFile("a bomb")
            target = folder / info.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(info))


def _holds(said: str) -> str:
    counts = re.findall(r"References \(ok/all\): (\d+)/(\d+)", said)
    good = re.search(r"^(?:OK|Verification status: OK)", said, re.MULTILINE)
    if not counts:
        return "refuses it"
    parts = "; ".join(f"{one} of {of}" for one, of in counts if one != of)
    if not good:
        return "not valid"
    return f"only {parts} parts hold" if parts else "holds"


def openpyxl_reads(path: Path) -> str:
    from openpyxl import load_workbook

    try:
        if sum(info.file_size for info in zipfile.ZipFile(path).infolist()) > 50_000_000:
            return "a bomb"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
            rows = list(book.worksheets[-1].iter_rows(values_only=True))
        return str(rows[1][2])
    except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
        return f"nothing ({type(error).__name__})"


def pdfsig(path: Path, store: Path) -> str:
    said = outer_readers.pdfsig_says(path, store)
    if "Signature #" not in said:
        return "no signature" if "does not contain any signatures" in said else "cannot be read"
    return "; ".join(_pdf_signature(one) for one in said.split("Signature #")[1:])


def _pdf_signature(said: str) -> str:
    valid = "valid" if "Signature is Valid." in said else "not valid"
    trusted = ", trusted" if "Certificate is Trusted." in said else ", not trusted"
    whole = ", whole" if "- Total document signed" in said else ", not whole"
    return valid + trusted + whole if valid == "valid" else valid


def names_in(table: str) -> Iterable[tuple[str, str, str]]:
    """Give kind, forgery and our answer of every line of the table."""
    kind = ""
    for line in table.splitlines():
        if line.startswith("## "):
            kind = {"## Workbooks": "xlsx", "## PDFs": "pdf"}.get(line, "")
        elif kind and line.startswith("| ") and not line.startswith("| forgery"):
            forgery, answer = line.removeprefix("| ").split(" | ")[:2]
            yield kind, forgery, answer.removesuffix(" |")


if __name__ == "__main__":
    main()
