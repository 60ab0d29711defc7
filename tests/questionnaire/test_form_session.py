# ruff: noqa: E501 - a form is a table
"""Rules at work on one entry: relevance, required, constraint, calculate, languages, actions."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.session import AnswerRefusedError, FormSession

Start = Callable[..., FormSession]

VISIT = """
| survey |
| | type | name | label | hint | required | required_message | relevant | constraint | constraint_message | calculation | appearance |
| | begin group | visit | Visit | | | | | | | | |
| | text | place | Place | Where? | yes | Say where. | | | | | |
| | integer | people | People | | | | | . > 0 and . < 500 | Between 1 and 499. | | |
| | select_one yes_no | crowded | Crowded? | | | | ${people} > 50 | | | | |
| | text | why | Why in ${place}? | | ${crowded} = 'yes' | | ${crowded} = 'yes' | | | | multiline |
| | end group | | | | | | | | | | |
| | calculate | twice | | | | | | | | ${people} * 2 | |
| | note | summary | ${twice} in ${place} | | | | | | | | |
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | No |
"""


def test_a_new_entry_asks_only_for_what_is_required(start: Start) -> None:
    session = start(VISIT)
    assert session.problems() == [("visit/place", "Say where.")]
    assert session.is_required("visit/place")
    assert not session.is_required("visit/people")
    assert session.answers().keys() == {"meta/instanceID"}


def test_an_answer_says_all_that_it_changed_and_nothing_else(start: Start) -> None:
    session = start(VISIT)
    changes = session.answer("visit/people", "60")
    assert changes.values == {"visit/people", "twice"}
    assert changes.relevance == {"visit/crowded"}
    assert changes.labels == {"summary"}
    assert changes.structure == changes.choices == frozenset()
    assert changes.stored == {"visit/people": "60"}
    assert session.value("twice") == "120"
    assert session.is_relevant("visit/crowded")


def test_the_same_answer_again_changes_nothing(start: Start) -> None:
    session = start(VISIT)
    session.answer("visit/people", "60")
    assert not session.answer("visit/people", " 60.0 ")


def test_answers_are_normalised_once_when_given(start: Start) -> None:
    session = start(VISIT)
    assert session.answer("visit/people", "+012").stored == {"visit/people": "12"}
    assert session.answer("visit/place", "Cafe\u0301\r\nnord  ").stored == {
        "visit/place": "Caf\u00e9\nnord"
    }
    assert session.answer("visit/place", "   ").stored == {"visit/place": None}
    assert session.value("visit/place") is None


def test_hidden_answers_are_kept_and_emptied_only_for_sealing(start: Start) -> None:
    session = start(VISIT)
    session.answer("visit/people", "60")
    session.answer("visit/crowded", "yes")
    session.answer("visit/why", "market day")
    session.answer("visit/people", "5")
    assert not session.is_relevant("visit/crowded")
    assert not session.is_relevant("visit/why")
    assert session.value("visit/why") == "market day"
    assert session.answers()["visit/why"] == "market day"
    assert "visit/why" not in session.sealed_answers()
    assert "visit/crowded" not in session.sealed_answers()
    session.answer("visit/people", "60")
    assert session.is_relevant("visit/why")
    assert session.sealed_answers()["visit/why"] == "market day"


def test_a_hidden_answer_counts_as_blank_but_stays_in_comparisons(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label | relevant | calculation |
    | | text | a | A | | |
    | | text | b | B | ${a} = 'show' | |
    | | calculate | differs | | | if(${b} != 'yes', 'differs', 'same') |
    | | calculate | echo | | | concat('<', ${b}, '>') |
    """
    session = start(form)
    session.answer("a", "show")
    session.answer("b", "yes")
    assert (session.value("differs"), session.value("echo")) == ("same", "<yes>")
    session.answer("a", "hide")
    assert (session.value("differs"), session.value("echo")) == ("differs", "<>")


