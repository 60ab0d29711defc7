"""Sending to HQ: over bad links, past sign-in pages, with wrong clocks, and never to a stranger."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bad_link import bad_link
from hq_site import (
    People,
    Site,
    free_port,
    make_people,
    name,
    now,
    package,
    running_site,
    web_certificate,
)
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.errors import CancelledError, NetworkError, RefusedError, WrongUseError
from stocktake_app.exchange import wire
from stocktake_app.exchange.client import (
    Hq,
    HqRefusesError,
    deliver,
    fetch_inbox,
    fetch_package,
)
from stocktake_app.exchange.greeting import NotTheMailboxError, WrongClockError
from stocktake_app.exchange.receipts import read_receipt
from stocktake_app.exchange.retries import LONGEST_PAUSE, Patience, TryAgainError, persist
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author
from stocktake_app.trust.certificates import author_of


@pytest.fixture(scope="module")
def mailbox_people() -> People:
    return make_people()


@pytest.fixture
def hq_site(tmp_path: Path, mailbox_people: People) -> Iterator[Site]:
    with running_site(tmp_path / "hq", mailbox_people) as site:
        yield site


def quick(site: Site, url: str = "") -> Hq:
    """Return HQ as the officer reaches it, with short pauses."""
    people = site.people
    return Hq(
        url or site.url, people.officer, people.trust, now, sleep=lambda _seconds: time.sleep(0.002)
    )


def received(site: Site, receipt: bytes) -> str:
    """Return which package a receipt is for."""
    return read_receipt(receipt, site.people.trust, now()).package


def test_package_is_delivered_against_a_signed_receipt(hq_site: Site) -> None:
    data, told = package(size=3_000_000), []
    signed = deliver(
        quick(hq_site), data, name(data), progress=lambda done, size: told.append((done, size))
    )
    receipt = read_receipt(signed, hq_site.people.trust, now())
    assert (receipt.package, receipt.verdict, receipt.position) == (name(data), "valid", 1)
    assert hq_site.packages == {name(data): data}
    assert told[-1] == (3_000_000, 3_000_000)
    assert told == sorted(told)


def test_package_is_delivered_from_a_file(hq_site: Site, tmp_path: Path) -> None:
    data, file = package(size=70_000), tmp_path / "WCA.xlsx"
    file.write_bytes(data)
    assert received(hq_site, deliver(quick(hq_site), file, name(data))) == name(data)


def test_package_that_arrived_before_is_not_sent_again(hq_site: Site) -> None:
    data = package(size=1_000_000)
    first = deliver(quick(hq_site), data, name(data))
    with bad_link(hq_site.port, up=(10**9, 10**9), swallow=10**9) as link:
        known_as(hq_site, link.port)
        assert deliver(quick(hq_site, link.url), data, name(data)) == first
    assert link.sent < 20_000


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_package_arrives_over_a_link_that_breaks(hq_site: Site, seed: int) -> None:
    data = package(size=4_000_000)
    # The mailbox knows itself by the address that the officer calls, behind a bad link too.
    with bad_link(hq_site.port, seed=seed) as link:
        known_as(hq_site, link.port)
        assert received(hq_site, deliver(quick(hq_site, link.url), data, name(data))) == name(data)
    assert hq_site.packages == {name(data): data}
    assert link.connections > 10
    assert link.sent < 1.5 * len(data)


def known_as(site: Site, port: int) -> None:
    """Let logins through that name another port, as those through a proxy do."""
    door = replace(site.mailbox.door, addresses=frozenset({f"127.0.0.1:{port}"}))
    object.__setattr__(site.mailbox, "door", door)


def test_package_goes_on_where_an_earlier_call_stopped(hq_site: Site) -> None:
    data, stopped = package(size=3_000_000), threading.Event()
    hq = replace(quick(hq_site), cancelled=stopped.is_set)

    def stop_after_a_third(done: int, _size: int) -> None:
        if done > 10**6:
            stopped.set()

    with pytest.raises(CancelledError):
        deliver(hq, data, name(data), progress=stop_after_a_third)
    stopped.clear()
    told: list[int] = []
    deliver(hq, data, name(data), progress=lambda done, _size: told.append(done))
    assert told[0] > 10**6


def test_server_that_is_away_is_given_up_after_some_tries(mailbox_people: People) -> None:
    pauses: list[float] = []
    people = mailbox_people
    url = f"http://127.0.0.1:{free_port()}"
    hq = Hq(url, people.officer, people.trust, now, sleep=pauses.append, chance=lambda: 0.5)
    with pytest.raises(NetworkError, match="cannot be reached"):
        deliver(hq, b"data", name(b"data"))
    assert sum(pauses) == pytest.approx(0.5 + 1 + 2 + 4 + 8 + 16 + 32)


def test_sender_whom_hq_does_not_know_is_refused_with_hqs_sentence(hq_site: Site) -> None:
    stranger = replace(quick(hq_site), signer=make_people().officer)
    with pytest.raises(HqRefusesError, match="do not know this sender"):
        deliver(stranger, b"data", name(b"data"))
    assert hq_site.packages == {}


def test_file_changed_since_it_was_made_is_not_sent(hq_site: Site) -> None:
    with pytest.raises(RefusedError, match="changed after it was made"):
        deliver(quick(hq_site), b"changed", name(b"data"))


def test_hq_under_another_root_gets_nothing(hq_site: Site) -> None:
    other = replace(quick(hq_site), trust=make_people().trust)
    with pytest.raises(NotTheMailboxError, match="cannot show that it is HQ"):
        deliver(other, b"data", name(b"data"))
    assert not list(hq_site.mailbox.uploads.folder.iterdir())


def test_bureau_posing_as_hq_gets_nothing(tmp_path: Path, mailbox_people: People) -> None:
    posing = replace(mailbox_people, hq=mailbox_people.bureau)
    with (
        running_site(tmp_path / "hq", posing) as site,
        pytest.raises(NotTheMailboxError, match="WCA bureau, not HQ"),
    ):
        deliver(quick(site), b"data", name(b"data"))


@pytest.mark.parametrize("wrong", [timedelta(days=2), timedelta(days=-2), timedelta(days=3653)])
def test_wrong_clock_is_noticed_and_told(hq_site: Site, wrong: timedelta) -> None:
    hq = replace(quick(hq_site), now=lambda: now() + wrong)
    with pytest.raises(WrongClockError, match="set the clock"):
        deliver(hq, b"data", name(b"data"))


def test_clock_wrong_by_an_hour_is_no_hindrance(hq_site: Site) -> None:
    hq = replace(quick(hq_site), now=lambda: now() - timedelta(hours=1))
    assert deliver(
        hq, b'{"to": "hq", "verdict": "valid"}', name(b'{"to": "hq", "verdict": "valid"}')
    )


@pytest.mark.parametrize(
    "url",
    ["http://hq.example", "ftp://hq.example", "hq.example", "http://10.0.0.1:8765", "file:///tmp"],
)
def test_address_that_is_neither_https_nor_this_machine_is_refused(
    mailbox_people: People, url: str
) -> None:
    hq = Hq(url, mailbox_people.officer, mailbox_people.trust, now)
    with pytest.raises(WrongUseError, match="https://"):
        deliver(hq, b"data", name(b"data"))


def test_https_under_hqs_own_root_is_trusted(tmp_path: Path, mailbox_people: People) -> None:
    web = web_certificate(tmp_path, mailbox_people.root)
    with running_site(tmp_path / "hq", mailbox_people, web=web) as site:
        data = package(size=100_000)
        assert received(site, deliver(quick(site), data, name(data))) == name(data)


@pytest.mark.parametrize(
    ("days", "stranger", "sentence"), [(30, True, "sign in first"), (-1, False, "clock")]
)
def test_https_that_cannot_be_checked_gets_nothing(
    tmp_path: Path, mailbox_people: People, *, days: int, stranger: bool, sentence: str
) -> None:
    issuer = make_people() if stranger else mailbox_people
    web = web_certificate(tmp_path, issuer.root, days)
    with running_site(tmp_path / "hq", mailbox_people, web=web) as site:
        with pytest.raises(NetworkError, match=sentence):
            deliver(quick(site), b"data", name(b"data"))
        assert site.packages == {}


Answer = tuple[int, dict[str, str], bytes]
MARKED = {wire.MARK: wire.VERSION}


@contextmanager
def stranger(answer: Callable[[str], Answer]) -> Iterator[str]:
    """Run a web server that is not HQ's and return its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, headers, body = answer(self.path)
            self.send_response(status)
            for key, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = do_PATCH = _answer  # noqa: N815 - the library's names

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, {}, b"<html>Welcome to the hotel</html>"), "sign in"),
        ((302, {"Location": "http://login.hotel.example/"}, b""), "sign in"),
        ((307, {"Location": "/elsewhere", **MARKED}, b""), "sign in"),
        ((511, {}, b"<html>"), "sign in"),
        ((200, {"Content-Encoding": "gzip", **MARKED}, b"x"), "sign in"),
        ((200, MARKED, b"{}"), "not HQ's mailbox"),
        ((200, MARKED, b"[" * 10_000), "not HQ's mailbox"),
        ((200, MARKED, b"x" * 3_000_000), "far longer"),
    ],
)
def test_answer_of_a_stranger_is_noticed_at_once(
    mailbox_people: People, answer: Answer, sentence: str
) -> None:
    with stranger(lambda _path: answer) as url:
        people = mailbox_people
        hq = Hq(url, people.officer, people.trust, now, sleep=lambda _: pytest.fail("it waited"))
        with pytest.raises(NotTheMailboxError, match=sentence):
            deliver(hq, b"data", name(b"data"))


