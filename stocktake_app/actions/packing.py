"""What goes into one package: seals, objects and disclosures; then its readable part around them.

The closing seal comes first, and the readable part is made from what the package then holds, by
the same code that checks it later (``exchange/visible.py``).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO

from stocktake_app.actions.trusting import own_notices
from stocktake_app.errors import RefusedError
from stocktake_app.exchange.contents import (
    AlteredFileError,
    Contents,
    ForeignFileError,
    Limits,
)
from stocktake_app.exchange.pdf_reader import read_pdf
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.record_layout import Format, language_of, layout_name
from stocktake_app.exchange.record_published import labels_for
from stocktake_app.exchange.seals import Header, make_seal, mentions, seal_lines
from stocktake_app.exchange.shown import chains_of, read_shown
from stocktake_app.exchange.xlsx_reader import read_xlsx
from stocktake_app.model.disclosure import mentioned
from stocktake_app.model.seal import Seal, decode_seal
from stocktake_app.store import seals
from stocktake_app.store.disclosures import disclosures_of
from stocktake_app.store.packages import reading_package
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.cms import Signer, open_detached

_LOOK_BACK = 20
"""How many packages made before are compared with what is asked for."""


@dataclass(frozen=True)
class Kind:
    """What kind of package: its format, in which language, for whom, is content withheld.

    ``language`` "" is the workspace's; ``to`` is ``hq`` or the identity that it is meant for;
    ``redact`` withholds all confidential answers and attachments.
    """

    form: Format = "xlsx"
    language: str = ""
    to: str = "hq"
    redact: bool = False

    @property
    def layout(self) -> str:
        """The layout of its readable part, as the closing seal names it."""
        return layout_name(self.form, self.language)


PLAIN = Kind()
"""A workbook for HQ in the workspace's language, with nothing withheld."""


@dataclass(frozen=True)
class Gathered:
    """What a package of some entries has to carry, before its closing seal is made.

    ``objects`` are by SHA-256: those that the carried seals name, the forms, labels and notices.
    """

    kind: Kind
    carried: tuple[Seal, ...]
    fresh: seals.Unsealed
    labels: str
    notices: tuple[str, ...]
    objects: Mapping[str, bytes]
    disclosures: Mapping[str, bytes]


@dataclass(frozen=True)
class Package:
    """The contents of a package, the closing seal last; ``changes`` are the ids that it seals."""

    contents: Contents
    changes: tuple[str, ...]
    kind: Kind

    @property
    def closing(self) -> Seal:
        """The seal that closes it."""
        return self.contents.closing


def gather(workspace: Workspace, chosen: Sequence[str], kind: Kind, now: datetime) -> Gathered:
    """Gather what a package that shows these entries (ids) has to carry.

    Of every entry that it shows, all that is unsealed here goes in, so that it shows what this
    workspace shows.
    """
    carried = seals.closure(workspace, chosen)
    shown = {*chosen, *carried.entries}
    fresh = seals.unsealed(workspace, shown)
    notices = own_notices(workspace, now)
    encoded = labels_for(workspace, _all_lines(carried.seals, fresh)).encoded
    labels = {hashlib.sha256(encoded).hexdigest(): encoded} if encoded else {}
    return Gathered(
        kind=kind,
        carried=carried.seals,
        fresh=fresh,
        labels="".join(labels),
        notices=tuple(sorted(notices)),
        objects={**carried.objects, **notices, **labels},
        disclosures={} if kind.redact else _disclosures(workspace, shown, carried.seals, fresh),
    )


def _all_lines(carried: Iterable[Seal], fresh: seals.Unsealed) -> Iterator[bytes]:
    for seal in carried:
        yield from seal_lines(seal)
    yield from fresh.lines


def _disclosures(
    workspace: Workspace, shown: Iterable[str], carried: Iterable[Seal], fresh: seals.Unsealed
) -> dict[str, bytes]:
    named = {digest for line in fresh.lines for digest in mentioned(line)}
    named = named.union(*map(mentions, carried))
    known = disclosures_of(workspace, shown) if named else {}
    return {digest: data for digest, data in sorted(known.items()) if digest in named}


