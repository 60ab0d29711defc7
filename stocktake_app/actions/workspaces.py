"""Making and opening workspaces."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.identity import PassphraseNeededError, own_signer
from stocktake_app.actions.result import Result
from stocktake_app.actions.trusting import root_certificates
from stocktake_app.errors import RefusedError, WrongUseError
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.store import workspace as stored
from stocktake_app.store.encrypting import settle_encryption
from stocktake_app.store.files import atomic_write
from stocktake_app.store.incarnation import Incarnation
from stocktake_app.store.trust_objects import add_anchor
from stocktake_app.store.workspace import Profile, Workspace
from stocktake_app.translations import N_
from stocktake_app.trust.certificates import certificate_key, from_pem, is_practice, to_pem
from stocktake_app.trust.keys import fingerprint
from stocktake_app.trust.keystore import create_keystore, has_keystore, open_keystore
from stocktake_app.trust.passphrases import check_passphrase
from stocktake_app.trust.slots import ESCROW, KEYRING, RECOVERY

NOTES = {
    Incarnation.NEW_HERE: N_("This workspace is opened on this computer for the first time."),
    Incarnation.COPIED: N_(
        "This laptop was copied: the workspace also stands in another folder. "
        "Both can be used; they count as two laptops from now on."
    ),
    Incarnation.RESTORED: N_(
        "This workspace is older than when it was last used here, as after a "
        "backup was put back. It counts as a new laptop from now on."
    ),
}
UNPROTECTED = N_(
    "Without a passphrase this workspace is not protected: whoever has the laptop can read it. "
    "You are asked for a passphrase at the first export."
)
READING = N_("This workspace reads and merges packages; it has no key and signs nothing.")
KEYS_ONLY = N_(
    "The keys are protected by the passphrase, but the entries are not encrypted: protect this "
    "workspace."
)
ONE_WAY = N_(
    "Only the passphrase opens this workspace. Print a recovery key for the day it is forgotten."
)
SYNCHRONISED = N_(
    "The folder seems to be synchronised with other computers. That can damage a "
    "workspace; keep it in a folder of this computer alone."
)
SYNCED = ("dropbox", "onedrive", "google drive", "googledrive", "icloud", "nextcloud", "syncthing")


@dataclass(frozen=True)
class Person:
    """Whose workspace it is; an officer needs a name, an office and a language, nothing else."""

    name: str
    office: str = ""
    role: Role = Role.OFFICER
    bureau: str = ""
    country: str = ""
    language: str = "en"


@dataclass(frozen=True)
class WorkspaceInfo(Result):
    """A workspace as people know it. ``notes`` are sentences about its folder and its state."""

    folder: Path
    id: str
    role: Role
    name: str
    office: str
    bureau: str
    country: str
    language: str
    practice: bool
    protected: bool
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Return what it is, for people."""
        kind = "Practice workspace" if self.practice else "Workspace"
        return "\n".join([f"{kind} of {self.name or self.role} in {self.folder}", *self.notes])


def create(
    folder: Path,
    person: Person,
    *,
    now: datetime,
    passphrase: str | None = None,
    trust: bytes | None = None,
    practice: bool = False,
    encrypt: bool = True,
) -> Workspace:
    """Make a workspace in an empty folder.

    With a passphrase the keys are made, and the store is encrypted unless ``encrypt`` is False.
    Without one an officer can capture at once and is asked at the first export. ``trust`` is a
    root certificate (PEM): without a passphrase, a reading workspace that trusts it.

    Raises:
        WrongUseError: HQ or a bureau has neither passphrase nor trust; there is no name; or the
            passphrase is too easily guessed.
        RefusedError: the folder is not empty.
        MachineError: the folder cannot be written.
    """
    profile = _profile(person, reading=trust is not None)
    if not passphrase and trust is None and person.role is not Role.OFFICER:
        raise WrongUseError(
            f"a workspace of role {person.role} needs keys: give --passphrase-file (or set "
            "STOCKTAKE_PASSPHRASE), or --trust CA.pem for one that only reads"
        )
    if passphrase:
        check_passphrase(passphrase, (person.name, person.office))
    anchors = from_pem(trust) if trust else ()
    if any(is_practice(anchor) != practice for anchor in anchors):
        raise WrongUseError(
            "that root certificate is real; a practice workspace trusts practice ones only"
            if practice
            else "that root certificate is for practice; only `init --practice` trusts it"
        )
    workspace = _make(folder, profile, passphrase, now=now, practice=practice, encrypt=encrypt)
    for anchor in anchors:
        add_anchor(workspace, anchor, now)
    if passphrase:
        own_signer(workspace, passphrase, now=now)
    return workspace


