"""Encrypted files: made for one office, refused by everybody else, each with its own sentence."""

import io
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake_app.errors import UserFileError
from stocktake_app.exchange.age import (
    MAX_HEADER_BYTES,
    DamagedAgeFileError,
    ForeignAgeFileError,
    NotForUsError,
    age_name,
    check_recipient,
    decrypt,
    encrypt,
    is_encrypted,
    new_secret,
    plain_name,
    recipient_of,
)

CONTENT = b"What was said in the room.\n" * 9000  # several blocks of 64 KiB
NAME = "WCA-SEN-2021-04-28-L07-0012.for-HQ.xlsx.age"
BLOCK = 64 * 1024

HQ, BUREAU, STRANGER = new_secret(), new_secret(), new_secret()


def encrypted(content: bytes = CONTENT, secrets: Sequence[str] = (HQ,)) -> bytes:
    out = io.BytesIO()
    encrypt(io.BytesIO(content), out, [recipient_of(one) for one in secrets])
    return out.getvalue()


@settings(max_examples=40)
@given(
    st.one_of(st.binary(max_size=300), st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1]).map(bytes))
)
def test_what_was_encrypted_comes_out_again(content: bytes) -> None:
    assert decrypt(encrypted(content), [HQ], NAME) == content


def test_each_of_several_offices_opens_it() -> None:
    data = encrypted(secrets=(HQ, BUREAU))
    assert decrypt(data, [HQ], NAME) == decrypt(data, [STRANGER, BUREAU], NAME) == CONTENT


def test_nothing_of_the_content_can_be_read_in_it() -> None:
    data = encrypted()
    assert is_encrypted(data)
    assert not any(CONTENT[at : at + 8] in data for at in range(0, 200, 8))


def test_the_wrong_key_says_that_it_is_for_somebody_else_and_for_whom() -> None:
    with pytest.raises(NotForUsError, match="for somebody else: for HQ, as its name says"):
        decrypt(encrypted(), [STRANGER], NAME)
    with pytest.raises(NotForUsError, match="does not say for whom"):
        decrypt(encrypted(), [], "renamed.age")


@pytest.mark.parametrize("at", [30, 60, 120, -40, -BLOCK - 40, -1])
def test_a_changed_byte_is_damage_and_nothing_comes_out(at: int) -> None:
    data = bytearray(encrypted())
    data[at] ^= 1
    with pytest.raises((DamagedAgeFileError, NotForUsError, ForeignAgeFileError)):
        decrypt(bytes(data), [HQ], NAME)


@pytest.mark.parametrize("keep", [10, 100, 250, 70_000, -1])
def test_a_file_that_was_cut_short_is_damaged(keep: int) -> None:
    with pytest.raises(DamagedAgeFileError, match="damaged or cut short"):
        decrypt(encrypted()[:keep], [HQ], NAME)


def test_blocks_cannot_be_swapped_or_dropped() -> None:
    data = encrypted()
    begin = data.index(b"\n", data.index(b"\n--- ") + 1) + 1 + 16
    sealed = BLOCK + 16
    blocks = [data[at : at + sealed] for at in range(begin, len(data), sealed)]
    assert len(blocks) == 4
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 1, 2], [0, 0, 1, 2, 3]):
        forged = data[:begin] + b"".join(blocks[one] for one in order)
        with pytest.raises(DamagedAgeFileError):
            decrypt(forged, [HQ], NAME)


def test_bytes_behind_the_end_are_damage() -> None:
    with pytest.raises(DamagedAgeFileError):
        decrypt(encrypted() + b"x", [HQ], NAME)


def test_a_newer_age_says_so() -> None:
    newer = encrypted().replace(b"/v1\n", b"/v2\n", 1)
    with pytest.raises(ForeignAgeFileError, match="newer age"):
        decrypt(newer, [HQ], NAME)


