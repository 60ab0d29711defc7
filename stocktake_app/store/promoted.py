"""What a list shows of an entry, taken out of its answers by the names of the vocabulary."""

from collections.abc import Mapping
from datetime import UTC, datetime

from stocktake_app.model import paths
from stocktake_app.model.disclosure import PREFIX
from stocktake_app.store.shapes import NO_QUESTIONS, Questions, questions_of

_TITLE_CHARS = 200
_SECONDS = 19  # characters of a time without its offset

Promoted = tuple[str, str, str, str, str, str, str]
"""form, title, state, event, bureau, countries, language."""


def promote(answers: Mapping[str, str | None], questions: Questions | None = None) -> Promoted:
    """Return the promoted answers; ``questions`` are those of the paths, if they are at hand.

    Of two answers of one name, the one whose path is the first stands. What a change gives as a
    digest only is not promoted.
    """
    known = questions or questions_of(answers) or NO_QUESTIONS
    get = answers.get
    event, bureau, countries, language = (
        (get(of_one[0]) or _first(answers, of_one)) if of_one else "" for of_one in known.columns
    )
    title = _first(answers, known.titles)[:_TITLE_CHARS]
    form, state = get(paths.FORM) or "", get(paths.STATE) or ""
    found = (form, title, state, event, bureau, countries, language)
    return _plain(found) if PREFIX in "".join(found) else found


def utc(time: str) -> str:
    """Return a change's time in UTC, to the second, so that times compare as text."""
    if time.endswith(("+00:00", "Z")):
        return f"{time[:_SECONDS]}Z"
    moment = datetime.fromisoformat(time).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(found: Promoted) -> Promoted:
    form, title, state, event, bureau, countries, language = (
        "" if PREFIX in one else one for one in found
    )
    return (form, title, state, event, bureau, countries, language)


def _first(answers: Mapping[str, str | None], among: tuple[str, ...]) -> str:
    for path in among:
        value = answers[path]
        if value:
            return value
    return ""
