import json
import os
import stat
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from cryptography.hazmat.primitives import serialization

from stocktake_app.errors import MachineError, RefusedError, WrongUseError
from stocktake_app.trust import slots
from stocktake_app.trust.keys import PrivateKey, new_key
from stocktake_app.trust.keystore import (
    AUTHORITY,
    SIGNING,
    DamagedKeystoreError,
    NoSlotError,
    Unlocked,
    WrongPassphraseError,
    create_keystore,
    has_keystore,
    keyring_available,
    open_keystore,
)
from stocktake_app.trust.recovery_key import WrongRecoveryKeyError

PASSPHRASE = "neuf chevaux à l'ombre"


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that works, as a desktop has one."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class LockedKeyring(MemoryKeyring):
    """A keyring that says it is there, but stays locked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked(f"{service} {username} {len(password)}")


@pytest.fixture(autouse=True)
def _quick_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the tests most of the half second; one test below takes the real numbers."""
    monkeypatch.setattr(slots, "MEMORY_KIB", 64)


@pytest.fixture
def desktop_keyring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def made(tmp_path: Path) -> Unlocked:
    return create_keystore(tmp_path, passphrase=PASSPHRASE)


def encodings(key: PrivateKey) -> list[bytes]:
    """Return every form in which the key could lie about in the clear."""
    secret = key.private_numbers()
    number = getattr(secret, "private_value", 0) or getattr(secret, "d", 0)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    encoded = key.private_bytes(serialization.Encoding.DER, *plain)
    text = key.private_bytes(serialization.Encoding.PEM, *plain)
    return [raw, raw.hex().encode(), encoded, text, text.splitlines()[1]]


def everything_in(folder: Path) -> bytes:
    """Return all bytes below a folder, and what base64 texts in JSON files stand for."""
    data = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    body = json.loads((folder / "keys.json").read_bytes())
    texts = [body["keys"], *(slot["box"] for slot in body["slots"].values())]
    return data + b"".join(b64decode(text) for text in texts)


def test_keys_come_back_after_unlocking(tmp_path: Path, made: Unlocked) -> None:
    keys = {SIGNING: new_key("ec"), AUTHORITY: new_key("ec")}
    for name, key in keys.items():
        made.add_key(name, key)
    again = open_keystore(tmp_path).unlock(PASSPHRASE)
    assert again.key_names() == (AUTHORITY, SIGNING)
    for name, key in keys.items():
        assert again.private_key(name).private_numbers() == key.private_numbers()


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_nothing_of_a_key_lies_in_the_clear(tmp_path: Path, made: Unlocked, kind: str) -> None:
    key = new_key("ec" if kind == "ec" else "rsa")
    made.add_key(SIGNING, key)
    data = everything_in(tmp_path)
    assert b"PRIVATE KEY" not in data
    assert made.data_key not in data
    assert PASSPHRASE.encode() not in data
    assert SIGNING.encode() not in data
    assert not [form for form in encodings(key) if form in data]


def test_the_file_is_its_owners_alone_and_nothing_else_is_left(
    tmp_path: Path, made: Unlocked
) -> None:
    made.add_key(SIGNING, new_key("ec"))
    path = tmp_path / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["keys.json", "keys.lock"]


def test_a_wrong_passphrase_is_refused_in_one_sentence(tmp_path: Path, made: Unlocked) -> None:
    with pytest.raises(WrongPassphraseError, match="does not open the keys; try again"):
        open_keystore(tmp_path).unlock("neuf chevaux")


def test_a_passphrase_is_the_same_on_every_keyboard(tmp_path: Path, made: Unlocked) -> None:
    with_combining_accent = "neuf chevaux a\u0300 l'ombre"
    assert open_keystore(tmp_path).unlock(with_combining_accent).data_key == made.data_key


def test_the_real_stretching_takes_64_mib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    create_keystore(tmp_path, passphrase=PASSPHRASE)
    slot = json.loads((tmp_path / "keys.json").read_bytes())["slots"]["passphrase"]
    assert (slot["memory_kib"], slot["passes"], slot["lanes"]) == (65536, 3, 4)
    assert open_keystore(tmp_path).unlock(PASSPHRASE)


def test_a_changed_passphrase_keeps_keys_and_shuts_the_old_one_out(
    tmp_path: Path, made: Unlocked
) -> None:
    made.add_key(SIGNING, new_key("ec"))
    made.set_passphrase("another one")
    assert open_keystore(tmp_path).unlock("another one").key_names() == (SIGNING,)
    with pytest.raises(WrongPassphraseError):
        open_keystore(tmp_path).unlock(PASSPHRASE)


def test_without_a_way_to_open_it_no_keystore_is_made(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="need a passphrase"):
        create_keystore(tmp_path)
    with pytest.raises(WrongUseError, match="protects nothing"):
        create_keystore(tmp_path, passphrase="")
    with pytest.raises(NoSlotError, match="no keyring"):
        create_keystore(tmp_path, use_keyring=True)
    assert not has_keystore(tmp_path)


