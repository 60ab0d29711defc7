"""The printed recovery key: eight groups of five letters and digits that open the keystore.

160 random bits, in Crockford's alphabet (no I, L, O, U). The last sign of each group is a check
over the group and its place, so that a slip of the pen is noticed and its group is named: any one
wrong sign, any two signs swapped, any two groups swapped.
"""

import re
import secrets
from collections.abc import Mapping, Sequence

from stocktake_app.errors import RefusedError, UserFileError
from stocktake_app.trust.keys import FINGERPRINT_ALPHABET as ALPHABET
from stocktake_app.trust.slots import KEY_BYTES, unwrap, wrap

GROUPS = 8
GROUP_SIGNS = 5
SECRET_BYTES = 20

_SAID_OTHERWISE = str.maketrans("OILoil", "011011")
_REDUCE = 0b100101  # x^5 + x^2 + 1: the signs are the elements of a field of 32


class BadRecoveryKeyError(UserFileError):
    """There is a slip in the recovery key; compare it with the paper."""


class WrongRecoveryKeyError(RefusedError):
    """This recovery key opens another workspace, or a newer one has replaced it."""


def new_recovery_key() -> tuple[str, ...]:
    """Make a recovery key, as the groups to write down."""
    return spell(secrets.token_bytes(SECRET_BYTES))


def spell(secret: bytes) -> tuple[str, ...]:
    """Write twenty bytes as groups of four signs and a check."""
    number, width = int.from_bytes(secret, "big"), GROUP_SIGNS - 1
    signs = [number >> 5 * place & 31 for place in reversed(range(GROUPS * width))]
    parts = [signs[start : start + width] for start in range(0, len(signs), width)]
    return tuple(_group(place, part) for place, part in enumerate(parts))


def read_recovery_key(text: str) -> bytes:
    """Return the twenty bytes of a typed recovery key; case, blanks and dashes do not matter.

    Raises:
        BadRecoveryKeyError: there is a slip; the sentence names the group.
    """
    groups = _groups(text)
    number = 0
    for place, group in enumerate(groups):
        values = [ALPHABET.find(sign) for sign in group]
        if -1 in values or _group(place, values[:-1]) != group:
            raise BadRecoveryKeyError(
                f"Group {place + 1} of the recovery key ({group}) has a slip in it; compare it "
                "with the paper."
            )
        for value in values[:-1]:
            number = number << 5 | value
    return number.to_bytes(SECRET_BYTES, "big")


def recovery_slot(groups: Sequence[str], data_key: bytes, context: bytes) -> dict[str, object]:
    """Make a slot that a recovery key opens."""
    return {"box": wrap(_wrapping_key("-".join(groups)), data_key, context)}


def open_recovery_slot(slot: Mapping[str, object], text: str, context: bytes) -> bytes:
    """Return the data key.

    Raises:
        BadRecoveryKeyError: there is a slip in the key.
        WrongRecoveryKeyError: the key is well written, but not the one of this slot.
    """
    data_key = unwrap(_wrapping_key(text), slot.get("box"), context)
    if data_key is None:
        raise WrongRecoveryKeyError
    return data_key


def _wrapping_key(text: str) -> bytes:
    """Derive the key; 160 random bits need no stretching."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret = read_recovery_key(text)
    return HKDF(SHA256(), KEY_BYTES, None, b"stocktake recovery key").derive(secret)


def _groups(text: str) -> list[str]:
    """Part what was typed into groups, also when it was typed without blanks."""
    found: list[str] = re.findall(r"[A-Z0-9]+", text.translate(_SAID_OTHERWISE).upper())
    if len(found) == 1:
        found = re.findall(f".{{1,{GROUP_SIGNS}}}", found[0])
    if len(found) != GROUPS:
        raise BadRecoveryKeyError(
            f"The recovery key has {GROUPS} groups, here are {len(found)}; compare it with the "
            "paper."
        )
    for place, group in enumerate(found, 1):
        if len(group) != GROUP_SIGNS:
            raise BadRecoveryKeyError(
                f"Group {place} of the recovery key ({group}) has {len(group)} signs instead of "
                f"{GROUP_SIGNS}; compare it with the paper."
            )
    return found


def _group(place: int, values: Sequence[int]) -> str:
    check = place + 1
    for power, value in enumerate(values, 1):
        check ^= _multiplied(value, power)
    return "".join(ALPHABET[value] for value in [*values, check])


def _multiplied(value: int, power: int) -> int:
    """Multiply by a power of the field's generator: each place of a group weighs differently."""
    for _ in range(power):
        value <<= 1
        if value > 31:  # noqa: PLR2004 - the largest element
            value ^= _REDUCE
    return value
