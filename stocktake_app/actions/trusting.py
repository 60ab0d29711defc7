"""What this workspace trusts, and judging again what is kept here when that grows."""

from collections.abc import Iterable
from datetime import datetime

from stocktake_app.exchange.seals import SealReport, open_seal
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.store.imports import Signer
from stocktake_app.store.objects import list_objects, put_object
from stocktake_app.store.projections import refresh_projections
from stocktake_app.store.seals import get_seal, list_seals, set_verdicts
from stocktake_app.store.trust_objects import list_anchors, load_trust
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.certificates import Certificate, from_pem, to_pem
from stocktake_app.trust.chain import Chain, Trust, is_root

CHAIN = "chain"


def known_chains(workspace: Workspace) -> tuple[Chain, ...]:
    """Return the chains of signers that were approved here or came with trusted records."""
    return tuple(from_pem(data) for data in list_objects(workspace, CHAIN))


def remember_chains(workspace: Workspace, chains: Iterable[Chain]) -> None:
    """Keep chains of approved signers: what they signed before their approval counts then too."""
    for chain in chains:
        put_object(workspace, CHAIN, to_pem(chain).encode())


def root_certificates(workspace: Workspace) -> list[Certificate]:
    """Return HQ's root certificates that are pinned here, the first pinned first."""
    return [anchor for anchor in list_anchors(workspace) if is_root(anchor)]


def trust_of(workspace: Workspace) -> Trust:
    """Return what the workspace trusts: anchors, revocation lists, approved signers."""
    return load_trust(workspace).knowing(*known_chains(workspace))


def signer_of(report: SealReport) -> Signer:
    """Return who signed a record, as the store keeps it."""
    subject = report.subject
    if subject is None:
        return Signer(report.seal.manifest.identity, "", Role.OFFICER, "", "", "")
    return Signer(
        identity=subject.identity,
        name=subject.name,
        role=subject.role,
        bureau=subject.bureau,
        office=subject.office,
        fingerprint=report.fingerprint,
    )


def seal_reason(report: SealReport) -> str:
    """Return why a record does not count, in one sentence, or ""."""
    return " ".join(report.reasons)


def rejudge(workspace: Workspace) -> int:
    """Judge again, as of their first receipt, all records that do not count yet.

    Returns how many entries changed by it.
    Called whenever trust grows: a certificate that comes later makes earlier records count.
    """
    trust = trust_of(workspace)
    verdicts = {}
    for stored in list_seals(workspace):
        if stored.verdict is not Verdict.VALID and not stored.own:
            at = datetime.fromisoformat(stored.received)
            report = open_seal(get_seal(workspace, stored.id), trust, at)
            if report.verdict is not stored.verdict:
                verdicts[stored.id] = (report.verdict, seal_reason(report), signer_of(report))
    changed = set_verdicts(workspace, verdicts) if verdicts else 0
    refresh_projections(workspace)
    return changed
