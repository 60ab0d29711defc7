"""What a command says: one JSON object on stdout with ``--json``, else plain text for people."""

import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDEST = 60  # letters of a column, so that a row fits a terminal

_ESCAPES = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
}


def safe(text: str) -> str:
    """Return text that cannot steer the terminal: control characters become visible."""
    return text.translate(_ESCAPES)


@dataclass(frozen=True)
class Answer:
    """A command's result: the object for machines, the text for people, and the exit code."""

    data: Mapping[str, Any]
    text: str = ""
    code: int = 0


def show(answer: Answer, *, as_json: bool) -> int:
    """Print an answer and return its exit code."""
    if as_json:
        sys.stdout.write(json.dumps(answer.data, ensure_ascii=False, sort_keys=True, indent=1))
        sys.stdout.write("\n")
    elif answer.text:
        sys.stdout.write(safe(answer.text) + "\n")
    sys.stdout.flush()
    return answer.code


def write_anything() -> None:
    """Let letters that a redirected stream cannot hold be spelt out, not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(message: str) -> None:
    """Print a sentence to stderr, where messages go."""
    sys.stderr.write(f"stocktake: {safe(message)}\n")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as aligned columns under a header; only the last column is never cut short."""
    body = [_cells(row) for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *body]) for i in range(len(header))]
    widths[-1] = min(widths[-1], WIDEST)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(header), ["-" * width for width in widths], *body]
    ]
    return "\n".join(lines)


def _cells(row: Sequence[object]) -> list[str]:
    *first, last = (" ".join(str("" if value is None else value).split()) for value in row)
    return [*(one if len(one) <= WIDEST else one[: WIDEST - 1] + "…" for one in first), last]
