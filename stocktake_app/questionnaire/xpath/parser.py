"""Tokens to syntax tree: XPath 1.0 by recursive descent, chains of operators without recursion."""

from functools import lru_cache

from stocktake_app.questionnaire.xpath.errors import XPathSyntaxError
from stocktake_app.questionnaire.xpath.lexer import Token, TokenKind, tokens
from stocktake_app.questionnaire.xpath.syntax import (
    Call,
    Filter,
    Literal,
    Negation,
    Number,
    Operation,
    Path,
    Step,
    Syntax,
)

MAX_DEPTH = 64
"""Expressions nested deeper are refused; the deepest seen in twenty published forms is 5."""

_RANKS = (
    {"or": 0, "and": 1, "=": 2, "!=": 2}
    | dict.fromkeys(("<", "<=", ">", ">="), 3)
    | dict.fromkeys(("+", "-"), 4)
    | dict.fromkeys(("*", "div", "mod"), 5)
)
_NODE_TYPES = frozenset({"node", "text", "comment", "processing-instruction"})
AXES = frozenset({
    "child", "parent", "self", "attribute", "ancestor", "ancestor-or-self", "descendant",
    "descendant-or-self", "following-sibling", "preceding-sibling",
})  # fmt: skip
_ANY_BELOW = Step("descendant-or-self", "node()")


@lru_cache(maxsize=4096)
def parse(text: str) -> Syntax:
    """Parse an expression.

    Raises:
        XPathSyntaxError: it is no expression; the message says why.
    """
    parser = _Parser(text)
    result = parser.expression()
    parser.expect_end()
    return result


class _Parser:
    """The position in the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._depth = 0

    def expression(self) -> Syntax:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise XPathSyntaxError(f"the expression is nested deeper than {MAX_DEPTH} levels.")
        result = self._chain(0)
        self._depth -= 1
        return result

    def expect_end(self) -> None:
        token = self._peek()
        if token.kind is not TokenKind.END:
            raise XPathSyntaxError(
                f"“{token.text}” at character {token.position + 1} is one thing too many."
            )

    def _chain(self, lowest: int) -> Syntax:
        """Read operators of at least this rank, by climbing, so that few frames are used."""
        left = self._unary()
        while (rank := self._rank()) >= lowest:
            rest: list[tuple[str, Syntax]] = []
            while self._rank() == rank:
                operator = self._take().text
                rest.append((operator, self._chain(rank + 1)))
            left = Operation(left, tuple(rest))
        return left

    def _rank(self) -> int:
        token = self._peek()
        return _RANKS.get(token.text, -1) if token.kind is TokenKind.OPERATOR else -1

    def _unary(self) -> Syntax:
        signs = 0
        while self._skip("-"):
            signs += 1
        operand = self._union()
        return Negation(operand) if signs % 2 else operand

    def _union(self) -> Syntax:
        first = self._path()
        rest: list[tuple[str, Syntax]] = []
        while self._skip("|"):
            rest.append(("|", self._path()))
        return Operation(first, tuple(rest)) if rest else first

    def _path(self) -> Syntax:
        if self._begins_primary():
            return self._from_primary()
        if self._skip("//"):
            return Path(None, True, (_ANY_BELOW, *self._steps()))  # noqa: FBT003
        if self._skip("/"):
            steps = self._steps() if self._begins_step() else ()
            return Path(None, True, steps)  # noqa: FBT003
        return Path(None, False, self._steps())  # noqa: FBT003

    def _from_primary(self) -> Syntax:
        base = self._primary()
        predicates = self._predicates()
        if predicates:
            base = Filter(base, predicates)
        if self._peek().text in {"/", "//"} and self._peek().kind is TokenKind.SYMBOL:
            lead = (_ANY_BELOW,) if self._take().text == "//" else ()
            return Path(base, False, lead + self._steps())  # noqa: FBT003
        return base

    def _begins_primary(self) -> bool:
        token = self._peek()
        if token.kind in {TokenKind.NUMBER, TokenKind.LITERAL} or token.text == "(":
            return True
        called = token.kind is TokenKind.NAME and self._peek(1).text == "("
        return called and token.text not in _NODE_TYPES

    def _primary(self) -> Syntax:
        token = self._take()
        if token.kind is TokenKind.NUMBER:
            return Number(float(token.text))
        if token.kind is TokenKind.LITERAL:
            return Literal(token.text[1:-1])
        if token.text == "(":
            inner = self.expression()
            self._expect(")")
            return inner
        return Call(token.text, self._arguments())

    def _arguments(self) -> tuple[Syntax, ...]:
        self._expect("(")
        if self._skip(")"):
            return ()
        found = [self.expression()]
        while self._skip(","):
            found.append(self.expression())
        self._expect(")")
        return tuple(found)

    def _begins_step(self) -> bool:
        token = self._peek()
        return token.kind is TokenKind.NAME or token.text in {".", "..", "@", "*"}

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._step()]
        while self._peek().text in {"/", "//"}:
            if self._take().text == "//":
                steps.append(_ANY_BELOW)
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> Step:
        if self._skip("."):
            return Step("self", "node()", self._predicates())
        if self._skip(".."):
            return Step("parent", "node()", self._predicates())
        axis = self._axis()
        return Step(axis, self._test(), self._predicates())

    def _axis(self) -> str:
        if self._skip("@"):
            return "attribute"
        if self._peek().kind is TokenKind.NAME and self._peek(1).text == "::":
            name = self._take().text
            self._take()
            if name not in AXES:
                raise XPathSyntaxError(f"“{name}::” is not an axis that is known here.")
            return name
        return "child"

    def _test(self) -> str:
        token = self._take()
        if token.text == "*":
            return "*"
        if token.kind is not TokenKind.NAME:
            raise XPathSyntaxError(_unexpected(token))
        if token.text in _NODE_TYPES and self._skip("("):
            self._expect(")")
            return f"{token.text}()"
        return token.text.rpartition(":")[2]

    def _predicates(self) -> tuple[Syntax, ...]:
        found: list[Syntax] = []
        while self._skip("["):
            found.append(self.expression())
            self._expect("]")
        return tuple(found)

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _skip(self, text: str) -> bool:
        token = self._peek()
        if token.text == text and token.kind in {TokenKind.SYMBOL, TokenKind.OPERATOR}:
            self._next += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            token = self._peek()
            found = f"“{token.text}”" if token.text else "the end"
            raise XPathSyntaxError(
                f"“{text}” is missing at character {token.position + 1}, before {found}."
            )


def _unexpected(token: Token) -> str:
    if token.kind is TokenKind.END:
        return "the expression ends too early."
    return f"“{token.text}” at character {token.position + 1} stands where it cannot."
