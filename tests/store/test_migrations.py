"""Migrations: they make what the models say, and a failed one leaves the file as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData

from stocktake_app.store import schema
from stocktake_app.store.database import Database
from stocktake_app.store.migrations import DRAFTS, STORE, Upgrade, migrate
from stocktake_app.store.tables import DraftTable, StoreTable


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "file.db")
    yield made
    made.close()


def differences(file: Database, metadata: MetaData) -> list[object]:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return not (kind == "table" and name and name.startswith(("entry_text", "finding_text")))

    with file.engine.connect() as connection:
        options = {"compare_type": True, "include_name": ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("revisions", "metadata"), [(STORE, StoreTable.metadata), (DRAFTS, DraftTable.metadata)]
)
def test_migrated_tables_are_those_of_the_models(
    file: Database, revisions: tuple[Upgrade, ...], metadata: MetaData
) -> None:
    migrate(file.engine, revisions)
    assert differences(file, metadata) == []


def test_every_revision_is_counted() -> None:
    assert len(STORE) == schema.STORE_VERSION
    assert len(DRAFTS) == schema.DRAFTS_VERSION


def test_migrating_again_changes_nothing(file: Database) -> None:
    migrate(file.engine, STORE)
    before = content(file)
    migrate(file.engine, STORE)
    schema.prepare_store(file)
    assert content(file) == before


def test_a_failed_migration_leaves_the_file_as_it_was(file: Database) -> None:
    def fails(op: Operations) -> None:
        op.execute("CREATE TABLE half_made (word TEXT)")
        op.execute("UPDATE setting SET value = 'lost'")
        raise ArithmeticError

    migrate(file.engine, STORE)
    with file.writing() as connection:
        connection.execute("INSERT INTO setting VALUES ('device', 'kept')")
    before = content(file)
    with pytest.raises(ArithmeticError):
        migrate(file.engine, (*STORE, fails))
    assert content(file) == before


def test_a_later_revision_runs_alone(file: Database) -> None:
    def adds(op: Operations) -> None:
        op.execute("CREATE TABLE added (word TEXT)")

    migrate(file.engine, STORE)
    migrate(file.engine, (*STORE, adds))
    with file.reading() as connection:
        assert connection.value("PRAGMA user_version") == len(STORE) + 1
        assert connection.value("SELECT count(*) FROM added") == 0


def content(file: Database) -> list[object]:
    with file.reading() as connection:
        return [
            connection.value("PRAGMA user_version"),
            connection.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name"),
            connection.rows("SELECT * FROM setting"),
        ]
