"""``protect``, ``passphrase`` and ``recovery``: what opens a workspace, and who else could."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    file_to_read,
    file_to_write,
    first_line,
    now,
    open_workspace,
    passphrase,
    read_file,
    workspace_folder,
)
from stocktake_app.cli.output import Answer, complain
from stocktake_app.errors import WrongUseError

if TYPE_CHECKING:
    from stocktake_app.actions.protecting import Ways

_WAYS = {
    "passphrase": "its passphrase",
    "keyring": "this computer's keyring",
    "recovery": "a printed recovery key",
    "escrow": "the help of {keeper}",
}


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands of this module."""
    add_command(commands, common, "protect", _protect, "encrypt a workspace that is not encrypted")
    _add_passphrase(commands, common)
    parent = add_command(
        commands, common, "recovery", _no_step, "ways to open a workspace without its passphrase"
    )
    steps = parent.add_subparsers(metavar="STEP")
    add_command(steps, common, "ways", _ways, "say what opens this workspace")
    key = add_command(steps, common, "key", _key, "make a recovery key to print")
    key.add_argument("--out", type=file_to_write, metavar="FILE", help="a page to print")
    key.add_argument("--off", action="store_true", help="the printed one opens nothing any more")
    key.add_argument("--language", default="en", choices=["en", "fr", "es", "ar"])
    use = add_command(steps, common, "use", _use, "set a passphrase with the recovery key")
    use.add_argument("--key-file", type=file_to_read, required=True, metavar="FILE")
    _add_new(use)
    keeper = add_command(steps, common, "keeper", _keeper, "let who approved us help, or not")
    keeper.add_argument("--off", action="store_true", help="let nobody help any more")
    request = add_command(steps, common, "request", _request, "ask for help: passphrase forgotten")
    request.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    _add_new(request)
    show = add_command(steps, common, "show", _show, "say who asks for help (bureau, HQ)")
    show.add_argument("request", type=file_to_read, metavar="REQUEST")
    answer = add_command(steps, common, "answer", _answer, "answer who asks for help (bureau, HQ)")
    answer.add_argument("request", type=file_to_read, metavar="REQUEST")
    answer.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    opened = add_command(steps, common, "open", _open, "open the answer to a request for help")
    opened.add_argument("answer", type=file_to_read, metavar="ANSWER")


def _add_passphrase(commands: Commands, common: argparse.ArgumentParser) -> None:
    parent = add_command(
        commands, common, "passphrase", _no_step, "change the passphrase, or use the keyring"
    )
    steps = parent.add_subparsers(metavar="STEP")
    change = add_command(steps, common, "change", _change, "change the passphrase")
    _add_new(change)
    keyring = add_command(
        steps, common, "keyring", _keyring, "let this computer's keyring open the workspace"
    )
    keyring.add_argument("--off", action="store_true", help="no longer")


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-passphrase-file",
        type=file_to_read,
        required=True,
        metavar="FILE",
        help="first line is the new passphrase",
    )


def _no_step(_: Arguments) -> Answer:
    raise WrongUseError("which step? Try --help")


def _protect(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    done = protecting.protect(workspace_folder(arguments), passphrase(arguments))
    return Answer(done.as_json(), done.sentence())


def _change(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    done = protecting.change_passphrase(
        workspace_folder(arguments), passphrase(arguments), _new(arguments)
    )
    return Answer(done.as_json(), "The passphrase is changed.")


def _keyring(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    folder, wanted = workspace_folder(arguments), not arguments.off
    return _said(protecting.use_keyring(folder, passphrase(arguments), wanted=wanted))


def _ways(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    return _said(protecting.ways(workspace_folder(arguments)))


def _key(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting
    from stocktake_app.trust.private_file import write_private

    if arguments.off:
        folder, secret = workspace_folder(arguments), passphrase(arguments)
        return _said(protecting.remove_way(folder, secret, "recovery"))
    made = protecting.make_recovery_key(
        workspace_folder(arguments), passphrase(arguments), language=arguments.language, now=now()
    )
    if arguments.out is None:
        return Answer(made.as_json(), made.page)
    write_private(arguments.out, made.page.encode())
    complain(f"print {arguments.out} and delete it: it opens everything in this workspace")
    return Answer({"path": str(arguments.out)}, f"The recovery key is in {arguments.out}.")


def _use(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    done = protecting.use_recovery_key(
        workspace_folder(arguments), _typed_key(arguments.key_file), _new(arguments)
    )
    return Answer(done.as_json(), "The new passphrase opens the workspace.")


def _keeper(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    done = protecting.set_escrow(
        open_workspace(arguments), passphrase(arguments), wanted=not arguments.off, now=now()
    )
    return _said(done)


def _request(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    made = protecting.request_recovery(
        workspace_folder(arguments), arguments.out, _new(arguments), now=now()
    )
    return Answer(
        made.as_json(),
        f"Request written to {made.path}. Send it to {made.keeper} and read them this fingerprint "
        f"aloud: {made.fingerprint}\nKeep the new passphrase: it opens the answer.",
    )


def _show(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    found = protecting.read_recovery(
        open_workspace(arguments), read_file(arguments.request), passphrase(arguments)
    )
    return Answer(found.as_json(), found.sentence())


def _answer(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    done = protecting.answer_recovery(
        open_workspace(arguments),
        read_file(arguments.request),
        arguments.out,
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(
        done.as_json() | {"path": str(arguments.out)},
        f"{done.sentence()}\nAnswer written to {arguments.out}; hand it over only then.",
    )


def _open(arguments: Arguments) -> Answer:
    from stocktake_app.actions import protecting

    chosen = passphrase(arguments)
    if chosen is None:
        raise WrongUseError("give the passphrase that was chosen for the request")
    done = protecting.open_recovery(
        workspace_folder(arguments), read_file(arguments.answer), chosen
    )
    return Answer(done.as_json(), "The new passphrase opens the workspace.")


def _new(arguments: Arguments) -> str:
    return first_line(arguments.new_passphrase_file)


def _typed_key(path: Path) -> str:
    """Return the recovery key in a file: its groups, or the whole page on which they stand."""
    import re

    text = read_file(path).decode("utf-8", "replace")
    numbered = re.findall(r"\b([1-8])\. ([0-9A-Za-z]{5})\b", text)
    return " ".join(group for _, group in sorted(numbered)) or text


def _said(found: "Ways") -> Answer:
    names = [_WAYS.get(way, way).format(keeper=found.keeper) for way in found.ways]
    state = "is encrypted" if found.protected else "is not encrypted, only its keys are"
    return Answer(found.as_json(), f"{found.folder} {state}; it is opened by {', '.join(names)}.")
