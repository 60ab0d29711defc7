"""Practice: said on every output, exchanged among trainees, and nowhere taken for real."""

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from offices import PASSPHRASE, Offices, enrol, make
from openpyxl import load_workbook
from pdf_text import text_of

from stocktake_app.actions import capture, identity
from stocktake_app.actions.checking import check_file
from stocktake_app.actions.exporting import Exported, export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.packing import Kind
from stocktake_app.actions.reporting import background, coverage_json
from stocktake_app.actions.verification_report import write_report
from stocktake_app.actions.workspaces import Person, create, write_root
from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.exchange.contents import BadContentsError, Contents, check_contents
from stocktake_app.exchange.receipts import BadReceiptError, Receipt, make_receipt, read_receipt
from stocktake_app.exchange.seals import Header, make_seal, open_seal
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import BadSealError
from stocktake_app.server.judging import make_judge
from stocktake_app.store.entries import EntryFilter, entry_ids
from stocktake_app.store.seals import list_seals
from stocktake_app.store.trust_objects import load_trust
from stocktake_app.store.workspace import Workspace

ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": "We are trying this out."}],
}


@pytest.fixture(scope="module")
def trainee(offices: Offices, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return an officer's practice workspace that nobody has enrolled, with an entry."""
    folder = tmp_path_factory.mktemp("practice")
    workspace = make(folder, "trainee", Role.OFFICER, offices.now, practice=True)
    capture.capture(workspace, "regional", ANSWERS, now=offices.now)
    return workspace


@pytest.fixture(scope="module")
def trainer(offices: Offices, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a practice HQ."""
    folder = tmp_path_factory.mktemp("trainer")
    return make(folder, "trainer", Role.HQ, offices.now, practice=True)


def packed(workspace: Workspace, offices: Offices, out: Path) -> Exported:
    kind = Kind("pdf" if out.suffix == ".pdf" else "xlsx")
    return export(
        workspace, None, kind, out=out, everything=True, passphrase=PASSPHRASE,
        now=offices.now,
    )  # fmt: skip


def test_every_sheet_of_a_practice_workbook_says_so(
    trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    done = packed(trainee, offices, tmp_path / "a.xlsx")
    assert done.name.startswith("PRACTICE-")
    book = load_workbook(done.path)
    for sheet in book.worksheets:
        printed = str(sheet.oddHeader)
        cells = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
        assert "PRACTICE" in printed + cells, sheet.title
    assert "PRACTICE" in str(list(book.worksheets[0].iter_rows(values_only=True)))


def test_every_page_of_a_practice_pdf_says_so(
    trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    done = packed(trainee, offices, tmp_path / "a.pdf")
    pages = text_of(done.path.read_bytes()).split("\f")[:-1]
    assert pages
    assert all("PRACTICE" in page for page in pages)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig is not installed")
def test_a_pdf_reader_shows_a_practice_signer(
    trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    path = packed(trainee, offices, tmp_path / "a.pdf").path
    shown = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False).stdout
    assert b"Signer Certificate Common Name: PRACTICE Office trainee" in shown
    assert b"O=GCR Stocktaking PRACTICE" in shown


def test_the_signature_of_a_practice_workbook_names_a_practice_signer(
    trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    path = packed(trainee, offices, tmp_path / "a.xlsx").path
    with zipfile.ZipFile(path) as archive:
        signature = archive.read("_xmlsignatures/sig1.xml").decode()
    assert "<X509IssuerName>CN=PRACTICE Office trainee" in signature


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_practice_paper_says_so(
    trainee: Workspace, offices: Offices, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"paper.{form}"
    background(trainee, out, form="pdf" if form == "pdf" else "docx", now=offices.now)
    if form == "pdf":
        pages = text_of(out.read_bytes()).split("\f")[:-1]
        assert all("PRACTICE" in page for page in pages)
    else:
        with zipfile.ZipFile(out) as archive:
            headers = [name for name in archive.namelist() if re.search("/(head|foot)er", name)]
            every = b"".join(archive.read(name) for name in headers)
            body = archive.read("word/document.xml")
        assert b"PRACTICE" in every
        assert b"PRACTICE" in body


def test_practice_coverage_says_so(trainee: Workspace, offices: Offices) -> None:
    assert coverage_json(trainee)["practice"] is True
    assert coverage_json(offices.officer)["practice"] is False


@pytest.mark.parametrize("suffix", ["xlsx", "pdf"])
def test_the_verifier_and_its_report_say_that_a_file_is_for_practice(
    trainee: Workspace, offices: Offices, tmp_path: Path, suffix: str
) -> None:
    path = packed(trainee, offices, tmp_path / f"a.{suffix}").path
    checked = check_file(path, workspace=offices.hq, at=offices.now)
    assert not checked.valid
    assert checked.practice
    assert "made for practice" in checked.judged.headline
    assert "nothing that is signed with it is real" in " ".join(checked.reasons)
    report = write_report(checked, tmp_path / "report.pdf", language="en")
    assert "PRACTICE" in text_of(report.read_bytes())


def test_no_real_office_takes_practice_in(
    trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    path = packed(trainee, offices, tmp_path / "a.xlsx").path
    for workspace in (offices.hq, offices.bureau, offices.officer):
        before = len(list_seals(workspace))
        for dry_run in (True, False):
            done = import_files(workspace, [path], dry_run=dry_run, now=offices.now)
            assert not done.accepted
            assert "made for practice" in " ".join(done.files[0].reasons)
        assert len(list_seals(workspace)) == before


def test_trainees_exchange_packages_without_any_approval(
    trainee: Workspace, trainer: Workspace, offices: Offices, tmp_path: Path
) -> None:
    path = packed(trainee, offices, tmp_path / "a.xlsx").path
    done = import_files(trainer, [path], dry_run=False, now=offices.now)
    assert done.accepted
    assert done.files[0].verdict is Verdict.VALID
    assert len(entry_ids(trainer, EntryFilter())) == 1
    back = packed(trainer, offices, tmp_path / "back.pdf").path
    assert import_files(trainee, [back], dry_run=False, now=offices.now).accepted


def test_a_practice_workspace_refuses_real_work(
    trainer: Workspace, offices: Offices, tmp_path: Path
) -> None:
    offices.say()
    path = packed(offices.officer, offices, tmp_path / "real.xlsx").path
    done = import_files(trainer, [path], dry_run=False, now=offices.now)
    assert not done.accepted
    assert "is for practice and the file is real work" in " ".join(done.files[0].reasons)


def test_one_can_practise_enrolment_too(
    trainer: Workspace, offices: Offices, tmp_path: Path
) -> None:
    bureau = make(tmp_path, "bureau", Role.BUREAU, offices.now, practice=True)
    officer = make(tmp_path, "officer", Role.OFFICER, offices.now, practice=True)
    enrol(bureau, trainer, offices.now)
    enrol(officer, bureau, offices.now)
    assert identity.standing(officer).approved
    with pytest.raises(RefusedError, match="for practice; this office is real"):
        enrol(make(tmp_path, "lost", Role.OFFICER, offices.now, practice=True),
              offices.bureau, offices.now)  # fmt: skip


def test_practice_and_real_roots_are_not_exchanged(
    trainer: Workspace, offices: Offices, tmp_path: Path
) -> None:
    for workspace, practice in ((trainer, False), (offices.hq, True)):
        root = tmp_path / f"root-{practice}.pem"
        write_root(workspace, root)
        with pytest.raises(WrongUseError, match="root certificate is"):
            create(
                tmp_path / f"w{practice}", Person("Reader", ""), now=offices.now,
                trust=root.read_bytes(), practice=practice,
            )  # fmt: skip


def test_a_practice_package_is_judged_by_a_practice_root_without_a_workspace(
    trainer: Workspace, trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    root = tmp_path / "root.pem"
    write_root(trainer, root)
    path = packed(trainee, offices, tmp_path / "a.xlsx").path
    checked = check_file(path, trust=root.read_bytes(), at=offices.now)
    assert (checked.verdict, checked.practice) == (Verdict.VALID, True)


def test_a_practice_certificate_cannot_sign_real_records_nor_a_real_one_practice(
    trainee: Workspace, offices: Offices
) -> None:
    for workspace in (trainee, offices.officer):
        signer = identity.own_signer(workspace, PASSPHRASE, now=offices.now)
        wrong = Header(workspace.device, 1, practice=not workspace.practice)
        with pytest.raises(BadSealError, match="practice certificate signs practice records only"):
            make_seal([], wrong, signer, offices.now)


def test_a_seal_of_mixed_worlds_is_altered_whoever_judges_it(
    trainee: Workspace, offices: Offices
) -> None:
    from dataclasses import replace as changed

    from stocktake_app.trust.cms import sign_detached

    signer = identity.own_signer(trainee, PASSPHRASE, now=offices.now)
    honest = make_seal([], Header(trainee.device, 1, practice=True), signer, offices.now)
    manifest = changed(honest.manifest, practice=False)
    forged = changed(
        honest, manifest=manifest, cms=sign_detached(manifest.encoded, signer, offices.now)
    )
    for workspace in (trainee, offices.hq):
        found = open_seal(forged, load_trust(workspace), offices.now)
        assert found.verdict is Verdict.ALTERED
        assert "practice certificate signs practice records only" in found.reasons[0]


def test_a_package_cannot_mix_practice_with_real_records(
    trainee: Workspace, offices: Offices
) -> None:
    learning = identity.own_signer(trainee, PASSPHRASE, now=offices.now)
    real = identity.own_signer(offices.officer, PASSPHRASE, now=offices.now)
    first = make_seal([], Header(trainee.device, 1, practice=True), learning, offices.now)
    closing = make_seal([], Header(trainee.device, 2, seals=(first.id,)), real, offices.now)
    with pytest.raises(BadContentsError, match="practice and real records are mixed"):
        check_contents(Contents((first, closing)))


def test_a_practice_receipt_says_so_and_closes_nothing_real(
    trainer: Workspace, offices: Offices
) -> None:
    signer = identity.own_signer(trainer, PASSPHRASE, now=offices.now)
    said = Receipt("a" * 64, "b" * 64, offices.now.isoformat(), Verdict.VALID, 1)
    data = make_receipt(said, signer, offices.now)
    assert json.loads(data)["practice"] == "PRACTICE"
    assert read_receipt(data, load_trust(trainer), offices.now) == said
    with pytest.raises(BadReceiptError, match="practice signature"):
        read_receipt(data, load_trust(offices.officer), offices.now)


def test_hqs_server_knows_no_practice_sender(
    trainee: Workspace, offices: Offices, tmp_path: Path
) -> None:
    path = packed(trainee, offices, tmp_path / "a.xlsx").path
    signer = identity.own_signer(offices.hq, PASSPHRASE, now=offices.now)
    judge = make_judge(signer, lambda: load_trust(offices.hq), lambda: offices.now)
    judged = judge(path.read_bytes(), "a" * 64, 1, offices.now)
    assert judged.verdict is Verdict.SIGNER_UNKNOWN
    assert judged.author is None


def test_a_real_workspace_whose_marker_was_changed_signs_nothing(
    offices: Offices, tmp_path: Path
) -> None:
    from stocktake_app.actions.workspaces import open_folder

    real = make(tmp_path, "marked", Role.OFFICER, offices.now)
    capture.capture(real, "regional", ANSWERS, now=offices.now)
    real.close()
    marker = real.folder / "workspace.json"
    marker.write_text(marker.read_text().replace("false", "true"), encoding="utf-8")
    with pytest.raises((BadSealError, RefusedError, UserFileError)):
        packed(open_folder(real.folder, passphrase=PASSPHRASE), offices, tmp_path / "a.xlsx")
