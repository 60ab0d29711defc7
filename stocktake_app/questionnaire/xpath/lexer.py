"""Text of an expression to tokens (XPath 1.0, section 3.7)."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from stocktake_app.questionnaire.xpath.errors import XPathSyntaxError

MAX_EXPRESSION_CHARS = 200_000

_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<literal>"[^"]*"|'[^']*')
    | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
    | (?P<symbol>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*])
    )""",
    re.VERBOSE,
)
_END = re.compile(r"\s*$")
_OPERATOR_NAMES = frozenset({"and", "or", "mod", "div"})
_BEFORE_OPERAND = frozenset({"@", "::", "(", "[", ",", "/", "//", "|", "+", "-", "=", "!="}) | {
    "<", "<=", ">", ">=",
}  # fmt: skip


class TokenKind(Enum):
    """What a token is."""

    NUMBER = auto()
    LITERAL = auto()
    NAME = auto()
    SYMBOL = auto()
    OPERATOR = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it begins, counted in characters from 0."""

    kind: TokenKind
    text: str
    position: int


_KINDS = {
    "number": TokenKind.NUMBER,
    "literal": TokenKind.LITERAL,
    "name": TokenKind.NAME,
    "symbol": TokenKind.SYMBOL,
}
_ALWAYS_OPERATORS = frozenset({"|", "+", "-", "=", "!=", "<", "<=", ">", ">="})


def tokens(text: str) -> list[Token]:
    """Split an expression into tokens, ending with an END token.

    Raises:
        XPathSyntaxError: a character that begins no token, or far too long a text.
    """
    if len(text) > MAX_EXPRESSION_CHARS:
        raise XPathSyntaxError(f"the expression is longer than {MAX_EXPRESSION_CHARS} characters.")
    found: list[Token] = []
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        group = match.lastgroup or "symbol"
        word = match.group(group)
        kind = _kind(_KINDS[group], word, found[-1] if found else None)
        found.append(Token(kind, word, match.start(group)))
    if not _END.match(text, position):
        rest = text[position:].strip()
        raise XPathSyntaxError(_unreadable(rest[0], position))
    found.append(Token(TokenKind.END, "", len(text)))
    return found


def _kind(kind: TokenKind, word: str, before: Token | None) -> TokenKind:
    """Tell operators from names: ``*``, ``and``, ``div`` after an operand (XPath 1.0, 3.7)."""
    if kind is TokenKind.SYMBOL and word in _ALWAYS_OPERATORS:
        return TokenKind.OPERATOR
    after_operand = before is not None and not (
        before.kind is TokenKind.OPERATOR or before.text in _BEFORE_OPERAND
    )
    if after_operand and (word == "*" or (kind is TokenKind.NAME and word in _OPERATOR_NAMES)):
        return TokenKind.OPERATOR
    return kind


def _unreadable(character: str, position: int) -> str:
    if character in "“”‘’":
        return f"there is a curly quotation mark ({character}); use a straight one (' or \")."
    if character in "'\"":
        return f"the text that begins at character {position + 1} is never closed."
    return f"“{character}” at character {position + 1} means nothing in an expression."
