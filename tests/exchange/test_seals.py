import hashlib
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from backports import zstd
from hypothesis import example, given, settings
from hypothesis import strategies as st
from people import People, authority_of, subject

from stocktake_app import settings as limits
from stocktake_app.exchange.seals import (
    BLOCK_BYTES,
    Header,
    NamedObject,
    SealReport,
    make_seal,
    open_seal,
    seal_lines,
)
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import BadSealError, Manifest, Seal, decode_seal
from stocktake_app.trust.certificates import make_provisional, subject_of
from stocktake_app.trust.cms import Signer, sign_detached
from stocktake_app.trust.revocation import Revocation, issue_list

HEADER = Header(device="d" * 32, number=1, forms=("f" * 64,), layout="xlsx/1 fr")
LINES = [b'{"set":{"title":"atelier"}}', '{"set":{"title":"ورشة"}}'.encode()]
OBJECT = NamedObject("attachment", "photo", "1", "a" * 64)

lines_of_text = st.lists(st.binary(max_size=200).map(lambda one: one.replace(b"\n", b"")))


@pytest.fixture(scope="module")
def seal(people: People) -> Seal:
    return make_seal(LINES, HEADER, people.wca_officer, people.now, [OBJECT])


def judge(people: People, seal: Seal) -> SealReport:
    return open_seal(seal, people.trust, people.now)


def resealed(people: People, manifest: Manifest, lines: bytes) -> Seal:
    """Let an officer sign whatever manifest and lines, as a changed program could."""
    cms = sign_detached(manifest.encoded, people.wca_officer, people.now)
    return Seal(manifest, cms, lines)


def with_lines(people: People, lines: bytes, **changes: int) -> Seal:
    """Let an officer sign a manifest that fits these compressed lines, but for the changes."""
    own = make_seal(LINES, HEADER, people.wca_officer, people.now, [OBJECT]).manifest
    digest = hashlib.sha256(lines).hexdigest()
    manifest = replace(own, lines_sha256=digest, lines_size=len(lines))
    return resealed(people, replace(manifest, **changes), lines)  # type: ignore[arg-type]


def test_a_seal_names_its_author_and_gives_its_lines_back(people: People, seal: Seal) -> None:
    report = judge(people, seal)
    assert (report.verdict, report.reasons, report.notes) == (Verdict.VALID, (), ())
    assert report.id == seal.id
    assert report.subject == subject_of(people.wca_officer.certificate)
    assert report.subject
    assert report.author == report.subject.author
    assert report.chain == people.wca_officer.chain
    assert report.signed_at == people.now
    assert list(seal_lines(seal)) == [*LINES, OBJECT.line]


def test_a_manifest_says_what_is_inside(people: People, seal: Seal) -> None:
    manifest = seal.manifest
    raw = sum(len(line) + 1 for line in [*LINES, OBJECT.line])
    assert (manifest.changes, manifest.objects, manifest.raw_size) == (2, 1, raw)
    assert manifest.identity == subject_of(people.wca_officer.certificate).identity
    assert (manifest.device, manifest.number) == (HEADER.device, HEADER.number)
    assert (manifest.forms, manifest.layout, manifest.to) == (HEADER.forms, HEADER.layout, "hq")


def test_an_object_line_is_canonical() -> None:
    expected = b'{"id":"photo","kind":"attachment","sha256":"' + b"a" * 64 + b'","version":"1"}'
    assert OBJECT.line == expected


def test_the_time_keeps_the_laptops_offset(people: People) -> None:
    here = people.now.astimezone(timezone(timedelta(hours=5, minutes=45)))
    seal = make_seal(LINES, HEADER, people.wca_officer, here)
    assert seal.manifest.created.endswith("+05:45")
    assert judge(people, seal).verdict is Verdict.VALID


