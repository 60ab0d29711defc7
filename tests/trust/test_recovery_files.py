"""A forgotten passphrase: a request and an answer by file, and what thieves of either can do."""

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.trust import slots
from stocktake_app.trust.escrow import (
    Box,
    NotForUsError,
    lock_box,
    lock_for,
    new_recovery_identity,
    open_box,
    open_with,
    recipient_of,
)
from stocktake_app.trust.keystore import (
    NoSlotError,
    Unlocked,
    WrongPassphraseError,
    create_keystore,
    open_keystore,
)
from stocktake_app.trust.recovery import (
    make_answer,
    make_request,
    open_answer,
    open_request,
    read_request,
)
from stocktake_app.trust.signed_json import BadSignedFileError

NOW = datetime(2021, 3, 4, 10, 0, tzinfo=UTC)
OLD, NEW = "the old one, forgotten", "six loud yellow drums"
NAME = "Stocktaking officer"


@pytest.fixture(autouse=True)
def _quick_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the tests most of the half second that a passphrase takes."""
    monkeypatch.setattr(slots, "MEMORY_KIB", 64)


def box_for(unlocked: Unlocked, key: bytes) -> Box:
    return Box(unlocked.keystore.id, "ab" * 16, NAME, NOW.isoformat(), key)


@dataclass
class Pair:
    """An officer's keystore that left a box with a bureau, and the bureau's secret."""

    folder: Path
    data_key: bytes
    secret: bytes
    wrapping_key: bytes

    def request(self, passphrase: str = NEW) -> bytes:
        return make_request(open_keystore(self.folder), passphrase, NOW)

    def answer(self, request: bytes) -> bytes:
        return make_answer(open_request(request, self.secret), NOW)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    unlocked = create_keystore(tmp_path, passphrase=OLD)
    secret, key = new_recovery_identity(), secrets.token_bytes(32)
    unlocked.add_escrow(box_for(unlocked, key), recipient_of(secret), "Regional bureau")
    return Pair(tmp_path, unlocked.data_key, secret, key)


def decoded(data: bytes) -> bytes:
    """Return a file's bytes and what its base64 members stand for."""
    found = data
    for text in json.loads(data).values():
        if isinstance(text, str):
            try:
                found += b64decode(text, validate=True)
            except ValueError:
                continue
    return found


def test_a_forgotten_passphrase_is_replaced_with_the_bureaus_help(pair: Pair) -> None:
    request = pair.request()
    asked = open_request(request, pair.secret)
    assert asked.box.name == NAME
    assert asked.request.fingerprint == read_request(request).fingerprint
    opened = open_answer(open_keystore(pair.folder), make_answer(asked, NOW), NEW)
    assert opened.data_key == pair.data_key
    assert open_keystore(pair.folder).unlock(NEW).data_key == pair.data_key
    with pytest.raises(WrongPassphraseError):
        open_keystore(pair.folder).unlock(OLD)
    assert not (pair.folder / "recovery.json").exists()


def test_neither_request_nor_answer_holds_a_secret(pair: Pair) -> None:
    request = pair.request()
    answer = pair.answer(request)
    pending = (pair.folder / "recovery.json").read_bytes()
    for data in (request, answer, pending):
        everything = decoded(data)
        for secret in (pair.data_key, pair.wrapping_key, NEW.encode(), b"AGE-SECRET-KEY"):
            assert secret not in everything
            assert secret.hex().encode() not in everything


def test_the_bureau_alone_cannot_read_the_laptop(pair: Pair) -> None:
    opened = open_request(pair.request(), pair.secret)
    assert opened.box.key == pair.wrapping_key != pair.data_key
    assert pair.wrapping_key.hex() not in repr(opened)
    assert pair.wrapping_key.hex() not in repr(opened.box)


def test_a_thief_with_laptop_request_and_answer_still_needs_the_new_passphrase(pair: Pair) -> None:
    answer = pair.answer(pair.request())
    with pytest.raises(WrongPassphraseError):
        open_answer(open_keystore(pair.folder), answer, "another guess of mine")
    assert open_answer(open_keystore(pair.folder), answer, NEW).data_key == pair.data_key


def test_a_request_that_was_swapped_on_its_way_has_another_fingerprint(pair: Pair) -> None:
    request = pair.request()
    thief = recipient_of(new_recovery_identity())
    swapped = json.dumps(json.loads(request) | {"answer_to": thief}).encode()
    assert read_request(swapped).fingerprint != read_request(request).fingerprint


def test_another_office_cannot_open_the_box(pair: Pair) -> None:
    with pytest.raises(NotForUsError, match="left with another office"):
        open_request(pair.request(), new_recovery_identity())


