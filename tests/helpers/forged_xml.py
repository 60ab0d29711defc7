"""Other ways to write the same XML, and XML that means more than it says.

Each is tried on the parts that a careless verifier parses before it believes them.
"""

import re
from collections.abc import Callable
from functools import partial

from forged_signing import sign_parts_anew
from forgery import Book
from packages import Made, Parts
from part_tools import ROOT, SIGNATURE, TYPES

BOOK = Book("XML", "xlsx")
SIGNED = Book("XML signed by its author", "xlsx", who="author")
BOOKS = (BOOK, SIGNED)

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LINKS = "xl/_rels/workbook.xml.rels"
PLACES = {
    "the content types": TYPES,
    "the package's links": ROOT,
    "the workbook's links": LINKS,
    "the signature": SIGNATURE,
    "a seal": "customXml/item1.xml",
    "the properties": "docProps/core.xml",
}
Change = Callable[[bytes], bytes]


def body_of(data: bytes) -> bytes:
    assert data.startswith(DECLARATION)
    return data.removeprefix(DECLARATION)


def before_root(text: str) -> Change:
    return lambda data: data.replace(DECLARATION, DECLARATION + text.encode(), 1)


def in_root(text: str) -> Change:
    """Put something behind the start tag of the root element."""
    return lambda data: re.sub(
        rb"(\?>\n<[^>]*>)", lambda found: found[1] + text.encode(), data, count=1
    )


def on_root(attribute: str) -> Change:
    return lambda data: re.sub(
        rb"(\?>\n<[^ >]*)", lambda found: found[1] + attribute.encode(), data, count=1
    )


def declared(declaration: str) -> Change:
    return lambda data: declaration.encode() + body_of(data)


def encoded(name: str) -> Change:
    declaration = f'<?xml version="1.0" encoding="{name}" standalone="yes"?>\n'
    return lambda data: (declaration + body_of(data).decode()).encode(name)


def prefixed(data: bytes) -> bytes:
    """Name the root's namespace by a prefix; its children stay where they were."""
    data = re.sub(rb"(\?>\n<)([\w]+)([^>]*?) xmlns=", rb"\1x:\2\3 xmlns:x=", data, count=1)
    return re.sub(rb"</(\w+)>\Z", rb"</x:\1>", data)


def single_quoted(data: bytes) -> bytes:
    return re.sub(rb'(\?>\n<[^>]*?)"([^">]*)"', rb"\1'\2'", data, count=1)


def doubled_attribute(data: bytes) -> bytes:
    return re.sub(rb'(\?>\n<[^>]*?)( [\w:]+="[^"]*")', rb"\1\2\2", data, count=1)


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
CHANGES: dict[str, Change] = {
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": encoded("UTF-16"),
    "UTF-32": encoded("UTF-32"),
    "UTF-7": declared('<?xml version="1.0" encoding="UTF-7" standalone="yes"?>\n'),
    "declared as Latin-1": declared(
        '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n'
    ),
    "declared as XML 1.1": declared('<?xml version="1.1" encoding="UTF-8" standalone="yes"?>\n'),
    "declared as not standing alone": declared(
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    ),
    "no declaration": declared(""),
    "other line end": declared(DECLARATION.decode().replace("\n", "\r\n")),
    "document type": before_root("<!DOCTYPE x>"),
    "document type from the web": before_root('<!DOCTYPE x SYSTEM "https://evil.example/x.dtd">'),
    "entity of a file": before_root('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    "parameter entity": before_root('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///x"> %a;]>'),
    "default attribute": before_root('<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>'),
    "billion laughs": before_root(f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>'),
    "instruction in front": before_root("<?evil?>"),
    "style sheet": before_root('<?xml-stylesheet href="https://evil.example/x.xsl"?>'),
    "comment in front": before_root("<!-- harmless -->"),
    "comment inside": in_root("<!-- harmless -->"),
    "instruction inside": in_root("<?evil?>"),
    "CDATA of nothing": in_root("<![CDATA[]]>"),
    "element of another namespace": in_root('<evil xmlns="urn:evil"/>'),
    "inclusion": in_root(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    ),
    "alternate content": in_root(
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        '2006"><mc:Fallback/></mc:AlternateContent>'
    ),
    "white space inside": in_root("\n"),
    "non-breaking space inside": in_root("\u00a0"),
    "xml:base": on_root(' xml:base="https://evil.example/"'),
    "xml:space": on_root(' xml:space="preserve"'),
    "attribute of another namespace": on_root(' xmlns:e="urn:evil" e:a="b"'),
    "ignorable namespace": on_root(
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x"'
    ),
    "attribute twice": doubled_attribute,
    "single quotes": single_quoted,
    "namespace by a prefix": prefixed,
    "blank in the end tag": lambda data: data[:-1] + b" >",
    "line feed behind": lambda data: data + b"\n",
    "null byte behind": lambda data: data + b"\0",
    "comment behind": lambda data: data + b"<!-- harmless -->",
    "second root": lambda data: data + body_of(data),
    "overlong UTF-8": lambda data: data[:-1] + b"\xc0\xbe",
    "letter as a reference": lambda data: (
        re.sub(rb'(="\w*)([hu])', rb"\1&#x\2;", data, count=1)
        .replace(b"&#xh;", b"&#x68;")
        .replace(b"&#xu;", b"&#x75;")
    ),
}


def change_part(parts: Parts, made: Made, *, name: str, change: Change) -> None:
    forged = change(parts[name])
    if forged == parts[name]:  # nothing in this part to change so
        forged += b" "
    parts[name] = forged


for _where, _name in PLACES.items():
    for _title, _change in CHANGES.items():
        BOOK.add_edit(f"{_title} in {_where}", partial(change_part, name=_name, change=_change))


# The author signs whatever he likes; what is no plain XML in UTF-8 is refused all the same.
READABLE = {"the workbook": "xl/workbook.xml", "a sheet": "xl/worksheets/sheet2.xml"}
REFUSED = (
    "byte order mark",
    "UTF-16",
    "UTF-32",
    "UTF-7",
    "declared as Latin-1",
    "declared as XML 1.1",
    "document type",
    "document type from the web",
    "entity of a file",
    "parameter entity",
    "billion laughs",
    "instruction in front",
    "style sheet",
    "comment in front",
)


def change_and_sign(parts: Parts, made: Made, *, name: str, change: Change) -> None:
    plain = re.sub(rb"\A<\?xml[^>]*\?>\s*", b"", parts[name])
    parts[name] = change(DECLARATION + plain)
    sign_parts_anew(parts, made)


for _where, _name in READABLE.items():
    for _title in REFUSED:
        SIGNED.add_edit(
            f"{_title} in {_where}",
            partial(change_and_sign, name=_name, change=CHANGES[_title]),
        )
