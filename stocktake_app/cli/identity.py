"""``identity``: requesting, approving, installing and renewing certificates by files."""

import argparse
from typing import TYPE_CHECKING

from stocktake_app.cli import authority
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

if TYPE_CHECKING:
    from stocktake_app.actions.identity import Installed


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add ``identity`` with its steps."""
    parent = add_command(
        commands, common, "identity", _none, "certificates: request, approve, install and so on"
    )
    steps = parent.add_subparsers(metavar="STEP")
    request = add_command(steps, common, "request", _request, "write a request for a certificate")
    request.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    request.add_argument(
        "--no-escrow",
        action="store_true",
        help="let nobody help with a forgotten passphrase, not even the office that approves",
    )
    rotate = add_command(steps, common, "rotate", _rotate, "renew the certificate before it ends")
    rotate.add_argument("--out", type=file_to_write, metavar="FILE", help="where the request goes")
    rotate.add_argument("--same-key", action="store_true", help="keep the key")
    rotate.add_argument(
        "--authority", action="store_true", help="the one that issues others (bureau, HQ)"
    )
    approve = add_command(steps, common, "approve", _approve, "answer a request (bureau, HQ)")
    approve.add_argument("request", type=file_to_read, metavar="REQUEST")
    approve.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    install = add_command(
        steps, common, "install", _install, "take in an answer, a list or a renewed root"
    )
    install.add_argument("answer", type=file_to_read, metavar="ANSWER")
    authority.add_steps(steps, common)
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
    raise WrongUseError(
        "which step? identity request, rotate, approve, install, revoke, recover, roster, root, "
        "list or recipients"
    )


def _request(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity
    from stocktake_app.actions.escrow import SAID_ALOUD, SAID_WITHOUT

    made = identity.request(
        open_workspace(arguments),
        arguments.out,
        escrow=not arguments.no_escrow,
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(
        made.as_json(),
        f"Request written to {made.path}.\n"
        f"Send it to your bureau or HQ and read them this fingerprint aloud: {made.fingerprint}\n"
        + (SAID_WITHOUT if arguments.no_escrow else SAID_ALOUD),
    )


def _rotate(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity

    done = identity.rotate(
        open_workspace(arguments),
        arguments.out,
        same_key=arguments.same_key,
        authority=arguments.authority,
        passphrase=passphrase(arguments),
        now=now(),
    )
    if done.path is None:
        return Answer(done.as_json(), f"Renewed until {done.valid_until}: {done.fingerprint}.")
    return Answer(
        done.as_json(),
        f"Renewal of {done.renews} written to {done.path}; send it to your bureau or HQ. The key "
        "that you have signs until you install the answer.",
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
    said = (
        f"This is a renewal of {done.renews}, signed with that key; nothing is to be compared."
        if done.renews
        else f"Compare this fingerprint with theirs aloud before you send it: {done.fingerprint}"
    )
    return Answer(
        done.as_json(),
        f"Approved {done.name} ({done.role}, {done.office}); answer written to {done.path}.\n"
        + said,
    )


def _install(arguments: Arguments) -> Answer:
    from stocktake_app.actions import identity

    done = identity.install(
        open_workspace(arguments),
        read_file(arguments.answer),
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(done.as_json(), _installed(done))


def _installed(done: "Installed") -> str:
    if done.kind == "list":
        return f"Installed: the list of withdrawn certificates by {done.name}."
    if done.kind == "root":
        return f"Installed: HQ's renewed root, until {done.valid_until}."
    lines = [
        f"Installed. HQ's fingerprint is {done.root_fingerprint}.",
        "Compare it aloud with the office that approved you.",
    ]
    if done.escrow:
        lines.append(f"If you forget your passphrase, {done.escrow} can help you to a new one.")
    return "\n".join([*lines, *done.notes])


def _root(arguments: Arguments) -> Answer:
    from stocktake_app.actions.workspaces import write_root

    fingerprint = write_root(open_workspace(arguments), arguments.out)
    return Answer(
        {"path": str(arguments.out), "root_fingerprint": fingerprint},
        f"HQ's root certificate written to {arguments.out}; its fingerprint is {fingerprint}.",
    )


def _list(arguments: Arguments) -> Answer:
    from stocktake_app.actions import expiry, identity

    workspace = open_workspace(arguments)
    people, ending = identity.known(workspace), expiry.expiry(workspace, now())
    rows = [
        (
            one.name,
            one.role,
            one.office,
            one.bureau,
            one.fingerprint,
            one.valid_until,
            one.withdrawn,
        )
        for one in people
    ]
    header = ("name", "role", "office", "bureau", "fingerprint", "until", "withdrawn")
    text = "\n".join(filter(None, [table(header, rows), ending.sentence()]))
    data = {"identities": [one.as_json() for one in people], "expiry": ending.as_json()}
    return Answer(data, text)


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
