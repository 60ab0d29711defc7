"""Erasing through real packages: no byte keeps the words, signatures hold, the trace travels."""

import base64
import binascii
import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from backports import zstd
from pdf_text import text_of

from stocktake_app.actions import capture, conflicts, erasing, identity, workspaces
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.packing import PLAIN, Kind
from stocktake_app.actions.trusting import trust_of
from stocktake_app.actions.workspaces import Person
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store.entries import get_entry
from stocktake_app.store.outbox import list_outbox
from stocktake_app.store.search import search
from stocktake_app.store.workspace import Workspace

PASSPHRASE = "four quiet green boats"
NOW = datetime.now(UTC)
STORY = "Zwetschgenknoedel sold at the crossing paid her school fees."
WORD = "Zwetschgenknoedel"
NAMED = "Quittenmus delegation"
ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [
        {
            "kind": "progress",
            "text": "Schools opened their doors.",
            "coding": {
                "human_impact": STORY,
                "human_impact_consent": "internal",
                "attribution": "named",
                "attributed_to": NAMED,
            },
        }
    ],
}


@dataclass(frozen=True)
class Site:
    """An officer's workspace and those of the bureau and of HQ, all enrolled."""

    officer: Workspace
    bureau: Workspace
    hq: Workspace
    folder: Path

    def package(self, of: Workspace, name: str, kind: Kind = PLAIN, *, all_: bool = False) -> Path:
        out = self.folder / name
        export(of, None, kind, out=out, everything=all_, passphrase=PASSPHRASE, now=NOW)
        return out

    def judged(self, file: Path) -> Report:
        return verify_package(file.read_bytes(), trust_of(self.bureau), NOW)


def office(folder: Path, name: str, role: Role, issuer: Workspace | None = None) -> Workspace:
    person = Person(f"Office {name}", name.title(), role, bureau="WCA" if issuer else "")
    made = workspaces.create(folder / name, person, now=NOW, passphrase=PASSPHRASE, encrypt=False)
    if issuer:
        asked, answer = folder / f"{name}-request.json", folder / f"{name}-answer.json"
        identity.request(made, asked, passphrase=PASSPHRASE, now=NOW)
        identity.approve(issuer, asked.read_bytes(), answer, passphrase=PASSPHRASE, now=NOW)
        identity.install(made, answer.read_bytes(), passphrase=PASSPHRASE, now=NOW)
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("erasing")
    hq = office(folder, "hq", Role.HQ)
    bureau = office(folder, "bureau", Role.BUREAU, hq)
    officer = office(folder, "officer", Role.OFFICER, bureau)
    yield Site(officer, bureau, hq, folder)
    for workspace in (officer, bureau, hq):
        workspace.close()


def said(workspace: Workspace) -> str:
    done = capture.capture(workspace, "regional", ANSWERS, now=NOW)
    assert done.entry, done.problems
    return done.entry


def impact(workspace: Workspace, entry: str) -> str:
    found = get_entry(workspace, entry)
    every = [*found.answers, *found.withheld]
    return next(path for path in every if path.endswith("/human_impact"))


