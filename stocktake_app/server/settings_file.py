"""``mailbox/settings.toml`` in HQ's workspace: how this mailbox meets the outside world.

names = ["stocktake.example.org:443"]     addresses under which senders call it
certificate = "/etc/stocktake/web.pem"    for https without a proxy in front, with key
key = "/etc/stocktake/web.key"
packages = "s3://stocktake-packages"      a bucket in place of the folder
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from stocktake_app.errors import UserFileError

SETTINGS = "settings.toml"
MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Settings:
    """What the file says; all of it may be absent."""

    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    packages: str = ""


def read_settings(folder: Path) -> Settings:
    """Read the settings of a mailbox; without a file they are those of this machine alone.

    Raises:
        UserFileError: with what is wrong in it.
    """
    path = folder / SETTINGS
    if not path.exists():
        return Settings()
    try:
        found = tomllib.loads(path.read_bytes()[:MAX_BYTES].decode())
    except ValueError as error:
        raise UserFileError(f"{path} cannot be read: {error}") from None
    names = found.pop("names", [])
    texts = {key: found.pop(key, "") for key in ("certificate", "key", "packages")}
    if found:
        raise UserFileError(f"{path} has {next(iter(found))!r}, which is no setting of a mailbox")
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise UserFileError(f'{path}: names must be a list of texts such as "hq.example:443"')
    for key, text in texts.items():
        if not isinstance(text, str):
            raise UserFileError(f"{path}: {key} must be a text")
    files = {key: Path(texts[key]) if texts[key] else None for key in ("certificate", "key")}
    missing = [str(file) for file in files.values() if file and not file.is_file()]
    if missing:
        raise UserFileError(f"{path} names {missing[0]}, which is not there")
    return Settings(tuple(name.lower() for name in names), **files, packages=texts["packages"])
