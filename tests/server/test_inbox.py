"""Fetching: who may see which package, ranges, receipts, the importer behind the counter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hq_site import (
    Caller,
    People,
    Site,
    identity,
    make_mailbox,
    make_test_judge,
    name,
    now,
    package,
)
from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.errors import MachineError, RefusedError
from stocktake_app.exchange.receipts import read_receipt
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author
from stocktake_app.server.importer import work_off
from stocktake_app.server.ledger import Judged
from stocktake_app.server.mailbox import Mailbox
from stocktake_app.server.ranges import BadRangeError, parse_range
from stocktake_app.trust.cms import Signer

Call = Callable[[Site, Signer], Caller]

HQ = Author(identity("HQ desk"), Role.HQ)
WCA_BUREAU = Author(identity("WCA bureau"), Role.BUREAU, "WCA")
WCA_OFFICER = Author(identity("WCA officer"), Role.OFFICER, "WCA")
EHA_BUREAU = Author(identity("EHA bureau"), Role.BUREAU, "EHA")
EHA_OFFICER = Author(identity("EHA officer"), Role.OFFICER, "EHA")
EVERYBODY = [HQ, WCA_BUREAU, WCA_OFFICER, EHA_BUREAU, EHA_OFFICER]


@pytest.fixture
def mailbox(tmp_path: Path, people: People) -> Mailbox:
    return make_mailbox(tmp_path / "hq", people, 8765)


def put(mailbox: Mailbox, data: bytes) -> str:
    """Let a package arrive."""
    incoming = mailbox.uploads.folder / "incoming"
    incoming.write_bytes(data)
    mailbox.objects.put(name(data), incoming)
    mailbox.received(name(data), len(data), WCA_OFFICER.identity)
    return name(data)


@pytest.mark.parametrize(
    ("to", "author", "readers"),
    [
        ("hq", WCA_OFFICER, [HQ]),
        ("hq", WCA_BUREAU, [HQ]),
        ("bureau", WCA_OFFICER, [WCA_BUREAU]),
        ("officer", WCA_BUREAU, [WCA_OFFICER]),
        ("officer", HQ, [WCA_OFFICER, EHA_OFFICER]),
        ("bureau", HQ, [WCA_BUREAU, EHA_BUREAU]),
        (EHA_OFFICER.identity, HQ, [EHA_OFFICER]),
        (EHA_OFFICER.identity, WCA_OFFICER, [EHA_OFFICER]),
        ("", WCA_OFFICER, []),
        ("officer", None, []),
    ],
)
def test_package_is_listed_for_whom_it_is_meant_alone(
    mailbox: Mailbox, people: People, to: str, author: Author | None, readers: list[Author]
) -> None:
    sha256 = put(mailbox, package(to=to, author=author))
    work_off(mailbox, make_test_judge(people), None)
    listed = [one for one in EVERYBODY if mailbox.ledger.inbox(one, 0)]
    assert listed == readers
    allowed = [one for one in EVERYBODY if mailbox.ledger.may_read(sha256, one)]
    assert set(allowed) == {HQ, WCA_OFFICER, *readers}  # HQ keeps it, the sender may look again


def test_who_comes_with_somebody_elses_identity_reads_nothing_of_theirs(
    mailbox: Mailbox, people: People
) -> None:
    posing = [replace(EHA_BUREAU, identity=one.identity) for one in (WCA_OFFICER, WCA_BUREAU)]
    for number, author in enumerate([WCA_OFFICER, WCA_BUREAU, *posing]):
        assert mailbox.ledger.open_session(author, f"nonce {number}", now(), 60)
    sent = put(mailbox, package(to="hq", author=WCA_OFFICER))
    answer = put(mailbox, package(to=WCA_BUREAU.identity, author=HQ))
    work_off(mailbox, make_test_judge(people), None)
    unjudged = put(mailbox, package("just come"))
    for one in posing:
        assert not mailbox.ledger.inbox(one, 0)
        assert not mailbox.ledger.may_read(unjudged, one)
        assert not mailbox.ledger.may_read(sent, one)
        assert not mailbox.ledger.may_read(answer, one)
    assert mailbox.ledger.may_read(sent, WCA_OFFICER)
    assert [one.sha256 for one in mailbox.ledger.inbox(WCA_BUREAU, 0)] == [answer]


def test_altered_package_is_listed_for_nobody(mailbox: Mailbox, people: People) -> None:
    put(mailbox, package(to="hq").replace(b'"valid"', b'"altered"'))
    work_off(mailbox, make_test_judge(people), None)
    assert not [one for one in EVERYBODY if mailbox.ledger.inbox(one, 0)]


def test_inbox_goes_on_behind_a_place(mailbox: Mailbox, people: People) -> None:
    names = [put(mailbox, package(str(number))) for number in range(5)]
    work_off(mailbox, make_test_judge(people), None)
    assert [row.sha256 for row in mailbox.ledger.inbox(HQ, 0)] == names
    assert [row.position for row in mailbox.ledger.inbox(HQ, 3)] == [4, 5]


def test_package_judged_late_is_not_missed_by_who_has_read_on(
    mailbox: Mailbox, people: People
) -> None:
    judge = make_test_judge(people)
    early, late = put(mailbox, package("early")), put(mailbox, package("late"))

    def stumble(data: bytes, sha256: str, position: int, received: datetime) -> Judged:
        if sha256 == early:
            raise ValueError("a fault of ours")
        return judge(data, sha256, position, received)

    work_off(mailbox, stumble, None)
    read = mailbox.ledger.inbox(HQ, 0)
    assert [row.sha256 for row in read] == [late]
    work_off(mailbox, judge, None)
    assert [row.sha256 for row in mailbox.ledger.inbox(HQ, read[-1].position)] == [early]


def test_importer_takes_each_package_once_and_in_order(mailbox: Mailbox, people: People) -> None:
    names = [put(mailbox, package(str(number))) for number in range(3)]
    taken: list[str] = []
    for _ in range(2):
        work_off(mailbox, make_test_judge(people), lambda _data, sha256: taken.append(sha256))
    assert taken == names


def test_refused_package_is_noted_and_the_next_goes_in(mailbox: Mailbox, people: People) -> None:
    first, second = put(mailbox, package("first")), put(mailbox, package("second"))
    taken: list[str] = []

    def take(_data: bytes, sha256: str) -> None:
        if sha256 == first:
            raise RefusedError("This is for another practice.")
        taken.append(sha256)

    work_off(mailbox, make_test_judge(people), take)
    assert taken == [second]
    with mailbox.ledger.database.reading() as connection:
        problems = connection.rows("select sha256, problem from package where problem <> ''")
    assert problems == [(first, "This is for another practice.")]


def test_full_disk_stops_the_importer_and_nothing_is_lost(mailbox: Mailbox, people: People) -> None:
    names = [put(mailbox, package(str(number))) for number in range(2)]

    def fail(_data: bytes, _sha256: str) -> None:
        raise MachineError("The disk is full.")

    with pytest.raises(MachineError):
        work_off(mailbox, make_test_judge(people), fail)
    taken: list[str] = []
    work_off(mailbox, make_test_judge(people), lambda _data, sha256: taken.append(sha256))
    assert taken == names


def test_receipt_names_package_place_and_verdict(mailbox: Mailbox, people: People) -> None:
    sha256 = put(mailbox, package())
    assert mailbox.ledger.receipt(sha256) is None
    work_off(mailbox, make_test_judge(people), None)
    data = mailbox.ledger.receipt(sha256)
    assert data
    receipt = read_receipt(data, people.trust, now())
    assert (receipt.package, receipt.position, receipt.verdict) == (sha256, 1, "valid")


def test_receipt_over_the_wire_comes_after_the_package(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    assert sender.http.get(f"/receipt/{name(data)}").status_code == 404
    sender.patch(name(data), 0, data, last=True)
    answers = [sender.http.get(f"/receipt/{name(data)}") for _ in range(100)]
    assert {one.status_code for one in answers} <= {200, 202}
    assert answers[-1].status_code == 200
    assert read_receipt(answers[-1].content, site.people.trust, now()).package == name(data)


def test_stranger_to_a_package_cannot_fetch_it(site: Site, call: Call) -> None:
    data = package(size=1000)
    call(site, site.people.officer).patch(name(data), 0, data, last=True)
    assert call(site, site.people.other_bureau).http.get(f"/p/{name(data)}").status_code == 404
    assert call(site, site.people.hq).http.get(f"/p/{name(data)}").content == data


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-", (0, 1000)), ("bytes=990-", (990, 1000)), ("bytes=5-9", (5, 10)),
     ("bytes=-7", (993, 1000)), ("bytes=999-5000", (999, 1000)), ("lines=1-2", (0, 1000))],
)  # fmt: skip
def test_part_of_a_package_can_be_fetched(
    site: Site, call: Call, asked: str, part: tuple[int, int]
) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    sender.patch(name(data), 0, data, last=True)
    answer = sender.http.get(f"/p/{name(data)}", headers={"Range": asked})
    assert answer.content == data[slice(*part)]
    assert answer.status_code == (206 if len(answer.content) < 1000 else 200)


def test_part_behind_the_end_is_refused(site: Site, call: Call) -> None:
    sender, data = call(site, site.people.officer), package(size=1000)
    sender.patch(name(data), 0, data, last=True)
    answer = sender.http.get(f"/p/{name(data)}", headers={"Range": "bytes=1000-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */1000")


@given(
    header=st.text("bytes=0123456789-, ") | st.from_regex(r"bytes=\d{0,4}-\d{0,4}"),
    size=st.integers(1, 99),
)
def test_any_range_lies_inside_or_is_refused(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except BadRangeError:
        return
    assert 0 <= part.start < part.stop <= size
