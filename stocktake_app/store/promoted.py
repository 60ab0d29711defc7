"""What a list shows of an entry, taken out of its answers by the names of the vocabulary.

Only answers outside repeats are looked at. Names are those of ``docs/vocabulary.md``.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

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

_NAMES = frozenset({*TITLE_NAMES, "bureau", "countries", "country", "language"})
_TITLE_CHARS = 200


class Promoted(NamedTuple):
    """The columns of ``entry`` that come from answers."""

    form: str
    title: str
    state: str
    event: str
    bureau: str
    countries: str
    language: str


@lru_cache(maxsize=20_000)
def promoted_name(shape: str) -> str:
    """Return which promoted answer a generic path is, or ""; rows are ``[...]`` in a shape."""
    if shape in {paths.FORM, paths.STATE}:
        return shape
    name = shape.rpartition("/")[2]
    return name if name in _NAMES and "[" not in shape and "@" not in shape else ""


def promote(answers: Mapping[str, str | None], shapes: Iterable[str] | None = None) -> Promoted:
    """Return the promoted answers; ``shapes`` are the paths' own, when the caller has them."""
    found: dict[str, str] = {}
    for shape, value in zip(shapes or answers, answers.values(), strict=True):
        name = promoted_name(shape)
        if name and value is not None:
            found.setdefault(name, value)
    get = found.get
    title = next((found[name] for name in TITLE_NAMES if name in found), "")
    return Promoted(
        get(paths.FORM, ""),
        title[:_TITLE_CHARS],
        get(paths.STATE, ""),
        get("event", ""),
        get("bureau", ""),
        get("countries", "") or get("country", ""),
        get("language", ""),
    )


@lru_cache(maxsize=4096)
def utc(time: str) -> str:
    """Return a change's time in UTC, to the second, so that times compare as text."""
    moment = datetime.fromisoformat(time).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
