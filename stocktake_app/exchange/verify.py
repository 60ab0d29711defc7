"""The verdict on a package: bytes, limits, trust and a time in; verdict and seals out.

Pure: no store, no file, no clock. The world is closed: what our writer would not have written is
refused, except that a zip file's order, compression and times may differ.
``docs/package-format.md`` says what that is.

A package's verdict is about its outer signer and its integrity. Each seal has a verdict of its
own: in a valid package of a bureau there may be the seal of an officer whom nobody knows.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from mmap import mmap
from typing import Literal

from stocktake_app.exchange.contents import (
    SWELLS,
    AlteredFileError,
    BadContentsError,
    Contents,
    ForeignFileError,
    Limits,
    Opened,
    check_contents,
    check_disclosures,
)
from stocktake_app.exchange.pdf_reader import read_pdf
from stocktake_app.exchange.seals import SealReport, open_seal
from stocktake_app.exchange.xlsx_reader import read_xlsx
from stocktake_app.model.codes import Verdict
from stocktake_app.model.seal import BadSealError, Seal, decode_seal
from stocktake_app.translations import Sentence, sentence_of
from stocktake_app.trust.certificates import Subject
from stocktake_app.trust.chain import Trust, judge_chain

Kind = Literal["xlsx", "pdf", ""]
Visible = Literal["same", "differs", "not_checked"]

DEFAULT_LIMITS = Limits()

MAX_REASON_CHARS = 400

RESAVED = Sentence(
    "Somebody saved this file again with another program, which removed the sender's signature. "
    "The signed records inside are whole; what the sheets or pages show may have been changed."
)

OUR_FAULT = Sentence(
    "This program made a mistake while it read the file; that is not the sender's fault. Keep the "
    "file and send it, with the fault log, to whoever looks after this program."
)


@dataclass(frozen=True)
class Report:
    """What the verifier says of one file.

    ``verdict`` is about the outer signer and the integrity of the file; each seal has its own
    verdict beside it. ``reasons`` are whole sentences for the person who decides, ``notes`` do not
    change the verdict. ``sha256`` is the file's, ``signed_at`` the signer's own claim. ``seals``
    (the closing one last) and ``objects`` (bytes by SHA-256) are empty when the verdict is
    ``altered`` or ``unreadable``. ``fault`` is an error of this program's own, for its fault log.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    kind: Kind
    sha256: str
    subject: Subject | None = None
    signed_at: datetime | None = None
    seals: tuple[SealReport, ...] = ()
    objects: Mapping[str, bytes] = field(default_factory=dict)
    disclosures: Mapping[str, bytes] = field(default_factory=dict)
    withheld: int = 0
    visible: Visible = "not_checked"
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    fault: Exception | None = field(default=None, compare=False, repr=False)


def verify_package(
    data: bytes | mmap, trust: Trust, at: datetime, limits: Limits = DEFAULT_LIMITS
) -> Report:
    """Judge a package as of ``at``, the time of first receipt; never raises for what it holds.

    Whatever can be wrong with a file has its verdict and its sentence. Something else that is
    raised is a fault of this program: one such file must not keep forty others from being taken
    in, so it becomes a report too, which says whose fault it is and carries it for the fault log.
    """
    try:
        return _verify(data, trust, at, limits)
    except Exception as error:  # noqa: BLE001 - our own fault, reported as such
        return _our_fault(error)


def _our_fault(error: Exception) -> Report:
    return Report(Verdict.UNREADABLE, (OUR_FAULT,), "", "", fault=error)


def _verify(data: bytes | mmap, trust: Trust, at: datetime, limits: Limits) -> Report:
    report = Report(Verdict.UNREADABLE, (), "", "")
    try:
        kind = _kind(data, limits)
        report = replace(report, kind=kind, sha256=hashlib.sha256(data).hexdigest())
        opened = read_xlsx(data, limits) if kind == "xlsx" else read_pdf(data, limits)
        seals = _seals(opened, limits, len(data))
        return _judge(opened, seals, report, trust, at)
    except ForeignFileError as error:
        return replace(report, reasons=(_sentence(error),))
    except (AlteredFileError, BadContentsError) as error:
        reason = Sentence(
            "This file was changed after it was signed, or is damaged: {what}. Ask the sender for "
            "it again.",
            what=_shown(error),
        )
        return replace(report, verdict=Verdict.ALTERED, reasons=(reason,))


def _sentence(error: ForeignFileError) -> str:
    """Return what an error says, in English alone if a forger's names had to be cut out of it."""
    said, shown = sentence_of(error), _shown(error)
    return said if said == shown else shown


