"""Revision 1 of ``store.db``: every table of the first release."""

import sqlalchemy as sa
from alembic.operations import Operations

from stocktake_app.store.migrations.columns import (
    data,
    long_text,
    primary,
    refers,
    text,
    unique,
    whole,
)


def upgrade(op: Operations) -> None:
    """Make every table."""
    _people_and_objects(op)
    _entries_and_changes(op)
    _packages(op)
    _projections(op)
    _full_text(op)


def _people_and_objects(op: Operations) -> None:
    op.create_table(
        "author",
        whole("key"),
        text("identity"),
        text("role"),
        text("bureau"),
        text("name"),
        text("office"),
        text("fingerprint"),
        primary("key"),
        unique("identity", "role", "bureau", "name", "office", "fingerprint"),
    )
    op.create_table("device", whole("key"), text("id"), primary("key"), unique("id"))
    op.create_table("setting", text("name"), text("value"), primary("name"))
    op.create_table(
        "trust_object",
        whole("key"),
        text("kind"),
        text("sha256"),
        whole("position"),
        data("der"),
        text("added"),
        primary("key"),
        unique("kind", "sha256"),
    )
    op.create_table("object", text("sha256"), text("kind"), data("data"), primary("sha256"))
    op.create_table(
        "form",
        whole("key"),
        text("sha256"),
        text("form_id"),
        text("version"),
        text("title"),
        text("languages"),
        text("added"),
        primary("key"),
        unique("sha256"),
    )


def _entries_and_changes(op: Operations) -> None:
    op.create_table(
        "entry",
        whole("key"),
        text("id"),
        whole("form", nullable=True),
        whole("creator", nullable=True),
        whole("sole", nullable=True),
        long_text("answers", nullable=True),
        text("title"),
        text("state"),
        text("event"),
        text("bureau"),
        text("countries"),
        text("language"),
        text("updated"),
        whole("changes"),
        whole("conflicts"),
        whole("deleted"),
        whole("present"),
        whole("stale"),
        refers("creator", "author"),
        refers("form", "form"),
        primary("key"),
        unique("id"),
    )
    op.create_index(
        "ix_entry_conflicts", "entry", ["conflicts"], sqlite_where=sa.text("conflicts > 0")
    )
    op.create_index("ix_entry_form", "entry", ["form"])
    op.create_index("ix_entry_stale", "entry", ["stale"], sqlite_where=sa.text("stale = 1"))
    op.create_index("ix_entry_updated", "entry", ["updated"])
    op.create_table(
        "seal",
        whole("key"),
        text("id"),
        whole("author"),
        text("device"),
        whole("number"),
        text("previous"),
        text("created"),
        text("verdict"),
        text("reason"),
        text("received"),
        whole("own"),
        whole("live"),
        whole("changes"),
        refers("author", "author"),
        primary("key"),
        unique("id"),
    )
    op.create_table(
        "change",
        whole("key"),
        text("id"),
        whole("device"),
        whole("number"),
        whole("entry"),
        whole("lamport"),
        text("time"),
        long_text("answers"),
        long_text("replaces"),
        whole("seal", nullable=True),
        whole("counted"),
        refers("device", "device"),
        refers("entry", "entry"),
        refers("seal", "seal"),
        primary("key"),
        unique("device", "number", "id"),
    )
    op.create_index("ix_change_entry", "change", ["entry"])
    op.create_index("ix_change_seal", "change", ["seal"])
    op.create_table(
        "conflict",
        whole("entry"),
        text("path"),
        text("change"),
        text("value", nullable=True),
        refers("entry", "entry"),
        primary("entry", "path", "change"),
    )
    op.create_table(
        "set_aside", whole("change"), text("reason"), refers("change", "change"), primary("change")
    )
    op.create_table(
        "extra_seal",
        whole("change"),
        whole("seal"),
        refers("change", "change"),
        refers("seal", "seal"),
        primary("change", "seal"),
    )


def _packages(op: Operations) -> None:
    op.create_table(
        "package_import",
        whole("key"),
        text("sha256"),
        text("name"),
        text("kind"),
        whole("size"),
        text("verdict"),
        text("signer_name"),
        text("imported"),
        text("undone"),
        whole("new"),
        whole("newer"),
        whole("conflicting"),
        whole("same"),
        whole("refused"),
        primary("key"),
    )
    op.create_table(
        "import_seal",
        whole("package_import"),
        whole("seal"),
        refers("package_import", "package_import"),
        refers("seal", "seal"),
        primary("package_import", "seal"),
    )
    op.create_index("ix_import_seal_seal", "import_seal", ["seal"])
    op.create_table(
        "seal_data", whole("seal"), data("data"), refers("seal", "seal"), primary("seal")
    )
    op.create_table(
        "bad_line",
        whole("seal"),
        whole("line"),
        text("reason"),
        refers("seal", "seal"),
        primary("seal", "line"),
    )
    op.create_table(
        "carried_seal",
        whole("closing"),
        text("seal"),
        refers("closing", "seal"),
        primary("closing", "seal"),
    )
    op.create_table(
        "outbox",
        whole("key"),
        text("sha256"),
        text("file"),
        text("kind"),
        whole("size"),
        text("target"),
        text("state"),
        text("created"),
        whole("offset"),
        whole("attempts"),
        text("next_try"),
        text("problem"),
        text("receipt"),
        whole("seal"),
        refers("seal", "seal"),
        primary("key"),
        unique("sha256"),
    )
    op.create_table("frozen_draft", text("draft"), text("change"), whole("step"), primary("draft"))


def _projections(op: Operations) -> None:
    op.create_table(
        "finding",
        whole("key"),
        whole("entry"),
        text("row"),
        whole("position"),
        text("kind"),
        long_text("text"),
        text("countries"),
        text("subjects"),
        text("objectives"),
        text("indicators"),
        text("themes"),
        text("stakeholders"),
        text("pledges"),
        text("initiatives"),
        long_text("answers"),
        refers("entry", "entry"),
        primary("key"),
    )
    op.create_index("ix_finding_entry", "finding", ["entry"])
    op.create_table(
        "intervention",
        whole("key"),
        whole("entry"),
        text("row"),
        whole("position"),
        text("speaker_type"),
        text("delegation"),
        long_text("points"),
        long_text("answers"),
        refers("entry", "entry"),
        primary("key"),
    )
    op.create_index("ix_intervention_entry", "intervention", ["entry"])
    op.create_table(
        "pledge_update",
        whole("key"),
        whole("entry"),
        text("pledge"),
        text("stage"),
        text("date"),
        long_text("text"),
        long_text("answers"),
        refers("entry", "entry"),
        primary("key"),
    )
    op.create_index("ix_pledge_update_entry", "pledge_update", ["entry"])
    op.create_table(
        "indicator_reading",
        whole("key"),
        whole("entry"),
        text("indicator"),
        text("country"),
        text("date"),
        text("value"),
        long_text("answers"),
        refers("entry", "entry"),
        primary("key"),
    )
    op.create_index("ix_indicator_reading_entry", "indicator_reading", ["entry"])


def _full_text(op: Operations) -> None:
    """Make the indexes of folded text; the text itself stays where it is (contentless)."""
    for table in ("entry_text", "finding_text"):
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(text, stems, content='', "
            "contentless_delete=1, tokenize='unicode61 remove_diacritics 2')"
        )
