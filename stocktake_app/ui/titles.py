"""What an entry is called on the screen: the event, pledge or indicator it is about, in words.

The store keeps a title that depends on the changes alone, often a register's code; the label of
that code belongs to the language of the window.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from stocktake_app.ui.registers import label_of
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace

REGISTERS = ("events", "pledges", "indicators", "initiatives")
LONGEST = 110

Title = Callable[[str], str]


def titles_in(workspace: "Workspace", language: str) -> Title:
    """Return what turns a stored title into a readable one; reads the registers, so in a worker."""
    from stocktake_app.store.registers import register_rows

    labels = {
        row["name"]: row.get(f"label_{language}") or row.get("label") or row["name"]
        for register in REGISTERS
        for row in register_rows(workspace, f"{register}.csv")
    }
    return lambda title: shortened(labels.get(title, title)) or _("(no title)")


def shortened(title: str) -> str:
    """Return a title cut to one line."""
    words = " ".join(title.split())
    return words if len(words) <= LONGEST else words[:LONGEST].rstrip() + "…"


def form_name(form_id: str, language: str) -> str:
    """Return what a questionnaire is called."""
    return label_of("questionnaires", form_id, language)
