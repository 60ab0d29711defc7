"""The database file: what it hides, what it keeps when things go wrong, what it says then."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from stocktake_app.errors import MachineError
from stocktake_app.store import database
from stocktake_app.store.database import Database
from stocktake_app.store.machine_errors import (
    DamagedStoreError,
    DiskFullError,
    LockedStoreError,
    NewerStoreError,
    ReadOnlyStoreError,
    WrongKeyError,
)
from stocktake_app.store.schema import prepare_drafts, prepare_store

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "store.db", KEY, ballast=tmp_path / "ballast")
    with made.writing() as connection:
        connection.execute("CREATE TABLE said (word TEXT)")
        connection.execute("INSERT INTO said VALUES ('bibliothèque')")
    yield made
    made.close()


def said(store: Database) -> list[str]:
    with store.reading() as connection:
        return [word for (word,) in connection.rows("SELECT word FROM said ORDER BY rowid")]


def test_an_encrypted_file_shows_nothing_of_what_was_written(store: Database) -> None:
    everything = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert "bibliothèque".encode() not in everything
    assert b"SQLite format" not in everything


def test_a_file_without_a_key_is_an_ordinary_database(tmp_path: Path) -> None:
    plain = Database(tmp_path / "plain.db")
    with plain.writing() as connection:
        connection.execute("CREATE TABLE said (word TEXT)")
    plain.close()
    assert plain.path.read_bytes().startswith(b"SQLite format 3\0")


def test_every_commit_reaches_the_disk(store: Database) -> None:
    with store.reading() as connection:
        assert connection.value("PRAGMA synchronous") == 2  # FULL
        assert connection.value("PRAGMA journal_mode") == "wal"
        assert connection.value("PRAGMA foreign_keys") == 1
        assert connection.value("PRAGMA temp_store") == 2  # memory


def test_an_error_rolls_everything_back(store: Database) -> None:
    def fail() -> None:
        with store.writing() as connection:
            connection.execute("INSERT INTO said VALUES ('lost')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert said(store) == ["bibliothèque"]


def test_a_trial_leaves_nothing(store: Database) -> None:
    with store.trying() as connection:
        connection.execute("INSERT INTO said VALUES ('lost')")
        assert connection.value("SELECT count(*) FROM said") == 2
    assert said(store) == ["bibliothèque"]


def test_a_reader_sees_one_moment(store: Database) -> None:
    with store.reading() as reader:
        assert reader.value("SELECT count(*) FROM said") == 1
        with store.writing() as writer:
            writer.execute("INSERT INTO said VALUES ('meanwhile')")
        assert reader.value("SELECT count(*) FROM said") == 1
    assert said(store) == ["bibliothèque", "meanwhile"]


def test_sessions_and_plain_statements_see_each_other(store: Database) -> None:
    from sqlalchemy import text

    with store.session() as session:
        session.execute(text("INSERT INTO said VALUES ('by session')"))
    assert said(store) == ["bibliothèque", "by session"]
    with store.session(writing=False) as session:
        assert session.execute(text("SELECT count(*) FROM said")).scalar_one() == 2


def test_the_wrong_key_is_told_in_a_sentence(store: Database) -> None:
    store.close()
    with (
        pytest.raises(WrongKeyError, match="cannot be read with this key"),
        Database(store.path, bytes(32)).reading(),
    ):
        pass
    with pytest.raises(WrongKeyError), Database(store.path).reading():
        pass


def test_a_key_of_another_length_is_our_own_fault() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Database(Path("never.db"), b"short")


def test_another_program_at_work_is_told_in_a_sentence(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    other = Database(store.path, KEY)
    with store.writing(), pytest.raises(LockedStoreError, match="Another program"), other.writing():
        pass
    other.close()


def test_a_damaged_file_is_told_in_a_sentence(store: Database) -> None:
    with store.writing() as connection:
        connection.executemany("INSERT INTO said VALUES (?)", [("x" * 3000,)] * 50)
    store.close()
    data = bytearray(store.path.read_bytes())
    data[-5000:-4000] = os.urandom(1000)
    store.path.write_bytes(data)
    with pytest.raises(DamagedStoreError, match=r"damaged.*backup"), store.reading() as connection:
        connection.rows("SELECT * FROM said")


def test_a_file_that_is_something_else_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, " * 1000)
    with pytest.raises(WrongKeyError, match="not a file of Stocktake"), Database(path).reading():
        pass


def test_a_place_that_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReadOnlyStoreError, match="cannot be written"), Database(tmp_path).reading():
        pass


def test_a_full_disk_costs_only_what_was_not_saved(store: Database, tmp_path: Path) -> None:
    ballast = tmp_path / "ballast"
    ballast.write_bytes(bytes(1000))
    with store.reading() as connection:
        connection.execute("PRAGMA max_page_count = 12")  # of this connection, which is used again
    with pytest.raises(DiskFullError, match="Free some space"), store.writing() as connection:
        connection.executemany("INSERT INTO said VALUES (?)", [("x" * 3000,)] * 50)
    assert not ballast.exists(), "the ballast is given up, so that there is room again"
    assert said(store) == ["bibliothèque"]
    with store.reading() as connection:
        assert connection.value("PRAGMA integrity_check") == "ok"


def test_a_file_from_the_future_is_refused_and_left_alone(tmp_path: Path) -> None:
    for prepare in (prepare_store, prepare_drafts):
        future = Database(tmp_path / f"{prepare.__name__}.db")
        with future.writing() as connection:
            connection.execute("PRAGMA user_version = 99")
        with pytest.raises(NewerStoreError, match="newer version of Stocktake"):
            prepare(future)
        with future.reading() as connection:
            assert connection.value("PRAGMA user_version") == 99
            assert not connection.rows("SELECT * FROM sqlite_master")
        future.close()


def test_our_own_mistakes_are_not_blamed_on_the_machine(store: Database) -> None:
    with pytest.raises(dbapi2.Error) as caught, store.reading() as connection:
        connection.rows("SELECT nonsense")
    assert not isinstance(caught.value, MachineError)


def test_connections_are_used_again(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    said(store)
    monkeypatch.setattr(store, "_connect", lambda: pytest.fail("a second connection was opened"))
    assert said(store) == ["bibliothèque"]
