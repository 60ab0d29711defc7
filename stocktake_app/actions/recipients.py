"""Offices that can be written to confidentially: our own notice of it, and those of others."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.errors import RefusedError
from stocktake_app.exchange.age import check_recipient, new_secret, recipient_of
from stocktake_app.model.codes import Role
from stocktake_app.store.files import atomic_write
from stocktake_app.store.objects import list_objects, put_object
from stocktake_app.store.trust_objects import load_trust, own_chain
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.certificates import is_provisional, subject_of
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.keystore import Unlocked
from stocktake_app.trust.recipients import (
    WHAT,
    Notice,
    Recipient,
    judge_notice,
    make_recipient_notice,
    newest,
    open_notice,
)
from stocktake_app.trust.signed_json import BadSignedFileError

KIND = "recipient"
TRANSPORT = "transport"
"""Name of the secret in the keystore that opens what is encrypted to this office."""


class OlderNoticeError(RefusedError):
    """A notice of an encryption key is older than the one known here; it is not taken."""


@dataclass(frozen=True)
class Office(Result):
    """An office that can be written to: ``office`` is ``HQ`` or a code, ``since`` RFC 3339."""

    office: str
    name: str
    recipient: str
    fingerprint: str
    since: str


def publish_recipient(
    workspace: Workspace, unlocked: Unlocked, signer: Signer, now: datetime
) -> None:
    """Make this office's encryption key and sign its notice, where either is missing or old.

    Officers have none: packages go up, to bureaux and HQ. Nor has an office that nobody has
    approved yet, as nobody would believe it.
    """
    waiting = is_provisional(signer.certificate) and not workspace.practice
    if workspace.role is Role.OFFICER or waiting:
        return
    if TRANSPORT not in unlocked.key_names():
        unlocked.add_secret(TRANSPORT, new_secret().encode())
    recipient = recipient_of(unlocked.secret(TRANSPORT).decode())
    made = {(notice.chain, notice.recipient) for notice, _ in _all(workspace)}
    if (signer.chain, recipient) not in made:
        put_object(workspace, KIND, make_recipient_notice(recipient, signer, now))


def own_notice(workspace: Workspace) -> bytes | None:
    """Return this office's newest notice of its encryption key, or None.

    One that is signed with the certificate of today stands over any of an earlier one, whatever
    date whoever had that wrote into it.
    """
    chain = own_chain(workspace)
    if not chain:
        return None
    who = subject_of(chain[0])
    own = [one for one in _all(workspace) if one[0].owner == (who.unit, who.identity)]
    found = max(own, key=lambda one: (one[0].chain == chain, one[0].created), default=None)
    return found[1] if found else None


def recipient_notices(workspace: Workspace, now: datetime) -> tuple[bytes, ...]:
    """Return the notices that this office passes on: its own, and HQ's to a bureau's officers."""
    known = {one.recipient for one in recipients(workspace, now) if one.office == "HQ"}
    own = own_notice(workspace)
    passed_on = [data for notice, data in _all(workspace) if notice.recipient in known]
    return tuple(sorted({*passed_on, *([own] if own else [])}))


def take_recipient(workspace: Workspace, data: bytes, now: datetime) -> Recipient:
    """Take in the notice of another office's encryption key; the newest by date is used.

    Raises:
        BadSignedFileError: it is damaged, or nobody trusted stands behind it.
        OlderNoticeError: a newer one of the same owner is known that is still trusted.
    """
    notice = open_notice(data)
    found = judge_notice(notice, load_trust(workspace), now)
    _check_own_kind(notice)
    known = next((one for one in recipients(workspace, now) if one.owner == found.owner), None)
    if known and known.created > notice.created:
        raise OlderNoticeError(
            f"This {WHAT} of {found.subject.name} is from {notice.created:%Y-%m-%d %H:%M}; a newer "
            f"one, from {known.created:%Y-%m-%d %H:%M}, is known here and stays in use."
        )
    put_object(workspace, KIND, data)
    return found


def recipients(workspace: Workspace, now: datetime) -> tuple[Recipient, ...]:
    """Return whom one can write to: of each trusted owner the newest notice."""
    trust = load_trust(workspace)
    found = []
    for notice, _ in _all(workspace):
        try:
            found.append(judge_notice(notice, trust, now))
        except BadSignedFileError:  # its signer was withdrawn, or ended, since it was taken in
            continue
    return newest(found)


def list_offices(workspace: Workspace, now: datetime) -> tuple[Office, ...]:
    """Return the offices that packages can be encrypted to, for people."""
    return tuple(
        Office(
            office=one.office,
            name=one.subject.name,
            recipient=one.recipient,
            fingerprint=one.fingerprint,
            since=one.created.isoformat(),
        )
        for one in recipients(workspace, now)
    )


def write_own_notice(workspace: Workspace, out: Path) -> None:
    """Write this office's notice of its encryption key, for others to encrypt to.

    Raises:
        RefusedError: it has none: an officer's workspace, or one that nobody has approved yet.
    """
    own = own_notice(workspace)
    if own is None:
        raise RefusedError(
            "this workspace has no encryption key: HQ has one from its first export, a bureau from "
            "its approval, officers have none"
        )
    atomic_write(out, own)


def _check_own_kind(notice: Notice) -> None:
    try:
        check_recipient(notice.recipient)
    except RefusedError as error:
        raise BadSignedFileError(str(error)) from None


def _all(workspace: Workspace) -> list[tuple[Notice, bytes]]:
    return [(open_notice(data), data) for data in list_objects(workspace, KIND)]
