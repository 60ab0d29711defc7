"""Identifiers: random, made offline, sortable by the time of making (RFC 9562, UUID version 7)."""

import hashlib
import secrets
import time
from collections.abc import Callable

Ids = Callable[[], str]
"""Something that gives a fresh id at each call; an argument wherever ids are made."""

ROW_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_id() -> str:
    """Return a UUID version 7 as 32 lower-case hexadecimal digits."""
    millis = time.time_ns() // 1_000_000
    bits = secrets.randbits(74)
    value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | (bits >> 62) << 64
    value |= 0b10 << 62 | bits & (1 << 62) - 1
    return f"{value:032x}"


def new_salt() -> str:
    """Return 128 random bits as 32 hexadecimal digits: nobody guesses a content by its hash."""
    return secrets.token_hex(16)


def new_row_id() -> str:
    """Return the id of a repeat row: ten characters that cannot be misread, about 49 bits."""
    return "".join(secrets.choice(ROW_ALPHABET) for _ in range(10))


CLAIM_DIGITS = 12


def new_entry_id(identity: str, ids: Ids = new_id) -> str:
    """Return the id of a new entry that its beginner can be told by: 32 hexadecimal digits.

    The last 12 digits follow from the others and the beginner's identity, so that nobody who sees
    an entry later can claim to have begun it.
    """
    begin = ids()[:-CLAIM_DIGITS]
    return begin + _claim(begin, identity)


def is_begun_by(entry: str, identity: str) -> bool:
    """Say whether an entry's id was made for this identity."""
    begin, claim = entry[:-CLAIM_DIGITS], entry[-CLAIM_DIGITS:]
    return claim == _claim(begin, identity)


def _claim(begin: str, identity: str) -> str:
    return hashlib.sha256(f"entry {begin} by {identity}".encode()).hexdigest()[:CLAIM_DIGITS]
