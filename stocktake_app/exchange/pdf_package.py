"""Write a PDF package: a readable record, the seals attached, one PAdES signature over all."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from stocktake_app.exchange.contents import PACKAGE_FORMAT, Contents, check_contents, check_signer
from stocktake_app.exchange.disclosed import pack_values
from stocktake_app.exchange.pdf_parts import (
    ATTACHMENT,
    DISCLOSURES,
    DISCLOSURES_NAME,
    FIELD,
    OBJECT,
    SEAL,
    Kind,
    attachment_name,
    object_name,
    seal_name,
)
from stocktake_app.trust.chain import Chain
from stocktake_app.trust.cms import Signer, sign_digest

if TYPE_CHECKING:
    from pyhanko.pdf_utils.metadata.model import DocumentMetadata
    from pyhanko.pdf_utils.writer import PdfFileWriter

_ID_BYTES = 16
_CMS_BYTES = 2048
"""What a signature takes beside its certificates, generously."""


def write_pdf_package(pdf: bytes, contents: Contents, signer: Signer, now: datetime) -> bytes:
    """Return the package: ``pdf`` with the seals attached (ISO 32000-2, 14.13), signed PAdES B-B.

    ``signer`` is the author of the closing seal, and ``now`` the time that the signature claims.

    Raises:
        BadContentsError: seals, objects and signer do not fit together.
    """
    check_contents(contents)
    check_signer(contents, signer)
    return _write(pdf, contents, signer, now.astimezone(UTC).replace(microsecond=0))


def without_signature(pdf: bytes, contents: Contents, chain: Chain, now: datetime) -> bytes:
    """Return the package as ``write_pdf_package`` lays it out, zeros where its signature goes.

    ``chain`` is the signer's. Equal arguments give equal objects in equal order.
    """
    return _laid_out(pdf, contents, chain, now.astimezone(UTC).replace(microsecond=0)).file


@dataclass(frozen=True)
class _LaidOut:
    """A package without its signature: the file, its digest, and where to put the signature."""

    file: bytes
    digest: bytes
    put: Callable[[bytes], bytes]


def _write(pdf: bytes, contents: Contents, signer: Signer, now: datetime) -> bytes:
    laid_out = _laid_out(pdf, contents, signer.chain, now)
    return laid_out.put(sign_digest(laid_out.digest, signer))


def _laid_out(pdf: bytes, contents: Contents, chain: Chain, now: datetime) -> _LaidOut:
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf)))
    writer._meta = _dated(writer.document_meta, now)  # noqa: SLF001 - as below
    # The library's own id is random; ours is as unique, and the same whenever it is made again.
    name = ByteStringObject(bytes.fromhex(contents.closing.id)[:_ID_BYTES])
    writer._document_id = ArrayObject([name, name])  # noqa: SLF001 - there is no other way
    for one in _attachments(contents):
        _attach(writer, one, now)
    return _with_room(writer, chain, now)


def _dated(known: "DocumentMetadata", now: datetime) -> "DocumentMetadata":
    """Return metadata of which the library cannot change the time to that of this machine."""
    from pyhanko.pdf_utils.metadata.model import DocumentMetadata

    class Dated(DocumentMetadata):
        """Metadata last modified when the package was signed."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, now if name == "last_modified" else value)

    return Dated(**vars(known))


@dataclass(frozen=True, slots=True)
class _Attachment:
    """A file to attach."""

    name: str
    data: bytes
    kind: Kind


def _attachments(contents: Contents) -> Iterator[_Attachment]:
    """Give the attachments in the order of their names, as a name tree wants them."""
    for digest, data in contents.attachments.items():
        yield _Attachment(attachment_name(digest), data, ATTACHMENT)
    if contents.values:
        yield _Attachment(DISCLOSURES_NAME, pack_values(contents.values), DISCLOSURES)
    for name in sorted(contents.objects):
        yield _Attachment(object_name(name), contents.objects[name], OBJECT)
    for number, seal in enumerate(contents.seals, 1):
        yield _Attachment(seal_name(number), seal.encode(), SEAL)


def _attach(writer: "PdfFileWriter", one: _Attachment, now: datetime) -> None:
    from pyhanko.pdf_utils import embed, generic

    params = embed.EmbeddedFileParams(embed_checksum=False, modification_date=now)
    stream = embed.EmbeddedFileObject.from_file_data(
        writer, one.data, compress=one.kind.packed, params=params, mime_type=one.kind.media_type
    )
    spec = embed.FileSpec(
        file_spec_string=one.name,
        file_name=one.name,
        embedded_data=stream,
        description=one.kind.description,
        af_relationship=generic.pdf_name(one.kind.relationship),
    )
    embed.embed_file(writer, spec)


def _with_room(writer: "PdfFileWriter", chain: Chain, now: datetime) -> _LaidOut:
    """Write the file with room for the signature."""
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    certificates = sum(len(one.public_bytes(Encoding.DER)) for one in chain)
    placeholder = SignatureObject(
        timestamp=now,
        subfilter=SigSeedSubFilter.PADES,
        reason=PACKAGE_FORMAT,
        bytes_reserved=2 * (certificates + _CMS_BYTES),
    )
    steps = PdfCMSEmbedder().write_cms(FIELD, writer)
    next(steps)
    steps.send(SigObjSetup(sig_placeholder=placeholder))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))

    def put(signature: bytes) -> bytes:
        steps.send(signature)
        package: bytes = output.getvalue()
        return package

    return _LaidOut(output.getvalue(), prepared.document_digest, put)
