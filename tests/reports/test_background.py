import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import docx
import pytest
from confidants import XFORM
from filled_workspace import NOW, differ, new_workspace, say, say_demo, sign_all
from pdf_text import text_of
from people import make_people

from stocktake_app.actions.identity import stored_signer
from stocktake_app.documents.paper import Audience, Chapter, Paper, Statement
from stocktake_app.documents.typst_paper import cover_facts, write_typst_paper
from stocktake_app.documents.word import write_word_paper
from stocktake_app.exchange.record_rows import rows_of
from stocktake_app.model.classification import Classification
from stocktake_app.model.references import entry_reference, evidence_reference
from stocktake_app.reports.background import background_paper
from stocktake_app.reports.paper import build_paper
from stocktake_app.store.changes import append_change
from stocktake_app.store.drafts import save_answers, start_draft
from stocktake_app.store.entries import get_entry
from stocktake_app.store.forms import add_form
from stocktake_app.store.freezing import freeze
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import translator

SECRET = "Named delegation said so"


@dataclass(frozen=True)
class Stock:
    """A filled workspace, one of its entries, and the seal over everything."""

    workspace: Workspace
    regional: str
    seal: str
    fingerprint: str


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory, converted_forms: Path) -> Iterator[Stock]:
    """Return a stock to read; nothing may change it, as it takes a second to fill."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "forms").symlink_to(converted_forms, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKTAKE_STATE", str(folder))
        yield from _fill(folder / "w")


def _fill(folder: Path) -> Iterator[Stock]:
    workspace = new_workspace(folder)
    say_demo(workspace, "consultation-2021-april", "pledges-wca-forum", "reading-niger-2.2.1")
    finding = {"kind": "progress", "text": "Enrolment grew."}
    answers = {
        "event_details": {
            "event_name": "Workshop",
            "start_date": "2021-06-01",
            "bureau": "WCA",
            "countries": "SEN",
        },
        "findings": [
            finding | {"coding": {"subject": "pledges", "cleared_for_publication": "yes"}},
            {"kind": "challenge", "text": SECRET, "coding": {"subject": "pledges"}},
        ],
    }
    regional = say(workspace, "regional", answers)
    signer = make_people("ec").wca_officer
    seal = sign_all(workspace, signer)
    yield Stock(workspace, regional, seal, stored_signer(signer).fingerprint)
    workspace.close()


def _paper(stock: Stock, audience: Audience = Audience.INTERNAL, language: str = "en") -> Paper:
    return build_paper(stock.workspace, language=language, audience=audience, now=NOW)


def _chapter(paper: Paper, title: str) -> Chapter:
    return next(one for one in paper.chapters if one.title == title)


def _statements(paper: Paper) -> list[Statement]:
    groups = [group for chapter in paper.chapters for group in chapter.groups]
    return [statement for group in groups for statement in group.statements]


def _everything(paper: Paper) -> str:
    return repr(paper)


def test_every_finding_leads_to_entry_seal_and_signer(stock: Stock) -> None:
    paper = _paper(stock)
    statement = next(one for one in _statements(paper) if one.text == "Enrolment grew.")
    source = next(one for one in paper.annex.sources if one.reference == statement.reference)
    facts = dict(source.facts)

    assert statement.reference.mark == (
        f"{entry_reference(stock.regional, 'WCA', ('SEN',))}/F1 · {stock.seal[:8]}"
    )
    assert facts["Entry"] == stock.regional
    assert facts["Signed record"] == stock.seal
    assert facts["Signed by"] == "Agente de terrain, Sénégal, Field office"
    assert facts["Certificate"] == stock.fingerprint
    assert facts["Checked"].startswith("Valid")


def test_every_reference_is_in_the_annex_once(stock: Stock) -> None:
    paper = _paper(stock)
    anchors = [one.reference.anchor for one in paper.annex.sources]

    assert len(anchors) == len(set(anchors))
    assert {one.reference.anchor for one in _statements(paper)} <= set(anchors)


def test_findings_stand_by_subject_and_kind(stock: Stock) -> None:
    chapters = _paper(stock).chapters
    chapter = next(one for one in chapters if one.title.startswith("Follow-up to the pledges"))

    kinds = [group.kind for group in chapter.groups]
    assert kinds.index("progress") < kinds.index("challenge")
    assert len(kinds) == len(set(kinds))


def test_interventions_are_counted_and_summarised_without_names(stock: Stock) -> None:
    chapter = _chapter(_paper(stock), "Consultations")

    assert "20 interventions, 15 by States and 5 by other" in chapter.paragraphs[0]
    assert len(chapter.groups[0].statements) == 20
    assert {one.context for one in chapter.groups[0].statements} == {
        "A State",
        "Another stakeholder",
    }


def test_pledge_figures_and_indicator_readings_carry_references(stock: Stock) -> None:
    paper = _paper(stock)
    pledges = _chapter(paper, "Pledges").tables[0]
    readings = _chapter(paper, "Indicators").tables[0]

    assert pledges.rows[0][2:] == ("55", "–", "34", "3")
    assert all(pledges.references)
    assert all(readings.references)


def test_differing_versions_are_shown_as_open(tmp_path: Path) -> None:
    filling = _fill(tmp_path / "w")
    stock = next(filling)
    row = rows_of(get_entry(stock.workspace, stock.regional).answers)["findings"][0].path
    differ(stock.workspace, stock.regional, f"{row}/text", "Enrolment fell.")
    paper = _paper(stock)
    texts = {"Enrolment grew.", "Enrolment fell."}
    found = next(one for one in _statements(paper) if one.text in texts)

    assert {found.text, *found.open_versions} == texts
    assert _chapter(paper, "Differing versions that are not settled").groups[0].statements
    public = _paper(stock, Audience.PUBLIC)
    stock.workspace.close()
    assert not texts & {one.text for one in _statements(public)}


def test_a_public_paper_has_only_cleared_findings(stock: Stock) -> None:
    paper = _paper(stock, Audience.PUBLIC)

    assert "Enrolment grew." in {one.text for one in _statements(paper)}
    assert SECRET not in _everything(paper)
    assert not _chapter(paper, "Consultations").groups


def test_a_public_paper_names_no_officer_seal_or_entry(stock: Stock) -> None:
    paper = _paper(stock, Audience.PUBLIC)
    row = rows_of(get_entry(stock.workspace, stock.regional).answers)["findings"][0].path
    marks = {one.reference.mark for one in paper.annex.sources}

    assert evidence_reference(stock.regional, row) in marks
    for hidden in (stock.regional, stock.seal[:8], stock.fingerprint, "Agente", "Field office"):
        assert hidden not in _everything(paper)


@pytest.mark.parametrize("audience", Audience)
def test_nothing_of_a_public_papers_bytes_names_the_officer(
    stock: Stock, audience: Audience
) -> None:
    out = io.BytesIO()
    background_paper(stock.workspace, out, kind="docx", language="en", audience=audience, now=NOW)
    text = "\n".join(one.text for one in docx.Document(out).paragraphs)

    assert ("Agente de terrain" in text) is (audience is Audience.INTERNAL)
    assert (SECRET in text) is (audience is Audience.INTERNAL)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Background paper for the High-Level Officials Meeting"),
        ("fr", "Document de référence pour la Réunion de hauts responsables"),
        ("ar", "ورقة معلومات أساسية"),
    ],
)
def test_the_pdf_speaks_the_readers_language(stock: Stock, language: str, title: str) -> None:
    out = io.BytesIO()
    background_paper(
        stock.workspace, out, kind="pdf", language=language, audience=Audience.INTERNAL, now=NOW
    )
    words = " ".join(unicodedata.normalize("NFKC", text_of(out.getvalue())).split())

    assert title in words
    assert stock.seal in words


def test_an_empty_workspace_gives_a_paper_that_says_so(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "empty")
    paper = build_paper(workspace, language="en", audience=Audience.INTERNAL, now=NOW)
    workspace.close()

    assert ("Findings", "0") in paper.facts
    assert paper.annex.sources == ()


def test_a_practice_paper_says_so(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "practice", practice=True)
    paper = build_paper(workspace, language="en", audience=Audience.INTERNAL, now=NOW)
    workspace.close()

    assert paper.notice.startswith("PRACTICE")


def _paper_of(folder: Path, audience: Audience, sensitivity: str) -> Paper:
    """Return the paper of a workspace in which one finding was cleared, then called so."""
    workspace = new_workspace(folder / "w")
    finding = {"kind": "progress", "text": "Enrolment grew."}
    finding_coded = finding | {"coding": {"cleared_for_publication": "yes"}}
    details = {"event_name": "Workshop", "start_date": "2021-06-01", "bureau": "WCA"}
    entry = say(workspace, "regional", {"event_details": details, "findings": [finding_coded]})
    row = rows_of(get_entry(workspace, entry).answers)["findings"][0].path
    append_change(workspace, entry, {f"{row}/coding/sensitivity": sensitivity}, NOW)
    refresh_projections(workspace)
    paper = build_paper(workspace, language="en", audience=audience, now=NOW)
    workspace.close()
    return paper


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize(
    ("sensitivity", "expected"),
    [
        ("public", Classification.INTERNAL),
        ("internal", Classification.INTERNAL),
        ("confidential", Classification.CONFIDENTIAL),
    ],
)
def test_the_cover_says_the_highest_sensitivity_inside(
    tmp_path: Path, sensitivity: str, expected: Classification, audience: Audience
) -> None:
    paper = _paper_of(tmp_path, audience, sensitivity)
    public = audience is Audience.PUBLIC

    assert paper.classification is (Classification.PUBLIC if public else expected)
    shown = {one.text for one in _statements(paper)}
    assert shown == (set() if public and sensitivity == "confidential" else {"Enrolment grew."})


@pytest.mark.parametrize("audience", Audience)
def test_words_that_a_questionnaire_marks_confidential_make_a_paper_so(
    tmp_path: Path, audience: Audience
) -> None:
    workspace = new_workspace(tmp_path / "w")
    xform = XFORM.replace(b'/human_impact" type="string"', b'/human_impact" type="int"').replace(
        b'/data/findings/human_impact" type="int"', b'/data/findings/text" type="string"'
    )
    add_form(workspace, xform, NOW)
    draft = start_draft(workspace, sha256(xform).hexdigest(), None, now=NOW)
    said = {"title": "Dakar", "findings[k3x9]/text": SECRET}
    save_answers(workspace, draft.id, said, now=NOW)
    freeze(workspace, draft.id, NOW, finished=False)
    refresh_projections(workspace)
    paper = build_paper(workspace, language="en", audience=audience, now=NOW)
    workspace.close()

    public = audience is Audience.PUBLIC
    assert paper.classification is (
        Classification.PUBLIC if public else Classification.CONFIDENTIAL
    )
    assert (SECRET in _everything(paper)) is not public


@pytest.mark.parametrize(
    ("language", "label", "word"),
    [
        ("en", "Classification", "Internal"),
        ("fr", "Classification", "Interne"),
        ("ar", "التصنيف", "داخلي"),
    ],
)
def test_pdf_and_word_covers_say_the_classification(
    stock: Stock, language: str, label: str, word: str
) -> None:
    paper = _paper(stock, language=language)
    out = io.BytesIO()
    write_word_paper(paper, out, NOW)
    lines = [one.text for one in docx.Document(out).paragraphs]
    pdf = io.BytesIO()
    write_typst_paper(paper, pdf, NOW)
    cover = unicodedata.normalize("NFKC", text_of(pdf.getvalue()).split("\f")[0])

    assert cover_facts(paper, translator(language))[0] == (label, word)
    assert f"{label}: {word}" in lines
    assert label in cover
    assert word in cover
