"""Our own faults: written to a file with a traceback, so that a person only sees a sentence."""

import platform
import traceback
from pathlib import Path

from stocktake_app import __version__
from stocktake_app.settings import state_folder

MAX_LOG_BYTES = 1_000_000


def write_fault(error: BaseException) -> Path:
    """Append a fault to the log of this user and return the log's path.

    The log holds versions and code lines, never answers: messages of unknown errors may quote
    what was typed, so only the error's type is kept.
    """
    log = state_folder() / "faults.log"
    trace = "".join(traceback.format_tb(error.__traceback__))
    text = f"Stocktake {__version__}, {platform.platform()}\n{trace}{type(error).__name__}\n\n"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            log.unlink()
        with log.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError:  # the sentence on screen matters more than its log
        pass
    return log
