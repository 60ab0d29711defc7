"""HQ, two bureaux and their officers with real keys and certificates, for tests."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Literal

from stocktake_app.model.codes import Role
from stocktake_app.trust.certificates import Authority, Subject, issue_leaf
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.cms import Signer
from stocktake_app.trust.enrolment import (
    Installed,
    approve,
    found_hq,
    install,
    provisional_signer,
    read_approval,
)
from stocktake_app.trust.keys import PrivateKey, new_key
from stocktake_app.trust.requests import OwnKeys, make_request, read_request

Kind = Literal["rsa", "ec"]


@dataclass(frozen=True)
class People:
    """Everybody of one stocktake, enrolled through the real files.

    ``now`` is the time of their certificates (the real one, as outside programs look at the real
    clock). ``wca`` and ``mena`` are bureaux, the officers sign for them, ``stranger`` was never
    approved by anybody; ``rogue_hq`` is another HQ that nobody trusts.
    """

    kind: Kind
    now: datetime
    hq: Installed
    rogue_hq: Installed
    wca: Installed
    mena: Installed
    wca_officer: Signer
    second_wca_officer: Signer
    mena_officer: Signer
    stranger: Signer

    @cached_property
    def trust(self) -> Trust:
        """Trust in HQ's root and nothing else."""
        return Trust((self.hq.anchor,))

    @cached_property
    def trainee(self) -> Signer:
        """An officer in training, who signs practice records."""
        who = replace(subject(Role.OFFICER, "WCA", "Trainee", "Dakar"), practice=True)
        return provisional_signer(self.new_key(), who, self.now)

    def new_key(self) -> PrivateKey:
        """Make a key of the same kind."""
        return new_key(self.kind)


def subject(role: Role, bureau: str = "", name: str = "", office: str = "") -> Subject:
    """Make somebody new."""
    return Subject(secrets.token_hex(16), name or f"{role} {bureau}".strip(), role, bureau, office)


@cache
def make_people(kind: Kind) -> People:
    """Make keys and certificates for everybody, once: a dozen RSA keys take seconds."""
    now = datetime.now(UTC).replace(microsecond=0)
    hq, rogue_hq = (
        found_hq(two_keys(kind), subject(Role.HQ, name="Stocktaking team", office="Geneva"), now)
        for _ in range(2)
    )
    wca = _enrol_bureau(kind, "WCA", "Dakar", hq, now)
    mena = _enrol_bureau(kind, "MENA", "Amman", hq, now)
    return People(
        kind=kind,
        now=now,
        hq=hq,
        rogue_hq=rogue_hq,
        wca=wca,
        mena=mena,
        wca_officer=enrol_officer(wca, new_key(kind), "Agente de terrain, Sénégal", now),
        second_wca_officer=enrol_officer(wca, new_key(kind), "Agent de terrain, Niger", now),
        mena_officer=enrol_officer(mena, new_key(kind), "مسؤول ميداني 7، Amman", now),
        stranger=provisional_signer(
            new_key(kind), subject(Role.OFFICER, "WCA", "Officer of nobody"), now
        ),
    )


def two_keys(kind: Kind) -> OwnKeys:
    """Make a signing key and one that issues certificates."""
    return OwnKeys(new_key(kind), new_key(kind))


def enrol_officer(bureau: Installed, key: PrivateKey, name: str, now: datetime) -> Signer:
    """Give an officer of this bureau a certificate."""
    authority = authority_of(bureau)
    code = bureau.signer.certificate.subject.rdns[1].rfc4514_string().removeprefix("OU=")
    leaf = issue_leaf(
        authority, key.public_key(), subject(Role.OFFICER, code, name, "Field office"), now
    )
    return Signer(key, (leaf, *authority.intermediates))


def authority_of(installed: Installed) -> Authority:
    """Return the authority that HQ or a bureau has."""
    assert installed.authority
    return installed.authority


def _enrol_bureau(kind: Kind, code: str, town: str, hq: Installed, now: datetime) -> Installed:
    keys = two_keys(kind)
    asks = subject(Role.BUREAU, code, f"Regional bureau in {town}", town)
    request = read_request(make_request(keys, asks, now))
    answer = approve(request, authority_of(hq), hq.signer, now)
    return install(read_approval(answer, Trust(()), now), request, keys, now)
