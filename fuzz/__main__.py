"""Fuzz every target in turn: ``python -m fuzz [--minutes N] [--folder F] [TARGET ...]``.

Each target gets an equal share of the time, in a process of its own bounded in time and memory.
Prints a table; what was found lies in the folder ``found``, and the exit code is 1.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[1]
_STEP = re.compile(r"#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+) corp: (\d+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when nothing was found."""
    asked = _parser().parse_args(arguments)
    names = asked.targets or list(TARGETS)
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    seconds = max(10, int(asked.minutes * 60 / len(names)))
    _say(f"{'target':<20}{'runs':>12}{'coverage':>20}{'corpus':>9}  found")
    return max([_fuzz(name, seconds, folder) for name in names])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "fuzz", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--minutes", type=float, default=10, help="of all targets together")
    parser.add_argument("--folder", type=Path, default=ROOT / ".fuzz" / "work")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET")
    return parser


def _fuzz(name: str, seconds: int, folder: Path) -> int:
    command = [sys.executable, "-m", "fuzz.run", name, str(folder), f"-max_total_time={seconds}"]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )
    (folder / f"{name.replace(' ', '-')}.log").write_text(done.stdout + done.stderr)
    steps = _STEP.findall(done.stderr)
    first = next((one for one in steps if one[1] == "INITED"), ("0", "", "0", "0", "0"))
    last = steps[-1] if steps else first
    runs = re.search(r"Done (\d+) runs", done.stderr)
    coverage = f"{first[2]} -> {last[2]}"
    finding = "" if done.returncode == 0 else _finding(done.stderr)
    count = runs[1] if runs else last[0]
    _say(f"{name:<20}{count:>12}{coverage:>20}{last[4]:>9}  {finding or '-'}")
    return int(bool(finding))


def _finding(said: str) -> str:
    lines = [line for line in said.splitlines() if "Error" in line or "ERROR" in line]
    return lines[0][:160] if lines else "the process ended; see its log"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
