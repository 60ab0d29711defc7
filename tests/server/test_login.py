"""Who gets in: known senders, once per nonce, for a while; nothing of anybody else is kept."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hq_site import Caller, People, Site, make_mailbox, make_people, running_site, signed_login

from stocktake_app.exchange import greeting, wire
from stocktake_app.server.limits import Limits
from stocktake_app.server.login import Door, LoginRefusedError
from stocktake_app.server.mailbox import Mailbox
from stocktake_app.trust.cms import Signer

Call = Callable[[Site, Signer], Caller]


@pytest.fixture
def mailbox(tmp_path: Path, people: People) -> Mailbox:
    return make_mailbox(tmp_path / "hq", people, 8765)


def answer_hello(door: Door, people: People, signer: Signer, address: str) -> bytes:
    """Return a login that answers a fresh hello of this door."""
    challenge, now = greeting.new_challenge(), door.now()
    nonce = greeting.check_hello(door.hello(challenge), challenge, people.trust, now, "hq")
    return greeting.login_body(nonce, address, signer, now)


def later(door: Door, delay: timedelta) -> Door:
    """Return the same door as it is after some time."""
    return replace(door, now=lambda: datetime.now().astimezone() + delay)


def test_known_sender_gets_a_token_that_names_him(mailbox: Mailbox, people: People) -> None:
    token = mailbox.door.login(answer_hello(mailbox.door, people, people.officer, "127.0.0.1:8765"))
    sender = mailbox.ledger.sender(token, mailbox.now())
    assert sender
    assert (sender.role, sender.bureau) == ("officer", "WCA")


def test_stranger_is_turned_away_and_leaves_no_trace(mailbox: Mailbox, people: People) -> None:
    stranger = make_people().officer
    body = answer_hello(mailbox.door, people, stranger, "127.0.0.1:8765")
    with pytest.raises(LoginRefusedError):
        mailbox.door.login(body)
    with mailbox.ledger.database.reading() as connection:
        assert connection.rows("select * from session") == []


def test_login_is_good_only_once(mailbox: Mailbox, people: People) -> None:
    body = answer_hello(mailbox.door, people, people.officer, "127.0.0.1:8765")
    mailbox.door.login(body)
    with pytest.raises(LoginRefusedError, match="used before"):
        mailbox.door.login(body)


def test_login_at_another_address_is_refused(mailbox: Mailbox, people: People) -> None:
    body = answer_hello(mailbox.door, people, people.officer, "hq.example:443")
    with pytest.raises(LoginRefusedError, match=r"hq\.example"):
        mailbox.door.login(body)


def test_late_login_is_refused(mailbox: Mailbox, people: People) -> None:
    body = answer_hello(mailbox.door, people, people.officer, "127.0.0.1:8765")
    with pytest.raises(LoginRefusedError, match="too late"):
        later(mailbox.door, timedelta(minutes=6)).login(body)


@pytest.mark.parametrize("nonce", ["", ".", "1.2", "1700000000.abc.def", "x.y.z"])
def test_nonce_of_ones_own_making_is_refused(mailbox: Mailbox, people: People, nonce: str) -> None:
    body = greeting.login_body(nonce, "127.0.0.1:8765", people.officer, mailbox.now())
    with pytest.raises(LoginRefusedError):
        mailbox.door.login(body)


def test_token_runs_out(mailbox: Mailbox, people: People) -> None:
    body = answer_hello(mailbox.door, people, people.officer, "127.0.0.1:8765")
    token = mailbox.door.login(body)
    life = timedelta(seconds=mailbox.limits.token_life)
    assert mailbox.ledger.sender(token, mailbox.now() + life - timedelta(minutes=1))
    assert not mailbox.ledger.sender(token, mailbox.now() + life + timedelta(minutes=1))


def test_book_holds_no_token_that_lets_somebody_in(mailbox: Mailbox, people: People) -> None:
    body = answer_hello(mailbox.door, people, people.officer, "127.0.0.1:8765")
    token = mailbox.door.login(body)
    with mailbox.ledger.database.reading() as connection:
        assert token not in str(connection.rows("select * from session"))


def test_nonce_outlives_a_restart(tmp_path: Path, people: People) -> None:
    before = make_mailbox(tmp_path / "hq", people, 8765)
    body = answer_hello(before.door, people, people.officer, "127.0.0.1:8765")
    before.ledger.database.close()
    assert make_mailbox(tmp_path / "hq", people, 8765).door.login(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[" * 60_000, b'{"statement": "e30=", "signature": "e30="}', b"\xff" * 100],
)
def test_rubbish_is_refused_with_a_sentence(mailbox: Mailbox, body: bytes) -> None:
    with pytest.raises(LoginRefusedError, match=r"\.$"):
        mailbox.door.login(body)


@pytest.mark.parametrize("path", ["/inbox", f"/receipt/{'0' * 64}", f"/p/{'0' * 64}"])
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eDp4", "Bearer x y z"])
def test_nobody_is_answered_without_a_token(site: Site, path: str, authorization: str) -> None:
    answer = httpx.get(f"{site.url}{path}", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers[wire.MARK] == wire.VERSION


def test_guessing_is_slowed_down(tmp_path: Path, people: People) -> None:
    with (
        running_site(tmp_path / "hq", people, Limits(logins=5, free_bytes=0)) as site,
        httpx.Client(base_url=site.url) as http,
    ):
        codes = [http.post("/login", content=b"{}").status_code for _ in range(8)]
    assert codes == [403] * 5 + [429] * 3


def test_sender_who_asks_too_often_must_wait(tmp_path: Path, people: People, call: Call) -> None:
    with running_site(tmp_path / "hq", people, Limits(requests=5, free_bytes=0)) as site:
        sender = call(site, people.officer)
        codes = [sender.http.get("/inbox").status_code for _ in range(7)]
        assert codes == [200] * 5 + [429] * 2
        assert call(site, people.bureau).http.get("/inbox").status_code == 200


def test_long_request_is_refused(site: Site) -> None:
    assert httpx.post(f"{site.url}/login", content=b" " * 100_000).status_code == 413


def test_long_header_is_refused(site: Site) -> None:
    headers = {"X-Long": "x" * 100_000}
    with suppress(httpx.TransportError):  # cut off before all of it was sent
        assert httpx.get(f"{site.url}/inbox", headers=headers).status_code >= 400


def test_login_over_the_wire_works_for_bureaux_too(site: Site, call: Call) -> None:
    with httpx.Client(base_url=site.url) as http:
        body = signed_login(http, site, site.people.bureau)
        assert http.post("/login", content=body).status_code == 200
        assert http.post("/login", content=body).status_code == 403
