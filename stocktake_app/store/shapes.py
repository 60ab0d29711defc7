"""What is known of sets of answer paths, learnt once for each set of questions.

An entry has dozens of paths, and the entries of a questionnaire have nearly the same ones but for
their row ids. So paths without row ids (*shapes*) are looked at only once: are they well formed,
which reserved segments do they touch, and which are promoted to columns of the entry.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from stocktake_app.model import paths

TITLE_NAMES = (
    "event_name",
    "title",
    "label",
    "name",
    "initiative_name",
    "pledge_reference",
    "initiative",
    "pledge",
    "indicator",
    "event",
)
"""The first of these that is answered is the entry's title: a name, or the code of a register."""

COLUMNS = ("event", "bureau", "countries", "language")
"""Names of ``docs/vocabulary.md`` whose answers outside repeats stand in columns of an entry."""

_ALSO = {"countries": ("country",)}
_ROW = re.compile(r"\[[a-z0-9]{1,32}\]")
_MAX_KNOWN = 20_000  # a hostile file must not fill the memory


@dataclass(frozen=True, slots=True)
class Questions:
    """What is known of a set of paths.

    ``reserved`` are the reserved segments in it (``@form``); ``titles`` the paths that may give a
    title, best first; ``columns`` those for each of ``COLUMNS``, best first.
    """

    reserved: frozenset[str]
    titles: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]


_shapes: set[str] = set()
_known: dict[frozenset[str], Questions] = {}
_seen: dict[str, Questions] = {}


def questions_of(answer_paths: Collection[str]) -> Questions | None:
    """Return what is known of these paths, or None when one is not well formed.

    The length of a path is not looked at.
    """
    joined = "\n".join(answer_paths)
    if not joined:
        return None if answer_paths else NO_QUESTIONS
    if joined.count("\n") != len(answer_paths) - 1:
        return None
    stripped = _ROW.sub("[a]", joined) if "[" in joined else joined
    found = _seen.get(stripped)
    if found is None:
        shapes = frozenset(stripped.split("\n"))
        found = _known.get(shapes) or _learn(shapes)
        if found is not None:
            _forget_if_full()
            _seen[stripped] = found
    return found


def _learn(shapes: frozenset[str]) -> Questions | None:
    if not all(map(paths.is_path, shapes - _shapes)):
        return None
    _shapes.update(shapes)
    segments = {segment for shape in shapes if "@" in shape for segment in shape.split("/")}
    found = _known[shapes] = Questions(
        frozenset(segment for segment in segments if segment.startswith("@")),
        _named(shapes, TITLE_NAMES),
        tuple(_named(shapes, (name, *_ALSO.get(name, ()))) for name in COLUMNS),
    )
    return found


def _forget_if_full() -> None:
    if max(len(_shapes), len(_known), len(_seen)) > _MAX_KNOWN:
        for known in (_shapes, _known, _seen):
            known.clear()


def _named(shapes: frozenset[str], names: Iterable[str]) -> tuple[str, ...]:
    """Return the paths outside repeats of these names, by name and then by path."""
    plain = sorted(shape for shape in shapes if "[" not in shape and "@" not in shape)
    return tuple(path for name in names for path in plain if path[path.rfind("/") + 1 :] == name)


NO_QUESTIONS = Questions(frozenset(), (), tuple(() for _ in COLUMNS))
