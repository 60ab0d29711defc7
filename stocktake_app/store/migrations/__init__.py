"""Migrations: Alembic operations, one module per revision, run in one transaction per file.

A released revision is never edited; a change of the tables appends a module here and raises the
number in ``schema.py``. The version of a file is its ``user_version``, so that a file of this
version opens without importing Alembic.
"""

from collections.abc import Callable

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection, Engine

from stocktake_app.store.migrations import (
    drafts_0001,
    drafts_0002,
    store_0001,
    store_0002,
)
from stocktake_app.store.migrations.columns import NAMES

Upgrade = Callable[[Operations], None]

STORE: tuple[Upgrade, ...] = (store_0001.upgrade, store_0002.upgrade)
DRAFTS: tuple[Upgrade, ...] = (drafts_0001.upgrade, drafts_0002.upgrade)


def migrate(engine: Engine, revisions: tuple[Upgrade, ...]) -> None:
    """Bring a file to the last revision, or leave it exactly as it was."""
    with engine.begin() as connection:
        # Read again inside the transaction: another program may have migrated meanwhile.
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        op = Operations(_context(connection))
        for upgrade in revisions[version:]:
            upgrade(op)
        connection.exec_driver_sql(f"PRAGMA user_version = {max(version, len(revisions))}")


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"target_metadata": MetaData(naming_convention=NAMES)}
    )
