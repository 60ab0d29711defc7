"""The last line of defence, and what stays open by design."""

import pytest
from forged_countersigning import resigned_by
from packages import make_xlsx, packed, unpacked, wrongly_signed_pdf, wrongly_signed_xlsx
from people import People

from stocktake_app.exchange import verify
from stocktake_app.exchange.contents import Limits, Opened
from stocktake_app.model.codes import Verdict

REAL = verify._our_fault


def broken(_data: object, _limits: Limits) -> Opened:
    raise ZeroDivisionError


def test_fault_of_our_own_is_a_report_that_says_so_and_carries_it(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One such file must not keep the others from being taken in, and nothing is hidden."""
    monkeypatch.setattr(verify, "_our_fault", REAL)
    monkeypatch.setattr(verify, "read_xlsx", broken)
    report = verify.verify_package(make_xlsx(people, "officer").data, people.trust, people.now)
    assert report.verdict is Verdict.UNREADABLE
    assert isinstance(report.fault, ZeroDivisionError)
    assert "not the sender's fault" in report.reasons[0]
    assert "fault log" in report.reasons[0]


def test_officers_record_signed_by_a_stranger_is_not_counted_for_the_officer(
    people: People,
) -> None:
    """The bureau's package is whole and by the bureau: whose record it carries is said beside."""
    contents, signer = resigned_by(people, people.stranger)
    workbook = wrongly_signed_xlsx(contents, signer, people.now)
    parts = unpacked(workbook)
    saved_again = {name: data for name, data in parts.items() if "_xmlsig" not in name}
    for data, verdict in (
        (workbook, Verdict.VALID),
        (wrongly_signed_pdf(contents, signer, people.now), Verdict.VALID),
        (packed(saved_again), Verdict.RESAVED),
    ):
        report = verify.verify_package(data, people.trust, people.now)
        assert report.verdict is verdict
        first, second, closing = report.seals
        assert (first.verdict, first.author) == (Verdict.SIGNER_UNKNOWN, None)
        assert (second.verdict, closing.verdict) == (Verdict.VALID, Verdict.VALID)