def _shown(error: ValueError) -> str:
    """Return what is wrong, fit for a screen: names in it may be the forger's, and endless."""
    text = str(error)
    text = text if len(text) <= MAX_REASON_CHARS else f"{text[:MAX_REASON_CHARS]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _kind(data: bytes | mmap, limits: Limits) -> Literal["xlsx", "pdf"]:
    if not len(data):
        raise ForeignFileError(Sentence("The file is empty. Ask the sender for it again."))
    if len(data) > limits.file_bytes:
        megabytes = limits.file_bytes // 1024**2
        raise ForeignFileError(
            Sentence(
                "The file is larger than any package may be ({megabytes} MB); it was not opened.",
                megabytes=megabytes,
            )
        )
    begin = bytes(data[:8])
    if begin.startswith(b"%PDF-"):
        return "pdf"
    if begin.startswith(_OLE):
        raise ForeignFileError(_ole_sentence(data))
    if begin.startswith(b"PK"):
        return "xlsx"
    raise ForeignFileError(
        Sentence(
            "This is no Stocktake package: it is neither an Excel file (.xlsx) nor a PDF, or its "
            "beginning is damaged. Ask the sender for the file that Stocktake exported."
        )
    )


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _ole_sentence(data: bytes | mmap) -> Sentence:
    if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
        return Sentence("The file is protected by a password. Ask the sender for it without one.")
    return Sentence(
        "This is no Stocktake package: it is a file of an old Excel (.xls). Ask the sender for the "
        "file that Stocktake exported."
    )


def _seals(opened: Opened, limits: Limits, file_bytes: int) -> tuple[Seal, ...]:
    """Read the seals, of which nothing is inflated until all of them together are not too much."""
    if len(opened.seals) > limits.seals:
        raise ForeignFileError(
            Sentence("The file holds more signed records than any package does.")
        )
    seals = [_decode(number, one) for number, one in enumerate(opened.seals, 1)]
    if sum(seal.manifest.raw_size for seal in seals) > limits.inflated(file_bytes):
        raise ForeignFileError(SWELLS)
    return tuple(seals if opened.chain else _in_order(seals))


def _judge(
    opened: Opened, seals: tuple[Seal, ...], report: Report, trust: Trust, at: datetime
) -> Report:
    contents = Contents(seals, opened.objects, opened.disclosures)
    check_contents(contents)
    found = tuple(open_seal(seal, trust, at) for seal in contents.seals)
    _check_whole(found)
    withheld = check_disclosures(contents)
    report = replace(
        report,
        seals=found,
        objects=dict(opened.objects),
        disclosures=dict(opened.disclosures),
        withheld=withheld,
        notes=(withheld_note(withheld),) if withheld else (),
    )
    if not opened.chain:
        return replace(report, verdict=Verdict.RESAVED, reasons=(RESAVED,))
    return _judge_signer(opened, report, trust, at)


def _decode(number: int, data: bytes) -> Seal:
    try:
        return decode_seal(data)
    except BadSealError as error:
        raise AlteredFileError(f"signed record {number} cannot be read ({error})") from None


def _judge_signer(opened: Opened, report: Report, trust: Trust, at: datetime) -> Report:
    if opened.chain != report.seals[-1].chain:
        raise AlteredFileError("it is signed by somebody else than its last signed record")
    found = judge_chain(opened.chain, trust, at, report.seals[-1].id)
    return replace(
        report,
        verdict=found.verdict,
        reasons=found.reasons,
        subject=found.subject,
        signed_at=opened.signed_at,
        fingerprint=found.fingerprint,
        notes=(*report.notes, *found.notes),
    )


def withheld_note(count: int) -> Sentence:
    """Say that confidential content is not in the file; the signatures hold without it."""
    if count == 1:
        return Sentence(
            "One confidential answer or attachment is withheld or erased: the signed records name "
            "their content, and the file is without it."
        )
    return Sentence(
        "{n} confidential answers or attachments are withheld or erased: the signed records name "
        "their content, and the file is without it.",
        n=count,
    )


def _in_order(seals: Sequence[Seal]) -> list[Seal]:
    """Bring the seals of a file that was saved again into the order that one of them names."""
    by_id = {seal.id: seal for seal in seals}
    if len(by_id) != len(seals):
        raise AlteredFileError("it holds the same signed record twice")
    for closing in seals:
        named = closing.manifest.seals
        if len(named) == len(by_id) - 1 and set(named) == by_id.keys() - {closing.id}:
            return [*(by_id[one] for one in named), closing]
    raise AlteredFileError("some of the signed records in it are missing")


def _check_whole(seals: Sequence[SealReport]) -> None:
    for number, one in enumerate(seals, 1):
        if one.verdict in (Verdict.ALTERED, Verdict.UNREADABLE):
            why = one.reasons[0].rstrip(".") if one.reasons else "it is damaged"
            raise AlteredFileError(f"signed record {number} of {len(seals)} is not whole ({why})")
