"""Run every benchmark, one after the other, each in a process of its own; prints their tables."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SHARED = {"__main__", "measure", "material"}
"""Modules that measure nothing themselves."""


def main() -> int:
    scripts = sorted(path for path in FOLDER.glob("*.py") if path.stem not in SHARED)
    return max(subprocess.run([sys.executable, path], check=False).returncode for path in scripts)


if __name__ == "__main__":
    sys.exit(main())