def test_a_box_taken_from_another_laptop_is_refused(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = create_keystore(tmp_path / "other", passphrase=OLD)
    other.add_escrow(box_for(other, secrets.token_bytes(32)), recipient_of(pair.secret), "Bureau")
    mixed = json.loads(pair.request()) | {
        "box": json.loads(make_request(other.keystore, NEW, NOW))["box"]
    }
    with pytest.raises(BadSignedFileError, match="the box of another laptop"):
        open_request(json.dumps(mixed).encode(), pair.secret)


def test_an_answer_to_another_request_is_refused(pair: Pair) -> None:
    late = pair.answer(pair.request())
    pair.request()
    with pytest.raises(RefusedError, match="answers another request"):
        open_answer(open_keystore(pair.folder), late, NEW)


def test_an_answer_without_a_request_is_refused(pair: Pair) -> None:
    answer = pair.answer(pair.request())
    (pair.folder / "recovery.json").unlink()
    with pytest.raises(RefusedError, match="No recovery was requested"):
        open_answer(open_keystore(pair.folder), answer, NEW)


def test_an_answer_with_another_key_opens_nothing(pair: Pair) -> None:
    request = pair.request()
    forged = json.loads(pair.answer(request))
    answer_to = json.loads(request)["answer_to"]
    key = lock_for(answer_to, secrets.token_bytes(32))
    forged["key"] = b64encode(key).decode()
    with pytest.raises(RefusedError, match="for another workspace, or for an older request"):
        open_answer(open_keystore(pair.folder), json.dumps(forged).encode(), NEW)


def test_a_newer_box_makes_the_older_one_worthless(pair: Pair) -> None:
    answer = pair.answer(pair.request())
    unlocked = open_keystore(pair.folder).unlock(OLD)
    box = box_for(unlocked, secrets.token_bytes(32))
    unlocked.add_escrow(box, recipient_of(pair.secret), "Regional bureau")
    with pytest.raises(RefusedError, match="older request"):
        open_answer(open_keystore(pair.folder), answer, NEW)


def test_without_a_box_there_is_nothing_to_request(tmp_path: Path) -> None:
    create_keystore(tmp_path, passphrase=OLD)
    with pytest.raises(NoSlotError):
        make_request(open_keystore(tmp_path), NEW, NOW)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b"0" * 300_000])
def test_damaged_files_get_one_sentence(pair: Pair, damage: bytes) -> None:
    with pytest.raises(UserFileError):
        open_request(damage, pair.secret)
    pair.request()
    with pytest.raises(UserFileError):
        open_answer(open_keystore(pair.folder), damage, NEW)


def test_every_changed_byte_of_a_box_is_noticed(pair: Pair) -> None:
    box = open_keystore(pair.folder).escrow_box
    for place in range(0, len(box), 3):
        changed = bytearray(box)
        changed[place] ^= 1
        with pytest.raises(NotForUsError):
            open_box(bytes(changed), pair.secret)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"format": "stocktake-escrow/1"}', b"\xff", b'{"format": 5, "key": 7}'],
)
def test_a_box_with_something_else_in_it_is_refused(content: bytes) -> None:
    secret = new_recovery_identity()
    with pytest.raises(UserFileError, match="cannot be read"):
        open_box(lock_for(recipient_of(secret), content), secret)


@pytest.mark.parametrize("word", ["\x1b[2Jcleared", "two\nlines", "n" * 201])
@pytest.mark.parametrize("field", ["keystore", "identity", "name", "made"])
def test_a_box_that_says_what_no_screen_should_show_is_refused(field: str, word: str) -> None:
    secret = new_recovery_identity()
    box = Box("ab" * 16, "cd" * 16, NAME, NOW.isoformat(), secrets.token_bytes(32))
    assert open_box(lock_box(box, recipient_of(secret)), secret) == box
    shown = Box(**(asdict(box) | {field: word}))
    with pytest.raises(UserFileError, match="cannot be read"):
        open_box(lock_box(shown, recipient_of(secret)), secret)


def test_a_box_with_a_key_of_another_length_is_refused() -> None:
    secret = new_recovery_identity()
    box = Box("ab" * 16, "cd" * 16, NAME, NOW.isoformat(), b"short")
    with pytest.raises(UserFileError, match="cannot be read"):
        open_box(lock_box(box, recipient_of(secret)), secret)


def test_a_giant_box_is_not_even_tried() -> None:
    secret = new_recovery_identity()
    assert open_with(secret, bytes(20_000)) is None


@pytest.mark.parametrize("recipient", ["", "age1", "age1" + "q" * 58, "ssh-ed25519 AAAA", "x" * 99])
def test_what_is_no_recipient_is_refused(tmp_path: Path, recipient: str) -> None:
    unlocked = create_keystore(tmp_path, passphrase=OLD)
    with pytest.raises(WrongUseError, match="no address for recovery boxes"):
        unlocked.add_escrow(box_for(unlocked, bytes(32)), recipient, "Bureau")
    assert open_keystore(tmp_path).slots == ("passphrase",)
