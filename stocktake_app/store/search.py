"""Full text: folded by us, so that accents, ligatures and Arabic spellings do not hide a word."""

from dataclasses import dataclass

from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Hit:
    """One entry found; ``path`` and ``excerpt`` show the first answer that has a word of the query."""

    entry: str
    title: str
    form_id: str
    updated: str
    path: str
    excerpt: str


def fold_text(text: str) -> str:
    """Return text as it is indexed: case, diacritics, ligatures, Arabic forms and digits folded."""
    raise NotImplementedError


def search(workspace: Workspace, query: str, *, offset: int = 0, limit: int = 50) -> list[Hit]:
    """Return entries that have all words of the query (beginnings count), latest first."""
    raise NotImplementedError


def count_hits(workspace: Workspace, query: str) -> int:
    """Count the entries that ``search`` would return."""
    raise NotImplementedError
