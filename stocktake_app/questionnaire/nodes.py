"""What a questionnaire is made of: questions, groups, repeats, their rules and texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stocktake_app.questionnaire.xml_tree import XmlNode
from stocktake_app.questionnaire.xpath.compiler import Expression

Names = tuple[str, ...]
"""A node's names from the root of the entry, the root's own name first."""


class Kind(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    LONG_TEXT = "long text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "dateTime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    BARCODE = "barcode"
    GEOPOINT = "geopoint"
    GEOTRACE = "geotrace"
    GEOSHAPE = "geoshape"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


ATTACHED = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.FILE})
"""Kinds whose answer names an attached file by the digest of its disclosure."""

NOT_CAPTURED = frozenset({Kind.VIDEO})
"""Kinds that are recognised and shown, but not captured: a film is too large to send by e-mail."""

SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})
"""Kinds answered from a list of choices."""


class Aspect(StrEnum):
    """What a rule decides; the values are the headings of the XLSForm columns."""

    RELEVANT = "relevant"
    CALCULATE = "calculation"
    COUNT = "repeat_count"
    REQUIRED = "required"
    READONLY = "readonly"
    CONSTRAINT = "constraint"
    CHOICES = "choice_filter"
    LABEL = "label"
    ACTION = "default"


COMPUTED = frozenset({Aspect.RELEVANT, Aspect.CALCULATE, Aspect.COUNT})
"""Aspects that change the entry, so are evaluated at once; the others when somebody asks."""


@dataclass(frozen=True, slots=True)
class Output:
    """A value inside a text (``${name}`` in an XLSForm): the expression's text."""

    expression: str


Part = str | Output


@dataclass(frozen=True, slots=True)
class Text:
    """A text in every language; ``""`` stands for all languages that have none of their own."""

    languages: Mapping[str, tuple[Part, ...]]

    def parts(self, language: str, default: str) -> tuple[Part, ...]:
        """Return the text in a language, else in the form's own, else in any that has one."""
        for one in (language, "", default):
            found = self.languages.get(one)
            if found and found != ("-",):
                return found
        return next((one for one in self.languages.values() if one and one != ("-",)), ())


NO_TEXT = Text({})


@dataclass(frozen=True, slots=True, eq=False)
class StaticChoice:
    """A choice that stands in the question itself."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True, eq=False)
class Itemset:
    """Where a question's choices come from.

    ``nodes`` gives the items, ``value`` is the column of the name, ``label`` is evaluated on each
    item; when ``translated`` it gives the id of a translation. ``label_column`` is the column that
    the label is, if it is simply one. ``register`` is the file name when the choices come from a
    register.
    """

    nodes: Expression
    value: str
    label: Expression | None
    label_column: str
    translated: bool
    register: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers of a range question."""

    start: float
    end: float
    step: float


class Event(StrEnum):
    """When an action happens."""

    FIRST_LOAD = "odk-instance-first-load"
    NEW_ROW = "odk-new-repeat"
    VALUE_CHANGED = "xforms-value-changed"


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """A setvalue: at an event, give the target the value (None: blank it).

    ``expression`` is evaluated at the target, as ODK does.
    """

    event: Event
    target: Names
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class Preload:
    """A value taken from the surroundings once: ``timestamp start``, ``property deviceid``."""

    kind: str
    parameter: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """A group. ``path`` is generic (``findings/place``); the root group's is ``""``."""

    path: str
    name: str
    names: Names
    appearance: str = ""
    label: Text = NO_TEXT
    hint: Text = NO_TEXT
    rules: Mapping[Aspect, Expression] = field(default_factory=dict)
    children: "tuple[Node, ...]" = ()
    has_control: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Repeat(Group):
    """A repeated group; ``fixed`` when the form, not the person, says how many rows."""

    template: XmlNode
    fixed: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """One question.

    ``path`` is generic (``findings/text``), ``appearance`` the raw words, ``data_type`` the type
    of its bind; ``has_control``: it is shown to people; ``confidential``: the form says that its
    answers are; ``register``: the file it selects from.
    """

    path: str
    name: str
    names: Names
    kind: Kind
    appearance: str = ""
    data_type: str = "string"
    label: Text = NO_TEXT
    hint: Text = NO_TEXT
    guidance: Text = NO_TEXT
    constraint_message: Text = NO_TEXT
    required_message: Text = NO_TEXT
    rules: Mapping[Aspect, Expression] = field(default_factory=dict)
    itemset: Itemset | None = None
    static_choices: tuple[StaticChoice, ...] = ()
    bounds: Bounds | None = None
    preload: Preload | None = None
    actions: tuple[Action, ...] = ()
    confidential: bool = False
    has_control: bool = False

    @property
    def register(self) -> str:
        """The register that choices come from, such as ``events.csv``, or ``""``."""
        return self.itemset.register if self.itemset else ""

    @property
    def captured(self) -> bool:
        """Whether people can answer it here: films cannot be captured."""
        return self.has_control and self.kind not in NOT_CAPTURED and self.kind is not Kind.NOTE

    @property
    def calculated(self) -> bool:
        """Whether the form calculates its value."""
        return Aspect.CALCULATE in self.rules

    @property
    def editable(self) -> bool:
        """Whether people can ever answer it: it is shown and not always read-only."""
        readonly = self.rules.get(Aspect.READONLY)
        return self.captured and not (readonly is not None and readonly.text == "true()")

    @property
    def kept(self) -> bool:
        """Whether a calculated value is made once and stored, rather than calculated again."""
        rule = self.rules.get(Aspect.CALCULATE)
        return rule is not None and (rule.impure or rule.reads_itself or self.editable)

    @property
    def stored(self) -> bool:
        """Whether its value is an answer to be saved: everything but pure calculates and notes."""
        return self.kind is not Kind.NOTE and (not self.calculated or self.kept)


Node = Question | Group | Repeat


def words(node: Question | Group) -> frozenset[str]:
    """Return the appearance's words, such as ``minimal`` and ``w1``."""
    return frozenset(node.appearance.split())
