"""The words that migrations are written in: columns and constraints of a few kinds."""

from typing import Any

import sqlalchemy as sa

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are named, so that a later migration can name what it drops."""


def text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column of short text."""
    return sa.Column(name, sa.String(), nullable=nullable)


def long_text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column of long text or JSON."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def whole(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column of whole numbers."""
    return sa.Column(name, sa.Integer(), nullable=nullable)


def data(name: str) -> sa.Column[Any]:
    """Return a column of bytes."""
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def primary(*columns: str) -> sa.PrimaryKeyConstraint:
    """Make these columns the primary key."""
    return sa.PrimaryKeyConstraint(*columns)


def unique(*columns: str) -> sa.UniqueConstraint:
    """Allow each combination of these columns once."""
    return sa.UniqueConstraint(*columns)


def refers(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """Make a column name a row of another table by its ``key``."""
    return sa.ForeignKeyConstraint([column], [f"{table}.key"], ondelete=ondelete)
