"""Ways to change a signed PDF; poppler calls the signature of most of them valid and trusted."""

import io
import re
from collections.abc import Callable
from typing import Any

from forgery import Book, words
from packages import (
    FORM_ID,
    Made,
    bureau_contents,
    officer_contents,
    readable_pdf,
    seal_of,
    wrongly_signed_pdf,
)
from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils import generic as untyped
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.generic import pdf_string as text
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.pdf_package import write_pdf_package

generic: Any = untyped  # its classes have no types
BOOK = Book("PDF", "pdf")
APPENDED = Book("PDF, appended", "pdf")
BOOKS = (BOOK, APPENDED)


def update(forgery: Callable[[Any, Made], None]) -> Callable[[Any, Made], None]:
    """Register a forgery that is appended to the file, as PDF readers save changes."""

    def forged(made: Made) -> bytes:
        writer: Any = IncrementalPdfFileWriter(io.BytesIO(made.data))
        forgery(writer, made)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    APPENDED.add(words(forgery), forged)
    return forgery


def dictionary(**items: Any) -> Any:
    return generic.DictionaryObject({name(f"/{key}"): value for key, value in items.items()})


def annotate(writer: Any, **items: Any) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    box = generic.ArrayObject([generic.NumberObject(one) for one in (90, 690, 300, 720)])
    added = writer.add_object(dictionary(Type=name("/Annot"), Rect=box, **items))
    page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), added])
    writer.update_container(page)


@update
def annotation_over_a_figure(writer: Any, made: Made) -> None:
    annotate(writer, Subtype=name("/FreeText"), Contents=text("9999"), DA=text("/Helv 12 Tf"))


@update
def widget_over_a_figure(writer: Any, made: Made) -> None:
    annotate(writer, Subtype=name("/Widget"), FT=name("/Tx"), T=text("x"), V=text("9999"))


@update
def page_added(writer: Any, made: Made) -> None:
    pages = writer.root["/Pages"]
    page = writer.add_object(generic.DictionaryObject(pages["/Kids"][0]))
    pages["/Kids"].append(page)
    pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)


@update
def content_of_a_page_replaced(writer: Any, made: Made) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (9999) Tj ET"))
    writer.update_container(page)


@update
def font_redefined(writer: Any, made: Made) -> None:
    fonts = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    fonts["/F1"] = dictionary(Type=name("/Font"), Subtype=name("/Type1"), BaseFont=name("/Symbol"))
    writer.update_container(fonts)


@update
def seal_overridden(writer: Any, made: Made) -> None:
    other = seal_of(made.signer, made.people.now, "forged", made.contents.seals[:-1])
    stream = last_attachment(writer)["/EF"].raw_get("/F")
    forged = generic.StreamObject(dict_data=stream.get_object(), encoded_data=other.encode())
    writer.objects[(0, stream.idnum)] = forged


def last_attachment(writer: Any) -> Any:
    return writer.root["/AF"][-1]


def attach(writer: Any, title: str) -> None:
    stream = embed.EmbeddedFileObject.from_file_data(writer, b"forged", compress=False)
    spec = embed.FileSpec(file_spec_string=title, file_name=title, embedded_data=stream)
    embed.embed_file(writer, spec)


@update
def second_attachment(writer: Any, made: Made) -> None:
    attach(writer, "record-00099.seal")


@update
def second_attachment_of_the_same_name(writer: Any, made: Made) -> None:
    attach(writer, "record-00001.seal")


@update
def script_on_opening(writer: Any, made: Made) -> None:
    script = dictionary(S=name("/JavaScript"), JS=text("app.alert('x')"))
    writer.root["/OpenAction"] = script
    writer.update_root()


@update
def title_changed(writer: Any, made: Made) -> None:
    writer.set_info(dictionary(Title=text("Another title")))


@update
def empty_signature_field_added(writer: Any, made: Made) -> None:
    field = writer.add_object(dictionary(FT=name("/Sig"), T=text("Second")))
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.update_container(form["/Fields"])


@update
def nothing_but_an_empty_revision(writer: Any, made: Made) -> None:
    writer.update_root()


@BOOK.whole
def bytes_behind_the_end(made: Made) -> bytes:
    return made.data + b"\n% harmless"


@BOOK.whole
def line_feed_behind_the_end(made: Made) -> bytes:
    return made.data + b"\n"


@BOOK.whole
def bytes_before_the_beginning(made: Made) -> bytes:
    return b"%PDF-1.4\n% harmless\n" + made.data


@BOOK.whole
def figure_changed_in_a_page(made: Made) -> bytes:
    return swapped(made.data, b"/MediaBox [ 0 0 595", b"/MediaBox [ 0 0 596")


