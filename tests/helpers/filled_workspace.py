"""Workspaces with entries in them, captured through the shipped questionnaires."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from stocktake_app.actions.capture import capture
from stocktake_app.actions.identity import stored_signer
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.model.codes import Role
from stocktake_app.model.ids import new_id
from stocktake_app.settings import resource
from stocktake_app.store import seals
from stocktake_app.store.changes import append_change
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.workspace import Profile, Workspace, create_workspace
from stocktake_app.trust.cms import Signer

NOW = datetime(2021, 11, 15, 10, 0, tzinfo=timezone(timedelta(hours=1)))


def new_workspace(folder: Path, *, practice: bool = False) -> Workspace:
    """Make an HQ workspace without entries."""
    profile = Profile("Consolidation desk", "Geneva", Role.HQ, "", "CHE", "en", new_id())
    return create_workspace(folder, profile, now=NOW, practice=practice)


def say(workspace: Workspace, form: str, answers: Mapping[str, Any]) -> str:
    """Capture an entry and return its id."""
    done = capture(workspace, form, answers, now=NOW)
    assert done.complete, done.problems
    assert done.entry
    return done.entry


def say_demo(workspace: Workspace, *names: str) -> dict[str, str]:
    """Capture entries of the demonstration and return their ids by name."""
    found = {}
    for name in names:
        path = resource("resources/demo/entries") / f"{name}.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        found[name] = say(workspace, content["form"], content["answers"])
    return found


def differ(workspace: Workspace, entry: str, path: str, value: str) -> None:
    """Give an answer a second version that replaces nothing, as somebody elsewhere would."""
    append_change(workspace, entry, {path: value}, NOW, replaces={})
    refresh_projections(workspace)


def sign_all(workspace: Workspace, signer: Signer) -> str:
    """Put everything unsigned under one seal of this signer and return its id."""
    fresh = seals.unsealed(workspace)
    number, previous = seals.next_seal(workspace)
    header = Header(workspace.device, number, previous, forms=fresh.forms)
    seal = make_seal(fresh.lines, header, signer, NOW)
    seals.store_own_seal(
        workspace, seal, fresh.changes, stored_signer(signer), package=None, now=NOW
    )
    return seal.id
