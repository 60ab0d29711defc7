"""What is special to workbooks among the forgeries; the rest is in ``test_forgeries.py``."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from packages import Made, make_xlsx, officer_contents, packed, unpacked, xlsx_of
from part_tools import SIGNATURE, swap
from people import People

from stocktake_app.exchange.contents import AlteredFileError
from stocktake_app.exchange.ooxml_signature import read_signature
from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.codes import Verdict


@pytest.fixture(scope="module", params=["officer ec", "bureau ec", "officer rsa", "bureau rsa"])
def made(request: pytest.FixtureRequest, people: People, rsa_people: People) -> Made:
    who, kind = request.param.split()
    return make_xlsx(people if kind == "ec" else rsa_people, who)


def test_bits_flipped_in_a_certificate_are_noticed(made: Made) -> None:
    """Certificates are not digested themselves, and hostile ones fail in many ways."""
    signature = unpacked(made.data)[SIGNATURE]
    genuine = made.signer.certificate.public_bytes(Encoding.DER)
    for place in range(0, len(genuine), 1 if made.people.kind == "ec" else 7):
        for bit in (7, place % 7):
            flipped = bytearray(genuine)
            flipped[place] ^= 1 << bit
            forged = signature.replace(b64encode(genuine), b64encode(flipped))
            with pytest.raises(AlteredFileError):
                read_signature(forged)


def test_package_packed_again_unchanged_is_valid_so_the_forgeries_test_what_they_say(
    made: Made,
) -> None:
    report = verify_package(packed(unpacked(made.data)), made.people.trust, made.people.now)
    assert report.verdict is Verdict.VALID


def test_older_package_sent_again_is_still_valid_here(people: People) -> None:
    """Replay is told from the store, by the seal's id and number; a verifier has no memory."""
    contents, signer = officer_contents(people)
    data = xlsx_of(contents, signer, people.now)
    reports = [verify_package(data, people.trust, people.now) for _ in range(2)]
    assert reports[0] == reports[1]
    assert reports[0].verdict is Verdict.VALID


def test_format_of_the_future_asks_for_a_newer_program(made: Made) -> None:
    parts = unpacked(made.data)
    swap(parts, SIGNATURE, "stocktake-package/1", "stocktake-package/2")
    report = verify_package(packed(parts), made.people.trust, made.people.now)
    assert report.verdict is Verdict.UNREADABLE
    assert "newer Stocktake (stocktake-package/2)" in report.reasons[0]
