"""What is known of answer paths without their row ids, learnt once for each shape.

An entry has dozens of paths and every entry has the same few: so paths are checked, searched for
reserved segments and for promoted answers as sets of shapes, and a shape is looked at only once.
"""

import re
from collections.abc import Iterable

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

PROMOTED_NAMES = frozenset({*TITLE_NAMES, "bureau", "countries", "country", "language"})
"""Names of ``docs/vocabulary.md`` whose answers outside repeats stand in columns of an entry."""

_ROW = re.compile(r"\[[a-z0-9]{1,32}\]")
_MAX_KNOWN = 50_000  # a hostile file must not fill the memory with shapes

_known: set[str] = set()
_promoted: set[str] = set()
_reserved: dict[str, frozenset[str]] = {}


def shapes_of(joined: str) -> set[str]:
    """Return the shapes of paths that are joined by line feeds."""
    return set((_ROW.sub("[a]", joined) if "[" in joined else joined).split("\n"))


def are_paths(shapes: set[str]) -> bool:
    """Say whether all shapes are those of well-formed paths, and remember what they are."""
    if shapes <= _known:
        return True
    fresh = shapes - _known
    if not all(map(paths.is_path, fresh)):
        return False
    if len(_known) > _MAX_KNOWN:
        _known.clear()
        _promoted.clear()
        _reserved.clear()
        fresh = shapes
    for shape in fresh:
        _learn(shape)
    return True


def reserved_segments(shapes: set[str]) -> frozenset[str]:
    """Return the reserved segments (``@form``) of known shapes or of whole paths."""
    touched = shapes & _reserved.keys()
    return frozenset().union(*[_reserved[shape] for shape in touched])


def promoted_paths(shapes: set[str]) -> set[str]:
    """Return which of these known shapes are promoted answers; those are their own paths."""
    return shapes & _promoted


def learnt(answer_paths: Iterable[str]) -> set[str]:
    """Return the shapes of well-formed paths, so that the other functions know them."""
    joined = "\n".join(answer_paths)
    shapes = shapes_of(joined) if joined else set()
    are_paths(shapes)
    return shapes


def _learn(shape: str) -> None:
    segments = shape.split("/")
    reserved = frozenset(segment for segment in segments if segment.startswith("@"))
    if reserved:
        _reserved[shape] = reserved
    if shape in {paths.FORM, paths.STATE} or (
        segments[-1] in PROMOTED_NAMES and not reserved and "[" not in shape
    ):
        _promoted.add(shape)
    _known.add(shape)
