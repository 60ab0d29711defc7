"""What an action returns: a frozen dataclass that turns into the documented JSON object."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    """Base of all results."""

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON values, paths as text."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}


def plain(value: object) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, Result):
        return value.as_json()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value
