"""One SQLite file, keyed or keyless: the only place where connections and engines are made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]


class Connection:
    """A connection inside a transaction: the driver's statements, SQLite's troubles sorted."""

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Run one statement and return the driver's cursor."""
        raise NotImplementedError

    def executemany(self, sql: str, rows: Any) -> None:
        """Run one statement for every row of parameters."""
        raise NotImplementedError

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        raise NotImplementedError

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        raise NotImplementedError


class Database:
    """A database file; connections are pooled and may be used from any thread, one at a time."""

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection on one consistent snapshot; nothing can be written."""
        raise NotImplementedError
        yield

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one writing connection; committed durably at the end, rolled back on any error."""
        raise NotImplementedError
        yield

    def close(self) -> None:
        """Close all idle connections."""
        raise NotImplementedError
