"""What has been heard so far, and what is missing: by region, objective, subject, kind and group.

An entry counts once in each row it touches, however many of its findings do; withdrawn and
deleted entries and those of registers do not count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from stocktake_app.model.codes import EntryStatus
from stocktake_app.reports.answers import by_name
from stocktake_app.store.conflicts import count_conflicts
from stocktake_app.store.entries import EntryFilter, EntrySort, EntrySummary, list_entries
from stocktake_app.store.findings import (
    Finding,
    Intervention,
    PledgeUpdate,
    list_findings,
    list_interventions,
    list_pledge_updates,
)
from stocktake_app.store.labels import Labels, parse_date
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import N_, translator

PAGE = 5_000
STAGES = ("planning", "in_progress", "fulfilled")
REGISTERS = {
    "bureau": "bureaux",
    "objective": "objectives",
    "subject": "subjects",
    "kind": "finding_kinds",
    "stakeholder": "stakeholder_types",
}
"""The dimensions of counting and the register whose codes each has."""

_TITLES = {
    "bureau": N_("Regional bureau"),
    "objective": N_("Objective of the Compact"),
    "subject": N_("Subject assessed"),
    "kind": N_("Kind of finding"),
    "stakeholder": N_("Stakeholder group"),
}


@dataclass(frozen=True)
class Count:
    """One row: a code of a register, its label, how many entries and findings touch it.

    Among stakeholder groups interventions count as findings.
    """

    code: str
    label: str
    entries: int
    findings: int


@dataclass(frozen=True)
class Breakdown:
    """One way of counting (``bureau``, ``objective``, ``subject``, ``kind``, ``stakeholder``).

    ``rows`` holds every code that the register had at the time, heard or not; ``uncoded`` counts
    what has no code yet.
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
class PledgeGroup:
    """Published counts of a group of pledges; groups overlap, so they are never added up.

    ``total`` and the counts by stage are None where nothing was published.
    """

    entry: str
    pledge: str
    label: str
    date: str
    total: int | None
    stages: Mapping[str, int | None]


@dataclass(frozen=True)
class PledgeStage:
    """How many single pledges stand in a stage (``planning``, ``in_progress``, ``fulfilled``)."""

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
    stages: tuple[PledgeStage, ...]
    groups: tuple[PledgeGroup, ...]
    matrix: Mapping[tuple[str, str], int]

    def by(self, dimension: str) -> Breakdown:
        """Return one breakdown by its dimension."""
        return next(one for one in self.breakdowns if one.dimension == dimension)


def coverage(workspace: Workspace, language: str = "en") -> Coverage:
    """Count what the workspace holds, with labels in this language."""
    labels = Labels(workspace, language)
    tally = _Tally()
    for entry in stocktaking_entries(workspace):
        tally.add_entry(entry, labels)
    for finding in all_findings(workspace):
        tally.add_finding(finding)
    for intervention in list_interventions(workspace):
        tally.add_intervention(intervention)
    updates = list_pledge_updates(workspace)
    return Coverage(
        language=language,
        entries=len(tally.entries),
        findings=tally.findings,
        interventions=tally.interventions,
        open_conflicts=count_conflicts(workspace),
        breakdowns=tuple(tally.breakdown(one, labels) for one in REGISTERS),
        stages=_stages(updates, language),
        groups=_groups(updates, labels),
        matrix=tally.matrix,
    )


def stocktaking_entries(workspace: Workspace) -> Iterator[EntrySummary]:
    """Yield every entry that counts, by id."""
    for offset in range(0, 1 << 62, PAGE):
        page = list_entries(
            workspace,
            EntryFilter(deleted=False),
            EntrySort.ID,
            descending=False,
            offset=offset,
            limit=PAGE,
        )
        yield from (one for one in page if _counts(one))
        if len(page) < PAGE:
            return


def _counts(entry: EntrySummary) -> bool:
    return entry.state != EntryStatus.WITHDRAWN and not entry.form_id.startswith("register_")


