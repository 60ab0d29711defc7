"""The window is on the screen before any heavy library is loaded."""

import subprocess
import sys
from pathlib import Path

HEAVY = {"sqlmodel", "sqlalchemy", "alembic", "pyxform", "openpyxl", "reportlab", "pyhanko"}
HEAVY |= {"docx", "typst", "httpx", "lxml", "cryptography", "sqlcipher3", "babel", "keyring"}

SHOW = """
import sys
from PySide6.QtWidgets import QApplication
from stocktake_app.ui.application import Start
from pathlib import Path
application = QApplication([])
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
start = Start(application, folder)
start.window.show()
start.begin()
assert start.window.isVisible()
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
start.jobs.close()
"""


def loaded(*arguments: str) -> set[str]:
    """Return the top-level modules that are loaded when the window is on the screen."""
    command = [sys.executable, "-c", SHOW, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_first_run_is_on_the_screen_without_heavy_libraries() -> None:
    names = loaded()
    assert "PySide6" in names
    assert not names & HEAVY


def test_window_of_a_workspace_is_on_the_screen_without_heavy_libraries(tmp_path: Path) -> None:
    assert not loaded(str(tmp_path)) & HEAVY
