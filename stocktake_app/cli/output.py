"""What a command says: one JSON object on stdout with ``--json``, else plain text for people."""

import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    """Return rows as aligned columns under a header, or a dash line when there are none."""
    body = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *body]) for i in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(header), ["-" * width for width in widths], *body]
    ]
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - fits a terminal
