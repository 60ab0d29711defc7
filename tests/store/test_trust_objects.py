"""What the workspace trusts and what it is: certificates and revocation lists, stored and read."""

import hashlib

from cryptography.hazmat.primitives.serialization import Encoding
from people import authority_of, make_people
from stores import NOW

from stocktake_app.store.objects import list_objects, put_object
from stocktake_app.store.trust_objects import (
    add_anchor,
    encode_certificate,
    list_anchors,
    list_issuers,
    load_trust,
    own_chain,
    remove_anchor,
    replace_list,
    set_own_chain,
)
from stocktake_app.store.workspace import Workspace
from stocktake_app.trust.revocation import issue_list


def test_anchors_stay_in_the_order_in_which_they_were_pinned(officer: Workspace) -> None:
    people = make_people("ec")
    for root in (people.hq.anchor, people.rogue_hq.anchor, people.hq.anchor):
        add_anchor(officer, root, NOW)
    assert list_anchors(officer) == [people.hq.anchor, people.rogue_hq.anchor]
    remove_anchor(
        officer, hashlib.sha256(people.rogue_hq.anchor.public_bytes(Encoding.DER)).hexdigest()
    )
    assert load_trust(officer).anchors == (people.hq.anchor,)


def test_a_newer_revocation_list_takes_the_place_of_the_older_for_the_verifier(
    officer: Workspace,
) -> None:
    wca = authority_of(make_people("ec").wca)
    older, newer = (issue_list(wca, [], number, NOW) for number in (1, 2))
    issuer = encode_certificate(wca.certificate)
    with officer.store.writing() as connection:
        replace_list(connection, older, issuer, [], NOW)
        replace_list(connection, older, issuer, [], NOW)
    assert load_trust(officer).crls == (older,)
    with officer.store.writing() as connection:
        replace_list(connection, newer, issuer, [older], NOW)
    assert load_trust(officer).crls == (newer,)
    assert list_issuers(officer) == [wca.certificate]


def test_our_own_chain_is_leaf_first_and_a_renewal_takes_its_place(officer: Workspace) -> None:
    people = make_people("ec")
    assert own_chain(officer) == ()
    set_own_chain(officer, people.wca_officer.chain, NOW)
    assert own_chain(officer) == people.wca_officer.chain
    set_own_chain(officer, people.second_wca_officer.chain, NOW)
    assert own_chain(officer) == people.second_wca_officer.chain


def test_what_a_package_calls_an_object_keeps_nobody_from_learning_what_it_is(
    officer: Workspace,
) -> None:
    claimed, found = ("form", "labels", "notice"), ("chain", "recipient", "receipt")
    for first in claimed:
        for then in found:
            data = f"{first} {then}".encode()
            put_object(officer, first, data)
            put_object(officer, then, data)
            for one in claimed:
                put_object(officer, one, data)
            assert data in list_objects(officer, then)
    put_object(officer, "notice", b"a questionnaire")
    put_object(officer, "form", b"a questionnaire")
    put_object(officer, "labels", b"a questionnaire")
    assert b"a questionnaire" in list_objects(officer, "form")
