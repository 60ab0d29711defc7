"""Judging a package file and saying it in words that a bureau officer understands."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509.oid import NameOID

from stocktake_app.actions.checked import (
    RENAMED,
    Checked,
    CheckedSeal,
    ShownDifference,
)
from stocktake_app.actions.encrypting import open_encrypted
from stocktake_app.actions.fault_log import write_fault
from stocktake_app.actions.judgement import Facts, judgement
from stocktake_app.actions.laptops import note_words
from stocktake_app.actions.trusting import newer_lists, signer_of, trust_of, with_lists
from stocktake_app.errors import UserFileError
from stocktake_app.exchange.age import DamagedAgeFileError, ForeignAgeFileError, NotForUsError
from stocktake_app.exchange.seals import SealReport
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.exchange.visible import VisibleCheck, check_visible
from stocktake_app.model.codes import Verdict
from stocktake_app.settings import MAX_PACKAGE_BYTES
from stocktake_app.store.freshness import Arrival
from stocktake_app.store.imports import StandingReport, standing
from stocktake_app.store.oddities import Note, NoteKind
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import N_, Sentence, sentence_of
from stocktake_app.trust.certificates import from_pem, is_practice
from stocktake_app.trust.chain import Chain, Trust

__all__ = [
    "Checked",
    "CheckedSeal",
    "ShownDifference",
    "check_file",
    "judge",
    "letter",
    "read_package",
]

NOT_COMPARED = VisibleCheck("not_checked")
INSIDE = {
    Verdict.SIGNER_UNKNOWN: N_("Signed records inside whose sender we do not know yet: {n}"),
    Verdict.SIGNER_EXPIRED: N_("Signed records inside whose sender’s certificate has ended: {n}"),
    Verdict.SIGNER_REVOKED: N_(
        "Signed records inside whose sender’s certificate was withdrawn: {n}"
    ),
}
MAX_ODD = 20
"""Remarks on what is odd about numbers and times; a file of hundreds of records may have many."""


def read_package(path: Path) -> bytes:
    """Read a package file whole.

    Raises:
        UserFileError: missing, a folder, unreadable, or larger than any package.
    """
    try:
        size = path.stat().st_size
        if size > MAX_PACKAGE_BYTES:
            raise UserFileError(
                f"{path.name} has {size // 2**20} MB; a package has at most "
                f"{MAX_PACKAGE_BYTES // 2**20} MB"
            )
        return path.read_bytes()
    except OSError as error:
        raise UserFileError(f"{path} cannot be read: {error.strerror}") from error


def check_file(
    path: Path,
    *,
    at: datetime,
    workspace: Workspace | None = None,
    trust: bytes | None = None,
    passphrase: str | None = None,
    compare: bool = True,
) -> Checked:
    """Judge a file against a root certificate (PEM), or against what the workspace trusts.

    With neither, the signature is checked and the signer is unknown. An encrypted file is opened
    with the workspace's key; one that cannot be opened here is ``unreadable`` and says why.
    ``compare``: what the file shows is compared with what was signed, which takes longer than the
    verdict.

    Raises:
        UserFileError: the file cannot be read, or the root certificate is none.
        PassphraseNeededError: it is encrypted and the key is locked.
        WrongUseError: it is encrypted and there is no workspace with a key.
    """
    data, locked = read_package(path), False
    trusted = _trust(workspace, trust)
    try:
        data = open_encrypted(workspace, data, path.name, passphrase)
        report = judge(data, trusted, at)
    except (NotForUsError, DamagedAgeFileError, ForeignAgeFileError) as error:
        locked = isinstance(error, NotForUsError)
        digest = hashlib.sha256(data).hexdigest()
        report = Report(Verdict.UNREADABLE, (sentence_of(error),), "", digest)
    seen = standing_of(workspace, report, at) if workspace else None
    found = Found(
        report=report,
        seen=seen,
        shown=check_visible(data, report) if compare and report.seals else NOT_COMPARED,
        practising=trusted.practice,
        locked=locked,
        early=any(one.not_valid_before_utc > at for seal in report.seals for one in seal.chain),
    )
    return _checked(path.name, found, at)


def not_opened(name: str, sentence: str, at: datetime) -> Checked:
    """Return what is known of a file that could not even be read."""
    report = Report(Verdict.UNREADABLE, (sentence,), "", "")
    return _checked(name, Found(report), at)


def judge(data: bytes, trust: Trust, at: datetime) -> Report:
    """Judge a package by what is trusted and by what it brings itself.

    Approved chains that it carries count for its earlier records, lists of withdrawn certificates
    for all of them.
    """
    report = verify_package(data, trust, at)
    if report.fault:
        write_fault(report.fault)
    carried, lists = _approved_chains(report), newer_lists(report.objects, trust)
    if not carried and not lists:
        return report
    return verify_package(data, with_lists(trust.knowing(*carried), lists), at)


def _trust(workspace: Workspace | None, pem: bytes | None) -> Trust:
    if pem is not None:
        anchors = from_pem(pem)
        return Trust(anchors, practice=all(is_practice(one) for one in anchors))
    return trust_of(workspace) if workspace else Trust(())


def _approved_chains(report: Report) -> tuple[Chain, ...]:
    """Return the chains that lead to a trusted root when another record's does not yet."""
    if all(one.verdict is Verdict.VALID for one in report.seals):
        return ()
    return tuple(one.chain for one in report.seals if one.author is not None)