def test_a_keystore_is_never_replaced(tmp_path: Path, made: Unlocked) -> None:
    with pytest.raises(WrongUseError, match="not replaced"):
        create_keystore(tmp_path, passphrase=PASSPHRASE)
    assert open_keystore(tmp_path).unlock(PASSPHRASE).data_key == made.data_key


def test_without_a_keyring_the_passphrase_does(tmp_path: Path) -> None:
    assert not keyring_available()
    unlocked = create_keystore(tmp_path, passphrase=PASSPHRASE, use_keyring=True)
    assert unlocked.keystore.slots == ("passphrase",)
    with pytest.raises(NoSlotError, match="opened by a passphrase; give it"):
        open_keystore(tmp_path).unlock()
    with pytest.raises(NoSlotError, match="choose a passphrase"):
        unlocked.add_keyring()


def test_a_keyring_opens_it_without_a_passphrase(
    tmp_path: Path, desktop_keyring: MemoryKeyring
) -> None:
    assert keyring_available()
    unlocked = create_keystore(tmp_path, use_keyring=True)
    assert open_keystore(tmp_path).unlock().data_key == unlocked.data_key
    with pytest.raises(NoSlotError, match="by this computer's keyring"):
        open_keystore(tmp_path).unlock(PASSPHRASE)
    data = everything_in(tmp_path)
    assert not [kept for kept in desktop_keyring.kept.values() if b64decode(kept) in data]


def test_a_keyring_can_be_added_later(
    tmp_path: Path, desktop_keyring: MemoryKeyring, made: Unlocked
) -> None:
    made.add_keyring()
    keystore = open_keystore(tmp_path)
    assert keystore.slots == ("keyring", "passphrase")
    assert keystore.unlock().data_key == keystore.unlock(PASSPHRASE).data_key


def test_another_computers_keyring_asks_for_the_passphrase(
    tmp_path: Path, desktop_keyring: MemoryKeyring
) -> None:
    create_keystore(tmp_path, passphrase=PASSPHRASE, use_keyring=True)
    desktop_keyring.kept.clear()
    with pytest.raises(NoSlotError, match="does not know these keys; give the passphrase"):
        open_keystore(tmp_path).unlock()
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(NoSlotError, match="give the passphrase"):
        open_keystore(tmp_path).unlock()


def test_a_keyring_that_holds_something_else_is_noticed(
    tmp_path: Path, desktop_keyring: MemoryKeyring
) -> None:
    create_keystore(tmp_path, use_keyring=True)
    for wrong in ("", "not base64", "AAAA"):
        desktop_keyring.kept = dict.fromkeys(desktop_keyring.kept, wrong)
        with pytest.raises(DamagedKeystoreError):
            open_keystore(tmp_path).unlock()


def test_the_stores_key_is_neither_the_data_key_nor_given_without_need(tmp_path: Path) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
    assert create_keystore(tmp_path / "open", passphrase=PASSPHRASE).store_key is None
    closed = create_keystore(tmp_path / "closed", passphrase=PASSPHRASE, encrypts_store=True)
    again = open_keystore(tmp_path / "closed").unlock(PASSPHRASE)
    assert closed.store_key
    assert len(closed.store_key) == 32
    assert again.store_key == closed.store_key != closed.data_key


def test_a_slot_or_keys_of_another_keystore_do_not_fit(tmp_path: Path) -> None:
    bodies = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        create_keystore(tmp_path / name, passphrase=PASSPHRASE)
        bodies.append(json.loads((tmp_path / name / "keys.json").read_bytes()))
    mixed = bodies[0] | {"slots": bodies[1]["slots"]}
    (tmp_path / "one/keys.json").write_text(json.dumps(mixed))
    with pytest.raises(WrongPassphraseError):
        open_keystore(tmp_path / "one").unlock(PASSPHRASE)
    mixed = bodies[0] | {"keys": bodies[1]["keys"]}
    (tmp_path / "one/keys.json").write_text(json.dumps(mixed))
    with pytest.raises(DamagedKeystoreError):
        open_keystore(tmp_path / "one").unlock(PASSPHRASE)


def test_turning_the_stores_encryption_off_in_the_file_is_noticed(tmp_path: Path) -> None:
    create_keystore(tmp_path, passphrase=PASSPHRASE, encrypts_store=True)
    path = tmp_path / "keys.json"
    path.write_text(path.read_text().replace("true", "false"))
    with pytest.raises(DamagedKeystoreError):
        open_keystore(tmp_path).unlock(PASSPHRASE)


