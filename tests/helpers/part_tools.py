"""Small tools to change the parts of a workbook package."""

import re
from base64 import b64encode
from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import Encoding
from packages import Made, Parts

from stocktake_app.trust.certificates import Certificate

ROOT = "_rels/.rels"
TYPES = "[Content_Types].xml"
SIGNATURE = "_xmlsignatures/sig1.xml"
SHEET = "xl/worksheets/sheet2.xml"

Edit = Callable[[Parts, Made], None]


def swap(parts: Parts, name: str, old: str | bytes, new: str | bytes) -> None:
    old, new = (one.encode() if isinstance(one, str) else one for one in (old, new))
    assert old in parts[name], (old, parts[name])
    parts[name] = parts[name].replace(old, new, 1)


def add_link(parts: Parts, name: str, link: str, *, first: bool = False) -> None:
    if first:
        parts[name] = re.sub(rb"(<Relationships [^>]*>)", rb"\1" + link.encode(), parts[name])
    else:
        swap(parts, name, "</Relationships>", f"{link}</Relationships>")


def add_type(parts: Parts, name: str, kind: str) -> None:
    swap(parts, TYPES, "</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/></Types>')


def certificate_text(certificate: Certificate) -> bytes:
    return b64encode(certificate.public_bytes(Encoding.DER))
