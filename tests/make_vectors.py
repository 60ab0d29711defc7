"""Makes the test vectors of the package format anew: ``make vectors``.

The keys are made here, used once and thrown away with the passing folder; what stays are public
certificates, signed packages and what a reader must say of them.
"""

import json
import os
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stocktake_app.actions import attaching, capture, identity
from stocktake_app.actions.checking import judge
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.packing import Kind
from stocktake_app.actions.workspaces import write_root
from stocktake_app.exchange.seals import SealReport, seal_lines
from stocktake_app.exchange.verify import Report
from stocktake_app.exchange.visible import check_visible
from stocktake_app.model.change import line_id
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.store.workspace import Profile, Workspace, create_workspace
from stocktake_app.trust.certificates import from_pem
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.keys import new_key
from stocktake_app.trust.keystore import AUTHORITY, SIGNING

FOLDER = Path(__file__).parents[1] / "docs" / "test-vectors"
NOW = datetime(2026, 6, 23, 15, 0, tzinfo=UTC)
PASSPHRASE = "thrown away with the keys"

FORM = """# Small form
| survey |
| | type | name | label | bind::stocktake:confidential |
| | text | title | Title | |
| | begin_repeat | findings | Findings | |
| | text | text | What was said | |
| | text | speaker | Speaker | yes |
| | end_repeat | | | |
| | file | paper | Paper | |
| settings |
| | form_id | version | form_title | namespaces |
| | small | 1 | Small form | stocktake="urn:stocktake:form:1" |
"""
FIRST = {
    "title": "Réunion de Dakar",
    "findings": [{"text": "Schools opened their doors.", "speaker": "A. Speaker"}],
}
SECOND = {"title": "=1+1 stays text", "findings": [{"text": "Nothing is reported of 18 pledges."}]}
THIRD = {
    "title": "فتحت المدارس أبوابها",
    "findings": [{"text": "Nobody has approved this sender."}],
}
PAPER = b"What the paper says.\n"


