"""``form`` and ``capture``: questionnaires, and filling one from a file of answers."""

import argparse
import json
from pathlib import Path

from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    file_to_read,
    now,
    open_workspace,
    read_file,
)
from stocktake_app.cli.output import Answer, table
from stocktake_app.errors import UserFileError, WrongUseError
from stocktake_app.settings import MAX_FORM_BYTES


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add ``form`` and ``capture``."""
    form = add_command(commands, common, "form", _none, "check or list questionnaires")
    steps = form.add_subparsers(metavar="STEP")
    check = add_command(steps, common, "check", _check, "say what is wrong in a questionnaire")
    check.add_argument("file", type=file_to_read, metavar="FILE")
    listing = add_command(steps, common, "list", _list, "list the questionnaires on offer")
    listing.add_argument("--language", default="en")
    capture = add_command(commands, common, "capture", _capture, "fill a questionnaire from a file")
    capture.add_argument("form", metavar="FORM", help="a shipped one, such as regional, or a file")
    capture.add_argument(
        "--answers",
        type=file_to_read,
        required=True,
        metavar="FILE",
        help="nested JSON by XForm names; files by their names beside it",
    )
    capture.add_argument("--draft", action="store_true", help="leave it as a draft")


def _none(_: Arguments) -> Answer:
    raise WrongUseError("which step? form check or form list")


def _check(arguments: Arguments) -> Answer:
    from stocktake_app.actions.forms import check

    data = read_file(arguments.file, MAX_FORM_BYTES)
    result = check(data, arguments.file.name)
    lines = [str(problem) for problem in result.problems]
    lines.append(
        f"{arguments.file.name} opens: {result.title}, {result.questions} questions."
        if result.opens
        else f"{arguments.file.name} cannot be used until this is mended."
    )
    return Answer(result.as_json(), "\n".join(lines), code=0 if result.opens else 1)


def _list(arguments: Arguments) -> Answer:
    from stocktake_app.actions.forms import offered

    forms = offered(arguments.language)
    rows = [(form.key, form.title, form.description) for form in forms]
    return Answer(
        {"forms": [form.as_json() for form in forms]}, table(("form", "title", "for"), rows)
    )


def _capture(arguments: Arguments) -> Answer:
    from stocktake_app.actions.capture import capture

    answers = _read_answers(arguments.answers)
    done = capture(
        open_workspace(arguments),
        arguments.form,
        answers,
        now=now(),
        finish_it=not arguments.draft,
        folder=arguments.answers.parent,
    )
    lines = [f"{path}: {message}" for path, message in done.problems]
    where = f"Saved as draft {done.draft}." if done.entry is None else f"Saved as {done.entry}."
    return Answer(done.as_json(), "\n".join([*lines, where]), code=0 if done.complete else 1)


def _read_answers(path: Path) -> dict[str, object]:
    try:
        answers = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise UserFileError(f"{path} is not JSON: {error}") from error
    if not isinstance(answers, dict):
        raise UserFileError(f"{path} must hold one JSON object: answers by question name")
    return answers
