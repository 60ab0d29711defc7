"""What can be wrong with an expression: in its text, or when it is evaluated."""


class XPathSyntaxError(ValueError):
    """The text is not an expression; the message says why, for people."""


class UnknownFunctionError(XPathSyntaxError):
    """The expression calls a function that is not there."""


class EvaluationError(ValueError):
    """The expression cannot be evaluated now, or not within its limits; the message says why."""
