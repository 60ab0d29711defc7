"""Withdrawing certificates, and giving a lost identity to a new key: what an authority does.

A bureau withdraws its officers' certificates, HQ those of bureaux and of its own people. The list
names, for each, the records that stay good: those that were here before the date of the loss, and
those that a person here says are good. Everything else waits, wherever it arrives, until the
authority names it in a newer list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.x509 import ReasonFlags

from stocktake_app.actions.identity import Approved, hand_out
from stocktake_app.actions.result import Result
from stocktake_app.actions.signing import fingerprint_of, own_office, write_file
from stocktake_app.actions.trusting import (
    Growth,
    issues,
    learn,
    own_notices,
    small_notices,
    trust_of,
    withdrawn_certificates,
)
from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.store.seals import StoredSeal, list_seals
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust import enrolment
from stocktake_app.trust.certificates import Authority, Certificate, subject_of
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.requests import read_request
from stocktake_app.trust.revocation import (
    Revocation,
    RevocationList,
    issue_list,
    list_notice,
    list_number,
    list_revocations,
    mark_of,
    newest_list,
)

MIN_PREFIX = 8
"""Letters of a record's id that are enough to name it, if only one begins so."""


class Reason(StrEnum):
    """Why a certificate is withdrawn."""

    LOST_LAPTOP = "lost_laptop"
    STOLEN_KEY = "stolen_key"
    LEFT_OFFICE = "left_office"
    REPLACED = "replaced"
    CLOSED = "closed"
    MISTAKE = "mistake"


REASONS = {
    Reason.LOST_LAPTOP: ReasonFlags.key_compromise,
    Reason.STOLEN_KEY: ReasonFlags.key_compromise,
    Reason.LEFT_OFFICE: ReasonFlags.affiliation_changed,
    Reason.REPLACED: ReasonFlags.superseded,
    Reason.CLOSED: ReasonFlags.cessation_of_operation,
    Reason.MISTAKE: ReasonFlags.privilege_withdrawn,
}


@dataclass(frozen=True)
class Withdrawn(Result):
    """What was withdrawn: whose certificates, since when, and what becomes of their records.

    ``kept`` records stay good, ``waiting`` ones that are here wait for a person (``records`` are
    their ids); ``number`` is the list's, ``path`` where it was written, if it was.
    """

    identity: str
    name: str
    fingerprints: tuple[str, ...]
    since: str
    reason: str
    kept: int
    waiting: int
    records: tuple[str, ...]
    number: int
    path: Path | None = None


@dataclass(frozen=True)
class ListWritten(Result):
    """This office's list of withdrawn certificates, written to a file."""

    path: Path
    number: int
    certificates: int
    issued: str


@dataclass(frozen=True)
class Recovered(Result):
    """A lost identity given to a new key: what was withdrawn, and the answer to install."""

    withdrawn: Withdrawn
    approved: Approved


def revoke(
    workspace: Workspace,
    who: str,
    *,
    since: datetime,
    reason: Reason,
    good: Sequence[str] = (),
    out: Path | None = None,
    passphrase: str | None,
    now: datetime,
) -> Withdrawn:
    """Withdraw from a date all certificates of somebody (an identity) or of a key (fingerprint).

    ``good`` are ids of records (or their beginnings) that stay good though they came after the
    date. Doing it again for the same person adds to them and changes date and reason. The list
    goes out with every package of this office, and to ``out``.

    Raises:
        RefusedError: nobody here is called so, or somebody else issued the certificate; the date
            is in the future; a record is not known or not theirs.
    """
    office = own_office(workspace, passphrase, now=now)
    certificates = _certificates_of(trust_of(workspace), office.authority, who)
    if office.signer.certificate in certificates:
        raise RefusedError("This is the certificate that this office signs with; renew it first.")
    return _withdraw(workspace, office.authority, certificates, (since, reason), good, out, now)


def write_list(
    workspace: Workspace, out: Path, *, passphrase: str | None, now: datetime
) -> ListWritten:
    """Write this office's list of withdrawn certificates, issued anew so that it is not old."""
    authority = own_office(workspace, passphrase, now=now).authority
    known = newest_list(trust_of(workspace).crls, authority.certificate)
    crl = _issue(workspace, authority, list_revocations(known) if known else (), now)
    write_file(out, list_notice(crl, authority.certificate))
    return ListWritten(
        path=out,
        number=list_number(crl) or 0,
        certificates=len(list_revocations(crl)),
        issued=now.isoformat(timespec="seconds"),
    )


def recover(
    workspace: Workspace,
    data: bytes,
    who: str,
    out: Path,
    *,
    since: datetime,
    reason: Reason = Reason.LOST_LAPTOP,
    good: Sequence[str] = (),
    passphrase: str | None,
    now: datetime,
) -> Recovered:
    """Give the identity of somebody who lost the laptop to the new key that a request carries.

    The old certificates are withdrawn from the date of the loss, unless they are already; entries
    from before stay theirs. Compare the request's fingerprint aloud before.

    Raises:
        RefusedError: as ``revoke``; the request asks for another role, or comes from the lost key.
    """
    found = read_request(data)
    office = own_office(workspace, passphrase, now=now)
    trust = trust_of(workspace)
    certificates = _certificates_of(trust, office.authority, who)
    lost = subject_of(certificates[-1])
    withdrawn = {*withdrawn_certificates(trust), *certificates}
    enrolment.check_recovery(found, lost, withdrawn)
    done = _withdraw(workspace, office.authority, certificates, (since, reason), good, None, now)
    answer = enrolment.recover(
        found,
        lost,
        office.authority,
        office.signer,
        now,
        notices=small_notices(own_notices(workspace, now)),
    )
    return Recovered(done, hand_out(workspace, found, answer, out, now=now))


