"""The table of functions: one entry a function, with the line that documents it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stocktake_app.questionnaire.xpath.context import Context
from stocktake_app.questionnaire.xpath.errors import UnknownFunctionError, XPathSyntaxError
from stocktake_app.questionnaire.xpath.values import Value

Call = Callable[[Context, Sequence[Value]], Value]
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how many arguments, what it gives, and how it behaves over time.

    ``impure``: its result is not made of its arguments alone, so it is evaluated once and kept.
    ``speaks``: its result depends on the language shown.
    """

    name: str
    least: int
    most: int
    summary: str
    call: Call
    impure: bool = False
    speaks: bool = False


FUNCTIONS: dict[str, Function] = {}


def define(
    name: str, arguments: tuple[int, int], summary: str, *, impure: bool = False,
    speaks: bool = False,
) -> Callable[[Call], Call]:  # fmt: skip
    """Return a decorator that enters a function of (context, arguments) under its ODK name."""

    def enter(call: Call) -> Call:
        FUNCTIONS[name] = Function(
            name, arguments[0], arguments[1], summary, call, impure=impure, speaks=speaks
        )
        return call

    return enter


def look_up(name: str, given: int) -> Function:
    """Return the function of that name.

    Raises:
        UnknownFunctionError: there is none.
        XPathSyntaxError: it does not take so many arguments.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnknownFunctionError(f"the function {name}() is not supported.")
    check_count(name, given, (function.least, function.most))
    return function


def check_count(name: str, given: int, allowed: tuple[int, int]) -> None:
    """Check how many arguments a function was given.

    Raises:
        XPathSyntaxError: too few or too many.
    """
    least, most = allowed
    if least <= given <= most:
        return
    if least == most:
        wanted = str(least)
    elif most == MANY:
        wanted = f"at least {least}"
    else:
        wanted = f"{least} to {most}"
    raise XPathSyntaxError(f"{name}() takes {wanted} arguments, not {given}.")
