"""What this person set on this laptop, outside any workspace: language, text size, light or dark.

Kept in one small JSON file in the user's state folder. A damaged file means the defaults: these
are comforts, and no reason to keep anyone from working.
"""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from stocktake_app import settings


@dataclass(frozen=True)
class Preferences:
    """``text_size`` in per cent; ``workspace`` is the folder opened last, empty on first start.

    ``lock_minutes`` without a key or the mouse lock a protected workspace.
    """

    language: str = ""
    scheme: str = "system"
    text_size: int = 100
    workspace: str = ""
    lock_minutes: int = settings.LOCK_AFTER_MINUTES


def load_preferences() -> Preferences:
    """Return what was saved, or the defaults."""
    try:
        body = json.loads(_file().read_text("utf-8"))
        known = {field.name: type(field.default) for field in fields(Preferences)}
        return Preferences(
            **{name: body[name] for name, kind in known.items() if type(body.get(name)) is kind}
        )
    except (OSError, ValueError, AttributeError):
        return Preferences()


def save_preferences(preferences: Preferences) -> None:
    """Write them, whole or not at all.

    Raises:
        OSError: the state folder cannot be written.
    """
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(asdict(preferences), indent=1), "utf-8")
    temporary.replace(path)


def _file() -> Path:
    return settings.state_folder() / "preferences.json"
