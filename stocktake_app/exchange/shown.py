"""What a package shows, from its own contents alone: entries folded, authors from certificates.

The exporter makes the readable part from this, and so does whoever checks it: no store, no clock,
nobody's trust. Changes count by the same rule as in a store, with the certificates' own word for
who signed; whether these are trusted is the verifier's business.

Entries come in the order in which they are read best: by questionnaire, then by the first day of
what they are about, then by reference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stocktake_app.exchange.contents import BadContentsError, Contents
from stocktake_app.exchange.record_labels import BadLabelsError, Labels, read_labels
from stocktake_app.exchange.shown_entries import ShownEntry, Signatory
from stocktake_app.exchange.shown_gathering import Gathered, gather
from stocktake_app.model.classification import Classification
from stocktake_app.model.disclosure import Attachment, Disclosure, read_disclosure
from stocktake_app.model.seal import BadSealError, Seal
from stocktake_app.questionnaire.form import BadFormError, Form, read_form
from stocktake_app.trust.certificates import (
    UNREADABLE,
    Certificate,
    certificate_key,
    is_provisional,
    subject_of,
)
from stocktake_app.trust.chain import Chain
from stocktake_app.trust.cms import BadSignatureError, open_detached
from stocktake_app.trust.keys import fingerprint
from stocktake_app.trust.subjects import Subject

MAX_FORM_BYTES = 4 * 1024 * 1024
"""A larger questionnaire is not read: its entries are shown as those of an unknown one."""


@dataclass(frozen=True)
class Shown:
    """All that the readable part of a package draws on beside what ships with the program.

    ``maker`` and ``fingerprint`` are of the closing seal's certificate, ``created`` its time with
    the offset, ``record_id`` its id. ``entries`` reads all ``count`` entries, in order;
    ``differing`` counts their answers with differing versions, ``strange`` the entries whose form
    is missing or cannot be read. ``forms`` are the others' by SHA-256, in the order in which they
    are shown. ``disclosures`` are bytes by digest, as the package carries them.
    """

    maker: Subject
    fingerprint: str
    created: datetime
    record_id: str
    practice: bool
    count: int
    differing: int
    strange: int
    classification: Classification
    entries: Callable[[], Iterator[ShownEntry]]
    forms: Mapping[str, Form] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
    disclosures: Mapping[str, bytes] = field(default_factory=dict)

    def file(self, digest: str) -> bytes:
        """Return the bytes of an attached file that an entry shows, by its digest."""
        found = read_disclosure(self.disclosures[digest])
        assert isinstance(found, Attachment)
        return found.data


def chains_of(contents: Contents) -> dict[str, Chain]:
    """Return the certificates of each seal by its id, for whoever has no verdict on them.

    Raises:
        BadContentsError: the signature of a seal does not hold.
    """
    try:
        return {
            seal.id: open_detached(seal.manifest.encoded, seal.cms).chain for seal in contents.seals
        }
    except BadSignatureError as error:
        raise BadContentsError(f"a signed record in it is damaged: {error}") from None


def read_shown(contents: Contents, chains: Mapping[str, Chain]) -> Shown:
    """Read what a package shows; ``chains`` are the certificates of each seal by its id.

    Raises:
        BadContentsError: lines, labels or certificates cannot be read.
    """
    signers = _signatories(contents, chains)
    forms = _forms(contents)
    try:
        found = gather(contents.seals, signers, forms, _disclosures(contents))
    except BadSealError as error:
        raise BadContentsError(str(error)) from None
    closing = contents.closing
    maker = chains[closing.id][0]
    return Shown(
        maker=_subject(maker),
        fingerprint=fingerprint(certificate_key(maker)),
        created=datetime.fromisoformat(closing.manifest.created),
        record_id=closing.id,
        practice=closing.manifest.practice,
        count=found.count,
        differing=found.differing,
        strange=found.strange,
        classification=found.classification,
        entries=found.entries,
        forms=_used(forms, found),
        labels=_labels(contents),
        disclosures=contents.disclosures,
    )


def _used(forms: Mapping[str, Form], found: Gathered) -> dict[str, Form]:
    return {sha256: form for sha256, form in forms.items() if sha256 in found.forms}


def _forms(contents: Contents) -> dict[str, Form]:
    """Return the questionnaires that can be read, by form id, version and hash."""
    named = {sha256 for seal in contents.seals for sha256 in seal.manifest.forms}
    found = {sha256: _form(contents.objects.get(sha256, b"")) for sha256 in named}
    readable = {sha256: form for sha256, form in found.items() if form is not None}
    order = sorted(readable, key=lambda one: (readable[one].form_id, readable[one].version, one))
    return {sha256: readable[sha256] for sha256 in order}


def _form(xform: bytes) -> Form | None:
    if not 0 < len(xform) <= MAX_FORM_BYTES:
        return None
    try:
        return read_form(xform)
    except BadFormError:
        return None


def _labels(contents: Contents) -> Labels:
    name = contents.closing.manifest.labels
    if not name:
        return Labels()
    try:
        return read_labels(contents.objects[name])
    except (KeyError, BadLabelsError) as error:
        raise BadContentsError(f"its labels cannot be read: {error}") from None


def _disclosures(contents: Contents) -> dict[str, Disclosure]:
    """Return what is disclosed by digest; of files only what they are called."""
    found = {}
    for digest, data in contents.disclosures.items():
        one = read_disclosure(data)
        if isinstance(one, Attachment):
            one = Attachment(one.salt, one.name, one.media_type, b"")
        found[digest] = one
    return found


def _signatories(contents: Contents, chains: Mapping[str, Chain]) -> list[Signatory]:
    """Return who signed each seal; who was approved later is who the approval says."""
    approved = {
        _key(chain[0]): chain[0] for chain in chains.values() if not is_provisional(chain[0])
    }
    return [_signatory(seal, chains[seal.id][0], approved) for seal in contents.seals]


def _signatory(
    seal: Seal, certificate: Certificate, approved: Mapping[tuple[str, str], Certificate]
) -> Signatory:
    if is_provisional(certificate):
        certificate = approved.get(_key(certificate), certificate)
    subject = _subject(certificate)
    if seal.manifest.identity != subject.identity:
        raise BadContentsError("a signed record in it says that it is by somebody else")
    return Signatory(subject.author, subject.name, subject.office)


def _key(certificate: Certificate) -> tuple[str, str]:
    """Return what an approval shares with the certificate from before: key and identity."""
    return fingerprint(certificate_key(certificate)), _subject(certificate).identity


def _subject(certificate: Certificate) -> Subject:
    try:
        return subject_of(certificate)
    except UNREADABLE as error:
        raise BadContentsError(f"a certificate in it is not written as ours are: {error}") from None
