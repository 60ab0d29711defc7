"""A small paper to write: one finding with an open version, one in Arabic, a table, a chart."""

from stocktake_app.documents.paper import (
    Annex,
    Audience,
    Chapter,
    Chart,
    Group,
    Paper,
    Reference,
    Source,
    Statement,
    Table,
)
from stocktake_app.model.classification import Classification

FIRST = Reference("WCA-SEN-3F9A2C/F1 · 7be01f42", "1")
SECOND = Reference("WCA-SEN-3F9A2C/F2 · 7be01f42", "2")
ARABIC = "أفادت الحكومات المضيفة بأن التحاق الأطفال اللاجئين (double shift) قد ازداد"
TITLES = {"en": "Background paper", "fr": "Document de référence", "ar": "ورقة معلومات أساسية"}


def sample_paper(
    language: str = "en",
    *,
    said: str = "Enrolment grew.",
    audience: Audience = Audience.INTERNAL,
    notice: str = "",
) -> Paper:
    """Return the paper with this said in its first finding."""
    statements = (
        Statement(said, "Dakar, 14 December 2020", FIRST, ("Enrolment fell.",)),
        Statement(ARABIC, "", SECOND),
    )
    table = Table(
        "Pledges",
        ("Group", "Pledges"),
        (("Region", "55"), ("All", "1,400")),
        references=(FIRST, None),
    )
    chart = Chart("Findings by region", (("West and Central Africa", 12), ("Europe", 0)))
    return Paper(
        title=TITLES[language],
        subtitle="What the stocktaking has heard",
        organisation="Secretariat",
        date="15 November 2021",
        language=language,
        audience=audience,
        classification=Classification.INTERNAL,
        facts=(("Entries", "12"),),
        chapters=(
            Chapter("How to read", ("A paragraph.",)),
            Chapter("Figures", charts=(chart,), tables=(table,)),
            Chapter("Pledge follow-up", groups=(Group("Progress", "progress", statements),)),
        ),
        annex=Annex(
            "References",
            "Where each leads.",
            tuple(Source(one, "Event", (("Signed by", "Office"),)) for one in (FIRST, SECOND)),
        ),
        notice=notice,
    )