def _profile(person: Person, *, reading: bool) -> Profile:
    if not person.name and not reading:
        raise WrongUseError("whose workspace is it? Give --name")
    return Profile(
        name=person.name,
        office=person.office,
        role=person.role,
        bureau=person.bureau,
        country=person.country,
        language=person.language,
        identity=new_id(),
    )


def _make(
    folder: Path,
    profile: Profile,
    passphrase: str | None,
    *,
    now: datetime,
    practice: bool,
    encrypt: bool,
) -> Workspace:
    """Make the store, with its key laid down first when there is one."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RefusedError(f"{folder} is not an empty folder; choose a new one")
    key = None
    if passphrase:
        folder.mkdir(parents=True, exist_ok=True)
        key = create_keystore(folder, passphrase=passphrase, encrypts_store=encrypt).store_key
    return stored.create_workspace(folder, profile, key=key, now=now, practice=practice)


def open_folder(folder: Path, *, passphrase: str | None = None) -> Workspace:
    """Open a workspace.

    Raises:
        PassphraseNeededError: it is protected and no passphrase is given.
        RefusedError: there is none, or the passphrase is wrong.
        MachineError: it is locked, newer than this program, or damaged.
    """
    settle_encryption(folder)
    return stored.open_workspace(folder, key=_store_key(folder, passphrase))


def _store_key(folder: Path, passphrase: str | None) -> bytes | None:
    if not has_keystore(folder):
        return None
    keystore = open_keystore(folder)
    if not keystore.encrypts_store:
        return None
    if not passphrase and KEYRING not in keystore.slots:
        raise PassphraseNeededError(
            f"{folder} is protected: give --passphrase-file or set STOCKTAKE_PASSPHRASE"
        )
    return keystore.unlock(passphrase).store_key


def describe(workspace: Workspace) -> WorkspaceInfo:
    """Say what a workspace is."""
    profile = workspace.profile
    protected = _protected(workspace)
    return WorkspaceInfo(
        folder=workspace.folder,
        id=workspace.id,
        role=workspace.role,
        name=profile.name,
        office=profile.office,
        bureau=profile.bureau,
        country=profile.country,
        language=profile.language,
        practice=workspace.practice,
        protected=protected,
        notes=tuple(_notes(workspace, protected=protected)),
    )


def _protected(workspace: Workspace) -> bool:
    return has_keystore(workspace.folder) and open_keystore(workspace.folder).encrypts_store


def _notes(workspace: Workspace, *, protected: bool) -> list[str]:
    notes = [NOTES[workspace.incarnation]] if workspace.incarnation in NOTES else []
    if not has_keystore(workspace.folder):
        notes.append(UNPROTECTED if workspace.role is Role.OFFICER else READING)
    elif not protected:
        notes.append(KEYS_ONLY)
    elif not {RECOVERY, ESCROW} & set(open_keystore(workspace.folder).slots):
        notes.append(ONE_WAY)
    if any(name in part.lower() for part in workspace.folder.resolve().parts for name in SYNCED):
        notes.append(SYNCHRONISED)
    return notes


def write_root(workspace: Workspace, out: Path) -> str:
    """Write HQ's root certificate (PEM), for others to trust; returns its fingerprint.

    Raises:
        RefusedError: this workspace trusts no root yet.
    """
    roots = root_certificates(workspace)
    if not roots:
        raise RefusedError("this workspace trusts no root certificate yet")
    atomic_write(out, to_pem(roots[:1]).encode())
    return fingerprint(certificate_key(roots[0]))
