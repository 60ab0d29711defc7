"""What a verdict says can be said in every language: each reason and remark has its template."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from offices import PASSPHRASE, SAID, Offices, make
from packages import packed, unpacked
from pdf_text import text_of

import stocktake_app
from stocktake_app.actions.checked import Checked
from stocktake_app.actions.checking import check_file
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import FileOutcome, import_files
from stocktake_app.actions.signing import fingerprint_of
from stocktake_app.actions.verification_report import write_report
from stocktake_app.actions.withdrawing import Reason, revoke
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store.trust_objects import own_chain
from stocktake_app.translations import Sentence, _extract, said, translator

LATE = timedelta(days=20 * 365)


@pytest.fixture(scope="module")
def catalogue() -> frozenset[str]:
    """Return the sentences that extraction finds in the code."""
    found = _extract(Path(stocktake_app.__file__).parent)
    return frozenset(str(one.id) for one in found if one.id)


@pytest.fixture(scope="module")
def files(offices: Offices, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a file for each kind of verdict, all of them from one good package."""
    folder = tmp_path_factory.mktemp("files")
    offices.say()
    good, locked = folder / "good.xlsx", folder / "locked.xlsx"
    stranger = make(folder, "stranger", Role.OFFICER, offices.now)
    for who, out, to in ((offices.officer, good, ()), (offices.officer, locked, ("HQ",))):
        export(
            who,
            None,
            out=out,
            encrypt_to=to,
            everything=True,
            passphrase=PASSPHRASE,
            now=offices.now,
        )
    Offices(offices.hq, offices.bureau, stranger, offices.now).say()
    unknown = folder / "unknown.xlsx"
    export(stranger, None, out=unknown, passphrase=PASSPHRASE, now=offices.now)
    parts = unpacked(good.read_bytes())
    resaved = {name: data for name, data in parts.items() if "_xmlsig" not in name}
    newer = {
        name: data.replace(b"stocktake-package/1", b"stocktake-package/2")
        for name, data in parts.items()
    }
    changed = {
        name: data.replace(SAID.encode(), b"Schools stayed closed.")
        if name.startswith("xl/")
        else data
        for name, data in resaved.items()
    }
    made = {
        "altered": packed(parts | {"xl/workbook.xml": parts["xl/workbook.xml"] + b" "}),
        "resaved": packed(resaved),
        "changed": packed(changed),
        "newer": packed(newer),
        "cut": good.read_bytes()[:-40],
        "empty": b"",
        "minutes": b"%PDF-1.4 of somebody else",
    }
    for name, data in made.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    paths = {name: folder / f"{name}.xlsx" for name in made}
    return {"good": good, "unknown": unknown, "locked": folder / "locked.xlsx.age"} | paths


@pytest.fixture(scope="module")
def verdicts(offices: Offices, files: dict[str, Path]) -> dict[str, Checked]:
    """Return what is said of each file, and of the good one much later and after a withdrawal."""
    found = {
        name: check_file(path, at=offices.now, workspace=offices.bureau, passphrase=PASSPHRASE)
        for name, path in files.items()
    }
    found["nobody"] = check_file(files["good"], at=offices.now)
    found["expired"] = check_file(files["good"], at=offices.now + LATE, workspace=offices.bureau)
    found["early"] = check_file(files["good"], at=offices.now - LATE, workspace=offices.bureau)
    return found


@pytest.fixture(scope="module")
def withdrawn(offices: Offices, files: dict[str, Path], verdicts: dict[str, Checked]) -> Checked:
    """Return what is said of the good file when its signer was withdrawn; after all the others."""
    assert verdicts
    revoke(
        offices.bureau,
        fingerprint_of(own_chain(offices.officer)[0]),
        since=offices.now - timedelta(days=30),
        reason=Reason.LOST_LAPTOP,
        passphrase=PASSPHRASE,
        now=offices.now,
    )
    return check_file(files["good"], at=offices.now, workspace=offices.bureau)


def templates(text: str) -> Iterator[str]:
    """Yield the templates in a sentence; where values are only joined there is none."""
    assert isinstance(text, Sentence), text
    if text.template.format(**dict.fromkeys(text.values, "")).strip(" ,"):
        yield text.template
    for one in text.values.values():
        if isinstance(one, Sentence):
            yield from templates(one)