def _withdraw(
    workspace: Workspace,
    authority: Authority,
    certificates: Sequence[Certificate],
    why: tuple[datetime, Reason],
    good: Sequence[str],
    out: Path | None,
    now: datetime,
) -> Withdrawn:
    since, reason = why
    if since > now:
        raise RefusedError(
            f"A certificate cannot be withdrawn from a day to come ({since:%Y-%m-%d}); do it then."
        )
    records = _records_by(list_seals(workspace), certificates)
    known = newest_list(trust_of(workspace).crls, authority.certificate)
    listed = list_revocations(known) if known else ()
    serials = {one.serial_number for one in certificates}
    kept = _kept(records, [one for one in listed if one.serial in serials], since, good)
    date, decided = since.replace(microsecond=0), now.replace(microsecond=0)
    fresh = [Revocation(serial, date, REASONS[reason], kept, decided) for serial in serials]
    others = [one for one in listed if one.serial not in serials]
    crl = _issue(workspace, authority, [*others, *fresh], now)
    if out is not None:
        write_file(out, list_notice(crl, authority.certificate))
    waiting = tuple(one.id for one in records if mark_of(one.id) not in kept)
    subject = subject_of(certificates[-1])
    return Withdrawn(
        identity=subject.identity,
        name=subject.name,
        fingerprints=tuple(dict.fromkeys(map(fingerprint_of, certificates))),
        since=date.isoformat(),
        reason=reason.value,
        kept=len(records) - len(waiting),
        waiting=len(waiting),
        records=waiting,
        number=list_number(crl) or 0,
        path=out,
    )


def _issue(
    workspace: Workspace, authority: Authority, revocations: Iterable[Revocation], now: datetime
) -> RevocationList:
    """Issue the next list and let this workspace go by it first."""
    known = newest_list(trust_of(workspace).crls, authority.certificate)
    number = (list_number(known) or 0) + 1 if known is not None else 1
    crl = issue_list(authority, revocations, number, now)
    learn(workspace, Growth(lists=((crl, authority.certificate),)), now)
    return crl


def _certificates_of(trust: Trust, authority: Authority, who: str) -> list[Certificate]:
    """Return certificates that this authority issued, the oldest first.

    By identity all of that person or office, by fingerprint those of that key; a bureau is known
    by the key it signs with, but what HQ issued to it is the certificate that issues others.
    """
    known = list(dict.fromkeys(one for chain in trust.known for one in chain))
    named = [one for one in known if who in {subject_of(one).identity, fingerprint_of(one)}]
    if not named:
        raise RefusedError(f"Nobody here has the identity or fingerprint {who}; see identity list.")
    identities = {subject_of(one).identity for one in named}
    every = [one for one in known if subject_of(one).identity in identities]
    own = _issued_by(authority, named) or _issued_by(authority, every)
    if not own:
        holder = subject_of(named[0])
        office = holder.bureau if holder.role is Role.OFFICER else "HQ"
        raise RefusedError(
            f"{holder.name} has no certificate from this office; only {office} can withdraw it."
        )
    return sorted(own, key=lambda one: (one.not_valid_before_utc, one.serial_number))


def _issued_by(authority: Authority, certificates: Iterable[Certificate]) -> list[Certificate]:
    issuer = authority.certificate
    return [one for one in certificates if one.issuer == issuer.subject and one != issuer]


def _records_by(
    seals: Iterable[StoredSeal], certificates: Sequence[Certificate]
) -> list[StoredSeal]:
    """Return the records that were signed with these keys, or under these bureaux."""
    keys = {fingerprint_of(one) for one in certificates}
    bureaux = {subject_of(one).bureau for one in certificates if issues(one)}
    return [one for one in seals if one.signer.fingerprint in keys or one.signer.bureau in bureaux]


def _kept(
    records: Sequence[StoredSeal],
    before: Iterable[Revocation],
    since: datetime,
    good: Sequence[str],
) -> frozenset[bytes]:
    """Return the marks of the records that stay good: here before the date, or so said by a person.

    Of what an earlier list kept, that is what had come after its date, or never came here.
    """
    stay = {mark_of(one) for one in _chosen(records, good)}
    stay |= {mark_of(one.id) for one in records if _received(one) < since}
    here = {mark_of(one.id): one for one in records}
    for revocation in before:
        stay |= {
            mark
            for mark in revocation.kept
            if mark not in here or _received(here[mark]) >= revocation.date
        }
    return frozenset(stay)


def _received(record: StoredSeal) -> datetime:
    return datetime.fromisoformat(record.received)


def _chosen(records: Iterable[StoredSeal], good: Iterable[str]) -> list[str]:
    """Return the full ids of records that a person named by their beginnings."""
    ids = [one.id for one in records]
    found = []
    for name in good:
        fitting = [one for one in ids if one.startswith(name)]
        if len(name) < MIN_PREFIX or len(fitting) != 1:
            raise RefusedError(
                f"{name!r} does not name one of this signer's records; give at least {MIN_PREFIX} "
                "letters of its id."
            )
        found += fitting
    return found
