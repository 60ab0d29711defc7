"""No random damage may ever pass, and none may end in anything but a report."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages import Parts, make_pdf, make_xlsx, packed, unpacked
from people import People

from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.model.codes import Verdict

MUTANTS = 250

PLACES = st.floats(0, 1, exclude_max=True)
CHANGES = st.one_of(
    st.tuples(st.just("flip"), PLACES, st.integers(0, 7)),
    st.tuples(st.just("set"), PLACES, st.integers(0, 255)),
    st.tuples(st.just("insert"), PLACES, st.binary(min_size=1, max_size=20)),
    st.tuples(st.just("delete"), PLACES, st.integers(1, 50)),
    st.tuples(st.just("copy"), PLACES, PLACES),
)
"""One change: what, where as a share of the file, with what."""


def mutated(data: bytes, change: tuple[str, float, object]) -> bytes:
    what, share, detail = change
    place = int(share * len(data))
    if what == "flip" and isinstance(detail, int):
        return data[:place] + bytes([data[place] ^ 1 << detail]) + data[place + 1 :]
    if what == "set" and isinstance(detail, int):
        return data[:place] + bytes([detail]) + data[place + 1 :]
    if what == "insert" and isinstance(detail, bytes):
        return data[:place] + detail + data[place:]
    if what == "delete" and isinstance(detail, int):
        return data[:place] + data[place + detail :]
    assert isinstance(detail, float)
    source = int(detail * len(data))
    return data[:place] + data[source : source + 30] + data[place:]


def contents_of(data: bytes) -> dict[str, bytes] | None:
    """Return all that may not differ in a valid package; for a zip file, not order nor packing."""
    if data.startswith(b"%PDF"):
        return {"": data}
    return unpacked(data) if zipfile.is_zipfile(io.BytesIO(data)) else None


@pytest.fixture(scope="module", params=["deflated", "stored", "pdf"])
def package(request: pytest.FixtureRequest, people: People) -> bytes:
    """Give a bureau's package; stored, so that every byte of XML is within reach."""
    if request.param == "pdf":
        return make_pdf(people, "bureau").data
    data = make_xlsx(people, "bureau").data
    return data if request.param == "deflated" else packed(unpacked(data), zipfile.ZIP_STORED)


@pytest.fixture(scope="module")
def parts(people: People) -> Parts:
    return unpacked(make_xlsx(people, "bureau").data)


def check(package: bytes, mutant: bytes, people: People) -> Report:
    report = verify_package(mutant, people.trust, people.now)
    assert report.reasons or report.verdict is Verdict.VALID
    if report.verdict in (Verdict.VALID, Verdict.RESAVED):
        assert report.verdict is Verdict.VALID
        assert contents_of(mutant) == contents_of(package)
    return report


@settings(max_examples=MUTANTS)
@given(change=CHANGES)
def test_one_change_anywhere_is_never_valid(
    package: bytes, people: People, change: tuple[str, float, object]
) -> None:
    check(package, mutated(package, change), people)


@settings(max_examples=60)
@given(changes=st.lists(CHANGES, min_size=2, max_size=5))
def test_several_changes_are_never_valid(
    package: bytes, people: People, changes: list[tuple[str, float, object]]
) -> None:
    mutant = package
    for change in changes:
        mutant = mutated(mutant, change) if mutant else mutant
    check(package, mutant, people)


@settings(max_examples=150)
@given(data=st.data())
def test_one_change_in_any_part_is_never_valid(
    people: People, parts: Parts, data: st.DataObject
) -> None:
    """Parts are changed and packed again, so that no checksum gives the change away."""
    name = data.draw(st.sampled_from(sorted(parts)))
    change = data.draw(CHANGES)
    changed = mutated(parts[name], change) if parts[name] else b""
    mutant = packed(parts | {name: changed}, zipfile.ZIP_STORED)
    report = verify_package(mutant, people.trust, people.now)
    assert (report.verdict is Verdict.VALID) == (changed == parts[name])


def test_only_times_and_unused_bits_of_headers_may_differ(people: People) -> None:
    """Each byte of every header and of the directory, one after the other."""
    package = packed(unpacked(make_xlsx(people, "officer").data), zipfile.ZIP_STORED)
    parts = unpacked(package)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        infos = archive.infolist()
        start = archive.start_dir
    places = [
        place
        for info in infos
        for place in range(info.header_offset, info.header_offset + 30 + len(info.filename))
    ]
    valid = set()
    for place in [*places, *range(start, len(package))]:
        mutant = bytearray(package)
        mutant[place] ^= 0x10
        report = verify_package(bytes(mutant), people.trust, people.now)
        if report.verdict is Verdict.VALID:
            valid.add(place)
    times = {info.header_offset + offset for info in infos for offset in range(10, 14)}
    position = start
    for info in infos:
        times |= set(range(position + 12, position + 16))
        position += 46 + len(info.filename)
    assert valid == times
    assert unpacked(package) == parts


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_file_cut_short_anywhere_is_never_valid(people: People, kind: str) -> None:
    package = (make_xlsx if kind == "xlsx" else make_pdf)(people, "officer").data
    for size in range(0, len(package), 97):
        report = verify_package(package[:size], people.trust, people.now)
        assert report.verdict in (Verdict.UNREADABLE, Verdict.ALTERED)
