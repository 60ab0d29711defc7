"""``identity``, the steps of an office that issues: revoke, recover, roster."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

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
    from stocktake_app.actions.withdrawing import Withdrawn

REASONS = ("lost_laptop", "stolen_key", "left_office", "replaced", "closed", "mistake")
OUTCOMES = {
    "approved": "",
    "compare": "call them, compare the fingerprint aloud, write it into the roster, run this again",
    "differs": "key or name is another one than on the roster: call them before anything else",
    "not_listed": "nobody on the roster is called that: ask who it is",
    "missing": "no request of theirs was given",
    "refused": "",
}
WHO = "identity or fingerprint, as identity list says them"


def add_steps(steps: Commands, common: argparse.ArgumentParser) -> None:
    """Add the steps of an office to those of ``identity``."""
    revoke = add_command(
        steps, common, "revoke", _revoke, "withdraw certificates, or write the list of them"
    )
    revoke.add_argument("who", nargs="?", metavar="WHO", help=WHO)
    _add_loss(revoke, default=None)
    revoke.add_argument("--out", type=file_to_write, metavar="FILE", help="write the list there")
    recover = add_command(
        steps, common, "recover", _recover, "give a lost identity to the new key of a request"
    )
    recover.add_argument("request", type=file_to_read, metavar="REQUEST")
    recover.add_argument("who", metavar="WHO", help=WHO)
    _add_loss(recover, default="lost_laptop")
    recover.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    roster = add_command(
        steps, common, "roster", _roster, "approve the requests whose keys stand on a roster"
    )
    roster.add_argument("roster", type=file_to_read, metavar="ROSTER.csv")
    roster.add_argument("requests", type=file_to_read, nargs="+", metavar="REQUEST")
    roster.add_argument("--out", required=True, metavar="DIR", help="folder for the answers")


def _add_loss(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--from", dest="since", type=day_or_time, metavar="DATE", help="since when it is lost"
    )
    parser.add_argument("--reason", choices=REASONS, default=default)
    parser.add_argument(
        "--good",
        action="append",
        default=[],
        metavar="RECORD",
        help="a record that stays good though it came later (its id, or eight letters of it)",
    )


def day_or_time(text: str) -> datetime:
    """Read a day or a time; a day begins at midnight here. For argparse."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day such as 2021-04-28 or a time such as 2021-04-28T09:30"
        ) from None


def _revoke(arguments: Arguments) -> Answer:
    from stocktake_app.actions import withdrawing

    if arguments.who is None:
        return _write_list(arguments)
    if arguments.since is None or arguments.reason is None:
        raise WrongUseError("say since when and why: --from DATE and --reason REASON")
    done = withdrawing.revoke(
        open_workspace(arguments),
        arguments.who,
        since=arguments.since,
        reason=withdrawing.Reason(arguments.reason),
        good=arguments.good,
        out=arguments.out,
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(done.as_json(), _said(done))


def _write_list(arguments: Arguments) -> Answer:
    from stocktake_app.actions import withdrawing

    if arguments.out is None:
        raise WrongUseError("whose certificate? Or give --out FILE alone to write the list")
    done = withdrawing.write_list(
        open_workspace(arguments), arguments.out, passphrase=passphrase(arguments), now=now()
    )
    return Answer(
        done.as_json(),
        f"List number {done.number} with {done.certificates} withdrawn certificates written to "
        f"{done.path}.",
    )


def _recover(arguments: Arguments) -> Answer:
    from stocktake_app.actions import withdrawing

    if arguments.since is None:
        raise WrongUseError("say since when it is lost: --from DATE")
    done = withdrawing.recover(
        open_workspace(arguments),
        read_file(arguments.request),
        arguments.who,
        arguments.out,
        since=arguments.since,
        reason=withdrawing.Reason(arguments.reason),
        good=arguments.good,
        passphrase=passphrase(arguments),
        now=now(),
    )
    approved = done.approved
    return Answer(
        done.as_json(),
        f"{_said(done.withdrawn)}\n"
        f"{approved.name} has that identity again; answer written to {approved.path}.\n"
        f"Compare this fingerprint with theirs aloud before you send it: {approved.fingerprint}",
    )


def _roster(arguments: Arguments) -> Answer:
    from pathlib import Path

    from stocktake_app.actions import roster

    done = roster.approve_roster(
        open_workspace(arguments),
        [(one.name, read_file(one)) for one in arguments.requests],
        read_file(arguments.roster),
        Path(arguments.out),
        passphrase=passphrase(arguments),
        now=now(),
    )
    rows = [
        (one.outcome, one.name, one.fingerprint, one.request, one.reason or OUTCOMES[one.outcome])
        for one in done.rows
    ]
    header = ("outcome", "name", "fingerprint", "request", "reason")
    return Answer(done.as_json(), table(header, rows), 0 if done.complete else 1)


def _said(done: "Withdrawn") -> str:
    lines = [
        f"Withdrawn since {done.since[:10]}: {done.name}, {', '.join(done.fingerprints)}.",
        f"{done.kept} signed records that were here before stay good.",
    ]
    if done.waiting:
        names = ", ".join(one[:12] for one in done.records[:10])
        lines.append(f"{done.waiting} came later and are set aside until you say --good: {names}")
    lines.append("The list goes out with every package that you export.")
    return "\n".join(lines)