@BOOK.whole
def byte_of_a_seal_flipped(made: Made) -> bytes:
    place = made.data.find(b"STKSEAL1") + 3000
    return made.data[:place] + bytes([made.data[place] ^ 1]) + made.data[place + 1 :]


@BOOK.whole
def byte_range_renamed(made: Made) -> bytes:
    return swapped(made.data, b"/ByteRange", b"/ByteRangX")


@BOOK.whole
def byte_range_of_nothing(made: Made) -> bytes:
    found = re.search(rb"/ByteRange \[[^\]]*\]", made.data)
    assert found
    return swapped(made.data, found[0], b"/ByteRange [0 0 0 0]".ljust(len(found[0])))


@BOOK.whole
def byte_range_that_leaves_out_more(made: Made) -> bytes:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", made.data)
    assert found
    one, two, three, four = (int(number) for number in found.groups())
    forged = b"/ByteRange [%d %d %d %d]" % (one, two, three + 10, four - 10)
    return swapped(made.data, found[0], forged)


@BOOK.whole
def signature_zeroed(made: Made) -> bytes:
    digits = signature_digits(made.data)
    return swapped(made.data, digits, b"0" * len(digits))


@BOOK.whole
def signature_in_small_digits(made: Made) -> bytes:
    digits = signature_digits(made.data)
    return swapped(made.data, digits, digits.lower())


@BOOK.whole
def padding_of_the_signature_used(made: Made) -> bytes:
    digits = signature_digits(made.data)
    assert digits.endswith(b"00000000")
    return swapped(made.data, digits, digits[:-8] + b"DEADBEEF")


@BOOK.whole
def signature_of_another_package(made: Made) -> bytes:
    contents, signer = officer_contents(made.people, "another day")
    other = write_pdf_package(readable_pdf(), contents, signer, made.people.now)
    digits, forged = signature_digits(made.data), signature_digits(other)
    return swapped(made.data, digits, forged[: len(digits)].ljust(len(digits), b"0"))


@BOOK.whole
def last_lines_cut_off(made: Made) -> bytes:
    return made.data[: made.data.rfind(b"trailer")] + b"%%EOF\n"


@BOOK.whole
def table_of_objects_retargeted(made: Made) -> bytes:
    table = made.data.rfind(b"xref\n0 ")
    lines = made.data[table:].split(b"\n")
    lines[3], lines[4] = lines[4], lines[3]
    return made.data[:table] + b"\n".join(lines)


@BOOK.whole
def countersigned_in_the_same_file(made: Made) -> bytes:
    """A second genuine signature: a bureau makes a package of its own instead."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )
    from pyhanko.sign import signers
    from pyhanko_certvalidator import registry as untyped_registry

    registry: Any = untyped_registry
    bureau = made.people.wca.signer
    key = bureau.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(bureau.certificate.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=registry.SimpleCertificateStore(),
    )
    metadata = signers.PdfSignatureMetadata(field_name="Second", md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(made.data))
    signed: bytes = signers.sign_pdf(writer, metadata, signer=signer).getvalue()
    return signed


@BOOK.whole
def written_again_by_another_program(made: Made) -> bytes:
    """All objects kept, the signature among them, in a new file."""
    writer: Any = copy_into_new_writer(PdfFileReader(io.BytesIO(made.data)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@BOOK.whole
def signed_by_somebody_else_than_the_closing_seal(made: Made) -> bytes:
    other = made.people.second_wca_officer
    return wrongly_signed_pdf(made.contents, other, made.people.now)


@BOOK.whole
def officer_seal_left_out_by_whoever_signs(made: Made) -> bytes:
    contents, signer = bureau_contents(made.people)
    left = Contents(contents.seals[1:], contents.objects)
    return wrongly_signed_pdf(left, signer, made.people.now)


@BOOK.whole
def seals_of_another_package_under_its_own_signature(made: Made) -> bytes:
    other, _ = officer_contents(made.people, "another day")
    contents = Contents((*other.seals, *made.contents.seals), made.contents.objects)
    return wrongly_signed_pdf(contents, made.signer, made.people.now)


@BOOK.whole
def form_under_a_false_name_by_whoever_signs(made: Made) -> bytes:
    contents = Contents(made.contents.seals, {FORM_ID: b"another form"})
    return wrongly_signed_pdf(contents, made.signer, made.people.now)


def signature_digits(data: bytes) -> bytes:
    """Return the hexadecimal digits of a PDF's signature."""
    found = re.search(rb"/Contents <([0-9A-F]{100,})>", data)
    assert found
    return found[1]


def swapped(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert data.count(old) >= 1
    return data.replace(old, new, 1)
