"""Laptops of real people: workspaces whose seals are signed and judged as packages' seals are."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from people import People

from stocktake_app.actions.identity import stored_signer
from stocktake_app.exchange.seals import Header, SealReport, make_seal, open_seal, seal_lines
from stocktake_app.model.change import Change
from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import Seal
from stocktake_app.store import seals
from stocktake_app.store.drafts import save_answers, start_draft
from stocktake_app.store.forms import add_form
from stocktake_app.store.freezing import freeze
from stocktake_app.store.imports import ImportResult, IncomingSeal, PackageFile, apply_seals
from stocktake_app.store.imports import Signer as StoredSigner
from stocktake_app.store.workspace import Profile, Workspace, create_workspace
from stocktake_app.trust.certificates import subject_of
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer

XFORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Workshop</h:title><model><instance><data id="workshop" version="1"><title/>
<findings><text/><kind/></findings></data></instance></model></h:head><h:body>
<input ref="/data/title"/><group ref="/data/findings"><repeat nodeset="/data/findings">
<input ref="/data/findings/text"/><input ref="/data/findings/kind"/></repeat></group></h:body>
</h:html>"""
FORM = hashlib.sha256(XFORM).hexdigest()
Answers = Mapping[str, str | None]


@dataclass(frozen=True)
class Parcel:
    """What a package carries, its closing seal last, and the forms that the seals name."""

    seals: tuple[Seal, ...]
    forms: Mapping[str, bytes]

    @property
    def file(self) -> PackageFile:
        """The facts of the file that would bring it."""
        sha256 = hashlib.sha256("".join(seal.id for seal in self.seals).encode()).hexdigest()
        return PackageFile(sha256, "parcel.xlsx", "xlsx", 1, Verdict.VALID)

    def only(self, chosen: Iterable[int]) -> "Parcel":
        """Return it with only these of its seals, in this order."""
        return replace(self, seals=tuple(self.seals[one] for one in chosen))


@dataclass(frozen=True)
class Laptop:
    """A workspace, its owner's key and certificate, and what it trusts."""

    workspace: Workspace
    signer: Signer
    trust: Trust
    now: datetime

    def begin(self, answers: Answers, at: datetime | None = None) -> Change:
        """Fill a form, leave it and return the change that begins the entry."""
        add_form(self.workspace, XFORM, self.now)
        return self._typed(None, answers, at or self.now)

    def edit(self, entry: str, answers: Answers, at: datetime | None = None) -> Change:
        """Change answers of an entry as the window does: a draft that is left."""
        return self._typed(entry, answers, at or self.now)

    def pack(self, *, practice: bool = False, at: datetime | None = None) -> Parcel:
        """Seal everything unsealed and return what a package of it has to carry."""
        fresh = seals.unsealed(self.workspace)
        carried = seals.closure(self.workspace, fresh.entries)
        return self._packed(
            fresh, carried.seals, carried.objects, at or self.now, practice=practice
        )

    def pack_lines(self, lines: Sequence[bytes]) -> Parcel:
        """Seal whatever lines, as a changed program could; nothing of it is stored here."""
        number, previous = seals.next_seal(self.workspace)
        header = Header(self.workspace.device, number, previous, forms=(FORM,))
        return Parcel((make_seal(lines, header, self.signer, self.now),), {FORM: XFORM})

    def take(self, parcel: Parcel, at: datetime | None = None) -> ImportResult:
        """Judge a parcel's seals and take them in."""
        now = at or self.now
        return apply_seals(
            self.workspace, self.judged(parcel, now), parcel.file, now, objects=parcel.forms
        )

    def judged(self, parcel: Parcel, at: datetime | None = None) -> list[IncomingSeal]:
        """Open a parcel's seals as the importer does."""
        reports = [open_seal(seal, self.trust, at or self.now) for seal in parcel.seals]
        return [
            IncomingSeal(
                report.seal.encode(), report.seal.manifest, report.verdict,
                " ".join(report.reasons), _signer(report), seal_lines(report.seal),
            )
            for report in reports
        ]  # fmt: skip

    def _typed(self, entry: str | None, answers: Answers, at: datetime) -> Change:
        draft = start_draft(self.workspace, FORM, entry, now=at).id
        save_answers(self.workspace, draft, answers, now=at)
        change = freeze(self.workspace, draft, at, finished=False)
        assert change is not None
        return change

    def _packed(
        self,
        fresh: seals.Unsealed,
        carried: tuple[Seal, ...],
        forms: Mapping[str, bytes],
        at: datetime,
        *,
        practice: bool,
    ) -> Parcel:
        number, previous = seals.next_seal(self.workspace)
        named = tuple(seal.id for seal in carried)
        device = self.workspace.device
        header = Header(device, number, previous, fresh.forms, named, practice=practice)
        seal = make_seal(fresh.lines, header, self.signer, at)
        signer = stored_signer(self.signer)
        seals.store_own_seal(
            self.workspace, seal, fresh.changes, signer, package=None, now=self.now
        )
        return Parcel((*carried, seal), forms)


def _signer(report: SealReport) -> StoredSigner:
    """Return the signer of a seal as the store keeps one."""
    who = report.subject
    assert who is not None
    return StoredSigner(
        who.identity, who.name, who.role, who.bureau, who.office, report.fingerprint
    )


def profile_of(signer: Signer) -> Profile:
    """Return the profile of the person whom a certificate names."""
    who = subject_of(signer.certificate)
    return Profile(who.name, who.office, who.role, who.bureau, "SEN", "fr", who.identity)


def new_laptop(folder: Path, signer: Signer, people: People, *, practice: bool = False) -> Laptop:
    """Make a workspace in a new folder for one of these people."""
    workspace = create_workspace(folder, profile_of(signer), now=people.now, practice=practice)
    return Laptop(workspace, signer, replace(people.trust, practice=practice), people.now)
