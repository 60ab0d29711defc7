"""The name of a layout: the same wherever the program is the same, another one elsewhere."""

import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from filled_workspace import new_workspace, say
from laptops import FORM, XFORM
from people import People
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from sample_record import sample_record
from shown_packages import check, pack

from stocktake_app import settings
from stocktake_app.actions.packing import Kind
from stocktake_app.documents.record import Record
from stocktake_app.documents.record_pdf import record_pdf
from stocktake_app.documents.workbook import write_parts
from stocktake_app.exchange import record_layout
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.record_layout import LAYOUT, Format, language_of, layout_name
from stocktake_app.exchange.shown import Shown
from stocktake_app.exchange.shown_entries import ShownConflict, ShownEntry, ShownVersion
from stocktake_app.exchange.xlsx_package import digest_readable
from stocktake_app.model.classification import Classification
from stocktake_app.model.codes import Role
from stocktake_app.model.disclosure import Attachment, digest_of
from stocktake_app.questionnaire.form import read_form
from stocktake_app.trust.subjects import Subject

ROOT = Path(__file__).parents[2]
FORMATS: tuple[Format, ...] = ("xlsx", "pdf")
NAMES = [(form, language) for form in FORMATS for language in ("en", "fr", "es", "ar")]
SAY = (
    "from stocktake_app.exchange.record_layout import layout_name as n;"
    f"print([n(*one) for one in {NAMES}])"
)


def elsewhere(seed: str, folder: Path) -> str:
    """Return the names of all layouts in another process, folder, time zone and language."""
    surroundings = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": "Pacific/Auckland",
        "LC_ALL": "ar_EG.UTF-8",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SAY], cwd=folder, env=surroundings, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_names_are_the_same_in_every_process(tmp_path: Path) -> None:
    here = [layout_name(form, language) for form, language in NAMES]

    assert elsewhere("1", tmp_path) == elsewhere("2", ROOT) == str(here)
    assert len(set(here)) == len(here)
    assert all(name.startswith((f"xlsx/{LAYOUT} ", f"pdf/{LAYOUT} ")) for name in here)


def test_names_do_not_depend_on_line_ends_paths_or_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = [layout_name(form, language) for form, language in NAMES]
    copy = tmp_path / "elsewhere" / "resources"
    shutil.copytree(settings.resource("resources"), copy, copy_function=shutil.copyfile)
    for path in (copy / "registers").glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        os.utime(path, (0, 0))
    monkeypatch.setattr(record_layout, "resource", lambda name: copy.parent / name)
    record_layout._digest.cache_clear()
    there = [layout_name(form, language) for form, language in NAMES]
    register = copy / "registers" / "events.csv"
    register.write_bytes(register.read_bytes() + b"another,Another event\r\n")
    record_layout._digest.cache_clear()
    changed = [layout_name(form, language) for form, language in NAMES]
    monkeypatch.undo()
    record_layout._digest.cache_clear()

    assert there == here
    assert not set(changed) & set(here)


def test_a_language_that_nobody_knows_is_english() -> None:
    assert layout_name("xlsx", "tlh") == layout_name("xlsx", "en")


def test_a_name_says_its_language() -> None:
    assert language_of(layout_name("pdf", "ar")) == "ar"
    assert language_of("xlsx/1 fr") == "fr"
    assert language_of("../../x en") == ""


def test_a_package_of_another_version_is_not_checked(
    tmp_path: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace(tmp_path / "w")
    details = {"event_name": "W", "start_date": "2021-06-01", "bureau": "WCA", "countries": "SEN"}
    say(workspace, "regional", {"event_details": details, "findings": []})
    data = pack(workspace, people.hq.signer, Kind("xlsx", "en"), people.now).honest()
    workspace.close()
    monkeypatch.setattr(record_layout, "LAYOUT", LAYOUT + 1)
    found = check(data, people)[1]

    assert found.visible == "not_checked"
    assert "another version" in found.reason


_PICTURE_NAME = re.compile(rb"(?<=FormXob\.)[0-9a-f]{32}")

SHEETS = "049a581631e86c5e"
PAGES = "13ba88335b5bbdeb"
"""Digests of an example under this number of the layout, in English, whose words are in code."""


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "#2a6f97").save(out, "PNG")
    return Attachment("1f" * 16, "room.png", "image/png", out.getvalue()).encoded


PICTURE = picture()


def example() -> Record:
    """Return the record of one entry, differing, deleted, withheld, strange, with a picture."""
    said = {"@form": FORM, "@state": "finished", "title": "Dakar", "findings[k3x9]/text": "Said."}
    version = ShownVersion("Niamey", "Officer", "Niamey", "2021-04-28T10:00:00+02:00")
    entry = ShownEntry(
        id="01" * 16, reference="WCA-SEN-010101", form=FORM, title="Dakar", state="finished",
        event="", bureau="WCA", countries=("SEN",), author="0f" * 16, author_name="Officer",
        updated="2021-04-28T08:00:00Z", deleted=False, answers=said,
        conflicts=(ShownConflict("title", (version, replace(version, value=None))),),
        withheld=("findings[k3x9]/kind",), files={"findings[k3x9]/photo": "room.png"},
        pictures={"findings[k3x9]/photo": digest_of(PICTURE)},
    )  # fmt: skip
    strange = replace(
        entry, form="", conflicts=(), withheld=(), files={}, pictures={}, deleted=True
    )
    shown = Shown(
        maker=Subject("0f" * 16, "Officer", Role.OFFICER, "WCA", "Dakar"),
        fingerprint="K7QF-2M9P-XWA3-9TRE",
        created=datetime(2021, 4, 28, 10, tzinfo=timezone(timedelta(hours=2))),
        record_id="3f" * 32,
        practice=False,
        count=2,
        differing=1,
        strange=1,
        classification=Classification.INTERNAL,
        entries=lambda: iter((entry, strange)),
        forms={FORM: read_form(XFORM)},
        disclosures={digest_of(PICTURE): PICTURE},
    )
    return build_record(shown, "en")


def test_whoever_changes_what_sheets_show_raises_the_number_of_the_layout() -> None:
    digest = sha256()
    for record in (example(), sample_record()):
        for part in digest_readable(partial(write_parts, record), 1).parts:
            digest.update(part.name.encode() + part.sha256)

    assert digest.hexdigest()[:16] == SHEETS, "raise LAYOUT (once a release), then pin this"


def test_whoever_changes_what_pages_show_raises_the_number_of_the_layout() -> None:
    digest = sha256()
    for record in (example(), sample_record()):
        pages: Any = PdfFileReader(io.BytesIO(record_pdf(record))).root["/Pages"]["/Kids"]
        for page in pages:
            # Pictures are named by their bytes, which depend on the library that packs them.
            digest.update(_PICTURE_NAME.sub(b"", page.get_object()["/Contents"].data))

    assert digest.hexdigest()[:16] == PAGES, "raise LAYOUT (once a release), then pin this"