def test_a_constraint_speaks_with_the_forms_own_message(start: Start) -> None:
    session = start(VISIT)
    session.answer("visit/people", "500")
    assert session.problem("visit/people") == "Between 1 and 499."
    session.answer("visit/people", None)
    assert session.problem("visit/people") is None, "a blank answer is against no constraint"


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        ("integer", "three", "3"),
        ("integer", "3.5", "-3"),
        ("decimal", "1,5", "1.5"),
        ("date", "28/04/2021", "2021-04-28"),
        ("date", "2021-02-30", "2020-02-29"),
        ("time", "25:00", "14:30"),
        ("dateTime", "2021-04-28", "2021-04-28T14:30:00.000+01:00"),
        ("geopoint", "91 0", "14.69 -17.45 0 0"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_kept_and_spoken_of(
    start: Start, kind: str, wrong: str, right: str
) -> None:
    session = start(f"| survey |\n| | type | name | label |\n| | {kind} | q | Q |")
    session.answer("q", wrong)
    assert session.value("q") == wrong
    assert wrong in str(session.problem("q"))
    session.answer("q", right)
    assert session.problem("q") is None


def test_a_range_keeps_to_its_scale(start: Start) -> None:
    session = start(
        "| survey |\n| | type | name | label | parameters |\n"
        "| | range | q | Q | start=0 end=1 step=0.1 |"
    )
    assert session.form.nodes["q"].kind == "range"  # type: ignore[union-attr]
    session.answer("q", "0.3")
    assert session.problem("q") is None
    session.answer("q", "0.35")
    assert "from 0 to 1 in steps of 0.1" in str(session.problem("q"))


def test_labels_hints_and_notes_show_answers(start: Start) -> None:
    session = start(VISIT)
    assert session.hint("visit/place") == "Where?"
    session.answer("visit/place", "Dakar")
    session.answer("visit/people", "2")
    assert session.label("summary") == "4 in Dakar"
    assert session.form.label("summary") == "… in …"
    assert session.form.nodes["visit/why"].kind == "long text"  # type: ignore[union-attr]


def test_what_the_form_calculates_cannot_be_answered(start: Start) -> None:
    session = start(VISIT)
    for path, sentence in (
        ("twice", "calculated"), ("visit", "group"), ("visit/none", "no question"), ("", "group"),
    ):  # fmt: skip
        with pytest.raises(AnswerRefusedError, match=sentence):
            session.answer(path, "1")


def test_calculated_values_are_never_stored(start: Start) -> None:
    session = start(VISIT)
    session.answer("visit/people", "3")
    assert session.value("twice") == "6"
    assert "twice" not in session.answers()


def test_answers_that_the_form_does_not_know_are_kept(start: Start) -> None:
    strange = {"visit/people": "3", "old/question": "kept", "@state": "open", "rows[a]/x": "1"}
    session = start(VISIT, strange)
    assert strange.items() <= session.answers().items()
    assert strange.items() <= session.sealed_answers().items()


LANGUAGES = """
| survey |
| | type | name | label::English (en) | label::Français (fr) | label::العربية (ar) | hint::English (en) | constraint | constraint_message::Français (fr) | calculation |
| | select_one kinds | kind | Kind | Type | النوع | Choose | | | |
| | text | word | Word | Mot | | | . != 'no' | Pas ce mot. | |
| | calculate | named | | | | | | | jr:choice-name(${kind}, '${kind}') |
| | note | told | You chose ${named} | Vous avez choisi ${named} | | | | | |
| choices |
| | list_name | name | label::English (en) | label::Français (fr) | label::العربية (ar) |
| | kinds | progress | Progress | Progrès | تقدم |
| | kinds | challenge | Challenge | Défi | تحدٍّ |
| settings |
| | default_language |
| | English (en) |
"""


def test_a_form_speaks_each_of_its_languages(start: Start) -> None:
    session = start(LANGUAGES, language="fr")
    assert session.form.languages == ("English (en)", "Français (fr)", "العربية (ar)")
    assert session.language == "Français (fr)"
    assert session.label("kind") == "Type"
    session.answer("kind", "progress")
    assert session.label("told") == "Vous avez choisi Progrès"
    changes = session.set_language("en")
    assert session.label("told") == "You chose Progress"
    assert {"named"} <= changes.values
    assert {"kind", "word", "told"} <= changes.labels
    assert changes.choices == {"kind"}
    assert changes.stored == {}


def test_a_text_not_translated_shows_in_the_forms_own_language(start: Start) -> None:
    session = start(LANGUAGES, language="ar")
    assert session.label("kind") == "النوع"
    assert session.label("word") == "Word"
    assert session.hint("kind") == "Choose"


def test_a_language_that_the_form_does_not_have_gives_its_own(start: Start) -> None:
    assert start(LANGUAGES, language="pt").language == "English (en)"


def test_messages_come_in_the_forms_language(start: Start) -> None:
    session = start(LANGUAGES, language="fr")
    session.answer("word", "no")
    assert session.problem("word") == "Pas ce mot."
    session.answer("kind", "other")
    assert "ne figure pas parmi les choix" in str(session.problem("kind"))
    session.set_language("ar")
    assert "ليس بين الخيارات" in str(session.problem("kind"))


def test_choice_labels_are_there_without_answers(read: Callable[[str], Form]) -> None:
    form = read(LANGUAGES)
    assert form.choice_label("kind", "challenge", "fr") == "Défi"
    assert form.choice_label("kind", "challenge") == "Challenge"
    assert form.choice_label("kind", "gone") == "gone"


def test_a_calculated_text_keeps_its_blanks_for_other_rules(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label | calculation |
    | | text | a | A | |
    | | calculate | lead | | concat(${a}, ' ') |
    | | calculate | whole | | concat(${lead}, 'end') |
    """
    session = start(form)
    session.answer("a", "the")
    assert session.value("whole") == "the end"


ONCE = """
| survey |
| | type | name | label | default | calculation | trigger | readonly |
| | start | began | | | | | |
| | end | ended | | | | | |
| | today | day | | | | | |
| | deviceid | device | | | | | |
| | username | person | | | | | |
| | date | when | When | today() | | | |
| | text | word | Word | hello | | | |
| | calculate | mark | | | uuid() | | |
| | calculate | chance | | | once(random()) | | |
| | calculate | stamp | | | now() | ${word} | |
| | calculate | seen | | | concat(${word}, now()) | | |
| | hidden | fixed | | 5 | | | |
| | text | other | Other | | | | |
"""


def test_a_new_entry_gets_defaults_and_surroundings_and_says_what_to_save(start: Start) -> None:
    session = start(ONCE, context={"deviceid": "laptop-7", "username": "someone"})
    stored = session.opening.stored
    assert stored["began"] == "2021-04-28T10:30:00.000+00:00"
    assert (stored["day"], stored["when"]) == ("2021-04-28", "2021-04-28")
    assert (stored["device"], stored["person"]) == ("laptop-7", "someone")
    assert (stored["word"], stored["fixed"]) == ("hello", "5")
    assert "ended" not in stored
    assert stored == session.answers()


def test_what_was_made_once_is_not_made_again_on_reopening(start: Start) -> None:
    first = start(ONCE)
    later = start(ONCE, first.answers(), now=lambda: datetime(2030, 1, 1, tzinfo=UTC))
    assert later.answers() == first.answers()
    assert later.opening.stored == {}
    for path in ("mark", "chance", "seen", "when", "began"):
        assert later.value(path) == first.value(path)


def test_what_was_made_once_is_not_made_again_by_unrelated_answers(start: Start) -> None:
    session = start(ONCE)
    before = {path: session.value(path) for path in ("mark", "chance", "seen", "stamp")}
    session.answer("other", "something")
    session.set_language("fr")
    assert before == {path: session.value(path) for path in before}


def test_it_is_made_again_when_something_that_it_reads_changes(start: Start) -> None:
    session = start(ONCE)
    changes = session.answer("word", "bye")
    assert str(session.value("seen")).startswith("bye2021-04-28")
    assert changes.stored["seen"] == session.value("seen")
    assert changes.stored["stamp"] == "2021-04-28T10:30:00.000+00:00"


def test_finishing_notes_the_moment_where_the_form_asks(start: Start) -> None:
    session = start(ONCE)
    assert session.finish().stored == {"ended": "2021-04-28T10:30:00.000+00:00"}


def test_a_default_that_was_cleared_stays_cleared(start: Start) -> None:
    session = start(ONCE)
    session.answer("word", None)
    assert start(ONCE, session.answers()).value("word") is None


def test_a_calculated_answer_that_people_may_correct_stays_corrected(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label | calculation | readonly |
    | | integer | a | A | | |
    | | integer | guess | Guess | ${a} * 10 | |
    | | integer | shown | Shown | ${a} * 10 | yes |
    """
    session = start(form)
    session.answer("a", "2")
    assert session.value("guess") == "20"
    session.answer("guess", "21")
    again = start(form, session.answers())
    assert again.value("guess") == "21"
    assert again.value("shown") == "20"
    assert "shown" not in again.answers()
    assert again.is_readonly("shown")
    assert not again.is_readonly("guess")
    again.answer("a", "3")
    assert again.value("guess") == "30"


def test_readonly_and_required_may_depend_on_answers(start: Start) -> None:
    form = """
    | survey |
    | | type | name | label | required | readonly |
    | | text | a | A | | |
    | | text | b | B | ${a} = 'x' | ${a} = 'y' |
    """
    session = start(form)
    assert (session.is_required("b"), session.is_readonly("b")) == (False, False)
    assert "b" in session.answer("a", "x").states
    assert (session.is_required("b"), session.is_readonly("b")) == (True, False)
    session.answer("a", "y")
    assert (session.is_required("b"), session.is_readonly("b")) == (False, True)


def test_a_film_is_shown_but_never_required_since_it_cannot_be_captured(start: Start) -> None:
    session = start(
        "| survey |\n| | type | name | label | required |\n| | video | film | Film | yes |"
    )
    question = session.form.nodes["film"]
    assert question.kind == "video"  # type: ignore[union-attr]
    assert not question.captured  # type: ignore[union-attr]
    assert session.problems() == []


def test_a_picture_is_required_where_the_form_says_so(start: Start) -> None:
    session = start(
        "| survey |\n| | type | name | label | required |\n| | image | picture | Picture | yes |"
    )
    assert [path for path, _ in session.problems()] == ["picture"]
    session.answer("picture", "urn:stocktake:digest:1:" + "0" * 64)
    assert session.problems() == []


def test_every_type_is_recognised(read: Callable[[str], Form]) -> None:
    types = (
        "text", "integer", "decimal", "date", "time", "dateTime", "select_one l", "barcode",
        "select_multiple l", "rank l", "range", "acknowledge", "note", "calculate", "hidden",
        "geopoint", "geotrace", "geoshape", "image", "audio", "video", "file",
    )  # fmt: skip
    rows = "".join(
        f"| | {kind} | q{number} | Q | {'1 + 1' if kind == 'calculate' else ''} |\n"
        for number, kind in enumerate(types)
    )
    form = read(
        f"| survey |\n| | type | name | label | calculation |\n{rows}"
        "| choices |\n| | list_name | name | label |\n| | l | a | A |\n"
    )
    kinds = [str(one.kind) for one in form.questions() if one.name.startswith("q")]
    assert kinds == [kind.removesuffix(" l") for kind in types]
