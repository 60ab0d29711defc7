"""What has been heard so far, and what is missing: by region, objective, subject, kind and group.

An entry counts once in each row it touches, however many of its findings do; withdrawn and
deleted entries do not count.
"""

from dataclasses import dataclass

from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Count:
    """One row: a code of a register, its label, and how many entries and findings touch it."""

    code: str
    label: str
    entries: int
    findings: int


@dataclass(frozen=True)
class Breakdown:
    """One way of counting (``bureau``, ``objective``, ``subject``, ``kind``, ``stakeholder``).

    ``rows`` holds every code of the register, heard or not; ``uncoded`` what has no code yet.
    """

    dimension: str
    title: str
    rows: tuple[Count, ...]
    uncoded: Count

    @property
    def missing(self) -> tuple[Count, ...]:
        """The rows of which nothing has been heard."""
        return tuple(row for row in self.rows if not row.findings)


@dataclass(frozen=True)
class PledgeStage:
    """How many pledges stand in a stage (``planning``, ``in_progress``, ``fulfilled``)."""

    stage: str
    label: str
    pledges: int


@dataclass(frozen=True)
class Coverage:
    """The whole picture; ``matrix`` counts findings by (bureau code, subject code)."""

    language: str
    entries: int
    findings: int
    interventions: int
    open_conflicts: int
    breakdowns: tuple[Breakdown, ...]
    pledges: tuple[PledgeStage, ...]
    matrix: dict[tuple[str, str], int]

    def by(self, dimension: str) -> Breakdown:
        """Return one breakdown by its dimension."""
        return next(one for one in self.breakdowns if one.dimension == dimension)


def coverage(workspace: Workspace, language: str = "en") -> Coverage:
    """Count what the workspace holds, with labels in this language."""
    raise NotImplementedError
