"""What the workspace trusts and what it is: certificates and revocation lists, stored and read."""

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from people import authority_of, make_people
from stores import NOW

from stocktake_app.errors import UserFileError
from stocktake_app.store.trust_objects import (
    add_anchor,
    add_revocation_list,
    list_anchors,
    load_trust,
    own_chain,
    remove_anchor,
    set_own_chain,
)
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.revocation import Revocation, issue_list


def test_anchors_stay_in_the_order_in_which_they_were_pinned(officer: Workspace) -> None:
    people = make_people("ec")
    for root in (people.hq.anchor, people.rogue_hq.anchor, people.hq.anchor):
        add_anchor(officer, root, NOW)
    assert list_anchors(officer) == [people.hq.anchor, people.rogue_hq.anchor]
    remove_anchor(
        officer, hashlib.sha256(people.rogue_hq.anchor.public_bytes(Encoding.DER)).hexdigest()
    )
    assert load_trust(officer).anchors == (people.hq.anchor,)


def test_revocation_lists_reach_the_verifier(officer: Workspace) -> None:
    people = make_people("ec")
    serial = people.wca_officer.certificate.serial_number
    crl = issue_list(authority_of(people.wca), [Revocation(serial, people.now)], 1, people.now)
    add_revocation_list(officer, crl.public_bytes(Encoding.DER), NOW)
    add_revocation_list(officer, crl.public_bytes(Encoding.DER), NOW)
    assert load_trust(officer).crls == (crl,)


def test_what_is_no_revocation_list_is_refused(officer: Workspace) -> None:
    with pytest.raises(UserFileError, match="not a revocation list"):
        add_revocation_list(officer, b"something else", NOW)


def test_our_own_chain_is_leaf_first_and_a_renewal_takes_its_place(officer: Workspace) -> None:
    people = make_people("ec")
    assert own_chain(officer) == ()
    set_own_chain(officer, people.wca_officer.chain, NOW)
    assert own_chain(officer) == people.wca_officer.chain
    set_own_chain(officer, people.second_wca_officer.chain, NOW)
    assert own_chain(officer) == people.second_wca_officer.chain
