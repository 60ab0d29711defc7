"""Answer paths: XForm node names joined by ``/``, with ``[rowid]`` after a repeat.

``findings[k3x9]/text`` is the text of one finding. Reserved segments begin with ``@``:
``@form``, ``@state``, ``findings[k3x9]/@order``, ``findings[k3x9]/@deleted`` and so on.
"""

import re
from collections.abc import Iterator

FORM = "@form"
STATE = "@state"
DELETED = "@deleted"
ORDER = "@order"
ERASED = "@erased"

_NAME = r"[^\W\d][\w.\-]*"
_SEGMENT = re.compile(
    rf"(?:{_NAME}(?:\[[a-z0-9]{{1,32}}\])?|@[a-z]+|[0-9a-f]{{32}}|[a-z0-9\-]{{1,64}})"
)

MAX_PATH_CHARS = 1000


def is_path(path: str) -> bool:
    """Say whether this is a well-formed answer path."""
    return 0 < len(path) <= MAX_PATH_CHARS and all(
        _SEGMENT.fullmatch(segment) for segment in path.split("/")
    )


def join(parent: str, name: str) -> str:
    """Return the path of a child; the parent of a top-level question is ``""``."""
    return f"{parent}/{name}" if parent else name


def row(repeat: str, row_id: str) -> str:
    """Return the path of one row of a repeat: ``findings`` and ``k3x9`` give ``findings[k3x9]``."""
    return f"{repeat}[{row_id}]"


def generic(path: str) -> str:
    """Return the path without row ids: the question, rather than the answer."""
    return re.sub(r"\[[^\]]*\]", "", path)


def row_of(path: str) -> str:
    """Return the innermost repeat row that this path lies in, or ``""``."""
    end = path.rfind("]")
    return path[: end + 1] if end >= 0 else ""


def rows_above(path: str) -> Iterator[str]:
    """Yield every repeat row that encloses this path, outermost first, and the path's own."""
    for match in re.finditer(r"\]", path):
        yield path[: match.end()]


def under(parent: str, path: str) -> bool:
    """Say whether ``path`` is ``parent`` or lies below it; everything lies below ``""``."""
    return not parent or path == parent or path.startswith(parent + "/")


def reserved(path: str) -> bool:
    """Say whether the path has a reserved segment, so is no answer to a question."""
    return path.startswith("@") or "/@" in path
