"""What a list shows of an entry, taken out of its answers by the names of the vocabulary."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from stocktake_app.model import paths
from stocktake_app.store.shapes import TITLE_NAMES, learnt, promoted_paths

_TITLE_CHARS = 200
_SECONDS = 19  # characters of a time without its offset


class Promoted(NamedTuple):
    """The columns of ``entry`` that come from answers."""

    form: str
    title: str
    state: str
    event: str
    bureau: str
    countries: str
    language: str


def promote(answers: Mapping[str, str | None], shapes: set[str] | None = None) -> Promoted:
    """Return the promoted answers; ``shapes`` are those of the paths, when the caller has them.

    Of two answers of one name, the one whose path is the first stands.
    """
    found: dict[str, str] = {}
    for path in sorted(promoted_paths(learnt(answers) if shapes is None else shapes)):
        value = answers[path]
        if value is not None:
            found.setdefault(path[path.rfind("/") + 1 :], value)
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


def utc(time: str) -> str:
    """Return a change's time in UTC, to the second, so that times compare as text."""
    if time.endswith(("+00:00", "Z")):
        return f"{time[:_SECONDS]}Z"
    moment = datetime.fromisoformat(time).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
