"""The body half of an XForm: which control shows which node, and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stocktake_app.questionnaire.load_model import absolute
from stocktake_app.questionnaire.nodes import Kind, Names
from stocktake_app.questionnaire.xml_tree import XmlNode

CONTROLS = frozenset({
    "input", "secret", "select", "select1", "rank", "range", "trigger", "upload",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """A control and the node that it shows."""

    names: Names
    node: XmlNode

    @property
    def appearance(self) -> str:
        """The appearance's words."""
        return self.node.attributes.get("appearance", "")


@dataclass(slots=True)
class Body:
    """The body half of a form: controls, groups and repeats by the names of their node."""

    controls: dict[Names, Control] = field(default_factory=dict)
    groups: dict[Names, Control] = field(default_factory=dict)
    repeats: dict[Names, Control] = field(default_factory=dict)
    setvalues: list[tuple[Names, XmlNode]] = field(default_factory=list)


def read_body(body: XmlNode | None, ids: Mapping[str, Names]) -> Body:
    """Read a form's body; ``ids`` gives nodes by the id of their bind."""
    found = Body()
    waiting: list[tuple[XmlNode, Names]] = [(body, ())] if body is not None else []
    while waiting:
        node, parent = waiting.pop()
        for child in node.elements:
            names = _names(child, parent, ids)
            if child.name == "setvalue":
                found.setvalues.append((parent, child))
            elif child.name in CONTROLS:
                found.controls.setdefault(names, Control(names, child))
                found.setvalues += [(names, one) for one in child.named("setvalue")]
            elif child.name in {"group", "repeat"}:
                place = found.groups if child.name == "group" else found.repeats
                place.setdefault(names, Control(names, child))
                waiting.append((child, names))
    return found


def _names(node: XmlNode, parent: Names, ids: Mapping[str, Names]) -> Names:
    bound = ids.get(node.attributes.get("bind", ""))
    if bound:
        return bound
    path = node.attributes.get("ref", node.attributes.get("nodeset", ""))
    return absolute(path, parent) or parent


KIND_OF_TYPE = {
    "string": Kind.TEXT,
    "int": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.DATE_TIME,
    "barcode": Kind.BARCODE,
    "geopoint": Kind.GEOPOINT,
    "geotrace": Kind.GEOTRACE,
    "geoshape": Kind.GEOSHAPE,
}
KIND_OF_CONTROL = {
    "select1": Kind.SELECT_ONE,
    "select": Kind.SELECT_MULTIPLE,
    "rank": Kind.RANK,
    "range": Kind.RANGE,
    "trigger": Kind.ACKNOWLEDGE,
    "secret": Kind.TEXT,
}
KIND_OF_MEDIA = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}


def kind_of(control: Control | None, bind: Mapping[str, str]) -> Kind:
    """Return what a question asks for, from its control and its bind."""
    if control is None:
        return Kind.CALCULATE if "calculate" in bind else Kind.HIDDEN
    tag = control.node.name
    if tag == "upload":
        media = control.node.attributes.get("mediatype", "").partition("/")[0]
        return KIND_OF_MEDIA.get(media, Kind.FILE)
    if tag in KIND_OF_CONTROL:
        return KIND_OF_CONTROL[tag]
    kind = KIND_OF_TYPE.get(bind.get("type", "string").rpartition(":")[2], Kind.TEXT)
    if kind is not Kind.TEXT:
        return kind
    if _always(bind.get("readonly", "")) and "calculate" not in bind and "preload" not in bind:
        return Kind.NOTE
    return Kind.LONG_TEXT if "multiline" in control.appearance.split() else Kind.TEXT


def _always(expression: str) -> bool:
    return expression.strip() in {"true()", "true"}
