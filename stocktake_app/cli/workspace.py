"""``init`` and ``demo``: making workspaces."""

import argparse
from pathlib import Path

from stocktake_app.cli import protecting
from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    file_to_read,
    now,
    passphrase,
    read_file,
    workspace_folder,
)
from stocktake_app.cli.output import Answer, complain
from stocktake_app.model.codes import Role


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands of this module."""
    init = add_command(commands, common, "init", _init, "make a workspace in an empty folder")
    init.add_argument("--role", choices=[role.value for role in Role], default=Role.OFFICER.value)
    init.add_argument("--name", default="", help="your name, or the office's")
    init.add_argument("--office", default="", help="the office you work for")
    init.add_argument("--bureau", default="", help="bureau code, such as WCA")
    init.add_argument("--country", default="", help="country code (ISO 3166-1 alpha-3)")
    init.add_argument("--language", default="en", choices=["en", "fr", "es", "ar"])
    init.add_argument(
        "--trust",
        type=file_to_read,
        metavar="CA.pem",
        help="trust this root certificate; only reads",
    )
    init.add_argument("--practice", action="store_true", help="for training; nobody imports it")
    protecting.add_commands(commands, common)
    demo = add_command(commands, common, "demo", _demo, "run the whole main job on real input")
    demo.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new or empty folder"
    )


def _init(arguments: Arguments) -> Answer:
    from stocktake_app.actions import workspaces
    from stocktake_app.actions.places import check_place

    check_place(arguments.bureau, arguments.country)
    person = workspaces.Person(
        name=arguments.name,
        office=arguments.office,
        role=Role(arguments.role),
        bureau=arguments.bureau,
        country=arguments.country,
        language=arguments.language,
    )
    workspace = workspaces.create(
        workspace_folder(arguments),
        person,
        now=now(),
        passphrase=passphrase(arguments),
        trust=read_file(arguments.trust) if arguments.trust else None,
        practice=arguments.practice,
    )
    info = workspaces.describe(workspace)
    workspace.close()
    return Answer(info.as_json(), info.sentence())


def _demo(arguments: Arguments) -> Answer:
    from stocktake_app.actions.demo import play

    result = play(arguments.out, now=now(), say=complain)
    return Answer(result.as_json(), result.sentence())
