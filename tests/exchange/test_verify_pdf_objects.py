"""The little reader of PDF objects: exact on what we write, and never surprised."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages import make_pdf
from people import People

from stocktake_app.exchange.contents import AlteredFileError
from stocktake_app.exchange.pdf_objects import (
    MAX_DEPTH,
    Name,
    Reference,
    inflate,
    parse,
    read_document,
)
from stocktake_app.exchange.verify import verify_package
from stocktake_app.model.codes import Verdict


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"<<\n/Root 1 0 R\n/Size 24\n>>", {"/Root": Reference(1), "/Size": 24}),
        (b"[ 14 0 R 17 0 R ]", [Reference(14), Reference(17)]),
        (b"(form\\0556\\056xml)", b"form-6.xml"),
        (b"(a\\(b\\)\\\\c\\n)", b"a(b)\\c\n"),
        (b"<48656C6C6F>", b"Hello"),
        (b"<4>", b"@"),
        (b"/application#2Fxml", Name("/application#2Fxml")),
        (b"[0 -1 2.5 true false null]", [0, -1, 2.5, True, False, None]),
        (b"<< /A [ << /B (x) >> ] >>", {"/A": [{"/B": b"x"}]}),
    ],
)
def test_objects_are_read_as_what_they_are(data: bytes, value: object) -> None:
    assert parse(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<<",
        b"[1 2",
        b"(open",
        b"<< /A 1 /A 2 >>",
        b"<< /A >>",
        b"<< 1 2 >>",
        b"1 2",
        b"{ }",
        b"(nested (strings))",
        b"1 5 R",
        b"%comment\n1",
        b"[" * 100_000,
        b"<< /A " * 100_000,
        b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
        b"(" + b"a" * 1_000_000,
    ],
)
def test_what_is_no_object_is_refused_quickly(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(AlteredFileError):
        parse(data)
    assert time.process_time() - start < 2


@given(st.binary(max_size=300) | st.from_regex(rb"[\[\]<>()/ 0-9RA-C\\]{0,60}", fullmatch=True))
def test_any_bytes_are_an_object_or_refused(data: bytes) -> None:
    try:
        parse(data)
    except AlteredFileError as error:
        assert str(error)  # noqa: PT017  either way is right, nothing else may be raised


def test_attachment_that_swells_beyond_the_limit_is_stopped() -> None:
    import zlib

    assert inflate(zlib.compress(b"a" * 1000), 1000) == b"a" * 1000
    for limit in (0, 1000):
        with pytest.raises(AlteredFileError):
            inflate(zlib.compress(b"a" * 50_000_000), limit)
    with pytest.raises(AlteredFileError):
        inflate(zlib.compress(b"a") + b"hidden", 1000)


def test_table_with_a_million_objects_is_refused_before_it_is_read(people: People) -> None:
    data = make_pdf(people, "officer").data
    table = data.rfind(b"xref\n0 ")
    trailer = data[data.rfind(b"trailer") :]
    size = 3_000_000
    lines = b"0000000000 65535 f \n" + b"0000000017 00000 n \n" * (size - 1)
    trailer = re.sub(rb"/Size \d+", b"/Size %d" % size, trailer)
    hostile = data[:table] + b"xref\n0 %d\n" % size + lines + trailer
    start = time.process_time()
    report = verify_package(hostile, people.trust, people.now)
    assert report.verdict is Verdict.ALTERED
    assert time.process_time() - start < 2


def test_object_outside_of_the_file_is_refused(people: People) -> None:
    document = read_document(make_pdf(people, "officer").data)
    for number in (0, 10_000):
        with pytest.raises(AlteredFileError):
            document.get(Reference(number))