def test_kinds_of_slots_of_a_later_version_stay(tmp_path: Path, made: Unlocked) -> None:
    path = tmp_path / "keys.json"
    body = json.loads(path.read_bytes())
    body["slots"]["thumbprint"] = {"box": "AAAA", "words": 12}
    path.write_text(json.dumps(body))
    made.add_key(SIGNING, new_key("ec"))
    made.set_passphrase("another one")
    assert json.loads(path.read_bytes())["slots"]["thumbprint"] == {"box": "AAAA", "words": 12}
    assert open_keystore(tmp_path).slots == ("passphrase", "thumbprint")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b'{"format": "stocktake-keys/3"}',
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(
    tmp_path: Path, made: Unlocked, damage: bytes
) -> None:
    (tmp_path / "keys.json").write_bytes(damage)
    with pytest.raises(DamagedKeystoreError, match="is damaged; restore it from a backup"):
        open_keystore(tmp_path)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("memory_kib", 2**31),
        ("memory_kib", "64"),
        ("memory_kib", 1),
        ("passes", 0),
        ("lanes", 10_000),
        ("salt", "AA=="),
        ("salt", None),
        ("box", "AAAA"),
        ("box", 5),
    ],
)
def test_numbers_that_nobody_wrote_are_refused_and_not_tried(
    tmp_path: Path, made: Unlocked, member: str, value: object
) -> None:
    path = tmp_path / "keys.json"
    body = json.loads(path.read_bytes())
    body["slots"]["passphrase"][member] = value
    path.write_text(json.dumps(body))
    with pytest.raises(DamagedKeystoreError, match="is damaged; restore it"):
        open_keystore(tmp_path).unlock(PASSPHRASE)


def test_every_changed_byte_of_the_wrapped_texts_is_noticed(tmp_path: Path, made: Unlocked) -> None:
    made.add_key(SIGNING, new_key("ec"))
    path = tmp_path / "keys.json"
    body = json.loads(path.read_bytes())
    box = body["keys"]
    for place in range(0, len(box) - 4, 7):
        letter = "A" if box[place] != "A" else "B"
        path.write_text(json.dumps(body | {"keys": box[:place] + letter + box[place + 1 :]}))
        with pytest.raises(DamagedKeystoreError):
            made.private_key(SIGNING)


def test_names_are_given_once_and_missing_keys_are_named(made: Unlocked) -> None:
    made.add_key(SIGNING, new_key("ec"))
    with pytest.raises(RefusedError, match="is a key named signing in"):
        made.add_key(SIGNING, new_key("ec"))
    with pytest.raises(RefusedError, match="no key named authority"):
        made.private_key(AUTHORITY)


def test_a_folder_without_keys_says_so(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no keys in"):
        open_keystore(tmp_path)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be written"):
        create_keystore(tmp_path / "missing", passphrase=PASSPHRASE)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "keys.json").mkdir()
    with pytest.raises(MachineError, match="cannot be read"):
        open_keystore(tmp_path)


def test_an_open_keystore_does_not_print_its_key(made: Unlocked) -> None:
    assert made.data_key.hex() not in repr(made)
    assert repr(made.data_key) not in repr(made)


def test_a_recovery_key_opens_it_until_a_newer_one_is_made(tmp_path: Path, made: Unlocked) -> None:
    _, first = made.add_recovery_key()
    keystore = open_keystore(tmp_path)
    assert keystore.slots == ("passphrase", "recovery")
    assert keystore.unlock_with_recovery_key(" ".join(first)).data_key == made.data_key
    assert not [group for group in first if group.encode() in everything_in(tmp_path)]
    _, second = made.add_recovery_key()
    assert keystore.unlock_with_recovery_key(" ".join(second)).data_key == made.data_key
    with pytest.raises(WrongRecoveryKeyError):
        keystore.unlock_with_recovery_key(" ".join(first))


def test_ways_are_taken_away_but_never_the_last_one_for_every_day(
    tmp_path: Path, desktop_keyring: MemoryKeyring, made: Unlocked
) -> None:
    made.add_recovery_key()
    made.add_keyring()
    made.remove_slot("keyring")
    assert not desktop_keyring.kept
    with pytest.raises(RefusedError, match="not opened by keyring"):
        made.remove_slot("keyring")
    with pytest.raises(RefusedError, match="last way to open these keys"):
        made.remove_slot("passphrase")
    made.remove_slot("recovery")
    assert open_keystore(tmp_path).slots == ("passphrase",)


def test_two_programs_that_add_keys_at_once_lose_none(tmp_path: Path, made: Unlocked) -> None:
    children = []
    for number in range(6):
        child = os.fork()
        if not child:
            made.add_secret(f"secret {number}", bytes([number]))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert open_keystore(tmp_path).unlock(PASSPHRASE).key_names() == tuple(
        f"secret {number}" for number in range(6)
    )


def test_keys_for_an_encrypted_store_are_the_same_keys(tmp_path: Path, made: Unlocked) -> None:
    made.add_key(SIGNING, new_key("ec"))
    _, groups = made.add_recovery_key()
    (tmp_path / "stage").mkdir()
    copied = made.copy_encrypting_store(tmp_path / "stage")
    assert made.store_key is None
    assert copied.store_key
    again = open_keystore(tmp_path / "stage")
    for unlocked in (again.unlock(PASSPHRASE), again.unlock_with_recovery_key(" ".join(groups))):
        assert unlocked.store_key == copied.store_key
        assert unlocked.key_names() == (SIGNING,)
