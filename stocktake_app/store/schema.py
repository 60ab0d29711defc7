"""Which version a file has, and what that means: open it, migrate it, or refuse it."""

from stocktake_app.store.database import Database
from stocktake_app.store.machine_errors import newer_store

STORE_VERSION = 2
DRAFTS_VERSION = 2


def prepare_store(database: Database) -> None:
    """Make or migrate the tables of ``store.db``.

    Raises:
        NewerStoreError: a newer program wrote the file.
    """
    if _is_behind(database, STORE_VERSION):
        from stocktake_app.store.migrations import STORE, migrate

        with database.sorting():
            migrate(database.engine, STORE)


def prepare_drafts(database: Database) -> None:
    """Make or migrate the tables of ``drafts.db``.

    Raises:
        NewerStoreError: a newer program wrote the file.
    """
    if _is_behind(database, DRAFTS_VERSION):
        from stocktake_app.store.migrations import DRAFTS, migrate

        with database.sorting():
            migrate(database.engine, DRAFTS)


def _is_behind(database: Database, known: int) -> bool:
    with database.reading() as connection:
        version: int = connection.value("PRAGMA user_version")
    if version > known:
        raise newer_store(database.path, version, known)
    return version < known