def inflated(file: Path) -> bytes:
    """Return every byte that anybody can read out of a file, whatever is packed unpacked."""
    data = file.read_bytes()
    return b"\n".join(
        [*unpacked(data), *([text_of(data).encode()] if data.startswith(b"%PDF") else [])]
    )


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield bytes and whatever is packed in them: zip, deflate, base64, zstd."""
    yield data
    if data.startswith(b"PK"):
        archive = zipfile.ZipFile(BytesIO(data))
        for name in archive.namelist():
            yield from unpacked(archive.read(name))
        return
    for found in re.finditer(rb"stream\r?\n", data):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(data[found.end() :])
    for found in re.finditer(rb">([A-Za-z0-9+/=]{40,})<", data):
        with contextlib.suppress(binascii.Error):  # a long word looks like base64, too
            yield from unpacked(base64.b64decode(found[1]))
    for found in re.finditer(rb"\x28\xb5\x2f\xfd", data):
        with contextlib.suppress(zstd.ZstdError):
            yield zstd.ZstdDecompressor().decompress(data[found.start() :])


def keeps(workspace: Workspace, word: str) -> list[str]:
    """Return the files of a workspace that have a word in any byte, its stems among them."""
    found = []
    for path in sorted(workspace.folder.rglob("*")):
        if path.is_file():
            data = inflated(path).lower()
            if word.lower().encode() in data:
                found.append(path.name)
    return found


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_a_redacted_package_holds_no_word_and_its_signatures_hold(site: Site, form: str) -> None:
    entry = said(site.officer)
    whole = site.package(site.officer, f"whole.{form}", Kind(form), all_=True)  # type: ignore[arg-type]
    redacted = site.package(site.officer, f"redacted.{form}", Kind(form, redact=True), all_=True)  # type: ignore[arg-type]
    report = site.judged(redacted)
    assert (report.verdict, report.disclosures) == (Verdict.VALID, {})
    assert report.withheld >= 2
    assert "withheld" in report.notes[0]
    assert site.judged(whole).withheld == 0
    text = inflated(redacted)
    assert WORD.encode() not in text
    assert b"Quittenmus" not in text
    assert b"Schools opened" in text
    assert get_entry(site.officer, entry).withheld == ()


def test_what_one_package_withholds_another_brings(site: Site) -> None:
    entry = said(site.officer)
    redacted = site.package(site.officer, "first.xlsx", Kind(redact=True), all_=True)
    import_files(site.bureau, [redacted], dry_run=False, now=NOW)
    assert impact(site.bureau, entry) in get_entry(site.bureau, entry).withheld
    whole = site.package(site.officer, "second.xlsx", all_=True)
    import_files(site.bureau, [whole], dry_run=False, now=NOW)
    found = get_entry(site.bureau, entry)
    assert (found.answers[impact(site.bureau, entry)], found.withheld) == (STORY, ())


def test_erased_words_are_in_no_byte_of_any_workspace_that_hears_of_it(site: Site) -> None:
    entry = said(site.officer)
    earlier = site.package(site.officer, "earlier.xlsx", all_=True)
    import_files(site.bureau, [earlier], dry_run=False, now=NOW)
    forwarded = site.package(site.bureau, "forwarded.pdf", Kind("pdf"), all_=True)
    import_files(site.hq, [forwarded], dry_run=False, now=NOW)
    assert [hit.entry for hit in search(site.hq, WORD)] != []
    for one in {hit.entry for hit in search(site.officer, WORD)}:
        done = erasing.erase(site.officer, one, reason="The person asked.", now=NOW)
        assert done.scrubbed
    assert keeps(site.officer, WORD) == []
    found = get_entry(site.officer, entry)
    assert impact(site.officer, entry) in found.erased
    told = site.package(site.officer, "told.xlsx")
    assert site.judged(told).verdict is Verdict.VALID
    assert WORD.encode() not in inflated(told)
    import_files(site.bureau, [told], dry_run=False, now=NOW)
    assert keeps(site.bureau, WORD) == []
    assert search(site.bureau, WORD) == []
    told_on = site.package(site.bureau, "told-on.xlsx")
    import_files(site.hq, [told_on], dry_run=False, now=NOW)
    assert keeps(site.hq, WORD) == []
    assert site.judged(earlier).verdict is Verdict.VALID
    again = import_files(site.hq, [earlier], dry_run=False, now=NOW)
    assert again.accepted
    assert keeps(site.hq, WORD) == []
    assert impact(site.hq, entry) in get_entry(site.hq, entry).erased


def test_a_package_that_waits_is_removed_and_its_records_go_with_the_next(site: Site) -> None:
    entry, other = said(site.officer), said(site.officer)
    site.package(site.officer, "waiting.xlsx")
    waiting = [row.file for row in list_outbox(site.officer, waiting=True)]
    erasing.erase(site.officer, entry, reason="The person asked.", now=NOW)
    left = [row.file for row in list_outbox(site.officer, waiting=True)]
    assert len(left) < len(waiting)
    told = site.package(site.officer, "instead.xlsx")
    import_files(site.hq, [told], dry_run=False, now=NOW)
    assert get_entry(site.hq, other).answers[impact(site.hq, other)] == STORY
    assert impact(site.hq, entry) in get_entry(site.hq, entry).erased


def test_one_answer_is_erased_and_the_others_stay(site: Site) -> None:
    entry = said(site.officer)
    path = impact(site.officer, entry)
    done = erasing.erase(site.officer, entry, path, reason="The person asked.", now=NOW)
    assert done.paths == (path,)
    found = get_entry(site.officer, entry)
    assert found.erased == (path,)
    assert NAMED in found.answers.values()
    with pytest.raises(RefusedError, match="erased already"):
        erasing.erase(site.officer, entry, path, reason="Again.", now=NOW)


def test_what_can_be_erased_is_told_before_with_the_copies_out_of_reach(site: Site) -> None:
    entry = said(site.officer)
    site.package(site.officer, "told.xlsx", all_=True)
    whole = site.folder / "told.xlsx"
    import_files(site.bureau, [whole], dry_run=False, now=NOW)
    found = erasing.prospect(site.bureau, entry)
    assert found is not None
    assert found.paths == erasing.erasable(site.bureau, entry)
    assert [(one.name, one.state) for one in found.copies] == [("told.xlsx", "")]
    erasing.erase(site.bureau, entry, reason="She asked for it.", now=NOW)
    assert erasing.prospect(site.bureau, entry) is None


def test_an_answer_that_is_not_confidential_is_refused_in_a_sentence(site: Site) -> None:
    entry = said(site.officer)
    path = next(one for one in get_entry(site.officer, entry).answers if one.endswith("]/text"))
    with pytest.raises(RefusedError, match="part of the signed record"):
        erasing.erase(site.officer, entry, path, reason="The person asked.", now=NOW)
    with pytest.raises(WrongUseError, match="reason"):
        erasing.erase(site.officer, entry, reason="  ", now=NOW)


def test_an_entry_that_is_being_edited_is_not_erased_under_the_hands(site: Site) -> None:
    entry = said(site.officer)
    draft = capture.edit(site.officer, entry, now=NOW)
    with pytest.raises(RefusedError, match="being edited"):
        erasing.erase(site.officer, entry, reason="The person asked.", now=NOW)
    capture.leave(site.officer, draft, now=NOW)


def test_a_draft_of_what_somebody_else_erased_loses_the_words(site: Site) -> None:
    entry = said(site.officer)
    told = site.package(site.officer, "drafted.xlsx", all_=True)
    import_files(site.bureau, [told], dry_run=False, now=NOW)
    draft = capture.edit(site.officer, entry, now=NOW)
    path = impact(site.officer, entry)
    capture.save(site.officer, draft, {path: f"{STORY} And more."}, now=NOW)
    for one in {hit.entry for hit in search(site.bureau, WORD)}:
        erasing.erase(site.bureau, one, reason="The person asked.", now=NOW + timedelta(seconds=1))
    back = site.package(site.bureau, "back.xlsx")
    import_files(site.officer, [back], dry_run=False, now=NOW)
    assert keeps(site.officer, WORD) == []
    assert capture.leave(site.officer, draft, now=NOW).change is None


def test_a_colleague_may_correct_but_not_erase(site: Site, tmp_path: Path) -> None:
    colleague = office(tmp_path, "colleague", Role.OFFICER, site.bureau)
    entry = said(site.officer)
    told = site.package(site.officer, "for-colleague.xlsx", all_=True)
    import_files(colleague, [told], dry_run=False, now=NOW)
    assert erasing.prospect(colleague, entry) is None
    with pytest.raises(RefusedError, match="can erase content"):
        erasing.erase(colleague, entry, reason="Not mine.", now=NOW)
    assert conflicts.pending(colleague, entry) == ()
    colleague.close()
