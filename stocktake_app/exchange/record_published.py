"""The labels that a package has to bring: what HQ published and no shipped register says."""

from collections.abc import Iterable

import msgspec

from stocktake_app.exchange.record_labels import Labels, Names, names_of, shipped_names
from stocktake_app.store.forms import list_forms
from stocktake_app.store.registers import register_rows
from stocktake_app.store.workspace import Workspace

_PREFIX = "register_"
_MAX_LIST_CHARS = 4_000
_ALWAYS = frozenset({"bureaux", "questionnaires"})
"""Registers of which the readable part shows rows that no answer names."""


class _Line(msgspec.Struct, gc=False):
    """What a change line says."""

    set: dict[str, str | None]


_decode = msgspec.json.Decoder(_Line).decode


def labels_for(workspace: Workspace, lines: Iterable[bytes]) -> Labels:
    """Return the labels of what these lines of changes name and no shipped register says so.

    A text that happens to equal a name brings its label too; that harms nobody.
    """
    published = _published(workspace)
    names = {name for rows in published.values() for name in rows}
    used = _used(names, lines) if names else set()
    brought: dict[str, dict[str, Names]] = {
        stem: {name: one for name, one in rows.items() if name in used or stem in _ALWAYS}
        for stem, rows in sorted(published.items())
    }
    return Labels({stem: named for stem, named in brought.items() if named})


def _published(workspace: Workspace) -> dict[str, dict[str, Names]]:
    """Return the labels that differ from the shipped ones, by register and name."""
    stems = {
        form.form_id.removeprefix(_PREFIX)
        for form in list_forms(workspace)
        if form.form_id.startswith(_PREFIX) and form.entries
    }
    found: dict[str, dict[str, Names]] = {}
    for stem in stems:
        shipped = shipped_names(stem)
        rows = register_rows(workspace, f"{stem}.csv")
        named = {row["name"]: names_of(row) for row in rows}
        found[stem] = {name: one for name, one in named.items() if one != shipped.get(name)}
    return {stem: differing for stem, differing in found.items() if differing}


def _used(names: set[str], lines: Iterable[bytes]) -> set[str]:
    used: set[str] = set()
    for line in lines:
        values = [one for one in _said(line).values() if one]
        used |= names.intersection(values)
        for value in values:
            if " " in value and len(value) <= _MAX_LIST_CHARS:
                used |= names.intersection(value.split())
    return used


def _said(line: bytes) -> dict[str, str | None]:
    try:
        return _decode(line).set
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}  # no change: nothing of it is shown
