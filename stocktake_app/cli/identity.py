"""``identity``: requesting, approving and installing certificates by files."""

import argparse

from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    file_to_read,
    file_to_write,
    now,
    open_workspace,
    passphrase,
    read_file,
)
from stocktake_app.cli.output import Answer, table
from stocktake_app.errors import WrongUseError


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add ``identity`` with its steps."""
    parent = add_command(
        commands, common, "identity", _none, "request, approve, install, root, list"
    )
    steps = parent.add_subparsers(metavar="STEP")
    request = add_command(steps, common, "request", _request, "write a request for a certificate")
    request.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    approve = add_command(steps, common, "approve", _approve, "answer a request (bureau, HQ)")
    approve.add_argument("request", type=file_to_read, metavar="REQUEST")
    approve.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    install = add_command(steps, common, "install", _install, "take in the answer to a request")
    install.add_argument("answer", type=file_to_read, metavar="ANSWER")
    root = add_command(steps, common, "root", _root, "write HQ's root certificate, to trust")
    root.add_argument("--out", type=file_to_write, required=True, metavar="CA.pem")
    add_command(steps, common, "list", _list, "list the people and offices this workspace knows")
    recipients = add_command(
        steps,
        common,
        "recipients",
        _recipients,
        "list the offices that packages can be encrypted to",
    )
    recipients.add_argument(
        "--out", type=file_to_write, metavar="FILE", help="write this office's own notice"
    )


def _none(_: Arguments) -> Answer:
    raise WrongUseError("which step? identity request, approve, install, root, list or recipients")


def _request(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity

    made = identity.request(
        open_workspace(arguments), arguments.out, passphrase=passphrase(arguments), now=now()
    )
    return Answer(
        made.as_json(),
        f"Request written to {made.path}.\n"
        f"Send it to your bureau or HQ and read them this fingerprint aloud: {made.fingerprint}",
    )


def _approve(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity

    done = identity.approve(
        open_workspace(arguments),
        read_file(arguments.request),
        arguments.out,
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(
        done.as_json(),
        f"Approved {done.name} ({done.role}, {done.office}); answer written to {done.path}.\n"
        f"Compare this fingerprint with theirs aloud before you send it: {done.fingerprint}",
    )


def _install(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity

    done = identity.install(
        open_workspace(arguments),
        read_file(arguments.answer),
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(
        done.as_json(),
        f"Installed. HQ's fingerprint is {done.root_fingerprint}.\n"
        "Compare it aloud with your bureau.",
    )


def _root(arguments: Arguments) -> Answer:
    from stocktake_app.actions.workspaces import write_root

    fingerprint = write_root(open_workspace(arguments), arguments.out)
    return Answer(
        {"path": str(arguments.out), "root_fingerprint": fingerprint},
        f"HQ's root certificate written to {arguments.out}; its fingerprint is {fingerprint}.",
    )


def _list(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity

    people = identity.known(open_workspace(arguments))
    rows = [(one.name, one.role, one.office, one.bureau, one.fingerprint) for one in people]
    header = ("name", "role", "office", "bureau", "fingerprint")
    return Answer({"identities": [one.as_json() for one in people]}, table(header, rows))


def _recipients(arguments: Arguments) -> Answer:
    from stocktake_app.actions import recipients

    workspace = open_workspace(arguments)
    if arguments.out:
        recipients.write_own_notice(workspace, arguments.out)
        return Answer({"path": str(arguments.out)}, f"Written: {arguments.out}")
    found = recipients.list_offices(workspace, now())
    rows = [(one.office, one.name, one.fingerprint, one.since[:10]) for one in found]
    return Answer(
        {"recipients": [one.as_json() for one in found]},
        table(("office", "name", "fingerprint of its signature", "since"), rows),
    )
