"""Where things are on this machine, and the limits that everybody keeps to."""

import os
import sys
from pathlib import Path

APP = "stocktake"

MAX_PACKAGE_BYTES = 512 * 1024 * 1024
"""A package file larger than this is refused before it is opened."""

MAX_LINES_BYTES = 2 * 1024 * 1024 * 1024
"""Upper bound of the uncompressed change lines of one seal."""

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Upper bound of one change line."""

MAX_VALUE_CHARS = 1_000_000
"""Upper bound of one answer, in characters."""

MAX_FORM_BYTES = 20 * 1024 * 1024
"""A questionnaire file larger than this is refused before it is opened."""

LOCK_AFTER_MINUTES = 15
"""Minutes without a key or the mouse after which a protected workspace is locked by itself."""

FREEZE_AFTER_MINUTES = 30
"""Minutes after which a draft in which nothing was typed is frozen as it stands."""


def resource(name: str) -> Path:
    """Return the path of a shipped file, such as ``forms/regional.md`` or ``resources/fonts``.

    Works in a checkout, in an installed wheel and in the frozen application.

    Raises:
        FileNotFoundError: nothing of that name ships with the program.
    """
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    for base in [Path(frozen)] if frozen else [package, package.parent]:
        if (base / name).exists():
            return base / name
    raise FileNotFoundError(f"{name} is missing from this installation of Stocktake")


def state_folder() -> Path:
    """Return this user's state folder: outside any workspace, it remembers which ones were seen.

    ``STOCKTAKE_STATE`` overrides it (tests, portable use).
    """
    override = os.environ.get("STOCKTAKE_STATE")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_state_dir(APP, appauthor=False))
