"""Findings and the other projections of entries that reports and screens count and list."""

from collections.abc import Mapping
from dataclasses import dataclass

from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Finding:
    """One thing that was said. ``row`` is its path (``findings[k3x9]``); the rest are its answers.

    What the finding leaves open is inherited from its entry (countries, event, bureau, language).
    ``answers`` holds every answer of the row by its path below the row.
    """

    entry: str
    row: str
    kind: str
    text: str
    title: str
    form_id: str
    event: str
    bureau: str
    countries: tuple[str, ...]
    subjects: tuple[str, ...]
    objectives: tuple[str, ...]
    indicators: tuple[str, ...]
    themes: tuple[str, ...]
    stakeholders: tuple[str, ...]
    pledges: tuple[str, ...]
    author: str
    author_name: str
    updated: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Intervention:
    """One intervention of a consultation; ``order`` counts from 1; ``answers`` as in Finding."""

    entry: str
    row: str
    order: int
    speaker_type: str
    delegation: str
    points: str
    event: str
    bureau: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class PledgeUpdate:
    """One reading of a pledge's stage, as an entry of the pledge update questionnaire says."""

    entry: str
    pledge: str
    stage: str
    date: str
    text: str
    bureau: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class IndicatorReading:
    """One value of an indicator for a country and date."""

    entry: str
    indicator: str
    country: str
    date: str
    value: str
    bureau: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class FindingFilter:
    """Which findings: every condition that is given must hold; "" means any."""

    kind: str = ""
    bureau: str = ""
    event: str = ""
    country: str = ""
    subject: str = ""
    objective: str = ""
    form_id: str = ""
    entry: str = ""
    text: str = ""


def list_findings(
    workspace: Workspace,
    chosen: FindingFilter = FindingFilter(),
    *,
    offset: int = 0,
    limit: int | None = 100,
) -> list[Finding]:
    """Return findings of entries that are not deleted or withdrawn, by entry id and row order.

    ``limit`` None returns all.
    """
    raise NotImplementedError


def count_findings(workspace: Workspace, chosen: FindingFilter = FindingFilter()) -> int:
    """Count the chosen findings."""
    raise NotImplementedError


def list_interventions(workspace: Workspace, entry: str = "") -> list[Intervention]:
    """Return the interventions of one entry or of all, by entry id and order."""
    raise NotImplementedError


def list_pledge_updates(workspace: Workspace) -> list[PledgeUpdate]:
    """Return all pledge updates, by pledge, date and entry id."""
    raise NotImplementedError


def list_indicator_readings(workspace: Workspace) -> list[IndicatorReading]:
    """Return all indicator readings, by indicator, country, date and entry id."""
    raise NotImplementedError
