"""Registers: the shipped tables, with the entries of the ``register_*`` questionnaires over them."""

from stocktake_app.store.workspace import Workspace


def register_rows(workspace: Workspace, name: str) -> list[dict[str, str]]:
    """Return the rows of a register such as ``events.csv``: dicts with ``name`` and labels.

    Entries of ``register_events`` replace the shipped row of the same ``name`` and add new ones.
    An unknown register has no rows.
    """
    raise NotImplementedError
