"""One SQLite file, keyed or keyless: the only place where connections and engines are made.

The driver is ``sqlcipher3`` everywhere, so every platform has the same SQLite. Statements go to
the driver directly; SQLAlchemy's engine is made on the same connections when a caller asks for
it (migrations, sessions), because importing it costs more than opening a workspace.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from stocktake_app.errors import WrongUseError
from stocktake_app.store.machine_errors import DiskFullError, machine_error, replaced_store

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlmodel import Session

Row = tuple[Any, ...]

KEY_BYTES = 32
PATIENCE = 10.0
"""Seconds that a writer waits for another program's transaction."""

_IDLE_CONNECTIONS = 4
_CACHED_STATEMENTS = 256
_TRIES = 3
_ALONE_PATIENCE = 2.0


class LockedWorkspaceError(WrongUseError):
    """The workspace is locked; give its passphrase to open it again."""


class Connection:
    """A connection inside a transaction: the driver's own statements."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Run one statement and return the driver's cursor."""
        return self._driver.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for every row of parameters."""
        self._driver.executemany(sql, rows)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        found: list[Row] = self._driver.execute(sql, parameters).fetchall()
        return found

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        found: Row | None = self._driver.execute(sql, parameters).fetchone()
        return found

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of the first row, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None


class Database:
    """A database file; connections are pooled and may be used from any thread, one at a time.

    ``key`` is 32 bytes or None, ``cache_kib`` the page cache of each connection, ``ballast`` a
    file that is given up when the disk is full, so that the transaction log can be emptied.
    """

    def __init__(
        self,
        path: Path,
        key: bytes | None = None,
        *,
        cache_kib: int = 64 * 1024,
        ballast: Path | None = None,
    ) -> None:
        if key is not None and len(key) != KEY_BYTES:
            raise ValueError(f"a database key has {KEY_BYTES} bytes, not {len(key)}")
        self.path = path
        self.key = key
        self._locked = False
        self._met = False
        self._cache_kib = cache_kib
        self._ballast = ballast
        self._idle: deque[Any] = deque()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection on one consistent snapshot; for queries only."""
        with self._transaction("BEGIN", "ROLLBACK") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one writing connection; committed durably at the end, rolled back on error."""
        with self._transaction("BEGIN IMMEDIATE", "COMMIT") as connection:
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Give a writing connection whose changes are always rolled back: for plans."""
        with self._transaction("BEGIN IMMEDIATE", "ROLLBACK") as connection:
            yield connection

    def execute_durably(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one writing statement as its own transaction; return how many rows it touched."""
        with self._connection() as driver:
            count: int = driver.execute(sql, parameters).rowcount
            return count

    @contextmanager
    def session(self, *, writing: bool = True) -> "Iterator[Session]":
        """Give a SQLModel session in one transaction; for administrative rows, not for bulk."""
        from sqlmodel import Session

        engine = self.engine.execution_options(writing=writing)
        with (
            self.sorting(),
            engine.begin() as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    @cached_property
    def engine(self) -> "Engine":
        """SQLAlchemy's engine on this file; unless told otherwise its transactions may write."""
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import QueuePool

        engine = create_engine(
            "sqlite://", module=dbapi2, creator=self._connect, poolclass=QueuePool
        )

        @event.listens_for(engine, "begin")
        def begin_immediate(connection: Any) -> None:
            writing = connection.get_execution_options().get("writing", True)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def compact(self) -> bool:
        """Write the file anew, so that no page keeps what was deleted, and empty the log.

        False when another program still reads what was: the log could not be emptied.
        """
        with self._connection() as driver:
            driver.execute("VACUUM")
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def lock(self) -> None:
        """Close all connections and forget the key; whoever asks again is refused.

        A connection in use is closed when it is given back.
        """
        self._locked, self.key = True, None
        self.close()

    def close(self) -> None:
        """Close all idle connections."""
        while self._idle:
            self._idle.pop().close()
        if "engine" in self.__dict__:
            self.engine.dispose()

    @contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[Connection]:
        with self._connection() as driver:
            driver.execute(begin)
            try:
                yield Connection(driver)
                driver.execute(end)
            finally:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with self.sorting():
            driver = self._take()
            try:
                yield driver
            finally:
                self._give_back(driver)

    def _take(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _give_back(self, driver: Any) -> None:
        if len(self._idle) < _IDLE_CONNECTIONS and not self._locked:
            self._idle.append(driver)
        else:
            driver.close()

    @contextmanager
    def sorting(self) -> Iterator[None]:
        """Turn SQLite's troubles inside the block into sentences about this machine."""
        try:
            yield
        except Exception as error:
            sorted_error = machine_error(getattr(error, "orig", None) or error, self.path)
            if sorted_error is None:
                raise
            if isinstance(sorted_error, DiskFullError):
                self._make_room()
            raise sorted_error from error

    def _make_room(self) -> None:
        """Give up the ballast and empty the log, so that reading and deleting work again."""
        if self._ballast is not None:
            self._ballast.unlink(missing_ok=True)
        with suppress(dbapi2.Error):  # still no room: the sentence says what to do
            driver = self._take()
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._give_back(driver)

    def _connect(self) -> Any:
        """Connect to the file that stands under the name also when the connection is made.

        While a workspace is being encrypted, another file takes its place: whoever opened the old
        one a moment before must not write to it.
        """
        if self._locked:
            raise LockedWorkspaceError
        for _ in range(_TRIES):
            before = _file_number(self.path)
            if before is None and self._met:
                break
            self._met = True
            driver = self._open()
            if before in {None, _file_number(self.path)}:
                return driver
            driver.close()
        raise replaced_store(self.path)

    def _open(self) -> Any:
        driver = dbapi2.connect(
            str(self.path),
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        try:
            self._prepare(driver)
        except dbapi2.Error:
            driver.close()
            raise
        return driver

    def _prepare(self, driver: Any) -> None:
        driver.execute("PRAGMA cipher_log_level = NONE")
        if self.key is not None:
            driver.execute(f"PRAGMA key = \"x'{self.key.hex()}'\"")
        driver.execute("PRAGMA temp_store = MEMORY")  # a temporary file would leak plain text
        driver.execute(f"PRAGMA cache_size = -{self._cache_kib}")
        driver.execute("PRAGMA journal_mode = WAL").fetchall()
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def alone_with(path: Path) -> Iterator[Connection]:
    """Give the one connection to a keyless file that nobody else has open; its log is emptied.

    Raises:
        MachineError: another program has it open (``LockedStoreError``), or it is damaged.
    """
    database = Database(path)
    with database.sorting():
        driver = dbapi2.connect(str(path), timeout=_ALONE_PATIENCE, isolation_level=None)
        try:
            driver.execute("PRAGMA temp_store = MEMORY")
            driver.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            driver.execute("PRAGMA journal_mode = DELETE").fetchall()
            driver.execute("BEGIN EXCLUSIVE")
            driver.execute("COMMIT")  # the lock stays: that is what this locking mode means
            yield Connection(driver)
        finally:
            driver.close()


def encrypted_copy(connection: Connection, target: Path, key: bytes) -> None:
    """Copy the whole file of a connection, structure and rows, into a new encrypted one."""
    version = connection.value("PRAGMA user_version")
    connection.execute("PRAGMA foreign_keys = OFF")
    with _attached(connection, target, key):
        connection.rows("SELECT sqlcipher_export('copy')")
        connection.execute(f"PRAGMA copy.user_version = {version:d}")


def compare_copy(connection: Connection, target: Path, key: bytes) -> dict[str, int]:
    """Read the whole copy, compare it with what it was made of; return the rows by table.

    Raises:
        ValueError: they are not the same; the message says where.
    """
    with _attached(connection, target, key):
        if connection.rows("PRAGMA copy.cipher_integrity_check"):
            raise ValueError("a page cannot be read back")
        if connection.value("PRAGMA copy.integrity_check") != "ok":
            raise ValueError("its structure is damaged")
        if connection.value("PRAGMA main.user_version") != connection.value(
            "PRAGMA copy.user_version"
        ):
            raise ValueError("its version is another one")
        shape = "SELECT type, name, sql FROM {}.sqlite_schema ORDER BY type, name"
        if connection.rows(shape.format("main")) != connection.rows(shape.format("copy")):
            raise ValueError("its tables are others")
        return {table: _same_count(connection, table) for table in _real_tables(connection)}


@contextmanager
def _attached(connection: Connection, target: Path, key: bytes) -> Iterator[None]:
    connection.execute("ATTACH DATABASE ? AS copy KEY ?", (str(target), f"x'{key.hex()}'"))
    yield
    connection.execute("DETACH DATABASE copy")


def _real_tables(connection: Connection) -> list[str]:
    """Return the tables that hold rows themselves; virtual ones keep theirs in some of these."""
    found = connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    return [name for (name,) in found]


def _same_count(connection: Connection, table: str) -> int:
    here, there = (
        int(connection.value(f'SELECT count(*) FROM {file}."{table}"'))  # noqa: S608 - our own names
        for file in ("main", "copy")
    )
    if here != there:
        raise ValueError(f"{table} has {there} rows instead of {here}")
    return here


def _file_number(path: Path) -> tuple[int, int] | None:
    """Return what tells this file from any other that may stand under its name, or None."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
