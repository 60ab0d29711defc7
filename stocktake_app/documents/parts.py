"""The parts of an Office file while they are written: who writes them does not know where they go.

A writer opens each part by name and type and gives its bytes away piece by piece; several may be
open at once, as the rows of several sheets come mixed. So a package can pack and hash, and a check
can only hash, what the same writer makes, and nothing is kept or read again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

TakeBytes = Callable[[bytes], object]
"""Takes the next bytes of a part."""

OpenPart = Callable[[str, str], TakeBytes]
"""Begins a part, given its name (``xl/styles.xml``) and content type; parts need no closing."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship of a part (ECMA-376-2): its id, its type and its target.

    ``target`` is relative to the part's folder, or an address outside the file if ``external``.
    """

    id: str
    type: str
    target: str
    external: bool = False


@dataclass(frozen=True)
class Written:
    """What was written: the links by the part that has them, and the sheets' names by part.

    When it is returned, every part is whole.
    """

    links: Mapping[str, tuple[Link, ...]]
    sheets: Mapping[str, str]


WriteParts = Callable[[OpenPart], Written]
"""Writes the parts of one workbook, ``xl/workbook.xml`` and what it leads to."""
