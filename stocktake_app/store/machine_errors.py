"""SQLite's result codes sorted once: this machine's trouble, with its sentence, or our fault."""

from pathlib import Path

from stocktake_app.errors import MachineError

_PRIMARY = 0xFF  # extended result codes keep the primary one in the low byte


class DiskFullError(MachineError):
    """There is no room left on the disk."""


class LockedStoreError(MachineError):
    """Another program is writing to the workspace."""


class ReadOnlyStoreError(MachineError):
    """The workspace cannot be written."""


class DiskTroubleError(MachineError):
    """The disk that holds the workspace does not answer as it should."""


class DamagedStoreError(MachineError):
    """A file of the workspace is damaged."""


class WrongKeyError(MachineError):
    """The key does not open the workspace."""


class NewerStoreError(MachineError):
    """The workspace was written by a newer version of Stocktake."""


class LowMemoryError(MachineError):
    """There is not enough memory."""


_FULL = (
    DiskFullError,
    (
        "There is no room left on the disk that holds {path}; nothing of this was saved. "
        "Free some space and do it again."
    ),
)
_LOCKED = (
    LockedStoreError,
    (
        "Another program has been writing to {path} for more than ten seconds; "
        "wait until it is done and do it again."
    ),
)
_READ_ONLY = (
    ReadOnlyStoreError,
    (
        "{path} cannot be written; check that the folder is yours, is not write-protected, "
        "and that the stick or drive is still plugged in."
    ),
)
_TROUBLE = (
    DiskTroubleError,
    (
        "The disk that holds {path} does not answer as it should; check that it is plugged in "
        "and not full, then open the workspace again."
    ),
)
_DAMAGED = (
    DamagedStoreError,
    "{path} is damaged; make a copy of the folder as it is, then restore your last backup.",
)
_WRONG_KEY = (
    WrongKeyError,
    (
        "{path} cannot be read with this key, or it is not a file of Stocktake; "
        "check that this is the right workspace and its own key file."
    ),
)
_MEMORY = (
    LowMemoryError,
    "There is not enough memory to work with {path}; close other programs and do it again.",
)

_SENTENCES = {
    3: _READ_ONLY,  # SQLITE_PERM
    5: _LOCKED,  # SQLITE_BUSY
    6: _LOCKED,  # SQLITE_LOCKED
    7: _MEMORY,  # SQLITE_NOMEM
    8: _READ_ONLY,  # SQLITE_READONLY
    10: _TROUBLE,  # SQLITE_IOERR
    11: _DAMAGED,  # SQLITE_CORRUPT
    13: _FULL,  # SQLITE_FULL
    14: _READ_ONLY,  # SQLITE_CANTOPEN
    23: _READ_ONLY,  # SQLITE_AUTH
    26: _WRONG_KEY,  # SQLITE_NOTADB
}


def machine_error(error: Exception, path: Path) -> MachineError | None:
    """Return the sentence for what SQLite reports of a file, or None when it is our own fault."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    found = _SENTENCES.get(code & _PRIMARY)
    return found[0](found[1].format(path=path)) if found else None


def newer_store(path: Path, version: int, known: int) -> NewerStoreError:
    """Return the refusal of a file that a newer program wrote."""
    return NewerStoreError(
        f"{path} was written by a newer version of Stocktake (its format is {version}, this one "
        f"knows {known}); install the newer version to open it."
    )


def replaced_store(path: Path) -> LockedStoreError:
    """Return the refusal of a file that another program is just replacing."""
    return LockedStoreError(
        f"{path} is being encrypted by another program; wait until it is done and open it again."
    )
