"""Text that every format can hold: what XML and pages cannot show is made visible, never lost."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F
_DELETE_PICTURE = "\u2421"


def visible(text: str) -> str:
    r"""Return text with one kind of line end and with control characters as pictures (``␇``).

    Line feeds and tabs stay; what is no character (half a surrogate pair) becomes ``\ufffd``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(_picture, text) if _CONTROL.search(text) else text


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else "\ufffd"
