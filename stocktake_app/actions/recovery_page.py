"""The page with a recovery key, to print and to lock away."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from stocktake_app.translations import N_, translator

TITLE = N_("Recovery key of Stocktake")
OPENS = N_(
    "Whoever has this page and the laptop can open everything in this workspace and sign in your "
    "name. It is needed only when the passphrase is forgotten."
)
KEEP = N_(
    "Print it or write it down, lock it away, not in the bag of the laptop, and delete the file. "
    "It cannot be shown again; a new key makes this one worthless."
)
SIGNS = N_(
    "The letters I, L, O and U do not occur. The last sign of each group checks the group, so that "
    "a slip is found when it is typed."
)
_FOLDER = N_("Workspace: {folder}")
_MADE = N_("Made on {date}")


def recovery_page(folder: Path, groups: Sequence[str], *, language: str, now: datetime) -> str:
    """Return the page as plain text."""
    _ = translator(language)
    numbered = [f"{number}. {group}" for number, group in enumerate(groups, 1)]
    half = len(numbered) // 2
    lines = ["      ".join(pair) for pair in zip(numbered[:half], numbered[half:], strict=True)]
    facts = [_(_FOLDER).format(folder=folder), _(_MADE).format(date=f"{now:%Y-%m-%d}")]
    parts = [_(TITLE), "\n".join(facts), *[f"      {line}" for line in lines]]
    return "\n\n".join([*parts, _(OPENS), _(KEEP), _(SIGNS)]) + "\n"