def all_findings(workspace: Workspace) -> Iterator[Finding]:
    """Yield every finding, by entry id and order in the entry."""
    for offset in range(0, 1 << 62, PAGE):
        page = list_findings(workspace, offset=offset, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return


class _Tally:
    """Counts while entries and findings go by."""

    def __init__(self) -> None:
        self.entries: set[str] = set()
        self.findings = 0
        self.interventions = 0
        self.matrix: Counter[tuple[str, str]] = Counter()
        self._latest = date.min
        self._found: dict[str, Counter[str]] = defaultdict(Counter)
        self._touched: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add_entry(self, entry: EntrySummary, labels: Labels) -> None:
        """Count an entry for its bureau, and note how late its event is."""
        self.entries.add(entry.id)
        self._touched["bureau"][entry.bureau].add(entry.id)
        held = labels.event_date(entry.event) or parse_date(entry.updated)
        self._latest = max(self._latest, held or date.min)

    def add_finding(self, finding: Finding) -> None:
        """Count a finding in every dimension."""
        self.findings += 1
        self._count("bureau", finding.entry, (finding.bureau,))
        self._count("objective", finding.entry, finding.objectives)
        self._count("subject", finding.entry, finding.subjects)
        self._count("kind", finding.entry, (finding.kind,))
        self._count("stakeholder", finding.entry, finding.stakeholders)
        for subject in finding.subjects:
            self.matrix[finding.bureau, subject] += 1

    def add_intervention(self, intervention: Intervention) -> None:
        """Count an intervention for the group that spoke."""
        self.interventions += 1
        self._count("stakeholder", intervention.entry, (intervention.speaker_type,))

    def _count(self, dimension: str, entry: str, codes: Iterable[str]) -> None:
        for code in set(codes) or {""}:
            self._found[dimension][code] += 1
            self._touched[dimension][code].add(entry)

    def breakdown(self, dimension: str, labels: Labels) -> Breakdown:
        """Return the counts of a dimension, with the codes that nothing touches."""
        register = REGISTERS[dimension]
        # Before the first event: what is in force until further notice.
        day = date.max if self._latest == date.min else self._latest
        codes = [
            code
            for code, row in labels.rows(register).items()
            if code in self._touched[dimension] or _in_force(row, day)
        ]
        unknown = sorted(set(self._touched[dimension]) - set(codes) - {""})
        _ = translator(labels.language)
        return Breakdown(
            dimension,
            _(_TITLES[dimension]),
            tuple(
                self._row(dimension, one, labels.label(register, one)) for one in codes + unknown
            ),
            self._row(dimension, "", _("Global") if dimension == "bureau" else _("Not coded yet")),
        )

    def _row(self, dimension: str, code: str, label: str) -> Count:
        entries = len(self._touched[dimension].get(code, ()))
        return Count(code, label, entries, self._found[dimension][code])


def _in_force(row: Mapping[str, str], day: date) -> bool:
    """Say whether a register's row was in force on a day: bureaux and subjects change."""
    begins = parse_date(row.get("valid_from", "")) or date.min
    ends = parse_date(row.get("valid_to", "")) or date.max
    return begins <= day <= ends


def _stages(updates: Iterable[PledgeUpdate], language: str) -> tuple[PledgeStage, ...]:
    """Count single pledges by the stage that the latest update gives."""
    latest = {one.pledge: one.stage for one in updates if one.pledge and one.stage in STAGES}
    counts = Counter(latest.values())
    labels = stage_labels(language)
    return tuple(PledgeStage(stage, labels[stage], counts[stage]) for stage in STAGES)


def stage_labels(language: str) -> dict[str, str]:
    """Return the stages of a pledge in words."""
    _ = translator(language)
    return {
        "planning": _("Planning stage"),
        "in_progress": _("In progress"),
        "fulfilled": _("Fulfilled"),
    }


def _groups(updates: Iterable[PledgeUpdate], labels: Labels) -> tuple[PledgeGroup, ...]:
    return tuple(
        PledgeGroup(
            one.entry,
            one.pledge,
            labels.label("pledges", one.pledge) or by_name(one.answers, "pledge_reference"),
            one.date,
            _number(by_name(one.answers, "pledges_total")),
            {stage: _number(by_name(one.answers, f"count_{stage}")) for stage in STAGES},
        )
        for one in updates
        if by_name(one.answers, "update_scope") == "group"
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
