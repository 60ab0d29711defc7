"""Revision 2 of ``store.db``: confidential content and attachments beside the changes."""

from alembic.operations import Operations

from stocktake_app.store.migrations.columns import data, long_text, primary, refers, text, whole


def upgrade(op: Operations) -> None:
    """Make the tables of disclosures, attachments and erasures."""
    op.create_table(
        "disclosure",
        whole("entry"),
        text("digest"),
        text("salt"),
        long_text("value"),
        refers("entry", "entry"),
        primary("entry", "digest"),
    )
    op.create_table(
        "attachment",
        whole("entry"),
        text("digest"),
        text("salt"),
        text("name"),
        text("media_type"),
        whole("size"),
        data("data"),
        refers("entry", "entry"),
        primary("entry", "digest"),
    )
    op.create_table(
        "erasure",
        whole("entry"),
        text("digest"),
        refers("entry", "entry"),
        primary("entry", "digest"),
    )
