"""XML to plain nodes, for files that nobody has reason to trust.

No document type, no entities of one's own, no network, bounded size, depth and number of nodes.
Names and attributes are local ones: the prefixes of XForms never tell two things apart.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from stocktake_app.errors import UserFileError
from stocktake_app.settings import MAX_FORM_BYTES

MAX_DEPTH = 100
MAX_NODES = 300_000


class BadFormError(UserFileError):
    """This questionnaire cannot be opened."""


@dataclass(slots=True)
class XmlNode:
    """One element: local name, attributes by local name, text and elements in order."""

    name: str
    attributes: dict[str, str]
    content: "list[XmlNode | str]" = field(default_factory=list)

    @property
    def elements(self) -> "list[XmlNode]":
        """The elements below, without the text between them."""
        return [one for one in self.content if isinstance(one, XmlNode)]

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(one for one in self.content if isinstance(one, str))

    def named(self, name: str) -> "list[XmlNode]":
        """Return the elements below that have this name."""
        return [one for one in self.elements if one.name == name]

    def first(self, name: str) -> "XmlNode | None":
        """Return the first element below with this name, or None."""
        return next(iter(self.named(name)), None)


def parse_xml(data: bytes) -> XmlNode:
    """Parse an XML document.

    Raises:
        BadFormError: it is not well-formed, has a document type, or is past a limit.
    """
    if len(data) > MAX_FORM_BYTES:
        raise BadFormError(f"The form is larger than {MAX_FORM_BYTES // 1024 // 1024} MB.")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.EntityDeclHandler = reader.refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position only
    except expat.ExpatError as error:
        raise BadFormError(
            f"The form's XML is broken at line {error.lineno}: {expat.ErrorString(error.code)}."
        ) from None
    except (LookupError, ValueError):
        raise BadFormError("The form's XML names a character set that is not known.") from None
    if reader.root is None:
        raise BadFormError("The form's XML is empty.")
    return reader.root


class _Reader:
    """Takes the parser's events and builds the nodes."""

    def __init__(self) -> None:
        self.root: XmlNode | None = None
        self._open: list[XmlNode] = []
        self._count = 0

    def refuse_doctype(self, *_: object) -> None:
        raise BadFormError("The form's XML has a document type declaration, which is not allowed.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise BadFormError(f"The form's XML has more than {MAX_NODES} elements.")
        if len(self._open) >= MAX_DEPTH:
            raise BadFormError(f"The form's XML is nested deeper than {MAX_DEPTH} levels.")
        local = {_local(key): value for key, value in attributes.items()} if attributes else {}
        node = XmlNode(_local(name), local)
        if self._open:
            self._open[-1].content.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].content.append(text)


@lru_cache(maxsize=1024)
def _local(name: str) -> str:
    return name.rpartition(" ")[2]
