"""Filling a form loads no heavy library: those come when a file is converted."""

import subprocess
import sys

HEAVY = ("pyxform", "openpyxl", "lxml", "babel", "regex", "sqlalchemy", "PySide6")


def test_a_session_can_be_imported_without_any_heavy_library() -> None:
    program = (
        "import sys, stocktake_app.questionnaire.session, stocktake_app.questionnaire.library; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