@given(changes=lines_of_text, objects=st.integers(0, 3))
@settings(max_examples=60)
def test_whatever_is_sealed_comes_back_out_of_the_file(
    people: People, changes: list[bytes], objects: int
) -> None:
    seal = make_seal(changes, HEADER, people.wca_officer, people.now, [OBJECT] * objects)
    again = decode_seal(seal.encode())
    assert again == seal
    assert judge(people, again).verdict is Verdict.VALID
    assert list(seal_lines(again)) == [*changes, *[OBJECT.line] * objects]


def test_rsa_keys_seal_as_well(rsa_people: People) -> None:
    seal = make_seal(LINES, HEADER, rsa_people.wca_officer, rsa_people.now)
    assert judge(rsa_people, decode_seal(seal.encode())).verdict is Verdict.VALID


def judge_file(people: People, data: bytes) -> Verdict:
    """Judge a seal file as the importer does, its lines included."""
    try:
        seal = decode_seal(data)
    except BadSealError:
        return Verdict.UNREADABLE
    return judge(people, seal).verdict


def test_every_flipped_bit_of_a_seal_file_is_noticed(people: People, seal: Seal) -> None:
    data = seal.encode()
    assert judge_file(people, data) is Verdict.VALID
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        assert judge_file(people, bytes(changed)) in {Verdict.ALTERED, Verdict.UNREADABLE}


@given(start=st.integers(0, 4000), removed=st.integers(0, 60), put_in=st.binary(max_size=60))
@example(start=0, removed=0, put_in=b"\0")
@settings(max_examples=1500)
def test_bytes_put_in_taken_out_or_exchanged_are_noticed(
    people: People, seal: Seal, start: int, removed: int, put_in: bytes
) -> None:
    data = seal.encode()
    start %= len(data) + 1
    changed = data[:start] + put_in + data[start + removed :]
    if changed != data:
        assert judge_file(people, changed) in {Verdict.ALTERED, Verdict.UNREADABLE}


def test_every_cut_of_a_seal_file_is_noticed(people: People, seal: Seal) -> None:
    data = seal.encode()
    for size in range(0, len(data), 3):
        assert judge_file(people, data[:size]) is Verdict.UNREADABLE


def test_parts_of_two_seals_do_not_mix(people: People, seal: Seal) -> None:
    other = make_seal(LINES[:1], HEADER, people.wca_officer, people.now)
    mixes = (
        Seal(seal.manifest, other.cms, seal.lines),
        Seal(seal.manifest, seal.cms, other.lines),
        Seal(other.manifest, seal.cms, seal.lines),
    )
    for mixed in mixes:
        report = judge(people, mixed)
        assert report.verdict is Verdict.ALTERED
        assert report.author is None
        assert report.chain == ()


def test_the_same_manifest_signed_by_somebody_else_is_not_the_authors(people: People) -> None:
    own = make_seal(LINES, HEADER, people.wca_officer, people.now)
    cms = sign_detached(own.manifest.encoded, people.second_wca_officer, people.now)
    report = judge(people, Seal(own.manifest, cms, own.lines))
    assert report.verdict is Verdict.ALTERED
    assert "by somebody else than Agent de terrain, Niger" in report.reasons[0]
    assert report.author is None


@pytest.mark.parametrize("created", ["2021-04-28T10:00:00+00:00", "yesterday", "2021-04-28", ""])
def test_a_manifest_with_another_time_than_its_signature_is_altered(
    people: People, seal: Seal, created: str
) -> None:
    manifest = replace(seal.manifest, created=created)
    assert judge(people, resealed(people, manifest, seal.lines)).verdict is Verdict.ALTERED


def test_an_unapproved_signer_is_unknown_and_no_author(people: People) -> None:
    seal = make_seal(LINES, HEADER, people.stranger, people.now)
    report = judge(people, seal)
    assert report.verdict is Verdict.SIGNER_UNKNOWN
    assert report.author is None
    assert report.subject == subject_of(people.stranger.certificate)
    assert report.fingerprint in report.reasons[0]
    assert list(seal_lines(seal)) == LINES