def test_a_passphrase_is_refused_before_its_work_is_done() -> None:
    import pyrage

    data = pyrage.passphrase.encrypt(b"content", "correct horse")
    with pytest.raises(ForeignAgeFileError, match="encrypted with a passphrase"):
        decrypt(data, [HQ], NAME)
    # A work factor of 2**62 would take for ever; here it is not even looked at.
    version, stanza, rest = data.split(b"\n", 2)
    hostile = b"\n".join([version, stanza.rsplit(b" ", 1)[0] + b" 62", rest])
    with pytest.raises(ForeignAgeFileError, match="encrypted with a passphrase"):
        decrypt(hostile, [HQ], NAME)


def test_another_kind_of_key_is_named() -> None:
    data = encrypted().replace(b"-> X25519 ", b"-> ssh-rsa ", 1)
    with pytest.raises(ForeignAgeFileError, match="ssh-rsa"):
        decrypt(data, [HQ], NAME)


def test_armoured_text_is_refused_with_what_to_ask_for() -> None:
    import pyrage

    to = pyrage.x25519.Recipient.from_str(recipient_of(HQ))
    armoured = pyrage.encrypt(CONTENT, [to], armored=True)
    assert is_encrypted(armoured)
    with pytest.raises(ForeignAgeFileError, match="written as text"):
        decrypt(armoured, [HQ], NAME)


def test_an_endless_header_is_not_read() -> None:
    hostile = b"age-encryption.org/v1\n" + b"-> X25519 AAAA\nAAAA\n" * MAX_HEADER_BYTES
    with pytest.raises(DamagedAgeFileError):
        decrypt(hostile, [HQ], NAME)


@given(st.binary(max_size=400))
def test_anything_behind_the_first_words_ends_in_a_sentence(rest: bytes) -> None:
    with pytest.raises(UserFileError):
        decrypt(b"age-encryption.org/v1\n" + rest, [HQ], NAME)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "HQ",
        recipient_of(HQ).upper(),
        recipient_of(HQ)[:-1] + "q",
        HQ,
        "age1" + "b" * 58,
    ],
    ids=["nothing", "prefix", "word", "capitals", "slip", "secret", "no check"],
)
def test_only_a_recipient_is_a_recipient(text: str) -> None:
    with pytest.raises(UserFileError, match="not a recipient"):
        check_recipient(text)
    assert check_recipient(recipient_of(HQ)) == recipient_of(HQ)


def test_the_name_tells_for_whom_and_gives_the_old_name_back() -> None:
    assert age_name("a-0001.xlsx", "HQ") == "a-0001.for-HQ.xlsx.age"
    assert plain_name("a-0001.for-HQ.xlsx.age") == "a-0001.xlsx"
    assert plain_name("renamed.age") == "renamed"


def test_a_full_disk_is_not_taken_for_anything_else() -> None:
    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        encrypt(io.BytesIO(CONTENT), Full(), [recipient_of(HQ)])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_large_file_is_encrypted_in_little_memory(tmp_path: Path) -> None:
    source, out = tmp_path / "large", tmp_path / "large.age"
    with source.open("wb") as file:
        file.truncate(200 * 1024**2)
    code = (
        "import sys\n"
        "from stocktake_app.exchange.age import encrypt\n"
        "with open(sys.argv[1], 'rb') as source, open(sys.argv[2], 'wb') as out:\n"
        "    encrypt(source, out, [sys.argv[3]])\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, source, out, recipient_of(HQ)],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert int(said.stdout) < 100 * 1024
    assert out.stat().st_size > source.stat().st_size


age_program = pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")


@age_program
def test_the_age_program_opens_ours(tmp_path: Path) -> None:
    key, file = tmp_path / "key.txt", tmp_path / "a.age"
    key.write_text(HQ + "\n", encoding="ascii")
    file.write_bytes(encrypted(secrets=(BUREAU, HQ)))
    out = subprocess.run(["age", "-d", "-i", key, file], capture_output=True, check=True)
    assert out.stdout == CONTENT


@age_program
def test_we_open_what_the_age_program_made() -> None:
    made = subprocess.run(
        ["age", "-r", recipient_of(HQ), "-r", recipient_of(BUREAU)],
        input=CONTENT, capture_output=True, check=True,
    )  # fmt: skip
    assert decrypt(made.stdout, [HQ], NAME) == CONTENT
    with pytest.raises(NotForUsError):
        decrypt(made.stdout, [STRANGER], NAME)
