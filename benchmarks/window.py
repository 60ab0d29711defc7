"""Window on the screen: processor time of our process against one with an empty QMainWindow.

Both are whole processes, from the start of Python until the first window was drawn, run in turns;
the least of each counts, as everything above it is other people's work on the same machine.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
LIMIT = 2.5
"""What the window may cost at most, as a multiple of the empty one."""

EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1240, 700)
window.show()
application.processEvents()
"""

OURS = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from stocktake_app.ui.application import Start
application = QApplication([])
start = Start(application, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
start.show_first()
start.window.show()
application.processEvents()
"""


def processor_seconds(script: str, *arguments: str) -> float:
    """Run a script in a process of its own and return the processor time it took, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", script, *arguments]
    subprocess.run(command, check=True, capture_output=True, cwd=CHECKOUT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(rounds: int) -> dict[str, float]:
    """Return the least processor time of each, in seconds, from this many rounds in turns."""
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            "empty QMainWindow": (EMPTY,),
            "first run": (OURS,),
            "window of a workspace": (OURS, folder),
        }
        for script in runs.values():
            processor_seconds(*script)  # byte code and caches of the disk
        least = dict.fromkeys(runs, float("inf"))
        for _ in range(rounds):
            for name, script in runs.items():
                least[name] = min(least[name], processor_seconds(*script))
    return least


def main() -> int:
    """Print the table; the exit code is 1 when the window costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as state:
        os.environ["STOCKTAKE_STATE"] = state
        least = measure(rounds)
    floor = least["empty QMainWindow"]
    print(f"{'on the screen':24}{'CPU s':>8}{'ratio':>8}")
    for name, seconds in least.items():
        print(f"{name:24}{seconds:8.3f}{seconds / floor:8.2f}")
    worst = max(least.values()) / floor
    print(f"limit {LIMIT}: {'kept' if worst <= LIMIT else 'broken'}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
