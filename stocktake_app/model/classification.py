"""How sensitive a document is: the highest of what is in it, said on its cover."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from stocktake_app.model import paths


class Classification(IntEnum):
    """Who may read something; the greater, the fewer."""

    PUBLIC = 1
    INTERNAL = 2
    CONFIDENTIAL = 3


SENSITIVITIES = frozenset({"sensitivity", "picture_sensitivity"})
"""Names of the questions that say how sensitive a finding or a picture is."""

_SAID = {
    "public": Classification.PUBLIC,
    "internal": Classification.INTERNAL,
    "confidential": Classification.CONFIDENTIAL,
}


def classify(entries: Iterable[Mapping[str, str]], *, disclosed: bool) -> Classification:
    """Return the classification of a document that shows these answers, entry by entry.

    ``disclosed`` says that it shows content that a questionnaire marks confidential, or an
    attachment. What says nothing is internal, and so is a document of nothing.
    """
    if disclosed:
        return Classification.CONFIDENTIAL
    return max(map(_of_entry, entries), default=Classification.INTERNAL)


def _of_entry(answers: Mapping[str, str]) -> Classification:
    """Return an entry's: public only when each of its findings and pictures says so."""
    rows = {paths.row_of(path) for path in answers if paths.row_of(path)}
    said: dict[str, Classification] = {}
    for path, value in answers.items():
        if path.rpartition("/")[2] in SENSITIVITIES:
            said[paths.row_of(path)] = _SAID.get(value, Classification.INTERNAL)
    judged = {row for row in rows if row.partition("[")[0] in {"findings", "pictures"}}
    unsaid = judged - said.keys() or not said
    return max([*said.values(), *([Classification.INTERNAL] if unsaid else [])])