def sentences(checked: Checked) -> list[str]:
    return [*checked.reasons, *checked.remarks]


def in_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def check_said(checked: Checked, catalogue: frozenset[str], language: str) -> None:
    say = translator(language)
    for one in sentences(checked):
        assert set(templates(one)) <= catalogue
        assert said(one, str) == one
        assert said(one, say) != one
        assert language != "ar" or in_arabic(said(one, say))


def test_there_is_a_file_for_every_verdict(
    verdicts: dict[str, Checked], withdrawn: Checked
) -> None:
    found = {name: one.verdict for name, one in verdicts.items()}
    assert found == {
        "good": Verdict.VALID,
        "unknown": Verdict.SIGNER_UNKNOWN,
        "nobody": Verdict.SIGNER_UNKNOWN,
        "expired": Verdict.SIGNER_EXPIRED,
        "early": Verdict.SIGNER_EXPIRED,
        "altered": Verdict.ALTERED,
        "resaved": Verdict.RESAVED,
        "changed": Verdict.RESAVED,
        **dict.fromkeys(("newer", "cut", "empty", "minutes", "locked"), Verdict.UNREADABLE),
    }
    assert withdrawn.verdict is Verdict.SIGNER_REVOKED
    assert all(one.reasons for name, one in verdicts.items() if name != "good")
    assert verdicts["changed"].visible == "differs"
    assert "newer Stocktake (stocktake-package/2)" in verdicts["newer"].reasons[0]
    assert "for somebody else" in verdicts["locked"].reasons[0]


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_every_reason_and_remark_is_said_in_the_language_of_the_reader(
    verdicts: dict[str, Checked], withdrawn: Checked, catalogue: frozenset[str], language: str
) -> None:
    for checked in (*verdicts.values(), withdrawn):
        check_said(checked, catalogue, language)


def test_what_was_read_out_of_the_file_stays_as_it_is(verdicts: dict[str, Checked]) -> None:
    for language in ("fr", "es", "ar"):
        unknown = said(verdicts["unknown"].reasons[0], translator(language))
        assert verdicts["unknown"].fingerprint in unknown
        assert "Office stranger" in unknown
        assert "xl/workbook.xml" in said(verdicts["altered"].reasons[0], translator(language))


def test_the_object_for_scripts_is_english(verdicts: dict[str, Checked]) -> None:
    found = verdicts["expired"].as_json()
    assert found["reasons"][0].startswith("The certificate of Office officer ended on ")
    assert "Somebody saved this file again" in verdicts["resaved"].sentence()


@pytest.mark.parametrize("name", ["unknown", "expired", "altered", "resaved", "locked"])
def test_report_in_french_gives_no_reason_in_english(
    verdicts: dict[str, Checked], tmp_path: Path, name: str
) -> None:
    checked = verdicts[name]
    written = write_report(checked, tmp_path / "report.pdf", language="fr")
    text = " ".join(text_of(written.read_bytes()).split())
    for reason in checked.reasons:
        assert said(reason, translator("fr"))[:40] in text
        assert reason[:40] not in text


def test_report_in_arabic_is_written_for_every_verdict(
    verdicts: dict[str, Checked], tmp_path: Path
) -> None:
    for name, checked in verdicts.items():
        out = write_report(checked, tmp_path / f"{name}.pdf", language="ar")
        text = " ".join(text_of(out.read_bytes()).split())
        assert all(reason[:40] not in text for reason in checked.reasons)


def taken(offices: Offices, paths: list[Path]) -> tuple[FileOutcome, ...]:
    done = import_files(offices.bureau, paths, dry_run=True, passphrase=PASSPHRASE, now=offices.now)
    return done.files


def test_reasons_of_an_import_are_said_in_the_language_of_the_reader(
    offices: Offices, files: dict[str, Path], catalogue: frozenset[str]
) -> None:
    names = ("unknown", "altered", "newer", "locked")
    for one in taken(offices, [files[name] for name in names]):
        assert one.reasons
        for reason in one.reasons:
            assert set(templates(reason)) <= catalogue
            assert in_arabic(said(reason, translator("ar")))