def test_hqs_own_trouble_is_waited_for_and_then_told(mailbox_people: People) -> None:
    full = (507, MARKED, b'{"error": "HQ\'s disk is full; tell HQ and try again later."}')
    with stranger(lambda _path: full) as url:
        people = mailbox_people
        hq = Hq(url, people.officer, people.trust, now, sleep=lambda _: None)
        with pytest.raises(NetworkError, match="disk is full"):
            deliver(hq, b"data", name(b"data"))


def test_sentence_of_a_hostile_server_cannot_fill_the_screen() -> None:
    sentence = wire.parse_error(b'{"error": "' + b"\\u001b[2J" + b"A" * 9000 + b'"}')
    assert len(sentence) <= wire.MAX_SENTENCE
    assert sentence.isprintable()


def put_for_officers(site: Site, count: int) -> list[bytes]:
    """Let HQ send packages to all officers."""
    author = Author(author_of(site.people.hq.certificate).identity, Role.HQ)
    packages = [
        package(str(number), size=200_000, to="officer", author=author) for number in range(count)
    ]
    for data in packages:
        deliver(replace(quick(site), signer=site.people.hq), data, name(data))
    return packages


def test_inbox_brings_what_is_meant_for_us(hq_site: Site, tmp_path: Path) -> None:
    packages = put_for_officers(hq_site, 3)
    hq = quick(hq_site)
    rows = fetch_inbox(hq, 0)
    assert [row.sha256 for row in rows] == [name(data) for data in packages]
    assert fetch_inbox(hq, rows[1].position) == rows[2:]
    fetch_package(hq, rows[0], tmp_path / "first.xlsx")
    assert (tmp_path / "first.xlsx").read_bytes() == packages[0]
    assert [path.name for path in tmp_path.glob("first*")] == ["first.xlsx"]