def standing_of(workspace: Workspace, report: Report, at: datetime) -> StandingReport | None:
    """Say how a judged package stands to a workspace; None when there is nothing in it."""
    if not report.seals:
        return None
    found = arrival(report)
    return standing(workspace, found.manifests, at, owners=found.owners, begins=found.begins)


def arrival(report: Report) -> Arrival:
    """Return what of a judged package is compared with other seals."""
    return Arrival(
        tuple(one.seal.manifest for one in report.seals),
        {one.id: one.subject.name for one in report.seals if one.subject},
        {one.id: one.chain[0].not_valid_before_utc for one in report.seals if one.chain},
    )


@dataclass(frozen=True)
class Found:
    """What the steps of a check found: the verifier, the store, the comparison of what is shown."""

    report: Report
    seen: StandingReport | None = None
    shown: VisibleCheck = NOT_COMPARED
    practising: bool = False
    locked: bool = False
    early: bool = False

    @property
    def facts(self) -> Facts:
        """What the judgement goes by."""
        seals = self.report.seals
        return Facts(
            verdict=self.report.verdict,
            inside=tuple(one.verdict for one in seals),
            visible=self.shown.visible,
            standing=self.seen.standing.value if self.seen else "",
            practice=any(one.seal.manifest.practice for one in seals),
            practising=self.practising,
            locked=self.locked,
            early=self.early,
        )


def _checked(name: str, found: Found, at: datetime) -> Checked:
    report, facts, seen = found.report, found.facts, found.seen
    subject = report.subject
    return Checked(
        file=name,
        verdict=report.verdict,
        reasons=report.reasons,
        kind=report.kind,
        sha256=report.sha256,
        signer=subject.name if subject else "",
        office=subject.office if subject else "",
        role=subject.role.value if subject else "",
        bureau=subject.bureau if subject else "",
        fingerprint=report.fingerprint,
        issuers=_issuers(report.seals[-1].chain) if subject and report.seals else (),
        signed_at=report.signed_at.isoformat() if report.signed_at else "",
        seals=tuple(_checked_seal(one) for one in report.seals),
        visible=facts.visible,
        differences=tuple(
            ShownDifference(one.place, one.cell, one.shown, one.signed)
            for one in found.shown.differences
        ),
        standing=facts.standing,
        notes=tuple(dict.fromkeys(note.kind.value for note in seen.notes)) if seen else (),
        remarks=tuple(_remarks(found)),
        practice=facts.practice,
        withheld=report.withheld,
        checked_at=at.isoformat(timespec="seconds"),
        judged=judgement(facts),
    )


def _issuers(chain: Chain) -> tuple[str, ...]:
    """Return who issued each certificate of a chain; nobody did for one that signs itself."""
    names = [one.issuer.get_attributes_for_oid(NameOID.COMMON_NAME) for one in chain]
    own = chain[0].issuer == chain[0].subject
    return () if own else tuple(str(found[0].value) for found in names if found)


def _remarks(found: Found) -> Iterator[str]:
    """Yield what does not decide, but what a person should know."""
    report = found.report
    if found.shown.reason:
        yield found.shown.reason
    yield from (Sentence(RENAMED, known=one, name=other) for one, other in found.shown.renamed)
    yield from report.notes
    counts = Counter(one.verdict for one in report.seals)
    for verdict, text in INSIDE.items():
        if counts[verdict] and verdict is not report.verdict:
            yield Sentence(text, n=counts[verdict])
    if found.seen:
        yield from map(note_words, odd_notes(found.seen.notes))


def odd_notes(notes: Iterable[Note]) -> list[Note]:
    """Return the first notes that a person should read: that a record came again is none."""
    return [one for one in notes if one.kind is not NoteKind.REPLAY][:MAX_ODD]


def _checked_seal(report: SealReport) -> CheckedSeal:
    signer = signer_of(report)
    manifest = report.seal.manifest
    return CheckedSeal(
        id=report.seal.id,
        verdict=report.verdict,
        reasons=report.reasons,
        signer=signer.name,
        office=signer.office,
        role=signer.role.value,
        bureau=signer.bureau,
        device=manifest.device,
        number=manifest.number,
        created=manifest.created,
        changes=manifest.changes,
    )


def letter(checked: Checked, say: Callable[[str], str]) -> str:
    """Return what to write to the sender about a file, "" when there is nothing to write.

    ``say`` speaks the sender's language. Our idea of the sender's fingerprint is not in it: it is
    for the sender to say.
    """
    if not checked.judged.letter:
        return ""
    about = say(N_("About your file {file}, received {day}:")).format(
        file=checked.file, day=checked.checked_at[:10]
    )
    mark = say(N_("Its SHA-256, to know it by: {sha256}")).format(sha256=checked.sha256)
    parts = [about, say(checked.judged.headline) + ".", say(checked.judged.letter)]
    return "\n\n".join([*parts, mark] if checked.sha256 else parts)
