"""What is special to PDFs among the forgeries; the rest is in ``test_forgeries.py``."""

import forged_pdfs
import pytest
from packages import Made, make_pdf
from people import People

from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.codes import Verdict


@pytest.fixture(scope="module", params=["officer ec", "bureau ec", "officer rsa", "bureau rsa"])
def made(request: pytest.FixtureRequest, people: People, rsa_people: People) -> Made:
    who, kind = request.param.split()
    return make_pdf(people if kind == "ec" else rsa_people, who)


def test_format_of_the_future_asks_for_a_newer_program(made: Made) -> None:
    data = forged_pdfs.swapped(made.data, b"package\\0571)", b"package\\0572)")
    report = verify_package(data, made.people.trust, made.people.now)
    assert report.verdict is Verdict.UNREADABLE
    assert "newer Stocktake (stocktake-package/2)" in report.reasons[0]
