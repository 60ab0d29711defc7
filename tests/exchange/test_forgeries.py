"""Every forgery of every family, each by its name: none may pass, none may end in a fault of ours.

Most of them pass in other verifiers; ``docs/forgeries.md`` says in which. Here each is tried on a
bureau's package with P-256 keys, and where the kind of key or the maker matters also on an
officer's with RSA; ``make forgeries`` tries all on all.
"""

import os
from collections.abc import Mapping

import forgeries
import pytest
from forged_cms import Cms
from forged_seals import framed, with_file
from forged_signing import sign_parts_anew, sign_text_anew
from forgery import Forgery
from packages import Made, make_pdf, make_xlsx, packed, unpacked, wrongly_signed_xlsx
from part_tools import SIGNATURE
from people import People
from raw_pdf import put_together, signature_in, signed_anew, taken_apart, with_signature
from raw_zip import entries_of, joined

from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.codes import Verdict

EVERYTHING = "STOCKTAKE_ALL_FORGERIES" in os.environ
COMBINATIONS = ("bureau ec", "officer rsa", "officer ec", "bureau rsa")
KEY_MATTERS = (
    "parts",
    "signature",
    "signed otherwise",
    "signature value",
    "signature moved",
    "file",
    "PDF",
    "PDF, signature",
)


def combinations(forgery: Forgery) -> list[str]:
    """Return the packages on which a forgery is tried: whose, and with which keys."""
    count = 4 if EVERYTHING else 2 if forgery.family in KEY_MATTERS else 1
    return [one for one in COMBINATIONS[:count] if one.split()[1] in forgery.keys]


CASES = [
    (forgery, combination) for forgery in forgeries.ALL for combination in combinations(forgery)
]


@pytest.fixture(scope="module")
def packages(people: People, rsa_people: People) -> Mapping[tuple[str, str], Made]:
    """Return a package of each kind for each combination, made once."""
    everybody = {"ec": people, "rsa": rsa_people}
    return {
        (kind, combination): make(everybody[combination.split()[1]], combination.split()[0])
        for kind, make in (("xlsx", make_xlsx), ("pdf", make_pdf))
        for combination in COMBINATIONS
    }


@pytest.mark.parametrize(
    ("forgery", "combination"),
    CASES,
    ids=[f"{forgery.kind}-{forgery.title}-{combination}" for forgery, combination in CASES],
)
def test_forgery_is_noticed(
    packages: Mapping[tuple[str, str], Made], forgery: Forgery, combination: str
) -> None:
    made = packages[forgery.kind, combination]
    data = forgery.forge(made)
    assert data != made.data, "the forgery changes nothing"
    report = verify_package(data, made.people.trust, made.people.now)
    assert report.verdict is forgery.verdict, report.reasons
    assert (report.seals, report.objects, report.subject) == ((), {}, None)
    assert not report.disclosures


def is_valid(data: bytes, made: Made) -> bool:
    return verify_package(data, made.people.trust, made.people.now).verdict is Verdict.VALID


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_tools_that_forge_change_nothing_by_themselves(
    packages: Mapping[tuple[str, str], Made], combination: str
) -> None:
    """Else the forgeries would be noticed for the tool's sake and not for their own."""
    workbook, document = packages["xlsx", combination], packages["pdf", combination]
    parts = unpacked(workbook.data)
    assert is_valid(packed(parts), workbook)
    assert is_valid(joined(entries_of(workbook.data)), workbook)
    sign_parts_anew(parts, workbook)
    assert is_valid(packed(parts), workbook)
    parts[SIGNATURE] = sign_text_anew(parts[SIGNATURE].decode(), workbook.signer).encode()
    assert is_valid(packed(parts), workbook)
    closing = workbook.contents.closing
    raw = framed(closing.manifest.encoded, closing.cms, closing.lines)
    contents, signer = with_file(workbook, raw)
    assert is_valid(wrongly_signed_xlsx(contents, signer, workbook.people.now), workbook)
    assert is_valid(
        signed_anew(put_together(*taken_apart(document.data)), document.signer), document
    )
    cms = Cms(signature_in(document.data), document)
    assert with_signature(document.data, cms.encode()) == document.data
    cms.sign()
    assert is_valid(with_signature(document.data, cms.encode()), document)


def test_forgeries_have_names_of_their_own() -> None:
    names = [(one.kind, one.title) for one in forgeries.ALL]
    assert len(set(names)) == len(names)
    assert len(names) > 1000
