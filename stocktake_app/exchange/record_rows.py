"""The rows of the repeats of an entry, put together from its answers by path."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from stocktake_app.model import paths


@dataclass
class RowAnswers:
    """One row: its path (``findings[k3x9]``), its answers by the path below it, its inner rows."""

    path: str
    answers: dict[str, str] = field(default_factory=dict)
    inner: "dict[str, list[RowAnswers]]" = field(default_factory=lambda: defaultdict(list))

    @property
    def rank(self) -> tuple[bool, Decimal, str]:
        """Where it stands among its like: by ``@order``, those without one last, then by path."""
        try:
            order = Decimal(self.answers.get(paths.ORDER, ""))
        except InvalidOperation:
            return (True, Decimal(0), self.path)
        return (not order.is_finite(), order if order.is_finite() else Decimal(0), self.path)


def rows_of(answers: Mapping[str, str]) -> dict[str, list[RowAnswers]]:
    """Return the outermost rows of an entry by the repeat's generic path, in order.

    A row is one as long as it has an answer; a deleted one, written in by nobody, is none.
    """
    rows: dict[str, RowAnswers] = {}
    top: dict[str, list[RowAnswers]] = defaultdict(list)
    for path, value in answers.items():
        end = path.rfind("]")
        if end < 0:
            continue
        name = path[: end + 1]
        row = rows.get(name) or _new_row(name, rows, top)
        row.answers[path[end + 2 :]] = value
    _tidy(top)
    return top


def _new_row(
    path: str, rows: dict[str, RowAnswers], top: dict[str, list[RowAnswers]]
) -> RowAnswers:
    found = rows[path] = RowAnswers(path)
    above = paths.row_of(path[: path.rfind("[")])
    siblings = top
    if above:
        siblings = (rows.get(above) or _new_row(above, rows, top)).inner
    siblings[paths.generic(path)].append(found)
    return found


def _tidy(groups: dict[str, list[RowAnswers]]) -> None:
    for generic, rows in groups.items():
        for row in rows:
            if row.inner:
                _tidy(row.inner)
        kept = [row for row in rows if _is_there(row)]
        groups[generic] = sorted(kept, key=_rank) if len(kept) > 1 else kept


def _rank(row: RowAnswers) -> tuple[bool, Decimal, str]:
    return row.rank


def _is_there(row: RowAnswers) -> bool:
    if any(rows for rows in row.inner.values()):
        return True
    return not all("@" in path and paths.reserved(path) for path in row.answers)
