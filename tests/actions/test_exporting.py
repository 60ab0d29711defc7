"""Exporting is all or nothing, repeats nothing, and takes along what names need."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filled_workspace import say

from stocktake_app.actions.checking import check_file
from stocktake_app.actions.exporting import export
from stocktake_app.actions.packing import Kind
from stocktake_app.actions.workspaces import Person, create
from stocktake_app.errors import RefusedError, StocktakeError
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.record_labels import shipped_names
from stocktake_app.exchange.shown import chains_of, read_shown
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.exchange.visible import check_visible
from stocktake_app.model.codes import Role
from stocktake_app.store import seals
from stocktake_app.store.entries import EntryFilter, entry_ids
from stocktake_app.store.outbox import list_outbox
from stocktake_app.store.trust_objects import own_chain
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.chain import Trust

PASSPHRASE = "correct horse battery staple"
NOW = datetime.now(UTC).replace(microsecond=0)
DETAILS = {"event_name": "W", "start_date": "2021-06-01", "bureau": "WCA", "countries": "SEN"}
SHIPPED_EVENT = "2020-12-14-WCA"
REGIONAL = {"event_details": DETAILS, "findings": [{"kind": "progress", "text": "More schools."}]}


EVENT = {
    "name": "2021-07-dakar",
    "label": "Round table in Dakar",
    "label_fr": "Table ronde",
    "start_date": "2021-07-01",
    "kind": "regional",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Workspace]:
    """Return HQ's workspace with one entry."""
    person = Person(name="Desk", office="Geneva", role=Role.HQ)
    workspace = create(tmp_path / "desk", person, now=NOW, passphrase=PASSPHRASE)
    say(workspace, "regional", REGIONAL)
    yield workspace
    workspace.close()


def opened(path: Path) -> Report:
    """Read a package."""
    report = verify_package(path.read_bytes(), Trust(()), NOW)
    assert report.seals, report.reasons
    return report


def nothing_happened(workspace: Workspace) -> bool:
    """Say whether nothing was sealed, queued or left behind."""
    return (
        list_outbox(workspace) == []
        and seals.list_seals(workspace) == []
        and list(workspace.packages.iterdir()) == []
        and entry_ids(workspace, EntryFilter(unsent=True)) != []
    )


def test_an_export_shows_what_it_carries(desk: Workspace, tmp_path: Path) -> None:
    for form in ("xlsx", "pdf"):
        out = tmp_path / f"out.{form}"
        done = export(
            desk,
            None,
            Kind(form, "fr"),
            out=out,
            everything=True,
            passphrase=PASSPHRASE,
            now=NOW,
        )
        assert (done.path, done.entries, done.again) == (out, 1, False)
        assert check_visible(out.read_bytes(), opened(out)).visible == "same"


