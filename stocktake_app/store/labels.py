"""Words for codes: what the registers call a country, an event, a subject, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from stocktake_app.store.entries import EntrySummary
from stocktake_app.store.registers import register_rows
from stocktake_app.store.workspace import Workspace

TITLE_REGISTERS = ("events", "pledges", "indicators", "initiatives")
"""Where the title of an entry may be a code of."""

Rows = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Labels:
    """The registers of a workspace, read when first asked for."""

    workspace: Workspace
    language: str

    @cached_property
    def _registers(self) -> dict[str, Rows]:
        return {}

    def rows(self, register: str) -> Rows:
        """Return the rows of a register such as ``bureaux`` by name, in their own order."""
        found = self._registers.get(register)
        if found is None:
            rows = register_rows(self.workspace, f"{register}.csv")
            found = self._registers[register] = {row["name"]: row for row in rows}
        return found

    def label(self, register: str, code: str) -> str:
        """Return the label of a code, or the code itself when the register does not have it."""
        row = self.rows(register).get(code, {})
        return row.get(f"label_{self.language}") or row.get("label") or code

    def title(self, entry: EntrySummary) -> str:
        """Return what an entry is called: its event, or what its title's code stands for."""
        return self.words(entry.event or entry.title) or self.label("questionnaires", entry.form_id)

    def words(self, title: str) -> str:
        """Return what a stored title stands for, or the title itself when it is no code."""
        for register in TITLE_REGISTERS:
            if title in self.rows(register):
                return self.label(register, title)
        return title

    def event_date(self, event: str) -> date | None:
        """Return the first day of an event of the register."""
        return parse_date(self.rows("events").get(event, {}).get("start_date", ""))


def parse_date(text: str) -> date | None:
    """Return the day of an ISO date, or None where there is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