def test_what_was_sealed_before_the_approval_counts_after_it(people: People) -> None:
    officer = people.wca_officer
    claims = subject_of(officer.certificate)
    early = people.now - timedelta(days=60)
    provisional = Signer(officer.key, (make_provisional(officer.key, claims, early),))
    seal = make_seal(LINES, HEADER, provisional, early)
    assert open_seal(seal, people.trust, early).verdict is Verdict.SIGNER_UNKNOWN
    report = open_seal(seal, people.trust.knowing(officer.chain), early)
    assert report.verdict is Verdict.VALID
    assert report.author == claims.author
    assert "before the sender was approved" in report.notes[0]


def test_an_approval_under_another_identity_does_not_adopt_a_seal(people: People) -> None:
    officer = people.wca_officer
    claims = subject(Role.OFFICER, "WCA")
    provisional = Signer(officer.key, (make_provisional(officer.key, claims, people.now),))
    seal = make_seal(LINES, HEADER, provisional, people.now)
    report = open_seal(seal, people.trust.knowing(officer.chain), people.now)
    assert report.verdict is Verdict.SIGNER_UNKNOWN


def test_time_of_receipt_decides_over_expiry_and_revocation(people: People, seal: Seal) -> None:
    late = people.now + timedelta(days=6 * 365)
    report = open_seal(seal, people.trust, late)
    assert report.verdict is Verdict.SIGNER_EXPIRED
    assert report.author
    entry = Revocation(
        people.wca_officer.certificate.serial_number, people.now + timedelta(days=10)
    )
    crl = issue_list(authority_of(people.wca), [entry], 1, people.now)
    trust = replace(people.trust, crls=(crl,))
    assert open_seal(seal, trust, people.now).verdict is Verdict.VALID
    at = people.now + timedelta(days=11)
    assert open_seal(seal, trust, at).verdict is Verdict.SIGNER_REVOKED


