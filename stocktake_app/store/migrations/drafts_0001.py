"""Revision 1 of ``drafts.db``: drafts and their journal."""

import sqlalchemy as sa
from alembic.operations import Operations

from stocktake_app.store.migrations.columns import long_text, primary, refers, text, unique, whole


def upgrade(op: Operations) -> None:
    """Make both tables."""
    op.create_table(
        "draft",
        whole("key"),
        text("id"),
        text("entry"),
        text("form"),
        long_text("base"),
        long_text("heads"),
        whole("is_new"),
        text("started"),
        whole("discarded"),
        primary("key"),
        unique("id"),
    )
    op.create_table(
        "draft_step",
        whole("draft"),
        whole("number"),
        text("at"),
        text("kind"),
        long_text("answers"),
        sa.CheckConstraint("kind IN ('save', 'undo', 'redo')", name="kind"),
        refers("draft", "draft", ondelete="CASCADE"),
        primary("draft", "number"),
        sqlite_with_rowid=False,
    )
