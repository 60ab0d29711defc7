"""What programs that are not ours say of our certificates and signatures."""

import asyncio
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from forging import forge
from people import People, authority_of
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from stocktake_app.trust.certificates import Certificate, subject_of, to_pem
from stocktake_app.trust.chain import Chain
from stocktake_app.trust.cms import Signer, sign_detached
from stocktake_app.trust.revocation import Revocation, RevocationList, issue_list
from stocktake_app.trust.subjects import alternative_names, leaf_name

KINDS = pytest.mark.parametrize("kind", ["people", "rsa_people"])
TEXT = b"what was said"


def installed(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def stranger_of(people: People) -> Chain:
    """Let the bureau WCA issue, against its constraints, somebody of MENA."""
    officer = people.wca_officer
    claims = replace(subject_of(officer.certificate), bureau="MENA")
    names = (alternative_names(claims), False)
    leaf = forge(officer.certificate, authority_of(people.wca).key, names, name=leaf_name(claims))
    return (leaf, officer.chain[1])


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@installed("openssl")
class TestOpenSSL:
    def verify(self, folder: Path, chain: Chain, root: Certificate) -> str:
        """Let OpenSSL build the path by RFC 5280; return what it says."""
        (folder / "root.pem").write_text(to_pem([root]))
        (folder / "chain.pem").write_text(to_pem(chain))
        (folder / "leaf.pem").write_text(to_pem(chain[:1]))
        files = ["-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem"]
        strict = ["-x509_strict", "-policy_check", "-purpose", "smimesign"]
        paths = [str(folder / one) if one.endswith(".pem") else one for one in files]
        found = run("openssl", "verify", *strict, *paths)
        return found.stdout + found.stderr

    @KINDS
    @pytest.mark.parametrize("who", ["wca_officer", "mena_officer"])
    def test_it_accepts_officers_strictly(
        self, kind: str, who: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        people: People = request.getfixturevalue(kind)
        said = self.verify(tmp_path, getattr(people, who).chain, people.hq.anchor)
        assert said.endswith("leaf.pem: OK\n")

    @pytest.mark.parametrize("office", ["hq", "wca"])
    def test_it_accepts_hq_and_bureaux(self, people: People, office: str, tmp_path: Path) -> None:
        signer: Signer = getattr(people, office).signer
        assert self.verify(tmp_path, signer.chain, people.hq.anchor).endswith("OK\n")

    def test_it_refuses_what_we_refuse(self, people: People, tmp_path: Path) -> None:
        root = people.hq.anchor
        said = self.verify(tmp_path, stranger_of(people), root)
        assert "permitted subtree violation" in said
        rogue = people.rogue_hq.anchor
        assert "unable to get" in self.verify(tmp_path, people.wca_officer.chain, rogue)

    @KINDS
    def test_it_verifies_our_signatures_as_cades(
        self, kind: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        people: People = request.getfixturevalue(kind)
        (tmp_path / "root.pem").write_text(to_pem([people.hq.anchor]))
        (tmp_path / "text").write_bytes(TEXT)
        (tmp_path / "cms").write_bytes(sign_detached(TEXT, people.wca_officer, people.now))
        command = ["openssl", "cms", "-verify", "-cades", "-inform", "DER", "-binary"]
        files = {"-in": "cms", "-content": "text", "-CAfile": "root.pem", "-out": "verified"}
        for option, name in files.items():
            command += [option, str(tmp_path / name)]
        found = run(*command)
        assert "CAdES Verification successful" in found.stderr
        (tmp_path / "text").write_bytes(TEXT + b"!")
        assert run(*command).returncode != 0

    def test_it_reads_our_revocation_lists(self, people: People, tmp_path: Path) -> None:
        entry = Revocation(people.wca_officer.certificate.serial_number, people.now)
        crl = issue_list(authority_of(people.wca), [entry], 5, people.now)
        (tmp_path / "crl").write_bytes(crl.public_bytes(serialization.Encoding.DER))
        (tmp_path / "issuer.pem").write_text(to_pem(people.wca_officer.chain[1:]))
        command = ["openssl", "crl", "-inform", "DER", "-in", str(tmp_path / "crl"), "-noout"]
        found = run(*command, "-text", "-CAfile", str(tmp_path / "issuer.pem"))
        assert "verify OK" in found.stderr
        assert f"{entry.serial:X}" in found.stdout.replace(":", "")


@installed("certutil")
class TestNSS:
    """The library by which LibreOffice and pdfsig judge signers: as signers of e-mail."""

    def verify(self, folder: Path, chain: Chain, root: Certificate) -> str:
        database = f"sql:{folder}"
        run("certutil", "-N", "-d", database, "--empty-password")
        for name, certificate in zip(("root", "leaf", "issuer"), (root, *chain), strict=False):
            path = folder / f"{name}.pem"
            path.write_text(to_pem([certificate]))
            trust = "CT,CT,CT" if name == "root" else ",,"
            run("certutil", "-A", "-d", database, "-n", name, "-t", trust, "-a", "-i", str(path))
        return run("certutil", "-V", "-d", database, "-n", "leaf", "-u", "S", "-e").stdout

    @KINDS
    @pytest.mark.parametrize("who", ["wca_officer", "mena_officer"])
    def test_it_accepts_officers(
        self, kind: str, who: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        people: People = request.getfixturevalue(kind)
        said = self.verify(tmp_path, getattr(people, who).chain, people.hq.anchor)
        assert "certificate is valid" in said

    @pytest.mark.parametrize("office", ["hq", "wca"])
    def test_it_accepts_hq_and_bureaux(self, people: People, office: str, tmp_path: Path) -> None:
        signer: Signer = getattr(people, office).signer
        assert "certificate is valid" in self.verify(tmp_path, signer.chain, people.hq.anchor)

    def test_it_refuses_what_we_refuse(self, people: People, tmp_path: Path) -> None:
        said = self.verify(tmp_path, stranger_of(people), people.hq.anchor)
        assert "certificate is invalid" in said


class TestCertvalidator:
    """The library with which pyHanko judges the signers of PDF files."""

    def validate(
        self,
        people: People,
        chain: Chain,
        crls: tuple[RevocationList, ...] = (),
        days: int = 0,
    ) -> str:
        """Return "valid", or what is wrong."""
        der = serialization.Encoding.DER
        certificates = [
            asn1_x509.Certificate.load(one.public_bytes(der)) for one in (*chain, people.hq.anchor)
        ]
        context = ValidationContext(
            trust_roots=certificates[-1:],
            other_certs=certificates[1:-1],
            crls=[asn1_crl.CertificateList.load(one.public_bytes(der)) for one in crls],
            revocation_mode="require" if crls else "soft-fail",
            moment=people.now + timedelta(days=days),
            allow_fetching=False,
        )
        validator: Any = CertificateValidator(certificates[0], validation_context=context)
        try:
            asyncio.run(validator.async_validate_usage({"digital_signature", "non_repudiation"}))
        except (PathError, ValidationError) as error:
            return str(error)
        return "valid"

    @KINDS
    @pytest.mark.parametrize("who", ["wca_officer", "mena_officer"])
    def test_it_accepts_officers(self, kind: str, who: str, request: pytest.FixtureRequest) -> None:
        people: People = request.getfixturevalue(kind)
        assert self.validate(people, getattr(people, who).chain) == "valid"

    @pytest.mark.parametrize("office", ["hq", "wca"])
    def test_it_accepts_hq_and_bureaux(self, people: People, office: str) -> None:
        assert self.validate(people, getattr(people, office).signer.chain) == "valid"

    def test_it_refuses_what_we_refuse(self, people: People) -> None:
        assert "in the permitted namespace" in self.validate(people, stranger_of(people))
        assert "expired" in self.validate(people, people.wca_officer.chain, days=6 * 365)

    def test_it_finds_who_is_revoked(self, people: People) -> None:
        entry = Revocation(people.wca_officer.certificate.serial_number, people.now)
        lists = (
            issue_list(authority_of(people.hq), [], 1, people.now),
            issue_list(authority_of(people.wca), [entry], 1, people.now),
        )
        days = 1
        assert "revoked" in self.validate(people, people.wca_officer.chain, lists, days)
        assert self.validate(people, people.second_wca_officer.chain, lists, days) == "valid"