class TestHostileLines:
    """The signer is real, the lines are meant to hurt the reader."""

    def test_swapped_lines_are_never_decompressed(self, people: People, seal: Seal) -> None:
        swapped = replace(seal, lines=zstd.compress(bytes(10_000_000)))
        with pytest.raises(BadSealError, match="not those that were signed"):
            next(seal_lines(swapped))
        assert judge(people, swapped).verdict is Verdict.ALTERED

    def test_a_bomb_stops_at_the_size_that_was_signed(self, people: People) -> None:
        bomb = zstd.compress(b"\n" * 200_000_000)
        seal = with_lines(people, bomb, raw_size=1000, changes=1000, objects=0)
        tracemalloc.start()
        with pytest.raises(BadSealError, match="another size"):
            list(seal_lines(seal))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000_000

    def test_a_size_beyond_the_limit_is_refused_unread(self, people: People) -> None:
        seal = with_lines(people, zstd.compress(b"\n"), raw_size=limits.MAX_LINES_BYTES + 1)
        with pytest.raises(BadSealError, match="more than anybody reads"):
            next(seal_lines(seal))

    @pytest.mark.parametrize("size", [limits.MAX_LINE_BYTES + 1, 100_000_000])
    def test_an_endless_line_is_refused_before_it_fills_the_memory(
        self, people: People, size: int
    ) -> None:
        lines = zstd.compress(b"x" * size + b"\n")
        seal = with_lines(people, lines, raw_size=size + 1)
        tracemalloc.start()
        with pytest.raises(BadSealError, match="a line has over"):
            list(seal_lines(seal))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000_000

    @pytest.mark.parametrize(("changes", "count"), [(0, 0), (1, 1), (3, 2), (10**15, 2)])
    def test_more_or_fewer_lines_than_signed_are_refused(
        self, people: People, changes: int, count: int
    ) -> None:
        seal = with_lines(
            people, zstd.compress(b"one\ntwo\n"), raw_size=8, changes=changes, objects=0
        )
        lines = seal_lines(seal)
        assert len([next(lines) for _ in range(count)]) == count
        with pytest.raises(BadSealError, match="does not hold"):
            next(lines)

    @pytest.mark.parametrize(
        ("raw", "size", "sentence"),
        [
            (b"one\ntwo", 7, "no end"),
            (b"one\ntwo\n", 9, "another size"),
            (b"one\ntwo\n", 7, "another size"),
            (b"", 8, "another size"),
        ],
    )
    def test_sizes_and_ends_must_be_exact(
        self, people: People, raw: bytes, size: int, sentence: str
    ) -> None:
        seal = with_lines(people, zstd.compress(raw), raw_size=size, changes=2, objects=0)
        with pytest.raises(BadSealError, match=sentence):
            list(seal_lines(seal))

    @pytest.mark.parametrize(
        ("lines", "sentence"),
        [
            (b"", "cut short"),
            (b"not zstd", "cannot be decompressed"),
            (zstd.compress(b"one\ntwo\n")[:-1], "cut short"),
            (zstd.compress(b"one\ntwo\n") + b"\0", "another size"),
            (zstd.compress(b"one\ntwo\n") + bytes(200_000), "another size"),
            (zstd.compress(b"one\n") + zstd.compress(b"two\n"), "another size"),
            (zstd.compress(b"one\n") + zstd.compress(b""), "another size"),
        ],
    )
    def test_the_lines_are_exactly_one_zstd_frame(
        self, people: People, lines: bytes, sentence: str
    ) -> None:
        seal = with_lines(people, lines, raw_size=8, changes=2, objects=0)
        with pytest.raises(BadSealError, match=sentence):
            list(seal_lines(seal))

    def test_bytes_behind_a_frame_that_fills_a_block_are_noticed(self, people: People) -> None:
        noise = Random(1).randbytes(BLOCK_BYTES)  # noqa: S311 - the same bytes in every run
        sizes = range(BLOCK_BYTES - 100, BLOCK_BYTES)
        size = next(one for one in sizes if len(zstd.compress(noise[:one])) == BLOCK_BYTES)
        lines = zstd.compress(noise[:size]) + b"\0"
        seal = with_lines(people, lines, raw_size=size, changes=size)
        with pytest.raises(BadSealError, match="another size"):
            list(seal_lines(seal))

    def test_a_frame_that_wants_much_memory_is_refused(self, people: People) -> None:
        options: dict[int, int] = {zstd.CompressionParameter.window_log: 27}
        raw = bytes(range(256)) * 1_000_000
        whole = zstd.ZstdCompressor(options=options)
        frame = whole.compress(raw) + whole.flush()
        seal = with_lines(people, frame, raw_size=len(raw))
        with pytest.raises(BadSealError, match="cannot be decompressed"):
            list(seal_lines(seal))


def test_a_line_that_no_reader_would_take_is_not_sealed(people: People) -> None:
    for line, sentence in ((b"a\nb", "line feed"), (b"x" * 5_000_000, "over")):
        with pytest.raises(BadSealError, match=sentence):
            make_seal([line], HEADER, people.wca_officer, people.now)


def test_more_forms_than_a_manifest_holds_are_refused(people: People) -> None:
    header = replace(HEADER, seals=tuple(f"{number:064x}" for number in range(20_000)))
    with pytest.raises(BadSealError, match="send less at once"):
        make_seal(LINES, header, people.wca_officer, people.now)


def test_a_hundred_thousand_lines_take_little_memory(people: People) -> None:
    said = b"said " * 60

    def changes() -> Iterator[bytes]:
        for number in range(100_000):
            yield b'{"number":%d,"text":"%s"}' % (number, said)

    tracemalloc.start()
    seal = make_seal(changes(), HEADER, people.wca_officer, people.now)
    making = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    assert sum(1 for _ in seal_lines(seal)) == 100_000
    reading = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seal.manifest.raw_size > 30_000_000
    assert making < 10_000_000
    assert reading < 10_000_000


def test_an_invented_manifest_never_crashes_the_judge(people: People, seal: Seal) -> None:
    moment = datetime(2021, 4, 28, tzinfo=UTC).isoformat()
    manifest = replace(seal.manifest, created=moment, number=0, lines_size=0, raw_size=0)
    assert judge(people, Seal(manifest, b"", b"")).verdict is Verdict.ALTERED
