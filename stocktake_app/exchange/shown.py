"""What a package shows, from its own contents alone: entries folded, authors from certificates.

The exporter makes the readable part from this, and so does whoever checks it: no store, no clock,
nobody's trust. Changes count by the same rule as in a store, with the certificates' own word for
who signed; whether these are trusted is the verifier's business.

Entries come in the order in which they are read best: by questionnaire, then by the first day of
what they are about, then by reference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.record_labels import Labels
from stocktake_app.questionnaire.form import Form
from stocktake_app.trust.certificates import Subject
from stocktake_app.trust.chain import Chain


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One of several versions of an answer: its value (None: blank), who wrote it, when."""

    value: str | None
    author_name: str
    office: str
    time: str


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """An answer with differing versions, the one that is shown first."""

    path: str
    versions: tuple[ShownVersion, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry as the counted changes of a package make it; members as ``store.entries.Entry``.

    ``author`` and ``author_name`` are of whoever began it, ``updated`` is in UTC.
    """

    id: str
    form: str
    title: str
    state: str
    event: str
    bureau: str
    countries: tuple[str, ...]
    author: str
    author_name: str
    updated: str
    deleted: bool
    answers: Mapping[str, str]
    conflicts: tuple[ShownConflict, ...] = ()
    withheld: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Shown:
    """All that the readable part of a package draws on beside what ships with the program.

    ``maker`` and ``fingerprint`` are of the closing seal's certificate, ``created`` its time with
    the offset, ``record_id`` its id. ``forms`` are the questionnaires that can be read, by SHA-256,
    in the order in which they are shown. ``entries`` reads all ``count`` entries, in order.
    """

    maker: Subject
    fingerprint: str
    created: datetime
    record_id: str
    practice: bool
    forms: Mapping[str, Form]
    labels: Labels
    count: int
    differing: int
    entries: Callable[[], Iterator[ShownEntry]]


def read_shown(contents: Contents, chains: Mapping[str, Chain]) -> Shown:
    """Read what a package shows; ``chains`` are the certificates of each seal by its id.

    Raises:
        BadContentsError: a line of a seal, or the labels, cannot be read.
    """
    raise NotImplementedError
