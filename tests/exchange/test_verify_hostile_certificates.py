"""Certificates with one element of another kind: refused or unknown, never an error of ours."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from forged_cms import Node, node
from people import People, authority_of

from stocktake_app.errors import UserFileError
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.certificates import BadCertificateError, load_certificate
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.revocation import (
    Revocation,
    issue_list,
    list_number,
    newest_list,
    read_list,
)

BIT_STRING = 0x03


def nodes(top: Node) -> Iterator[Node]:
    yield top
    for child in top.children:
        yield from nodes(child)


def retagged(encoded: bytes) -> Iterator[bytes]:
    """Give the same DER with each element in turn as each other kind."""
    top = node(encoded)
    for one in nodes(top):
        was = one.tag
        for tag in range(31):
            one.tag = was & 0xE0 | tag
            if one.tag != was:
                yield top.encode()
        one.tag = was


def test_certificate_with_any_element_of_another_kind_is_never_trusted(people: People) -> None:
    chain = people.wca_officer.chain
    trust = Trust((people.hq.anchor,), (), (chain,))
    loaded = 0
    for forged in retagged(chain[0].public_bytes(Encoding.DER)):
        try:
            certificate = load_certificate(forged)
        except BadCertificateError:
            continue
        loaded += 1
        found = judge_chain((certificate, chain[1]), trust, people.now)
        assert found.verdict is Verdict.SIGNER_UNKNOWN, forged.hex()
    assert loaded > 20


def test_name_that_is_a_bit_string_is_refused_when_it_is_read(people: People) -> None:
    """Found by fuzzing: cryptography raised a TypeError where the name was first used."""
    top = node(people.wca_officer.certificate.public_bytes(Encoding.DER))
    name = top.children[0].children[5].children[0].children[0].children[1]
    name.tag, name.content = BIT_STRING, b"\0" + name.content
    with pytest.raises(BadCertificateError):
        load_certificate(top.encode())


def test_revocation_list_with_any_element_of_another_kind_never_counts(people: People) -> None:
    authority = authority_of(people.wca)
    withdrawn = Revocation(people.wca_officer.certificate.serial_number, people.now)
    genuine = issue_list(authority, [withdrawn], 1, people.now)
    for forged in retagged(genuine.public_bytes(Encoding.DER)):
        try:
            crl = read_list(forged)
        except UserFileError:
            continue
        list_number(crl)
        assert newest_list([crl], authority.certificate) is None, forged.hex()


@pytest.mark.parametrize("version", [0, 72, 255])
def test_revocation_list_of_another_version_is_refused(people: People, version: int) -> None:
    """Found by fuzzing: what cryptography raises for it is no ValueError."""
    genuine = issue_list(authority_of(people.wca), [], 1, people.now)
    top = node(genuine.public_bytes(Encoding.DER))
    top.children[0].children[0].content = bytes([version])
    with pytest.raises(UserFileError):
        read_list(top.encode())


def test_revocation_list_whose_issuer_is_no_name_is_refused(people: People) -> None:
    """Found by fuzzing: the issuer was read only where the list was used."""
    genuine = issue_list(authority_of(people.wca), [], 1, people.now)
    top = node(genuine.public_bytes(Encoding.DER))
    name = top.children[0].children[2].children[0].children[0].children[1]
    name.tag, name.content = BIT_STRING, b"\0" + name.content
    with pytest.raises(UserFileError):
        read_list(top.encode())
