"""The background paper as plain data: what was heard, by subject and kind, each with its source."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from stocktake_app.documents.paper import (
    Annex,
    Audience,
    Chapter,
    Group,
    Paper,
    Statement,
)
from stocktake_app.model import paths
from stocktake_app.model.classification import Classification, classify
from stocktake_app.model.disclosure import is_digest
from stocktake_app.reports.answers import by_name
from stocktake_app.reports.coverage import (
    Coverage,
    all_findings,
    coverage,
    stocktaking_entries,
)
from stocktake_app.reports.figures import (
    coverage_chapter,
    indicator_chapter,
    pledge_chapter,
)
from stocktake_app.reports.sources import Sources
from stocktake_app.store.conflicts import Conflict, list_conflicts
from stocktake_app.store.disclosures import confidential_answers
from stocktake_app.store.findings import Finding, Intervention, list_interventions
from stocktake_app.store.labels import Labels
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import Translator, translator

STATES = "states"
SPOKEN = frozenset({"text", "points"})
"""What a paper says of a finding and of an intervention, by the names of their questions."""

MAX_CONFLICTS = 100_000


def build_paper(workspace: Workspace, *, language: str, audience: Audience, now: datetime) -> Paper:
    """Gather the background paper from what the workspace holds.

    A public paper has only findings that are cleared for publication, settled and nowhere called
    confidential, opaque references, and of consultations nothing but counts.
    """
    material = _Material(workspace, audience, translator(language))
    chapters = tuple(chapter for chapter in material.chapters() if _has_content(chapter))
    _ = material.translate
    return Paper(
        title=_("Background paper for the High-Level Officials Meeting"),
        subtitle=_("What the stocktaking has heard"),
        organisation=_("Stocktaking under the Global Compact on Refugees"),
        date=_day(now, _),
        language=_.language,
        audience=audience,
        classification=material.classification,
        facts=material.facts(),
        chapters=chapters,
        annex=material.annex(),
        notice=_("PRACTICE: not a real record") if workspace.practice else "",
    )


def _day(now: datetime, _: Translator) -> str:
    from babel.dates import format_date

    return format_date(now.date(), "long", locale=_.locale)


def _has_content(chapter: Chapter) -> bool:
    return bool(chapter.paragraphs or chapter.charts or chapter.tables or chapter.groups)


@dataclass(frozen=True)
class _Material:
    """What a paper is made of; each part is read from the store once."""

    workspace: Workspace
    audience: Audience
    translate: Translator

    @cached_property
    def labels(self) -> Labels:
        return Labels(self.workspace, self.translate.language)

    @cached_property
    def coverage(self) -> Coverage:
        return coverage(self.workspace, self.translate.language)

    @cached_property
    def sources(self) -> Sources:
        entries = {entry.id: entry for entry in stocktaking_entries(self.workspace)}
        return Sources(self.workspace, self.audience, self.labels, self.translate, entries)

    @cached_property
    def conflicts(self) -> Mapping[tuple[str, str], Conflict]:
        found = list_conflicts(self.workspace, limit=MAX_CONFLICTS)
        return {(one.entry, one.path): one for one in found}

    @cached_property
    def findings(self) -> list[tuple[Finding, int]]:
        """The findings that this audience may read, each with its number in its entry."""
        found = []
        numbers: dict[str, int] = defaultdict(int)
        for finding in all_findings(self.workspace):
            numbers[finding.entry] += 1
            if finding.entry in self.sources.entries and self._may_show(finding):
                found.append((finding, numbers[finding.entry]))
        return found

    def _may_show(self, finding: Finding) -> bool:
        if self.audience is Audience.INTERNAL:
            return True
        cleared = by_name(finding.answers, "cleared_for_publication") == "yes"
        settled = (finding.entry, finding.row) not in self._unsettled_rows
        return cleared and settled and self._of(finding) is not Classification.CONFIDENTIAL

    def _of(self, finding: Finding) -> Classification:
        """Return how sensitive what a paper says of a finding is."""
        said = {f"{finding.row}/{path}": value for path, value in finding.answers.items()}
        return classify([said], disclosed=(finding.entry, finding.row) in self._confidential_rows)

    @cached_property
    def _confidential_rows(self) -> set[tuple[str, str]]:
        """The rows whose words the questionnaire marks confidential."""
        return {
            (entry, paths.row_of(path))
            for entry, path in confidential_answers(self.workspace)
            if path.rpartition("/")[2] in SPOKEN
        }

    @property
    def classification(self) -> Classification:
        """The highest of what is inside; a paper that names who signed is never public."""
        if self.audience is Audience.PUBLIC:
            return Classification.PUBLIC
        found = {Classification.INTERNAL, *(self._of(finding) for finding, _ in self.findings)}
        spoken = ((one.entry, one.row) for one in list_interventions(self.workspace))
        if any(one in self._confidential_rows for one in spoken) or self._discloses_a_version:
            found.add(Classification.CONFIDENTIAL)
        return max(found)

    @property
    def _discloses_a_version(self) -> bool:
        return any(
            is_digest(version.stored) and version.value is not None
            for conflict in self.conflicts.values()
            for version in conflict.versions
        )

    @cached_property
    def _unsettled_rows(self) -> set[tuple[str, str]]:
        return {(entry, row) for entry, path in self.conflicts for row in paths.rows_above(path)}

    def facts(self) -> tuple[tuple[str, str], ...]:
        _ = self.translate
        heard = self.coverage
        facts = [
            (_("Entries"), f"{heard.entries:,}"),
            (_("Findings"), f"{heard.findings:,}"),
            (_("Findings in this paper"), f"{len(self.findings):,}"),
            (_("Interventions"), f"{heard.interventions:,}"),
        ]
        if self.audience is Audience.INTERNAL:
            facts.append((_("Answers with differing versions"), f"{heard.open_conflicts:,}"))
        return tuple(facts)

    def chapters(self) -> Iterator[Chapter]:
        yield self._how_to_read()
        yield coverage_chapter(self.coverage, self.translate)
        for subject in (*(row.code for row in self.coverage.by("subject").rows), ""):
            yield self._subject_chapter(subject)
        yield self._consultations()
        yield pledge_chapter(self.coverage, self.sources, self.translate)
        yield indicator_chapter(self.workspace, self.sources, self.translate)
        if self.audience is Audience.INTERNAL:
            yield self._open_versions()

    def annex(self) -> Annex:
        _ = self.translate
        introduction = (
            _("Each reference stands for evidence that the organisation holds under this number.")
            if self.audience is Audience.PUBLIC
            else _(
                "Each reference leads to an entry, to the changes that it comes from, to the "
                "signed records that hold them and to whoever signed."
            )
        )
        return Annex(_("Where each reference leads"), introduction, self.sources.sources)

    def _how_to_read(self) -> Chapter:
        _ = self.translate
        title = _("How to read this paper")
        if self.audience is Audience.PUBLIC:
            return Chapter(
                title,
                (
                    _("Every finding carries a reference such as E-3F9A2C41."),
                    _("It leads to the annex, which names the event and the region."),
                    _("Only findings that are cleared for publication are shown."),
                ),
            )
        return Chapter(
            title,
            (
                _(
                    "Every finding carries a reference such as WCA-SEN-3F9A2C/F3 · 7be01f42: the "
                    "region, the country if there is one, the entry, the finding’s number in it, "
                    "and the beginning of the number of the signed record that holds it."
                ),
                _(
                    "Click on a reference and it opens in the annex, with the entry, the change, "
                    "the signed record and its signer; “back to the text” leads back here."
                ),
                _(
                    "Where several people wrote differently and nobody has settled it yet, all "
                    "versions are shown and marked."
                ),
            ),
        )

    def _subject_chapter(self, subject: str) -> Chapter:
        _ = self.translate
        title = self.labels.label("subjects", subject) if subject else _("Not yet assigned")
        kinds: dict[str, list[Statement]] = defaultdict(list)
        for finding, number in self.findings:
            if subject in (finding.subjects or ("",)):
                kinds[finding.kind].append(self._statement(finding, number))
        order = [*self.labels.rows("finding_kinds"), *kinds]
        groups = [
            Group(self.labels.label("finding_kinds", kind), kind, tuple(kinds[kind]))
            for kind in dict.fromkeys(order)
            if kind in kinds
        ]
        return Chapter(title, groups=tuple(groups))

    def _statement(self, finding: Finding, number: int) -> Statement:
        _ = self.translate
        parts = [self._event_of(finding.entry)]
        parts.append(", ".join(self.labels.label("countries", one) for one in finding.countries))
        parts += [_("Objective {number}").format(number=one) for one in finding.objectives]
        conflict = self.conflicts.get((finding.entry, paths.join(finding.row, "text")))
        others = [one.value or "" for one in conflict.versions[1:]] if conflict else []
        return Statement(
            text=finding.text,
            context=" · ".join(part for part in parts if part),
            reference=self.sources.refer(finding.entry, finding.row, f"F{number}"),
            open_versions=tuple(text for text in others if text),
        )

    def _consultations(self) -> Chapter:
        _ = self.translate
        by_entry: dict[str, list[Intervention]] = defaultdict(list)
        for one in list_interventions(self.workspace):
            if one.entry in self.sources.entries:
                by_entry[one.entry].append(one)
        sentences = tuple(self._count_of(entry, found) for entry, found in by_entry.items())
        groups: tuple[Group, ...] = ()
        if self.audience is Audience.INTERNAL:
            groups = tuple(self._interventions(entry, found) for entry, found in by_entry.items())
        return Chapter(_("Consultations"), sentences, groups=groups)

    def _count_of(self, entry: str, found: list[Intervention]) -> str:
        _ = self.translate
        states = sum(1 for one in found if one.speaker_type == STATES)
        return _(
            "{event}: {total} interventions, {states} by States and {others} by other "
            "stakeholders. They are summarised without saying who spoke."
        ).format(
            event=self._event_of(entry),
            total=len(found),
            states=states,
            others=len(found) - states,
        )

    def _event_of(self, entry: str) -> str:
        return self.labels.title(self.sources.entries[entry])

    def _interventions(self, entry: str, found: list[Intervention]) -> Group:
        _ = self.translate
        statements = tuple(
            Statement(
                text=one.points,
                context=_("A State") if one.speaker_type == STATES else _("Another stakeholder"),
                reference=self.sources.refer(entry, one.row, f"I{number}"),
            )
            for number, one in enumerate(found, 1)
        )
        return Group(self._event_of(entry), "intervention", statements)

    def _open_versions(self) -> Chapter:
        """Return what several people wrote differently, texts of findings among it."""
        _ = self.translate
        statements = tuple(
            Statement(
                text=conflict.versions[0].value or _("(blank)"),
                context=f"{conflict.title} · {conflict.path}",
                reference=self.sources.refer(conflict.entry),
                open_versions=tuple(one.value or _("(blank)") for one in conflict.versions[1:]),
            )
            for conflict in self.conflicts.values()
            if conflict.entry in self.sources.entries
        )
        title = _("Differing versions that are not settled")
        groups = (Group(_("Each answer with its versions"), "", statements),) if statements else ()
        return Chapter(title, groups=groups)
