"""Workspaces whose form has a confidential question, and packages between them, whole or redacted.

Signatures are the verifier's business, as in ``stores``.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from stores import NOW, package

from stocktake_app.model.change import parse_line
from stocktake_app.model.disclosure import mentioned
from stocktake_app.model.seal import Seal, decode_seal
from stocktake_app.store import seals
from stocktake_app.store.disclosures import disclosures_of
from stocktake_app.store.drafts import save_answers, start_draft
from stocktake_app.store.entries import list_entries
from stocktake_app.store.forms import add_form
from stocktake_app.store.freezing import freeze
from stocktake_app.store.imports import ImportResult, IncomingSeal, apply_seals
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Workspace

XFORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:stocktake="urn:stocktake:form:1"><h:head><h:title>Stories</h:title><model>
<instance><data id="stories" version="1"><title/><story/><findings><text/><human_impact/></findings>
</data></instance><bind nodeset="/data/title" type="string"/>
<bind nodeset="/data/story" type="string" stocktake:confidential="yes"/>
<bind nodeset="/data/findings/human_impact" type="string" stocktake:confidential="yes"/></model>
</h:head><h:body><input ref="/data/title"><label>Title</label></input>
<input ref="/data/story"><label>Story</label></input>
<group ref="/data/findings"><repeat nodeset="/data/findings">
<input ref="/data/findings/text"><label>Text</label></input>
<input ref="/data/findings/human_impact"><label>Impact</label></input></repeat></group></h:body>
</h:html>"""
FORM = hashlib.sha256(XFORM).hexdigest()
Answers = Mapping[str, str | None]


def tell(workspace: Workspace, answers: Answers, entry: str | None = None) -> str:
    """Write answers into a new entry, or into one that is there, leave it, and return its id."""
    add_form(workspace, XFORM, NOW)
    draft = start_draft(workspace, FORM, entry, now=NOW)
    save_answers(workspace, draft.id, answers, now=NOW)
    freeze(workspace, draft.id, NOW, finished=False)
    refresh_projections(workspace)
    return draft.entry


def hand_over(
    sender: Workspace, receiver: Workspace, *, redact: bool = False, name: str = "package.xlsx"
) -> ImportResult:
    """Seal what is unsealed and give everything that is known to somebody else."""
    _seal(sender)
    opened = [_incoming(sender, one) for one in seals.list_seals(sender) if one.counted]
    named = {digest for one in opened for _, digest in one.mentions()}
    entries = [one.id for one in list_entries(sender)]
    known = {} if redact else disclosures_of(sender, entries)
    result = apply_seals(
        receiver,
        opened,
        package(name),
        NOW,
        objects={FORM: XFORM},
        disclosures={digest: data for digest, data in known.items() if digest in named},
    )
    refresh_projections(receiver)
    return result


def _seal(workspace: Workspace) -> None:
    from stores import seal_up

    if seals.unsealed(workspace).changes:
        seal_up(workspace)


def _incoming(workspace: Workspace, stored: seals.StoredSeal) -> IncomingSeal:
    seal = seals.get_seal(workspace, stored.id)
    lines = seal.lines.splitlines()
    return IncomingSeal(
        seal.encode(), seal.manifest, stored.verdict, "", stored.signer, lines,
        partial(_mentions, seal),
    )  # fmt: skip


def _mentions(seal: Seal) -> Iterator[tuple[str, str]]:
    for line in decode_seal(seal.encode()).lines.splitlines():
        for digest in mentioned(line):
            yield parse_line(line).entry, digest