def test_an_export_that_cannot_be_written_leaves_nothing(desk: Workspace, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("a file")
    for out in (tmp_path / "folder", tmp_path / "file" / "out.xlsx", Path("/proc/out.xlsx")):
        with pytest.raises(StocktakeError, match=re.escape(str(out))):
            export(desk, None, out=out, passphrase=PASSPHRASE, now=NOW)
        assert nothing_happened(desk)

    assert not list(tmp_path.glob(".*"))
    assert export(desk, None, passphrase=PASSPHRASE, now=NOW).seals == 1


def test_an_export_whose_seal_is_refused_leaves_no_copy(
    desk: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RefusedError("somebody else was quicker")

    monkeypatch.setattr(seals, "store_own_seal", refuse)
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"of yesterday")
    with pytest.raises(RefusedError):
        export(desk, None, out=out, passphrase=PASSPHRASE, now=NOW)

    assert nothing_happened(desk)
    assert out.read_bytes() == b"of yesterday"


def test_an_unchanged_choice_is_given_out_again(desk: Workspace, tmp_path: Path) -> None:
    first = export(desk, None, passphrase=PASSPHRASE, now=NOW)
    for number in range(2):
        out = tmp_path / f"again{number}.xlsx"
        done = export(desk, None, out=out, everything=True, passphrase=PASSPHRASE, now=NOW)
        assert (done.again, done.sha256, done.entries) == (True, first.sha256, first.entries)
        assert opened(out).sha256 == first.sha256
    assert len(list_outbox(desk)) == len(seals.list_seals(desk)) == 1


def test_something_new_or_another_kind_makes_another_package(desk: Workspace) -> None:
    export(desk, None, passphrase=PASSPHRASE, now=NOW)
    kinds = [Kind(language="fr"), Kind("pdf"), Kind(to="7" * 32)]
    for kind in kinds:
        done = export(desk, None, kind, everything=True, passphrase=PASSPHRASE, now=NOW)
        assert not done.again
    say(desk, "regional", REGIONAL)
    assert not export(desk, None, everything=True, passphrase=PASSPHRASE, now=NOW).again
    assert len(list_outbox(desk)) == 5


def test_a_package_whose_file_is_gone_is_made_anew(desk: Workspace) -> None:
    first = export(desk, None, passphrase=PASSPHRASE, now=NOW)
    first.path.unlink()

    assert not export(desk, None, everything=True, passphrase=PASSPHRASE, now=NOW).again


def test_what_hq_published_is_called_by_its_name_everywhere(
    desk: Workspace, tmp_path: Path
) -> None:
    say(desk, "register_events", EVENT)
    details = {**DETAILS, "event": EVENT["name"]}
    del details["event_name"]
    say(desk, "regional", {**REGIONAL, "event_details": details})
    out = tmp_path / "out.xlsx"
    export(desk, None, Kind(language="fr"), out=out, passphrase=PASSPHRASE, now=NOW)
    report = opened(out)
    labels = report.objects[report.seals[-1].seal.manifest.labels]
    contents = Contents(tuple(one.seal for one in report.seals), report.objects)
    shown = read_shown(contents, chains_of(contents))

    assert json.loads(labels)["registers"] == {
        "events": {"2021-07-dakar": {"label": "Round table in Dakar", "label_fr": "Table ronde"}}
    }
    assert shown.labels.of("events.csv", "fr")["2021-07-dakar"] == "Table ronde"
    assert check_visible(out.read_bytes(), report).visible == "same"
    assert check_visible(out.read_bytes(), report).renamed == ()

    say(desk, "regional", REGIONAL)
    export(desk, None, out=out, everything=True, passphrase=PASSPHRASE, now=NOW)
    later = opened(out)
    assert {one.seal.manifest.labels for one in later.seals} == {
        report.seals[0].seal.manifest.labels
    }
    assert later.objects.keys() >= report.objects.keys()


def test_what_a_package_calls_otherwise_is_told(desk: Workspace, tmp_path: Path) -> None:
    say(desk, "register_events", {**EVENT, "name": SHIPPED_EVENT, "label": "Elsewhere"})
    details = {**DETAILS, "event": SHIPPED_EVENT}
    del details["event_name"]
    say(desk, "regional", {**REGIONAL, "event_details": details})
    out = tmp_path / "out.xlsx"
    export(desk, None, out=out, passphrase=PASSPHRASE, now=NOW)

    checked = check_file(out, workspace=desk, at=NOW)
    known = shipped_names("events")[SHIPPED_EVENT]["label"]
    told = list(checked.remarks)
    assert checked.visible == "same"
    assert f"It calls “Elsewhere” what this program calls “{known}”. Ask the sender why." in told


def test_an_export_warns_before_the_certificate_ends(desk: Workspace, tmp_path: Path) -> None:
    say(desk, "regional", REGIONAL)
    now = export(desk, None, out=tmp_path / "1.xlsx", passphrase=PASSPHRASE, now=NOW)
    ends = own_chain(desk)[0].not_valid_after_utc
    late = ends - timedelta(days=10)
    soon = export(
        desk, None, out=tmp_path / "2.xlsx", everything=True, passphrase=PASSPHRASE, now=late
    )

    assert now.warning == ""
    assert f"ends on {ends:%Y-%m-%d}, in 10 days" in soon.warning
    assert soon.warning in soon.sentence()
