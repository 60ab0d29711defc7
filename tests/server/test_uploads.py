"""Receiving: exact offsets, exactly once, whatever is cut, repeated or sent twice at a time."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hq_site import Caller, People, Site, logged_in, name, package, running_site
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake_app.exchange import wire
from stocktake_app.server.limits import Limits
from stocktake_app.server.objects import FolderObjects
from stocktake_app.server.uploads import Uploads
from stocktake_app.trust.cms import Signer

Call = Callable[[Site, Signer], Caller]
ROOMY = Limits(free_bytes=0)


def test_package_in_two_pieces_arrives_whole(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    assert sender.head(name(data)) == (0, False)
    first = sender.patch(name(data), 0, data[:300], last=False)
    assert (first.status_code, first.headers[wire.UPLOAD_OFFSET]) == (204, "300")
    second = sender.patch(name(data), 300, data[300:], last=True)
    assert (second.status_code, second.headers[wire.UPLOAD_COMPLETE]) == (201, "?1")
    assert site.packages == {name(data): data}


def test_wrong_offset_is_told_the_true_one_and_adds_nothing(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    sender.patch(name(data), 0, data[:300], last=False)
    for offset in (0, 299, 301, 5000):
        answer = sender.patch(name(data), offset, data[offset:], last=False)
        assert (answer.status_code, answer.headers[wire.UPLOAD_OFFSET]) == (409, "300")
    assert sender.head(name(data)) == (300, False)


def test_package_that_has_arrived_is_never_taken_twice(site: Site, call: Call) -> None:
    data = package(size=1000)
    for signer in (site.people.officer, site.people.officer, site.people.bureau):
        sender = call(site, signer)
        assert sender.patch(name(data), 0, data, last=True).status_code in {200, 201}
        assert sender.head(name(data)) == (1000, True)
    assert site.packages == {name(data): data}
    assert not list(site.mailbox.uploads.folder.iterdir())


def test_two_senders_of_one_package_do_not_meet_before_the_end(site: Site, call: Call) -> None:
    data = package(size=1000)
    honest, hostile = call(site, site.people.officer), call(site, site.people.other_officer)
    honest.patch(name(data), 0, data[:500], last=False)
    hostile.patch(name(data), 0, b"x" * 900, last=False)
    assert honest.patch(name(data), 500, data[500:], last=True).status_code == 201
    assert site.packages == {name(data): data}


def test_bytes_that_are_not_the_package_named_are_thrown_away(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    answer = sender.patch(name(data), 0, data[:-1] + b"?", last=True)
    assert answer.status_code == 422
    assert sender.head(name(data)) == (0, False)
    assert site.packages == {}


def test_all_bytes_but_no_end_is_finished_by_an_empty_piece(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    sender.patch(name(data), 0, data, last=False)
    assert sender.head(name(data)) == (1000, False)
    assert sender.patch(name(data), 1000, b"", last=True).status_code == 201


def test_killed_between_the_rename_and_the_book_counts_as_arrived(site: Site, call: Call) -> None:
    data = package(size=1000)
    folder = site.mailbox.uploads.folder.parent / "packages"
    (folder / name(data)).write_bytes(data)
    assert not site.mailbox.ledger.is_received(name(data))
    assert call(site, site.people.officer).head(name(data)) == (1000, True)
    assert site.mailbox.ledger.is_received(name(data))


@pytest.mark.parametrize("bad", ["..%2f..%2fetc%2fpasswd", "A" * 64, "0" * 63, "0" * 65, "%00"])
def test_name_that_is_no_hash_is_not_found(site: Site, call: Call, bad: str) -> None:
    sender = call(site, site.people.officer)
    assert sender.http.head(f"/p/{bad}").status_code == 404
    assert sender.patch(bad, 0, b"x", last=True).status_code == 404


@pytest.mark.parametrize(
    "headers", [{}, {wire.UPLOAD_OFFSET: "-1"}, {wire.UPLOAD_OFFSET: "9" * 99}]
)
def test_upload_without_a_usable_offset_is_refused(
    site: Site, call: Call, headers: dict[str, str]
) -> None:
    sender = call(site, site.people.officer)
    known = {"Content-Type": wire.UPLOAD_TYPE, **headers}
    answer = sender.http.patch(f"/p/{'0' * 64}", headers=known, content=b"x")
    assert answer.status_code == 400


def test_package_larger_than_the_limit_is_refused(
    tmp_path: Path, people: People, call: Call
) -> None:
    with running_site(tmp_path / "hq", people, replace(ROOMY, package_bytes=1000)) as site:
        sender, data = call(site, people.officer), package(size=1001)
        assert sender.patch(name(data), 0, data, last=True).status_code == 413
        assert site.packages == {}


def test_sender_may_not_leave_many_packages_half_sent(
    tmp_path: Path, people: People, call: Call
) -> None:
    with running_site(tmp_path / "hq", people, replace(ROOMY, open_uploads=2)) as site:
        sender = call(site, people.officer)
        packages = [package(str(number), size=1000) for number in range(3)]
        codes = [sender.patch(name(one), 0, one[:10], last=False).status_code for one in packages]
        assert codes == [204, 204, 413]
        assert call(site, people.bureau).patch(name(packages[2]), 0, b"x", last=False).is_success


def test_full_disk_is_told_as_such(tmp_path: Path, people: People, call: Call) -> None:
    with running_site(tmp_path / "hq", people, Limits(free_bytes=2**60)) as site:
        answer = call(site, people.officer).patch("0" * 64, 0, b"x", last=False)
        assert answer.status_code == 507
        assert "disk is full" in answer.json()["error"]


def test_abandoned_upload_makes_room(tmp_path: Path) -> None:
    clock = [0.0]
    limits = replace(ROOMY, open_uploads=1, abandoned_after=100)
    objects = FolderObjects(tmp_path / "packages")
    uploads = Uploads(tmp_path / "partial", objects, limits, lambda: clock[0])
    uploads.check_room("sender", "a")
    with uploads.appending("sender", "a") as append:
        append(b"half")
    clock[0] = time.time() + 101
    uploads.check_room("sender", "b")
    assert uploads.offset("sender", "a") == 0


def test_sender_who_falls_silent_is_cut_off_and_keeps_what_came(
    tmp_path: Path, people: People, call: Call
) -> None:
    with running_site(tmp_path / "hq", people, replace(ROOMY, silence=0.2)) as site:
        sender, data = call(site, people.officer), package(size=1000)
        with half_a_request(site, sender, name(data), data[:100]) as stalled:
            assert b" 408 " in stalled.recv(1000)
        assert sender.head(name(data)) == (100, False)


def test_newer_connection_sends_a_stalled_one_away(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    with half_a_request(site, sender, name(data), data[:100]):
        deadline = time.monotonic() + 5
        while site.mailbox.uploads.offset(*partial_of(site)) < 100:
            assert time.monotonic() < deadline
        begun = time.monotonic()
        assert sender.head(name(data)) == (100, False)
        assert sender.patch(name(data), 100, data[100:], last=True).status_code == 201
        assert time.monotonic() - begun < 5
    assert site.packages == {name(data): data}


def half_a_request(site: Site, sender: Caller, sha256: str, body: bytes) -> socket.socket:
    """Open a connection that announces 1000 bytes and sends fewer."""
    stalled = socket.create_connection(("127.0.0.1", site.port), timeout=10)
    lines = [
        f"PATCH /p/{sha256} HTTP/1.1",
        "Host: hq",
        f"Authorization: {sender.http.headers['Authorization']}",
        f"Content-Type: {wire.UPLOAD_TYPE}",
        "Upload-Offset: 0",
        "Content-Length: 1000",
    ]
    stalled.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return stalled


def partial_of(site: Site) -> tuple[str, str]:
    """Return sender and name of the one upload that is open, or of none."""
    names = [path.name for path in site.mailbox.uploads.folder.iterdir()]
    sender, _, sha256 = (names or ["nobody-nothing"])[0].partition("-")
    return sender, sha256


@pytest.fixture(scope="module")
def busy_site(tmp_path_factory: pytest.TempPathFactory, people: People) -> Iterator[Site]:
    """Run a mailbox that lets one sender ask as often as the property below does."""
    limits = replace(ROOMY, requests=10**6, open_uploads=10**6)
    with running_site(tmp_path_factory.mktemp("busy"), people, limits) as site:
        yield site


@pytest.fixture(scope="module")
def busy_sender(busy_site: Site) -> Iterator[Caller]:
    with logged_in(busy_site, busy_site.people.officer) as sender:
        yield sender


@given(
    data=st.binary(min_size=1, max_size=300),
    steps=st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 150), st.booleans()), max_size=9),
)
@settings(max_examples=60)
def test_any_pieces_and_repeats_give_the_same_file(
    busy_site: Site, busy_sender: Caller, data: bytes, steps: list[tuple[int, int, bool]]
) -> None:
    sha256 = name(data)
    for drift, length, last in steps:
        true, complete = busy_sender.head(sha256)
        offset = max(0, true + drift)
        answer = busy_sender.patch(sha256, offset, data[offset : offset + length], last=last)
        if not complete and offset != true:
            assert answer.status_code == 409
        assert answer.status_code in {200, 201, 204, 409, 422}
    while not (now := busy_sender.head(sha256))[1]:
        assert now[0] <= len(data)
        busy_sender.patch(sha256, now[0], data[now[0] :], last=True)
    assert busy_site.packages[sha256] == data
