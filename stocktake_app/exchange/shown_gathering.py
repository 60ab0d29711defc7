"""The lines of a package's seals gathered by entry, and brought into the order of showing them.

The lines are read twice: first to know what there is and in which order it is shown, then entry by
entry. In between stands, of each entry, where it belongs and its lines, packed when there are many:
200,000 short entries take 120 MB.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stocktake_app.exchange.seals import seal_lines
from stocktake_app.exchange.shown_entries import (
    NOTHING_REPLACED,
    SPECIAL,
    Piece,
    Place,
    Reader,
    ShownEntry,
    Signatory,
)
from stocktake_app.exchange.shown_lines import LinePacker
from stocktake_app.model import paths
from stocktake_app.model.change import BadChangeError
from stocktake_app.model.classification import Classification, classify
from stocktake_app.model.disclosure import Disclosure
from stocktake_app.model.seal import Seal
from stocktake_app.questionnaire.form import Form
from stocktake_app.store.judging import may_count
from stocktake_app.store.lines import Line, read_line
from stocktake_app.store.promoted import promote

_SAYS_SENSITIVITY = (b'sensitivity":"public"', b'sensitivity":"confidential"')


@dataclass(frozen=True)
class Gathered:
    """The entries of a package: how many, how many answers of theirs differ, which forms.

    ``strange`` counts the entries of which the form is not among those that can be read.
    """

    count: int
    differing: int
    strange: int
    forms: frozenset[str]
    classification: Classification
    order: Sequence[tuple[Place, tuple[Piece, ...]]]
    reader: Reader

    def entries(self) -> Iterator[ShownEntry]:
        """Read every entry, in order."""
        for _, pieces in self.order:
            yield self.reader.entry(pieces)


def gather(
    seals: Sequence[Seal],
    signers: Sequence[Signatory],
    forms: Mapping[str, Form],
    disclosures: Mapping[str, Disclosure],
) -> Gathered:
    """Read all lines; ``signers`` are those of the seals, ``forms`` in the order of showing them.

    Lines that are no changes are left out, as they are set aside when they are taken in.

    Raises:
        BadSealError: lines that are not as their seal's manifest says.
    """
    packer = LinePacker(sum(seal.manifest.raw_size for seal in seals))
    gatherer = _Gatherer(Reader(signers, forms, disclosures, packer), packer)
    for position, seal in enumerate(seals):
        gatherer.take(position, seal)
    return gatherer.gathered(disclosed=bool(disclosures))


def _classification(raw: bytes, answers: Mapping[str, str | None]) -> Classification:
    """Return an entry's classification; most lines say by a glance that it is internal."""
    if not any(mark in raw for mark in _SAYS_SENSITIVITY):
        return Classification.INTERNAL
    said = {path: value for path, value in answers.items() if value is not None}
    return classify([said], disclosed=False)


class _Gatherer:
    """The first reading."""

    def __init__(self, reader: Reader, packer: LinePacker) -> None:
        self._reader = reader
        self._packer = packer
        self._single: dict[str, tuple[Place | None, Piece, Classification]] = {}
        self._several: dict[str, list[Piece]] = {}

    def take(self, position: int, seal: Seal) -> None:
        """Read the lines of a seal."""
        for number, raw in enumerate(seal_lines(seal)):
            if number >= seal.manifest.changes:
                continue  # an object's, behind the changes
            try:
                line = read_line(raw)
            except BadChangeError:
                continue
            self._add(position, line, raw)

    def _add(self, position: int, line: Line, raw: bytes) -> None:
        piece = Piece(position, self._packer.pack(raw))
        entry = line.entry
        if entry in self._several:
            self._several[entry].append(piece)
        elif entry in self._single:
            self._several[entry] = [self._single.pop(entry)[1], piece]
        elif _begins_plainly(line):
            place = self._plain_place(position, line)
            self._single[entry] = (place, piece, _classification(raw, line.values))
        else:
            self._several[entry] = [piece]

    def _plain_place(self, position: int, line: Line) -> Place | None:
        """Return where an entry of a single change stands; None if that does not count."""
        signer = self._reader.signers[position]
        if may_count(line.reserved, signer.author.role) is not None:
            return None
        promoted = promote(line.values, line.questions)
        return self._reader.place(line.entry, promoted, signer, line.values)

    def gathered(self, *, disclosed: bool) -> Gathered:
        """Put everything into its order."""
        counted = [one for one in self._single.values() if one[0] is not None]
        self._single.clear()
        classes = {classification for _, _, classification in counted}
        if disclosed:
            classes.add(classify((), disclosed=True))
        order: list[tuple[Place, tuple[Piece, ...]]] = [
            (place, (piece,)) for place, piece, _ in counted if place
        ]
        del counted
        differing = 0
        while self._several:
            _, pieces = self._several.popitem()
            folded = self._reader.folded(pieces)
            if folded is not None:
                place = self._reader.place(
                    folded.id, folded.promoted, folded.creator, folded.answers
                )
                order.append((place, tuple(pieces)))
                differing += len(folded.conflicts)
                classes.add(classify([folded.answers], disclosed=False))
        order.sort()
        known = self._reader.forms
        ranks = Counter(place.form for place, _ in order)
        return Gathered(
            count=len(order),
            differing=differing,
            strange=ranks.pop(len(known), 0),
            forms=frozenset(known[rank] for rank in ranks),
            classification=max(classes, default=Classification.INTERNAL),
            order=order,
            reader=self._reader,
        )


def _begins_plainly(line: Line) -> bool:
    """Say whether a change can stand alone: it begins an entry and takes nothing away."""
    begins = paths.FORM in line.values and line.replaces == NOTHING_REPLACED
    return begins and not line.reserved & SPECIAL
