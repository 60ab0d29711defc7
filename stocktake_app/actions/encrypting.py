"""Confidential transport: the encrypted copy of a package, and opening one that came.

A package is signed as always and then encrypted, block by block, on its way to the medium where
the copy goes: nothing readable is ever written there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.identity import unlock
from stocktake_app.actions.recipients import TRANSPORT, recipients, take_recipient
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.exchange import age
from stocktake_app.model.codes import Role
from stocktake_app.store.files import atomic_file, file_error
from stocktake_app.store.packages import reading_package
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.keystore import has_keystore
from stocktake_app.trust.recipients import MAX_BYTES, Recipient


@dataclass(frozen=True)
class Addressees:
    """For whom something is encrypted: ``offices`` as people call them, all of them trusted."""

    recipients: tuple[Recipient, ...]

    @property
    def offices(self) -> tuple[str, ...]:
        """The offices, without repetition."""
        return tuple(dict.fromkeys(one.office for one in self.recipients))

    @property
    def names(self) -> tuple[str, ...]:
        """The people and offices who will be able to open it."""
        return tuple(f"{one.subject.name} ({one.fingerprint})" for one in self.recipients)


def addressees(workspace: Workspace, to: Sequence[str], now: datetime) -> Addressees:
    """Find whom ``to`` names: ``HQ``, a bureau's code, or a file with an office's signed notice.

    A bare ``age1…`` text is refused: nobody stands behind it, and whoever could make somebody type
    one could read everything.

    Raises:
        RefusedError: no key of that office is known here, or the file cannot be trusted.
        WrongUseError: it is a bare recipient.
    """
    known = recipients(workspace, now)
    found = [one for name in to for one in _find(workspace, name, known, now)]
    return Addressees(tuple(dict.fromkeys(found)))


def encrypted_name(name: str, to: Addressees) -> str:
    """Name the encrypted copy: ``a.xlsx`` for HQ becomes ``a.for-HQ.xlsx.age``."""
    return age.age_name(name, "-".join(to.offices))


def encrypted_path(out: Path) -> Path:
    """Return where the encrypted copy goes that was asked for there: its name ends in ``.age``."""
    return out if out.suffix == age.SUFFIX else out.with_name(f"{out.name}{age.SUFFIX}")


def encrypted_copy(workspace: Workspace, name: str, to: Addressees, out: Path) -> Path:
    """Write the encrypted copy of a package; memory stays small. Returns its path.

    What is written where ``out`` is was encrypted before; a name without ``.age`` gets it.

    Raises:
        RefusedError: the package is not in the workspace any more.
        MachineError: the copy cannot be written there.
    """
    path = encrypted_path(out)
    try:
        with reading_package(workspace, name) as source, atomic_file(path) as target:
            age.encrypt(source, target, [one.recipient for one in to.recipients])
    except OSError as error:
        raise file_error(error, path) from error
    return path


def open_encrypted(
    workspace: Workspace | None, data: bytes, name: str, passphrase: str | None
) -> bytes:
    """Return a package as it was before it was encrypted, in memory; others come back unchanged.

    Raises:
        NotForUsError: it is for somebody else.
        DamagedAgeFileError, ForeignAgeFileError: it cannot be opened by anybody here.
        WrongUseError: there is no workspace whose key could open it.
        PassphraseNeededError: that key is locked.
    """
    if not age.is_encrypted(data):
        return data
    age.check_header(data, name)
    if workspace is None:
        raise WrongUseError(
            f"{name} is encrypted; only the office that it is for can check it: give --workspace"
        )
    return age.decrypt(data, _secrets(workspace, passphrase), name)


def try_key(workspace: Workspace, passphrase: str | None) -> None:
    """Find out whether encrypted files can be opened with this passphrase, before there are many.

    Raises:
        PassphraseNeededError, WrongPassphraseError: they cannot.
    """
    _secrets(workspace, passphrase)


def _secrets(workspace: Workspace, passphrase: str | None) -> list[str]:
    if workspace.role is Role.OFFICER or not has_keystore(workspace.folder):
        return []  # who has no such key is not asked for one
    unlocked = unlock(workspace, passphrase)
    names = [name for name in unlocked.key_names() if name == TRANSPORT]
    return [unlocked.secret(name).decode() for name in names]


def _find(
    workspace: Workspace, name: str, known: Sequence[Recipient], now: datetime
) -> list[Recipient]:
    if name.startswith("age1"):
        raise WrongUseError(
            "--encrypt-to takes HQ, a bureau's code, or a file with an office's notice, not a bare "
            "recipient: nobody stands behind it"
        )
    found = [one for one in known if one.office == name.upper()]
    if found:
        return found
    path = Path(name)
    if path.is_file():
        with path.open("rb") as file:
            return [take_recipient(workspace, file.read(MAX_BYTES + 1), now)]
    raise RefusedError(
        f"no encryption key of {name} is known here. It comes with the answer to your request and "
        f"with every package from {name}: take one in, or ask for the file that `identity "
        "recipients --out FILE` writes there"
    )
