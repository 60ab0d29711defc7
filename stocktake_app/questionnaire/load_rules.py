"""Expressions of a form while it is loaded: compiled once each, faults collected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stocktake_app.questionnaire.nodes import Aspect, Names
from stocktake_app.questionnaire.problems import Severity
from stocktake_app.questionnaire.xpath.compiler import Expression, compile_expression
from stocktake_app.questionnaire.xpath.context import Scope
from stocktake_app.questionnaire.xpath.errors import UnknownFunctionError, XPathSyntaxError


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule of the form that is wrong: whose, which, what it says, and what is wrong with it.

    An error closes the form; with a warning the rule is left out (or reads nothing) and the form
    opens.
    """

    path: str
    aspect: Aspect
    expression: str
    message: str
    severity: Severity


@dataclass(slots=True)
class RuleCompiler:
    """Compiles a form's expressions, each for the node whose rule it is."""

    children: Mapping[Names, tuple[str, ...]]
    repeats: frozenset[Names]
    faults: list[Fault] = field(default_factory=list)
    _made: dict[tuple[str, Names], Expression | None] = field(default_factory=dict)

    def compile(self, text: str, owner: Names, aspect: Aspect) -> Expression | None:
        """Return the compiled expression; None, with a fault noted, when it cannot be used."""
        key = (text, owner)
        if key not in self._made:
            self._made[key] = self._compile(text, owner, aspect)
        return self._made[key]

    def item(self, text: str, owner: Names) -> Expression | None:
        """Compile an expression that is evaluated on the items of a list, so reads no answers."""
        try:
            return compile_expression(text, self._scope(owner))
        except XPathSyntaxError as error:
            self.note(owner, Aspect.CHOICES, text, str(error), Severity.ERROR)
            return None

    def _compile(self, text: str, owner: Names, aspect: Aspect) -> Expression | None:
        try:
            expression = compile_expression(text, self._scope(owner))
        except UnknownFunctionError as error:
            message = f"{error} The rule is left out."
            self.note(owner, aspect, text, message, Severity.WARNING)
            return None
        except XPathSyntaxError as error:
            self.note(owner, aspect, text, str(error), Severity.ERROR)
            return None
        for names in expression.reads.unknown:
            message = f"there is no question “{'/'.join(names[1:])}”; it is read as nothing."
            self.note(owner, aspect, text, message, Severity.WARNING)
        return expression

    def _scope(self, owner: Names) -> Scope:
        return Scope(owner, self.children, self.repeats)

    def note(
        self, owner: Names, aspect: Aspect, text: str, message: str, severity: Severity
    ) -> None:
        """Note a fault, once."""
        fault = Fault("/".join(owner[1:]), aspect, text.strip(), message, severity)
        if fault not in self.faults:
            self.faults.append(fault)
