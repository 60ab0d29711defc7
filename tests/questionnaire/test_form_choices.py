# ruff: noqa: E501 - a form is a table
"""Choices: static, filtered by answers, from registers, from rows, in every language."""

import time
from collections.abc import Callable

from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.session import Choice, FormSession

Start = Callable[..., FormSession]

CASCADE = """
| survey |
| | type | name | label | choice_filter |
| | select_one bureaux | bureau | Bureau | |
| | select_multiple countries | countries | Countries | bureau = ${bureau} |
| | begin repeat | visit | Visit | |
| | select_one countries | where | Where | bureau = ${bureau} and selected(${countries}, name) |
| | end repeat | | | |
| choices |
| | list_name | name | label | bureau |
| | bureaux | wca | West and Central Africa | |
| | bureaux | sa | Southern Africa | |
| | countries | SEN | Senegal | wca |
| | countries | MLI | Mali | wca |
| | countries | ZMB | Zambia | sa |
"""


def names(choices: tuple[Choice, ...]) -> list[str]:
    return [one.name for one in choices]


def test_choices_follow_the_answer_that_filters_them(start: Start) -> None:
    session = start(CASCADE)
    assert names(session.choices("countries")) == []
    changes = session.answer("bureau", "wca")
    assert changes.choices == {"countries", "visit[r1]/where"}
    assert session.choices("countries") == (Choice("SEN", "Senegal"), Choice("MLI", "Mali"))
    session.answer("countries", "MLI SEN")
    session.answer("countries", "MLI")
    assert names(session.choices("visit[r1]/where")) == ["MLI"]


def test_an_answer_that_is_filtered_out_is_kept_and_spoken_of(start: Start) -> None:
    session = start(CASCADE)
    session.answer("bureau", "wca")
    session.answer("countries", ["SEN"][0])
    changes = session.answer("bureau", "sa")
    assert session.value("countries") == "SEN"
    assert "countries" in changes.states
    assert "“SEN” is not among the choices" in str(session.problem("countries"))


def test_several_choices_are_stored_in_one_order_whatever_the_clicks(start: Start) -> None:
    session = start(CASCADE)
    assert session.answer("countries", "SEN MLI SEN").stored == {"countries": "MLI SEN"}
    assert not session.answer("countries", "MLI  SEN")


REGISTER = """
| survey |
| | type | name | label | choice_filter | parameters | calculation |
| | select_one_from_file countries.csv | country | Country | | | |
| | select_one_from_file events.csv | event | Event | country = ${country} | value=id label=title | |
| | calculate | place | | | | pulldata('events', 'place', 'id', ${event}) |
| | calculate | title | | | | instance('events')/root/item[id = ${event}]/title |
| | calculate | named | | | | jr:choice-name(${event}, '${event}') |
"""
COUNTRIES = [
    {"name": "SEN", "label": "Senegal", "label_fr": "Sénégal"},
    {"name": "MLI", "label": "Mali", "label_fr": ""},
]
EVENTS = [
    {"id": "e1", "title": "First", "title_fr": "Premier", "country": "SEN", "place": "Dakar"},
    {"id": "e2", "title": "Second", "country": "MLI", "place": "Bamako"},
]
REGISTERS = {"countries.csv": COUNTRIES, "events.csv": EVENTS}


def test_a_register_gives_choices_and_values(start: Start) -> None:
    session = start(REGISTER, registers=REGISTERS)
    assert session.form.registers == ("countries.csv", "events.csv")
    assert session.form.nodes["event"].register == "events.csv"  # type: ignore[union-attr]
    session.answer("country", "SEN")
    assert session.choices("event") == (Choice("e1", "First"),)
    assert session.answer("event", "e1").values == {"event", "place", "title", "named"}
    assert [session.value(path) for path in ("place", "title", "named")] == [
        "Dakar", "First", "First",
    ]  # fmt: skip


def test_a_register_speaks_the_language_shown_where_it_can(start: Start) -> None:
    form = REGISTER.replace("| label |", "| label::English (en) | label::Français (fr) |").replace(
        "| Country |", "| Country | Pays |"
    ).replace("| Event |", "| Event | Événement |").replace(
        "| | calculate | place | |", "| | calculate | place | | |"
    ).replace("| | calculate | title | |", "| | calculate | title | | |").replace(
        "| | calculate | named | |", "| | calculate | named | | |"
    )  # fmt: skip
    session = start(form, registers=REGISTERS, language="fr")
    assert session.choices("country") == (Choice("SEN", "Sénégal"), Choice("MLI", "Mali"))


def test_a_register_that_is_not_here_makes_no_answer_wrong(start: Start) -> None:
    session = start(REGISTER, {"event": "e9"})
    assert session.choices("event") == ()
    assert session.problem("event") is None
    assert session.value("title") is None


def test_a_register_of_twenty_thousand_rows_is_looked_up_at_once(start: Start) -> None:
    many = [{"id": f"e{n}", "title": f"T{n}", "country": f"C{n % 50}"} for n in range(20_000)]
    session = start(REGISTER, registers={"events.csv": many})
    session.answer("country", "C7")
    assert len(session.choices("event")) == 400
    began = time.process_time()
    for n in range(20):
        session.answer("event", f"e{n}")
        session.answer("country", f"C{n}")
        session.choices("event")
    assert (time.process_time() - began) / 40 < 0.05
    assert session.value("title") == "T19"


def test_rows_of_the_entry_may_be_the_choices(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label |
    | | begin repeat | person | Person |
    | | text | name | Name |
    | | end repeat | | |
    | | select_one ${name} | head | Head |
    """
    session = start(form)
    changes = session.answer("person[r1]/name", "Ada")
    assert changes.choices == {"head"}
    assert session.choices("head") == (Choice("Ada", "Ada"),)
    session.add_row("person")
    assert names(session.choices("head")) == ["Ada"]


def test_a_shuffled_list_stays_as_it_is_while_one_looks(start: Start) -> None:
    rows = "".join(f"| | l | c{n} | C{n} |\n" for n in range(30))
    form = (
        "| survey |\n| | type | name | label | parameters |\n"
        "| | select_one l | free | Q | randomize=true |\n"
        "| | select_one l | seeded | Q | randomize=true seed=42 |\n"
        f"| choices |\n| | list_name | name | label |\n{rows}"
    )
    session = start(form)
    plain = [f"c{n}" for n in range(30)]
    for path in ("free", "seeded"):
        shuffled = names(session.choices(path))
        assert shuffled == names(session.choices(path))
        assert shuffled != plain
        assert sorted(shuffled) == sorted(plain)


def test_choices_may_stand_in_the_question_itself(
    load: Callable[[bytes], Form], start: Start
) -> None:
    xform = b"""<h:html xmlns="http://www.w3.org/2002/xforms"
      xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title><model>
      <instance><data id="t"><a/></data></instance></model></h:head><h:body>
      <select1 ref="/data/a"><label>A</label>
      <item><label>Yes</label><value>y</value></item>
      <item><label>No</label><value>n</value></item></select1></h:body></h:html>"""
    session = start(load(xform))
    assert session.choices("a") == (Choice("y", "Yes"), Choice("n", "No"))
    session.answer("a", "q")
    assert session.problem("a") is not None
