"""Who a certificate is for, and how that stands in it: names, URIs, constraints, usages.

Names are ``O=GCR Stocktaking, OU=<bureau, or HQ>[, OU=<office>], CN=<name>``, so that one critical
directoryName constraint (RFC 5280, 4.2.1.10) keeps a bureau inside its own branch. Identity, role
and bureau stand as URIs in the subject alternative name, and there stand name and office too where
other programs could not read them.

Practice is another organization, ``GCR Stocktaking PRACTICE``, and begins every common name, so
that whatever program shows such a signature says so, and no real authority can issue one.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from stocktake_app.errors import RefusedError
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author
from stocktake_app.trust.comparable import comparable
from stocktake_app.trust.keys import PublicKey, fingerprint

ORGANIZATION = "GCR Stocktaking"
PRACTICE_ORGANIZATION = "GCR Stocktaking PRACTICE"
PRACTICE = "PRACTICE"
HQ_UNIT = "HQ"
NO_UNIT = "-"
ZERO_WIDTH_NON_JOINER = "\N{ZERO WIDTH NON-JOINER}"  # Persian and Dari names are spelt with it
URN = "urn:stocktake:"
MAX_NAME_CHARS = 120

USAGES = (
    ExtendedKeyUsageOID.EMAIL_PROTECTION,  # LibreOffice and pdfsig trust no signer without it
    ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # documentSigning, RFC 9336
    ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # Microsoft's document signing
)

_IDENTITY = re.compile(r"[0-9a-f]{32}")
_BUREAU = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")


class BadSubjectError(RefusedError):
    """A person or office that cannot stand in a certificate; the message says why."""


@dataclass(frozen=True)
class Subject:
    """The person or office that a certificate is for.

    ``identity`` is 32 hexadecimal digits and survives renewals; ``bureau`` is a code such as
    ``WCA``, empty for HQ and for an officer whom no bureau has approved yet; ``office`` is free
    text and may be empty. ``practice`` is for training: it signs practice records and no others.
    """

    identity: str
    name: str
    role: Role
    bureau: str = ""
    office: str = ""
    practice: bool = False

    @property
    def author(self) -> Author:
        """What of it decides who may touch what."""
        return Author(self.identity, self.role, self.bureau)

    @property
    def unit(self) -> str:
        """The organizational unit: the bureau's code, or ``HQ``, or ``-`` for none yet."""
        return self.bureau or (HQ_UNIT if self.role is Role.HQ else NO_UNIT)


def check_subject(subject: Subject) -> None:
    """Check that the subject can stand in a certificate.

    Raises:
        BadSubjectError: with one sentence about what is wrong.
    """
    for what, text in (("name", subject.name), ("office", subject.office)):
        _check_text(what, text)
    if not subject.name:
        raise BadSubjectError("A certificate needs a name; give yours or your office's.")
    if not _IDENTITY.fullmatch(subject.identity):
        raise BadSubjectError(f"The identity {subject.identity!r} is not 32 hexadecimal digits.")
    if subject.role is Role.HQ and subject.bureau:
        raise BadSubjectError(f"HQ belongs to no bureau, but {subject.bureau!r} is given.")
    _check_bureau_code(subject)


def _check_bureau_code(subject: Subject) -> None:
    may_lack = subject.role is not Role.BUREAU
    if not subject.bureau and may_lack:
        return
    if not _BUREAU.fullmatch(subject.bureau) or subject.bureau == HQ_UNIT:
        raise BadSubjectError(
            f"The bureau {subject.bureau!r} is not a code such as WCA; choose one from the list."
        )


def _check_text(what: str, text: str) -> None:
    if len(text) > MAX_NAME_CHARS:
        raise BadSubjectError(
            f"The {what} {text[:20]!r}… has {len(text)} characters; "
            f"a certificate holds {MAX_NAME_CHARS}: shorten it."
        )
    shown = text.replace(ZERO_WIDTH_NON_JOINER, "")
    if text != unicodedata.normalize("NFC", text).strip() or not shown.isprintable():
        raise BadSubjectError(
            f"The {what} {text!r} has blanks around it or characters that cannot be shown."
        )


def leaf_name(subject: Subject) -> x509.Name:
    """Return the distinguished name of somebody who signs."""
    office = comparable(subject.office)
    units = [subject.unit, office] if office else [subject.unit]
    return _name(units, _common_name(subject), subject)


def _common_name(subject: Subject) -> str:
    name = comparable(subject.name) or subject.role.value
    if not subject.practice:
        return name
    marked = comparable(f"{PRACTICE} {name}")  # an Arabic name leaves no Latin letter beside it
    return marked if marked.startswith(PRACTICE) else f"{PRACTICE} {subject.role}"


def authority_name(subject: Subject, key: PublicKey) -> x509.Name:
    """Return the distinguished name of an authority; its fingerprint keeps two of them apart."""
    title = "root" if subject.role is Role.HQ else "certificates"
    common = f"Stocktake {subject.unit} {title} {fingerprint(key)}"
    return _name([subject.unit], f"{PRACTICE} {common}" if subject.practice else common, subject)


def alternative_names(subject: Subject, *, authority: bool = False) -> x509.SubjectAlternativeName:
    """Return as URIs: identity, role, bureau, and name and office where the DN tells them not."""
    words = {"identity": subject.identity, "role": subject.role.value, "bureau": subject.bureau}
    for kind, text in (("name", subject.name), ("office", subject.office)):
        if authority or subject.practice or comparable(text) != text:
            words[kind] = quote(text, safe="")
    uris = [f"{URN}{kind}:{word}" for kind, word in words.items() if word]
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(one) for one in uris])


def name_constraints(subject: Subject) -> x509.NameConstraints:
    """Return the constraint that keeps a bureau's certificates inside its branch."""
    branch = x509.DirectoryName(x509.Name(_branch([subject.unit], subject)))
    return x509.NameConstraints(permitted_subtrees=[branch], excluded_subtrees=None)


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """Return what a key may do: issue certificates and revocation lists, or sign; never both."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(units: Sequence[str], common: str, subject: Subject) -> x509.Name:
    last = x509.NameAttribute(NameOID.COMMON_NAME, common)
    return x509.Name([*_branch(units, subject), last])


def _branch(units: Sequence[str], subject: Subject) -> list[x509.NameAttribute[str]]:
    organization = PRACTICE_ORGANIZATION if subject.practice else ORGANIZATION
    return [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
        *(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units),
    ]
