"""Functions that ask the form or the entry: registers, translations, things made once."""
# ruff: noqa: ARG001 - every function takes (context, values), as the registry says

from collections.abc import Sequence

from stocktake_app.questionnaire.xpath.context import Context
from stocktake_app.questionnaire.xpath.elements import Element
from stocktake_app.questionnaire.xpath.functions.registry import define
from stocktake_app.questionnaire.xpath.values import Value, to_number, to_string


@define("uuid", (0, 1), "a fresh random identifier, or so many random characters", impure=True)
def _uuid(context: Context, values: Sequence[Value]) -> Value:
    if not values:
        return context.host.uuid()
    length = to_number(values[0])
    wanted = int(length) if 0 < length <= 1000 else 0  # noqa: PLR2004 - no longer one is of use
    made = ""
    while len(made) < wanted:
        made += context.host.uuid().replace("-", "")
    return made[:wanted]


@define("random", (0, 0), "a random number from 0 up to 1", impure=True)
def _random(context: Context, values: Sequence[Value]) -> Value:
    return context.host.random()


@define("version", (0, 0), "the form's version")
def _version(context: Context, values: Sequence[Value]) -> Value:
    return context.host.version


@define("jr:itext", (1, 1), "the translation with that id", speaks=True)
def _itext(context: Context, values: Sequence[Value]) -> Value:
    return context.host.itext(to_string(values[0]))


@define("pulldata", (4, 4), "register, column wanted, column searched, value searched: one value")
def _pulldata(context: Context, values: Sequence[Value]) -> Value:
    register, wanted, searched, value = (to_string(one) for one in values)
    root = next(iter(context.host.instance(register).everything()), None)
    found = indexed(root, "item", searched).get(value, []) if root is not None else []
    columns = found[0].named(wanted) if found else []
    return columns[0].value() if columns else ""


def indexed(parent: Element, name: str, key: str) -> dict[str, list[Element]]:
    """Return a list's items by the text of one column, counted once for lists that never change."""
    slot = f"{name}/{key}"
    index: dict[str, list[Element]] | None = parent.slots.get(slot)
    if index is None:
        index = {}
        for item in parent.named(name):
            for text in dict.fromkeys(column.value() for column in item.named(key)):
                index.setdefault(text, []).append(item)
        parent.slots[slot] = index
    return index