def test_inbox_longer_than_one_answer_is_read_to_its_end(
    hq_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = put_for_officers(hq_site, 5)
    monkeypatch.setattr(wire, "MAX_INBOX_ROWS", 2)
    monkeypatch.setattr("stocktake_app.server.ledger.MAX_INBOX_ROWS", 2)
    assert [row.sha256 for row in fetch_inbox(quick(hq_site), 0)] == [name(one) for one in packages]


def test_package_is_fetched_over_a_link_that_breaks(hq_site: Site, tmp_path: Path) -> None:
    author = Author(author_of(hq_site.people.hq.certificate).identity, Role.HQ)
    data = package(size=3_000_000, to="officer", author=author)
    deliver(replace(quick(hq_site), signer=hq_site.people.hq), data, name(data))
    with bad_link(hq_site.port, down=(100_000, 900_000), swallow=5) as link:
        known_as(hq_site, link.port)
        hq = quick(hq_site, link.url)
        fetch_package(hq, fetch_inbox(hq, 0)[0], tmp_path / "big.xlsx")
    assert (tmp_path / "big.xlsx").read_bytes() == data
    assert link.connections > 5


def test_damaged_package_is_thrown_away(hq_site: Site, tmp_path: Path) -> None:
    put_for_officers(hq_site, 1)
    row = fetch_inbox(quick(hq_site), 0)[0]
    (tmp_path / "first.xlsx.part").write_bytes(b"x" * 1000)  # of a disk that went bad
    with pytest.raises(NetworkError, match="damaged"):
        fetch_package(quick(hq_site), row, tmp_path / "first.xlsx")
    fetch_package(quick(hq_site), row, tmp_path / "first.xlsx")
    assert name((tmp_path / "first.xlsx").read_bytes()) == row.sha256


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"inbox": [{"position": 1, "sha256": "x", "size": 1}]}',
        b'{"inbox": [{"position": 0, "sha256": "%s", "size": 1}]}' % (b"0" * 64),
        b'{"inbox": [{"position": true, "sha256": "%s", "size": 1}]}' % (b"0" * 64),
        b'{"inbox": 5}',
    ],
)
def test_list_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(wire.BadStatementError):
        wire.parse_inbox(body)


@given(data=st.binary(max_size=200))
def test_reading_what_a_stranger_says_never_crashes(data: bytes) -> None:
    for parse in (wire.parse_hello, wire.parse_login, wire.parse_token, wire.parse_inbox):
        with pytest.raises(wire.BadStatementError):
            parse(data)
    assert wire.parse_error(data)


@given(failures=st.integers(1, 50), chance=st.floats(0, 1))
def test_pauses_grow_and_end_at_a_limit(failures: int, chance: float) -> None:
    slept: list[float] = []
    Patience(slept.append, lambda: chance, lambda: False).pause(failures)
    expected = min(LONGEST_PAUSE, 0.5 * 2 ** (failures - 1)) * (0.5 + chance)
    assert sum(slept) == pytest.approx(expected)


def test_progress_renews_the_patience() -> None:
    reached = [0]

    def crawl() -> int:
        reached[0] += 1
        if reached[0] < 100:
            raise TryAgainError("slow")
        return reached[0]

    patience = Patience(lambda _: None, lambda: 0.5, lambda: False)
    assert persist(patience, crawl, lambda: reached[0]) == 100
