"""The laptops whose packages come here: what never came, and what is odd, in plain sentences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stocktake_app.actions.result import Result
from stocktake_app.store import freshness
from stocktake_app.store.oddities import Cause, Note, NoteKind
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import N_, Sentence

Say = Callable[[str], str]
"""Gives a sentence of the catalogue in a language, such as a ``Translator``."""

SOMEBODY = Sentence("somebody whom we do not know yet")

SENTENCES: Mapping[NoteKind, str] = {
    NoteKind.REPLAY: N_("Package {number} of laptop {laptop} ({owner}) is here already."),
    NoteKind.GAP: N_("Package {first} of laptop {laptop} ({owner}) never came. Ask for it."),
    NoteKind.ROLLBACK: N_(
        "Package {number} of laptop {laptop} ({owner}) comes after package {last}: it was late on "
        "its way, or an old copy was sent again."
    ),
    NoteKind.FORK: N_(
        "There are two different packages {number} of laptop {laptop} ({owner}): it was copied, or "
        "an old backup was restored. Both are kept. Ask which laptop is in use."
    ),
    NoteKind.MIXED: N_(
        "Package {number} of laptop {laptop} ({owner}) names another package before it than there "
        "can be. Ask the sender how it was made."
    ),
    NoteKind.TWO_PEOPLE: N_(
        "Package {number} of laptop {laptop} is signed by {owner}, others of it by {other}. Ask "
        "whose laptop it is."
    ),
}
"""What to say of a note; the laptop is named as its package files are."""

GAP_OF_MANY = N_(
    "Packages {first} to {last} of laptop {laptop} ({owner}) never came. Ask for them."
)

CLOCKS: Mapping[Cause, str] = {
    Cause.AHEAD: N_(
        "Package {number} of laptop {laptop} ({owner}) says it was made on {made}, and it came on "
        "{compared}: its clock is wrong, or the one here is."
    ),
    Cause.BEFORE_CERTIFICATE: N_(
        "Package {number} of laptop {laptop} ({owner}) says it was made on {made}, before its "
        "certificate began on {compared}: its clock was wrong."
    ),
    Cause.BEFORE_PREVIOUS: N_(
        "Package {number} of laptop {laptop} ({owner}) says it was made on {made}, before the "
        "package that it follows ({compared}): its clock was changed."
    ),
    Cause.BEFORE_CARRIED: N_(
        "Package {number} of laptop {laptop} ({owner}) says it was made on {made}, but it brings "
        "along what was made on {compared}: one of the clocks is wrong."
    ),
}


@dataclass(frozen=True)
class Missing(Result):
    """Packages of one laptop that never came, by their numbers."""

    first: int
    last: int


@dataclass(frozen=True)
class LaptopFacts(Result):
    """One laptop whose packages came here; times are RFC 3339 in UTC, or "".

    ``name`` is its short name, as its package files have it; ``owners`` who signed with it;
    ``packages`` how many are here, ``last`` the highest number; ``missing`` what never came, and
    ``missing_since`` when that could first be seen; ``heard`` when the last one came. ``notes``
    name what is odd (fork, mixed, two_people, clock), ``sentences`` say all of it.
    """

    device: str
    name: str
    owners: tuple[str, ...]
    offices: tuple[str, ...]
    bureaux: tuple[str, ...]
    packages: int
    last: int
    missing: tuple[Missing, ...]
    missing_since: str
    heard: str
    notes: tuple[str, ...]
    sentences: tuple[str, ...]


def laptops(workspace: Workspace, say: Say = str) -> tuple[LaptopFacts, ...]:
    """Return the laptops whose packages came here, our own left out, by their ids."""
    return tuple(_told(one, say) for one in freshness.laptops(workspace))


def note_words(note: Note) -> Sentence:
    """Return what to say of a note."""
    text = SENTENCES.get(note.kind) or CLOCKS[note.cause or Cause.AHEAD]
    if note.kind is NoteKind.GAP and note.first < note.last:
        text = GAP_OF_MANY
    return Sentence(
        text,
        number=note.number,
        laptop=note.laptop,
        owner=note.owner or SOMEBODY,
        other=note.other or SOMEBODY,
        first=note.first,
        last=note.last,
        made=note.made,
        compared=note.compared,
    )


def note_sentence(note: Note, say: Say = str) -> str:
    """Return what to say of a note in the language that ``say`` speaks."""
    return note_words(note).said(say)


def _told(one: freshness.Laptop, say: Say) -> LaptopFacts:
    gaps = [
        Note(NoteKind.GAP, "", one.device, last + 1, ", ".join(one.owners), first=first, last=last)
        for first, last in one.missing
    ]
    sentences = dict.fromkeys(note_sentence(note, say) for note in (*gaps, *one.notes))
    return LaptopFacts(
        device=one.device,
        name=one.name,
        owners=one.owners,
        offices=one.offices,
        bureaux=one.bureaux,
        packages=one.seals,
        last=one.last,
        missing=tuple(Missing(first, last) for first, last in one.missing),
        missing_since=one.missing_since,
        heard=one.heard,
        notes=tuple(dict.fromkeys(note.kind.value for note in one.notes)),
        sentences=tuple(sentences),
    )
