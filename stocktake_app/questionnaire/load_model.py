"""The model half of an XForm: the entry's shape, binds, lists, translations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stocktake_app.questionnaire.nodes import Names, Output, Part
from stocktake_app.questionnaire.xml_tree import BadFormError, XmlNode

Forms = Mapping[str, XmlNode]
"""One translation: its value by form (``""`` plain, ``guidance``, ``image``...)."""

_SAFE_FILE = re.compile(r"\w[\w .\-]{0,120}")


@dataclass(frozen=True, slots=True)
class SecondaryInstance:
    """A list beside the entry: in the form (``root``), or in a register (``file``)."""

    name: str
    root: XmlNode | None
    file: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Which nodes the entry can have: names below each node, and the first element of each."""

    children: Mapping[Names, tuple[str, ...]]
    templates: Mapping[Names, XmlNode]


@dataclass(frozen=True, slots=True)
class Model:
    """The model half of a form."""

    instance: XmlNode
    shape: Shape
    binds: Mapping[Names, Mapping[str, str]]
    ids: Mapping[str, Names]
    instances: Mapping[str, SecondaryInstance]
    translations: Mapping[str, Mapping[str, Forms]]
    default_language: str
    setvalues: tuple[XmlNode, ...]


def read_model(model: XmlNode) -> Model:
    """Read a form's model.

    Raises:
        BadFormError: there is no primary instance, or a register's name is not a plain file name.
    """
    primary = next((one for one in model.named("instance") if "src" not in one.attributes), None)
    if primary is None or not primary.elements:
        raise BadFormError("The form says nowhere what an entry looks like (primary instance).")
    instance = primary.elements[0]
    translations, default = _translations(model.first("itext"))
    binds = {
        names: bind.attributes
        for bind in model.named("bind")
        if (names := absolute(bind.attributes.get("nodeset", "")))
    }
    return Model(
        instance=instance,
        shape=read_shape(instance),
        binds=binds,
        ids={bind["id"]: names for names, bind in binds.items() if "id" in bind},
        instances={
            one.attributes["id"]: _secondary(one)
            for one in model.named("instance")
            if one is not primary and "id" in one.attributes
        },
        translations=translations,
        default_language=default,
        setvalues=tuple(model.named("setvalue")),
    )


def absolute(path: str, parent: Names = ()) -> Names:
    """Return the names of a plain path such as ``/data/group/question``; () when it is none."""
    text = path.strip()
    names = [] if text.startswith("/") else list(parent)
    for part in text.strip("/").split("/"):
        name = part.strip().rpartition(":")[2]
        if name == "..":
            del names[-1:]
        elif name not in {"", "."}:
            names.append(name)
    return tuple(names) if text else ()


def is_template(node: XmlNode) -> bool:
    """Say whether an element only shows what new rows of a repeat look like."""
    return "template" in node.attributes


def read_shape(instance: XmlNode) -> Shape:
    """Return the shape of the entries that the primary instance describes."""
    children: dict[Names, list[str]] = {(): [instance.name]}
    templates: dict[Names, XmlNode] = {(instance.name,): instance}
    waiting: list[tuple[Names, XmlNode]] = [((instance.name,), instance)]
    while waiting:
        names, node = waiting.pop()
        known = children.setdefault(names, [])
        for child in node.elements:
            path = (*names, child.name)
            if child.name not in known:
                known.append(child.name)
            if path not in templates or is_template(child):
                templates[path] = child
            waiting.append((path, child))
    return Shape({names: tuple(below) for names, below in children.items()}, templates)


def _secondary(node: XmlNode) -> SecondaryInstance:
    name = node.attributes["id"]
    source = node.attributes.get("src", "")
    if not source:
        return SecondaryInstance(name, next(iter(node.elements), None), "")
    if not source.startswith(("jr://file/", "jr://file-csv/")):
        return SecondaryInstance(name, None, "")
    file = source.removeprefix("jr://file-csv/").removeprefix("jr://file/")
    if not _SAFE_FILE.fullmatch(file) or ".." in file:
        raise BadFormError(
            f"The form wants to read “{file}”; a register is named by a plain file name, "
            "such as events.csv."
        )
    return SecondaryInstance(name, None, file)


def _translations(itext: XmlNode | None) -> tuple[dict[str, dict[str, Forms]], str]:
    if itext is None:
        return {}, ""
    found: dict[str, dict[str, Forms]] = {}
    default = ""
    for translation in itext.named("translation"):
        language = translation.attributes.get("lang", "")
        if "default" in translation.attributes or not default:
            default = language
        found[language] = {
            text.attributes.get("id", ""): {
                value.attributes.get("form", ""): value for value in text.named("value")
            }
            for text in translation.named("text")
        }
    return found, default


def parts_of(node: XmlNode) -> tuple[Part, ...]:
    """Return a label's or translation's text with its outputs, ends trimmed."""
    parts: list[Part] = []
    for one in node.content:
        if isinstance(one, str):
            parts.append(one)
        elif one.name == "output":
            parts.append(Output(one.attributes.get("value", one.attributes.get("ref", ""))))
        else:
            parts.extend(parts_of(one))
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return tuple(part for part in parts if part != "")
