"""The file ``keys.json``: its members, read with suspicion and replaced whole."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stocktake_app.errors import MachineError, RefusedError
from stocktake_app.trust.private_file import held, write_private
from stocktake_app.trust.slots import KEY_BYTES, DamagedKeystoreError, unwrap, wrap

FILE_NAME = "keys.json"
LOCK_NAME = "keys.lock"
FORMAT = "stocktake-keys/2"
MAX_BYTES = 1024 * 1024


def read_body(path: Path) -> dict[str, Any]:
    """Read the file and check its shape; what the texts in it hold is checked where it is used.

    Raises:
        RefusedError: there is none.
        DamagedKeystoreError: it is not as it was written.
        MachineError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            body = json.loads(file.read(MAX_BYTES))
    except FileNotFoundError:
        raise RefusedError(f"There are no keys in {path.parent} yet.") from None
    except OSError as error:
        raise MachineError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError):
        body = None
    if not _well_shaped(body):
        raise damaged(path)
    return dict(body)


def write_body(path: Path, body: Mapping[str, object]) -> None:
    """Write the file durably, for its owner's eyes only.

    Raises:
        MachineError: it cannot be written.
    """
    write_private(path, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())


def change_body(path: Path, change: Callable[[dict[str, Any]], Mapping[str, object]]) -> None:
    """Replace members of the file by what ``change`` returns; other programs wait meanwhile."""
    with held(path.with_name(LOCK_NAME)):
        body = read_body(path)
        write_body(path, body | dict(change(body)))


def damaged(path: Path) -> DamagedKeystoreError:
    """Return the refusal of a file that is not as it was written."""
    return DamagedKeystoreError(f"{path} is damaged; restore it from a backup.")


def context(name: str, purpose: str) -> bytes:
    """Return what a wrapped text is bound to, so that none fits another keystore or purpose."""
    return json.dumps([FORMAT, name, purpose]).encode()


def derive(data_key: bytes, purpose: str) -> bytes:
    """Return the 32 bytes that a key gives for one purpose, such as ``store``."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, None, f"stocktake {purpose}".encode()).derive(data_key)


def wrap_secrets(data_key: bytes, body: Mapping[str, Any], kept: Mapping[str, bytes]) -> str:
    """Encrypt the private keys; bound to what the file says of the store."""
    texts = {name: b64encode(data).decode("ascii") for name, data in kept.items()}
    data = json.dumps(texts, sort_keys=True).encode()
    return wrap(derive(data_key, "keys"), data, _secrets_context(body))


def unwrap_secrets(data_key: bytes, body: Mapping[str, Any]) -> dict[str, bytes] | None:
    """Return the private keys by name; None if anything in the file was changed."""
    data = unwrap(derive(data_key, "keys"), body["keys"], _secrets_context(body))
    if data is None:
        return None
    return {name: b64decode(text) for name, text in json.loads(data).items()}


def _secrets_context(body: Mapping[str, Any]) -> bytes:
    state = "encrypted" if body["encrypts_store"] else "plain"
    return context(body["id"], f"keys, store {state}")


def _well_shaped(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and body.get("format") == FORMAT
        and isinstance(body.get("id"), str)
        and isinstance(body.get("encrypts_store"), bool)
        and isinstance(body.get("keys"), str)
        and isinstance(body.get("slots"), dict)
        and all(isinstance(slot, dict) for slot in body["slots"].values())
    )
