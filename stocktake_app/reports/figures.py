"""The chapters of figures: what has been heard, pledges by stage, readings of indicators."""

from collections import defaultdict

from stocktake_app.documents.paper import Chapter, Chart, Table
from stocktake_app.reports.coverage import STAGES, Breakdown, Coverage, PledgeGroup, stage_labels
from stocktake_app.reports.sources import Sources
from stocktake_app.store.findings import IndicatorReading, list_indicator_readings
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import Translator


def coverage_chapter(heard: Coverage, _: Translator) -> Chapter:
    """Return who and what has been heard, and what is missing."""
    missing = tuple(
        _("{dimension}: nothing has been heard yet on {list}.").format(
            dimension=breakdown.title, list="; ".join(row.label for row in breakdown.missing)
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
    by_indicator: dict[str, list[IndicatorReading]] = defaultdict(list)
    for one in readings:
        by_indicator[one.indicator].append(one)
    tables = (_readings(code, found, sources, _) for code, found in by_indicator.items())
    return Chapter(_("Indicators"), tables=tuple(tables))


def _readings(
    indicator: str, readings: list[IndicatorReading], sources: Sources, _: Translator
) -> Table:
    unit = sources.labels.rows("indicators").get(indicator, {}).get("unit", "")
    return Table(
        sources.labels.label("indicators", indicator),
        (_("Measured for"), _("Date"), _("Value")),
        tuple((_area(one, sources, _), one.date, _value(one.value, unit)) for one in readings),
        references=tuple(sources.refer(one.entry) for one in readings),
    )


def _area(one: IndicatorReading, sources: Sources, _: Translator) -> str:
    if one.country:
        return sources.labels.label("countries", one.country)
    return sources.labels.label("bureaux", one.bureau) if one.bureau else _("World")


def _value(value: str, unit: str) -> str:
    """Return a reading with its thousands apart; shares are in per cent."""
    whole, _point, rest = value.partition(".")
    grouped = f"{int(whole):,}" if whole.isdecimal() else whole
    text = f"{grouped}.{rest}" if rest else grouped
    return f"{text} %" if unit == "percent" else text
