"""Notices of an office's encryption key: who may publish one, and which one counts."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from people import People

from stocktake_app.trust import signed_json
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer, sign_detached
from stocktake_app.trust.recipients import (
    Recipient,
    is_recipient_notice,
    judge_notice,
    make_recipient_notice,
    newest,
    open_notice,
)
from stocktake_app.trust.signed_json import BadSignedFileError

KEY = "age1" + "q" * 58
OTHER = "age1" + "p" * 58


def read(data: bytes, people: People, trust: Trust | None = None) -> Recipient:
    return judge_notice(open_notice(data), trust or people.trust, people.now)


def test_hq_and_bureaux_publish_a_key_and_are_called_by_their_office(people: People) -> None:
    for office, signer in (("HQ", people.hq.signer), ("WCA", people.wca.signer)):
        data = make_recipient_notice(KEY, signer, people.now)
        assert is_recipient_notice(data)
        found = read(data, people)
        assert (found.office, found.recipient, found.created) == (office, KEY, people.now)


def test_no_byte_of_a_notice_can_be_changed(people: People) -> None:
    data = make_recipient_notice(KEY, people.hq.signer, people.now)
    for place in range(0, len(data), 3):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 7
        with pytest.raises(BadSignedFileError):
            open_notice(bytes(changed))


def test_the_key_in_a_notice_cannot_be_exchanged(people: People) -> None:
    body = json.loads(make_recipient_notice(KEY, people.hq.signer, people.now))
    with pytest.raises(BadSignedFileError, match="damaged or was changed"):
        open_notice(signed_json.canonical(body | {"recipient": OTHER}))


def test_a_notice_cannot_be_dated_otherwise_than_its_signature(people: People) -> None:
    later = (people.now + timedelta(days=1)).isoformat(timespec="seconds")
    body = {"format": "stocktake-recipient/1", "created": later, "recipient": KEY}
    signature = sign_detached(signed_json.canonical(body), people.hq.signer, people.now)
    data = signed_json.canonical(body | {"signature": signed_json.encode_bytes(signature)})
    with pytest.raises(BadSignedFileError, match="another time than its signature"):
        open_notice(data)


@pytest.mark.parametrize("who", ["wca_officer", "stranger", "rogue_hq"])
def test_an_officer_a_stranger_or_another_hq_cannot_publish_one(people: People, who: str) -> None:
    found = getattr(people, who)
    signer = found if isinstance(found, Signer) else found.signer
    data = make_recipient_notice(KEY, signer, people.now)
    with pytest.raises(BadSignedFileError, match=r"is an officer|cannot be trusted"):
        read(data, people)


def test_practice_and_real_offices_do_not_write_to_each_other(people: People) -> None:
    data = make_recipient_notice(KEY, people.hq.signer, people.now)
    with pytest.raises(BadSignedFileError, match="real signature"):
        read(data, people, replace(people.trust, practice=True))


def test_the_newest_notice_of_an_office_counts_in_whatever_order_they_came(
    people: People,
) -> None:
    def notice(key: str, days: int, signer: Signer) -> Recipient:
        made = make_recipient_notice(key, signer, people.now + timedelta(days=days))
        return read(made, people)

    old, new = notice(KEY, 0, people.hq.signer), notice(OTHER, 1, people.hq.signer)
    bureau = notice(KEY, 0, people.wca.signer)
    assert newest([new, bureau, old]) == newest([old, bureau, new]) == (new, bureau)
