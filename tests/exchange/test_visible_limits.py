"""The check of what is shown stops where it was told to, whatever a file holds."""

import hashlib
import io
from functools import partial

import pytest
from people import People

from stocktake_app.documents.record_pdf import record_pdf
from stocktake_app.documents.workbook import write_parts
from stocktake_app.errors import CancelledError
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.record_forms import MAX_LABEL_CHARS, MAX_LISTED_CHARS
from stocktake_app.exchange.record_layout import layout_name
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.exchange.shown import chains_of, read_shown
from stocktake_app.exchange.verify import verify_package
from stocktake_app.exchange.visible import VisibleLimits, check_visible
from stocktake_app.exchange.xlsx_package import write_xlsx_package
from stocktake_app.model.change import Change
from stocktake_app.model.codes import Verdict

HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>'
    '<h:title>Hostile</h:title><model><instance><data id="hostile" version="1">{names}</data>'
    "</instance></model></h:head><h:body>{controls}</h:body></h:html>"
)
CHOICES = (
    '<select ref="/data/q0"><label>Q</label><item><label>{label}</label><value>a</value></item>'
    "</select>"
)


def form_of(questions: int, label: str = "L") -> bytes:
    """Return an XForm with so many questions; the first takes several choices."""
    names = "".join(f"<q{number}/>" for number in range(questions))
    inputs = "".join(
        f'<input ref="/data/q{number}"><label>{label}</label></input>'
        for number in range(1, questions)
    )
    controls = CHOICES.format(label=label) + inputs
    return HEAD.format(names=names, controls=controls).encode()


def contents_of(
    people: People, form: bytes, answers: dict[str, str | None], entries: int, kind: str = "xlsx"
) -> Contents:
    """Seal entries that all say the same."""
    name = hashlib.sha256(form).hexdigest()
    lines = [
        Change(
            "c3" * 16, number, f"{number:032x}", number, "2021-04-28T10:00:00Z",
            {"@form": name, **answers},
        ).line
        for number in range(1, entries + 1)
    ]  # fmt: skip
    layout = layout_name("pdf" if kind == "pdf" else "xlsx", "en")
    header = Header("c3" * 16, 1, forms=(name,), layout=layout)
    return Contents((make_seal(lines, header, people.wca_officer, people.now),), {name: form})


def package_of(people: People, contents: Contents, kind: str = "xlsx") -> bytes:
    """Return an honest package of it."""
    record = build_record(read_shown(contents, chains_of(contents)), "en")
    signer = people.wca_officer
    if kind == "pdf":
        return write_pdf_package(record_pdf(record), contents, signer, people.now)
    out = io.BytesIO()
    write_xlsx_package(partial(write_parts, record), contents, signer, people.now, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (VisibleLimits(lines_bytes=100), "xlsx"),
        (VisibleLimits(cells=20), "xlsx"),
        (VisibleLimits(pdf_bytes=100), "pdf"),
        (VisibleLimits(pdf_chars=5), "pdf"),
    ],
)
def test_past_a_limit_nothing_is_said(people: People, limits: VisibleLimits, kind: str) -> None:
    contents = contents_of(people, form_of(3), {"q1": "said by many"}, 6, kind)
    data = package_of(people, contents, kind)
    report = verify_package(data, people.trust, people.now)

    assert report.verdict is Verdict.VALID
    assert check_visible(data, report).visible == "same"
    found = check_visible(data, report, limits)
    assert found.visible == "not_checked"
    assert found.reason.startswith("What it shows is not checked: ")


def test_it_says_how_far_it_is_and_can_be_stopped(people: People) -> None:
    contents = contents_of(people, form_of(2), {"q1": "said"}, 5)
    data = package_of(people, contents)
    report = verify_package(data, people.trust, people.now)
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        check_visible(data, report, progress=stop)
    assert seen == [(0, 5), (1, 5), (2, 5), (3, 5)]


def test_endless_labels_and_lists_of_choices_are_cut(people: People) -> None:
    form = form_of(2, label="wide " * 100_000)
    contents = contents_of(people, form, {"q0": "a " * 400_000, "q1": "said"}, 1)
    record = build_record(read_shown(contents, chains_of(contents)), "en")
    ((_, cells),) = list(record.rows())
    text = next(record.entries())

    assert len(str(cells[-2])) < MAX_LISTED_CHARS + 2 * MAX_LABEL_CHARS
    assert str(cells[-2]).endswith("; …")
    assert all(len(label) <= MAX_LABEL_CHARS for label, _ in text.sections[0].answers)


def test_a_form_of_many_questions_is_bounded_by_its_cells(people: People) -> None:
    contents = contents_of(people, form_of(5_000), {"q1": "said"}, 300)
    data = package_of(people, contents)
    report = verify_package(data, people.trust, people.now)

    found = check_visible(data, report, VisibleLimits(cells=1_000_000))
    assert found.visible == "not_checked"
    assert "too many cells" in found.reason


def test_of_what_cannot_be_used_nothing_is_checked(people: People) -> None:
    data = package_of(people, contents_of(people, form_of(2), {"q1": "said"}, 1))
    broken = data[: len(data) // 2]
    report = verify_package(broken, people.trust, people.now)

    assert report.verdict in {Verdict.ALTERED, Verdict.UNREADABLE}
    assert check_visible(broken, report).visible == "not_checked"