class _Site:
    """A folder with the workspaces of those who make the vectors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.form = folder / "small.md"
        self.form.write_text(FORM, encoding="utf-8")
        self.hq = self._make("hq", Role.HQ)
        self.bureau = self._make("bureau", Role.BUREAU, self.hq)
        self.officer = self._make("officer", Role.OFFICER, self.bureau)
        self.second = self._make("second", Role.OFFICER, self.bureau, kind="rsa")
        self.stranger = self._make("stranger", Role.OFFICER)
        self.trainee = self._make("trainee", Role.OFFICER, practice=True)

    def _make(
        self, name: str, role: Role, issuer: Workspace | None = None, *,
        practice: bool = False, kind: str = "ec",
    ) -> Workspace:  # fmt: skip
        bureau = "" if role is Role.HQ else "WCA"
        profile = Profile(f"Vector {name}", "Dakar", role, bureau, "SEN", "en", new_id())
        made = create_workspace(self._folder / name, profile, now=NOW, practice=practice)
        unlocked = identity.unlock(made, PASSPHRASE)
        for key in (SIGNING, *([] if role is Role.OFFICER else [AUTHORITY])):
            unlocked.add_key(key, new_key("rsa" if kind == "rsa" else "ec"))
        identity.own_signer(made, PASSPHRASE, now=NOW)
        if issuer:
            asked, answer = self._folder / f"{name}.asked", self._folder / f"{name}.answer"
            identity.request(made, asked, passphrase=PASSPHRASE, now=NOW)
            identity.approve(issuer, asked.read_bytes(), answer, passphrase=PASSPHRASE, now=NOW)
            identity.install(made, answer.read_bytes(), passphrase=PASSPHRASE, now=NOW)
        return made

    def say(self, workspace: Workspace, answers: dict[str, Any], paper: bytes = b"") -> None:
        """Fill the small form, with a paper attached or not."""
        found = capture.capture(workspace, str(self.form), answers, now=NOW, finish_it=not paper)
        if paper:
            attached = attaching.attach(workspace, found.draft, paper, "paper.txt")
            capture.save(workspace, found.draft, {"paper": attached.answer}, now=NOW)
            capture.finish(workspace, found.draft, now=NOW)

    def pack(self, workspace: Workspace, name: str, *, redact: bool = False, to: str = "") -> bytes:
        """Export everything of a workspace."""
        done = export(
            workspace,
            None,
            Kind("pdf" if ".pdf" in name else "xlsx", redact=redact),
            out=self._folder / name,
            everything=True,
            encrypt_to=[to] if to else [],
            passphrase=PASSPHRASE,
            now=NOW,
        )
        return done.path.read_bytes()


def make_vectors(folder: Path) -> None:
    """Write every vector, the root and ``expected.json`` into a folder."""
    shutil.rmtree(folder / "packages", ignore_errors=True)
    (folder / "packages").mkdir(parents=True)
    with TemporaryDirectory() as passing:
        os.environ["STOCKTAKE_STATE"] = f"{passing}/state"
        site = _Site(Path(passing))
        write_root(site.hq, folder / "root.pem")
        for name, data in _packages(site, Path(passing)):
            (folder / "packages" / name).write_bytes(data)
    write_expected(folder)


def _packages(site: _Site, folder: Path) -> Iterator[tuple[str, bytes]]:
    site.say(site.officer, FIRST, PAPER)
    site.say(site.second, SECOND)
    site.say(site.stranger, THIRD)
    site.say(site.trainee, SECOND)
    for suffix in ("xlsx", "pdf"):
        yield f"officer.{suffix}", site.pack(site.officer, f"officer.{suffix}")
        yield f"redacted.{suffix}", site.pack(site.officer, f"redacted.{suffix}", redact=True)
    yield "officer-rsa.xlsx", site.pack(site.second, "officer-rsa.xlsx")
    yield "unknown.xlsx", site.pack(site.stranger, "unknown.xlsx")
    yield "practice.xlsx", site.pack(site.trainee, "practice.xlsx")
    yield "somebody-else.xlsx.age", site.pack(site.officer, "other.xlsx.age", to="HQ")
    files = [folder / "officer.xlsx", folder / "officer-rsa.xlsx"]
    import_files(site.bureau, files, dry_run=False, now=NOW)
    for suffix in ("xlsx", "pdf"):
        yield f"bureau.{suffix}", site.pack(site.bureau, f"bureau.{suffix}")
    whole = (folder / "officer.xlsx").read_bytes()
    yield "altered-cell.xlsx", _rewritten(whole, _forge_cell)
    yield "altered-added.xlsx", _rewritten(whole, _add_part)
    yield "resaved.xlsx", _rewritten(whole, _drop_signature)
    pages = (folder / "officer.pdf").read_bytes()
    yield "altered-appended.pdf", pages + b"% one more line\n%%EOF\n"
    middle = pages.index(b"STKSEAL1") + 2000
    yield "altered-byte.pdf", pages[:middle] + bytes([pages[middle] ^ 1]) + pages[middle + 1 :]
    yield "cut-short.xlsx", whole[: len(whole) // 2]


Parts = dict[str, bytes]


def _rewritten(data: bytes, change: Callable[[Parts], None]) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _forge_cell(parts: Parts) -> None:
    for name, part in parts.items():
        if name.startswith("xl/") and b"Schools opened" in part:
            parts[name] = part.replace(b"Schools opened", b"Schools closed")
            return
    raise LookupError("the cell to forge is not there")


def _add_part(parts: Parts) -> None:
    parts["xl/worksheets/sheet99.xml"] = next(
        part for name, part in parts.items() if name.startswith("xl/worksheets/sheet")
    )


def _drop_signature(parts: Parts) -> None:
    """Do what a program does that saves the file again: drop what it does not know."""
    for name in [name for name in parts if name.startswith("_xmlsignatures/")]:
        del parts[name]
    links = parts["_rels/.rels"]
    start = links.index(b'<Relationship Id="rId4"')
    parts["_rels/.rels"] = links[:start] + links[links.index(b"/>", start) + 2 :]


def write_expected(folder: Path) -> None:
    """Write what our verifier says of every package now; read the difference before it is kept."""
    anchors = from_pem((folder / "root.pem").read_bytes())
    found = {
        path.name: _expected(path, anchors) for path in sorted((folder / "packages").iterdir())
    }
    body = {"at": NOW.isoformat(), "packages": found}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    (folder / "expected.json").write_text(text, encoding="utf-8")


def _expected(path: Path, anchors: tuple[Any, ...]) -> dict[str, Any]:
    if path.suffix == ".age":
        return {"verdict": "unreadable", "encrypted": True}
    trust = Trust(anchors)
    report = judge(path.read_bytes(), trust, NOW)
    return expected_of(report, check_visible(path.read_bytes(), report).visible)


def expected_of(report: Report, visible: str) -> dict[str, Any]:
    """Return what a reader must find in a package, as plain JSON."""
    return {
        "verdict": report.verdict.value,
        "kind": report.kind,
        "sha256": report.sha256,
        "signer": report.subject.name if report.subject else "",
        "visible": visible,
        "withheld": report.withheld,
        "objects": sorted(report.objects),
        "disclosures": {
            digest: b64encode(data).decode() for digest, data in sorted(report.disclosures.items())
        },
        "seals": [_seal(one) for one in report.seals],
    }


def _seal(one: SealReport) -> dict[str, Any]:
    lines = list(seal_lines(one.seal))[: one.seal.manifest.changes]
    return {
        "id": one.id,
        "verdict": one.verdict.value,
        "signer": one.subject.name if one.subject else "",
        "manifest": json.loads(one.seal.manifest.encoded),
        "changes": [{"id": line_id(line), **json.loads(line)} for line in lines],
    }


if __name__ == "__main__":
    make_vectors(FOLDER)
