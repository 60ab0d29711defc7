"""Revision 2 of ``drafts.db``: attachments of drafts."""

from alembic.operations import Operations

from stocktake_app.store.migrations.columns import data, primary, refers, text, whole


def upgrade(op: Operations) -> None:
    """Make the table of attachments."""
    op.create_table(
        "draft_attachment",
        whole("draft"),
        text("digest"),
        data("data"),
        refers("draft", "draft", ondelete="CASCADE"),
        primary("draft", "digest"),
    )
