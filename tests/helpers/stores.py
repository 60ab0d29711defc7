"""Workspaces at the store's own level: who works there, what they say, what passes between them.

Signatures are the verifier's business: seals here are whole, and carry the verdict they are given.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from stocktake_app.model.change import Change
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.model.seal import Manifest, Seal
from stocktake_app.store import seals
from stocktake_app.store.changes import append_change
from stocktake_app.store.forms import add_form
from stocktake_app.store.imports import (
    ImportResult,
    IncomingSeal,
    PackageFile,
    Signer,
    apply_seals,
    trial,
)
from stocktake_app.store.workspace import Profile, Workspace, create_workspace

NOW = datetime(2021, 4, 28, 10, tzinfo=UTC)
XFORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Anything said</h:title><model><instance><data id="said" version="1"><name/></data>
</instance><bind nodeset="/data/name" type="string"/></model></h:head>
<h:body><input ref="/data/name"><label>Name</label></input></h:body></h:html>"""
FORM = hashlib.sha256(XFORM).hexdigest()


def profile(name: str, role: Role = Role.OFFICER, bureau: str = "WCA") -> Profile:
    """Return somebody whose identity follows from the name."""
    identity = hashlib.sha256(name.encode()).hexdigest()[:32]
    return Profile(name, "Dakar", role, "" if role is Role.HQ else bureau, "SEN", "fr", identity)


def new_store(
    folder: Path,
    name: str,
    role: Role = Role.OFFICER,
    bureau: str = "WCA",
    *,
    key: bytes | None = None,
) -> Workspace:
    """Make and open a workspace in a folder named after its person."""
    made = create_workspace(folder / name, profile(name, role, bureau), key=key, now=NOW)
    add_form(made, XFORM, NOW)
    return made


def signer_of(person: Profile) -> Signer:
    """Return a person as a certificate would name them."""
    author = person.author
    return Signer(
        author.identity, person.name, author.role, author.bureau, person.office, "K7QF-2M9P"
    )


def begin(workspace: Workspace, entry: str, values: Mapping[str, str | None]) -> Change:
    """Make an entry at once, without a draft."""
    return append_change(workspace, entry, {"@form": FORM, **values}, NOW)


def incoming(
    lines: Iterable[bytes],
    person: Profile,
    device: str,
    *,
    number: int = 1,
    verdict: Verdict = Verdict.VALID,
    practice: bool = False,
) -> IncomingSeal:
    """Return a seal of these lines, as the verifier would hand it over."""
    found = list(lines)
    raw = b"".join(line + b"\n" for line in found)
    manifest = Manifest(
        person.identity, device, number, "", NOW.isoformat(), len(found), 0,
        hashlib.sha256(raw).hexdigest(), len(raw), len(raw), practice=practice,
    )  # fmt: skip
    reason = "" if verdict is Verdict.VALID else "we do not know this sender yet"
    seal = Seal(manifest, b"not judged here", raw)
    return IncomingSeal(seal.encode(), manifest, verdict, reason, signer_of(person), found)


def seal_up(workspace: Workspace) -> IncomingSeal:
    """Seal everything of a workspace that is unsealed, and return the seal for others to take."""
    fresh = seals.unsealed(workspace)
    number, previous = seals.next_seal(workspace)
    made = incoming(fresh.lines, workspace.profile, workspace.device, number=number)
    manifest = replace(made.manifest, previous=previous, forms=fresh.forms)
    seal = Seal(manifest, b"not judged here", b"".join(line + b"\n" for line in fresh.lines))
    signer = signer_of(workspace.profile)
    seals.store_own_seal(workspace, seal, fresh.changes, signer, package=None, now=NOW)
    return replace(made, data=seal.encode(), manifest=manifest)


def package(name: str = "package.xlsx") -> PackageFile:
    """Return the facts of a file that brings seals."""
    return PackageFile(hashlib.sha256(name.encode()).hexdigest(), name, "xlsx", 1, Verdict.VALID)


def take(workspace: Workspace, *opened: IncomingSeal, name: str = "package.xlsx") -> ImportResult:
    """Take seals in as one file."""
    return apply_seals(workspace, opened, package(name), NOW)


def plan_seals(
    workspace: Workspace,
    opened: Sequence[IncomingSeal],
    file: PackageFile,
    now: datetime,
    objects: Mapping[str, bytes] = MappingProxyType({}),
) -> ImportResult:
    """Return what taking one package in would do; nothing is changed."""
    with trial(workspace) as take:
        return take(opened, file, now, objects=objects)