def close(workspace: Workspace, gathered: Gathered, signer: Signer, now: datetime) -> Package:
    """Seal what is not sealed yet; the seal names all else that goes into the package."""
    number, previous = seals.next_seal(workspace)
    header = Header(
        device=workspace.device,
        number=number,
        previous=previous,
        forms=gathered.fresh.forms,
        seals=tuple(seal.id for seal in gathered.carried),
        to=gathered.kind.to,
        layout=gathered.kind.layout,
        labels=gathered.labels,
        notices=gathered.notices,
        practice=workspace.practice,
    )
    closing = make_seal(gathered.fresh.lines, header, signer, now)
    every = (*gathered.carried, closing)
    named = frozenset().union(*(seal.manifest.named_objects for seal in every))
    objects = {name: gathered.objects[name] for name in sorted(named)}
    contents = Contents(every, objects, gathered.disclosures)
    return Package(contents, gathered.fresh.changes, gathered.kind)


def write(package: Package, signer: Signer, file: BinaryIO, now: datetime) -> int:
    """Write a package with its readable part; return how many entries it shows."""
    shown = read_shown(package.contents, chains_of(package.contents))
    record = build_record(shown, language_of(package.closing.manifest.layout))
    if package.kind.form == "pdf":
        from stocktake_app.documents.record_pdf import record_pdf
        from stocktake_app.exchange.pdf_package import write_pdf_package

        file.write(write_pdf_package(record_pdf(record), package.contents, signer, now))
    else:
        from stocktake_app.documents.workbook import write_parts
        from stocktake_app.exchange.xlsx_package import write_xlsx_package

        write_xlsx_package(partial(write_parts, record), package.contents, signer, now, file)
    return shown.count


@dataclass(frozen=True)
class MadeAlready:
    """A package of ours that carries exactly what is asked for now."""

    name: str
    sha256: str
    entries: int
    changes: int
    seals: int


def made_already(workspace: Workspace, gathered: Gathered, signer: Signer) -> MadeAlready | None:
    """Find a package in the outbox that another one made now would only repeat."""
    if gathered.fresh.changes:
        return None
    for made in seals.list_own_packages(workspace)[:_LOOK_BACK]:
        closing = seals.get_seal(workspace, made.seal)
        if _repeats(gathered, closing, signer):
            found = _read_again(workspace, made, gathered)
            if found is not None:
                return found
    return None


def _repeats(gathered: Gathered, closing: Seal, signer: Signer) -> bool:
    manifest, kind = closing.manifest, gathered.kind
    carried = {seal.id for seal in gathered.carried} - {closing.id}
    chain = open_detached(manifest.encoded, closing.cms).chain
    return (
        set(manifest.seals) == carried
        and (manifest.to, manifest.layout) == (kind.to, kind.layout)
        and (manifest.labels, manifest.notices) == (gathered.labels, gathered.notices)
        and chain == signer.chain
    )


def _read_again(
    workspace: Workspace, made: seals.OwnPackage, gathered: Gathered
) -> MadeAlready | None:
    """Read a package of ours; None when its file is gone, or discloses something else."""
    try:
        with reading_package(workspace, made.name) as file:
            data = file.read()
    except RefusedError:
        return None
    try:
        opened = (read_pdf if gathered.kind.form == "pdf" else read_xlsx)(data, Limits())
    except (ForeignFileError, AlteredFileError):
        return None
    same = hashlib.sha256(data).hexdigest() == made.sha256
    if not same or opened.disclosures.keys() != gathered.disclosures.keys():
        return None
    every = tuple(decode_seal(one) for one in opened.seals)
    contents = Contents(every, opened.objects, opened.disclosures)
    return MadeAlready(
        name=made.name,
        sha256=made.sha256,
        entries=read_shown(contents, chains_of(contents)).count,
        changes=sum(seal.manifest.changes for seal in every),
        seals=len(every),
    )
