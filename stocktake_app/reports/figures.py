"""The chapters of figures: what has been heard, pledges by stage, readings of indicators."""

from stocktake_app.documents.paper import Chapter, Chart, Reference, Table
from stocktake_app.reports.coverage import STAGES, Breakdown, Coverage, PledgeGroup, stage_labels
from stocktake_app.reports.labels import by_name
from stocktake_app.reports.sources import Sources
from stocktake_app.store.findings import IndicatorReading, list_indicator_readings
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import Translator


def coverage_chapter(heard: Coverage, _: Translator) -> Chapter:
    """Return who and what has been heard, and what is missing."""
    missing = tuple(
        _("Nothing has been heard yet on: {list}.").format(
            list="; ".join(row.label for row in breakdown.missing)
        )
        for breakdown in heard.breakdowns
        if breakdown.missing
    )
    tables = tuple(_breakdown_table(one, _) for one in heard.breakdowns)
    return Chapter(
        _("What has been heard, and what is missing"),
        missing,
        (_chart(heard.by("bureau"), _), _chart(heard.by("kind"), _)),
        (*tables, _matrix(heard, _)),
    )


def _chart(breakdown: Breakdown, _: Translator) -> Chart:
    rows = [*breakdown.rows, breakdown.uncoded] if breakdown.uncoded.findings else breakdown.rows
    caption = _("Findings: {dimension}").format(dimension=breakdown.title)
    return Chart(caption, tuple((row.label, row.findings) for row in rows))


def _breakdown_table(breakdown: Breakdown, _: Translator) -> Table:
    rows = [*breakdown.rows]
    if breakdown.uncoded.entries or breakdown.uncoded.findings:
        rows.append(breakdown.uncoded)
    note = ""
    if breakdown.dimension == "stakeholder":
        note = _("Interventions of consultations are counted with the findings.")
    return Table(
        breakdown.title,
        (breakdown.title, _("Entries"), _("Findings")),
        tuple((row.label, f"{row.entries:,}", f"{row.findings:,}") for row in rows),
        note=note,
    )


def _matrix(heard: Coverage, _: Translator) -> Table:
    """Return findings by region and subject; subjects stand by number, as their names are long."""
    subjects = heard.by("subject").rows
    bureaux = heard.by("bureau")
    rows = [*bureaux.rows, bureaux.uncoded]
    legend = "; ".join(f"{number} {row.label}" for number, row in enumerate(subjects, 1))
    return Table(
        _("Findings by region and subject"),
        (_("Region"), *(str(number) for number, _row in enumerate(subjects, 1))),
        tuple(
            (row.label, *(str(heard.matrix.get((row.code, one.code), 0)) for one in subjects))
            for row in rows
        ),
        note=_("Subjects: {list}.").format(list=legend),
    )


def pledge_chapter(heard: Coverage, sources: Sources, _: Translator) -> Chapter:
    """Return pledges by stage: single ones counted by us, groups as published."""
    tables = []
    if any(one.pledges for one in heard.stages):
        rows = tuple((one.label, f"{one.pledges:,}") for one in heard.stages)
        tables.append(Table(_("Single pledges by stage"), (_("Stage"), _("Pledges")), rows))
    groups = [one for one in heard.groups if one.entry in sources.entries]
    if groups:
        tables.append(_group_table(groups, sources, _))
    return Chapter(_("Pledges"), tables=tuple(tables))


def _group_table(groups: list[PledgeGroup], sources: Sources, _: Translator) -> Table:
    stages = stage_labels(_.language)
    return Table(
        _("Groups of pledges, as published"),
        (_("Group"), _("As of"), _("Pledges"), *(stages[stage] for stage in STAGES)),
        tuple(
            (one.label, one.date, _count(one.total), *(_count(one.stages[key]) for key in STAGES))
            for one in groups
        ),
        note=_("Groups overlap; they are not added up. A dash means that no figure was published."),
        references=tuple(sources.refer(one.entry) for one in groups),
    )


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def indicator_chapter(workspace: Workspace, sources: Sources, _: Translator) -> Chapter:
    """Return the readings of indicators, each with its reference."""
    readings = [one for one in list_indicator_readings(workspace) if one.entry in sources.entries]
    if not readings:
        return Chapter(_("Indicators"))
    references: tuple[Reference | None, ...] = tuple(sources.refer(one.entry) for one in readings)
    table = Table(
        _("Readings of the indicators of the Compact"),
        (_("Indicator"), _("Measured for"), _("Date"), _("Value")),
        tuple(_reading(one, sources, _) for one in readings),
        numeric=False,
        references=references,
    )
    return Chapter(_("Indicators"), tables=(table,))


def _reading(one: IndicatorReading, sources: Sources, _: Translator) -> tuple[str, ...]:
    labels = sources.labels
    area = labels.label("countries", one.country) if one.country else ""
    area = area or labels.label("bureaux", one.bureau) or _("World")
    unit = by_name(one.answers, "unit") or labels.rows("indicators").get(one.indicator, {}).get(
        "unit", ""
    )
    value = f"{one.value} %" if unit == "percent" else one.value
    return (labels.label("indicators", one.indicator), area, one.date, value)
