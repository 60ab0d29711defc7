"""All forgeries, in the order of the table in ``docs/forgeries.md``."""

import forged_algorithms
import forged_archives
import forged_cms
import forged_countersigning
import forged_disclosures
import forged_layouts
import forged_opc
import forged_parts
import forged_pdfs
import forged_seals
import forged_signatures
import forged_values
import forged_xml
import forged_zip_names
import forged_zips
from forgery import Book, Forgery

BOOKS: tuple[Book, ...] = (
    forged_parts.BOOK,
    forged_signatures.BOOK,
    forged_algorithms.BOOK,
    *forged_values.BOOKS,
    forged_archives.BOOK,
    forged_zips.BOOK,
    *forged_xml.BOOKS,
    forged_opc.BOOK,
    *forged_pdfs.BOOKS,
    *forged_layouts.BOOKS,
    *forged_cms.BOOKS,
    *forged_seals.BOOKS,
    *forged_disclosures.BOOKS,
)
# These write more into the books of others.
assert forged_countersigning
assert forged_zip_names
ALL: tuple[Forgery, ...] = tuple(one for book in BOOKS for one in book.forgeries)
