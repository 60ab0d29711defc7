"""Does a package show what was signed: its sheets or pages, made again and compared.

A step of its own after the verdict: a signature says that its maker stands behind every byte, not
that the sheets say what the records say. Here the readable part is made again from the records
inside, by the same code that an export uses, and compared. Pure as the verifier is.
"""

from dataclasses import replace
from mmap import mmap

from stocktake_app.exchange.contents import AlteredFileError, BadContentsError, Contents
from stocktake_app.exchange.record import build_record
from stocktake_app.exchange.record_layout import Format, language_of, layout_name
from stocktake_app.exchange.shown import read_shown
from stocktake_app.exchange.verify import DEFAULT_LIMITS, Report
from stocktake_app.exchange.visible_limits import (
    MAX_NAMED,
    Difference,
    NotCheckedError,
    Progress,
    VisibleCheck,
    VisibleLimits,
    bounded,
    told,
)
from stocktake_app.exchange.visible_pdf import compare_pages
from stocktake_app.exchange.visible_sheets import compare_sheets
from stocktake_app.model.codes import Verdict
from stocktake_app.translations import Sentence, sentence_of

__all__ = ["Difference", "Progress", "VisibleCheck", "VisibleLimits", "check_visible"]

_LIMITS = VisibleLimits()


def check_visible(
    data: bytes | mmap,
    report: Report,
    limits: VisibleLimits = _LIMITS,
    progress: Progress | None = None,
) -> VisibleCheck:
    """Compare what a package shows with what its seals say; never raises for what it holds.

    ``report`` is what ``verify_package`` says of the same bytes. Nothing of a file that is
    ``altered`` or ``unreadable`` is checked. Of a file that was saved again, the contents of cells
    are compared, not how they look. ``progress`` may raise ``CancelledError``.
    """
    try:
        form = _layout(report)
        _check_size(report, form, limits)
        contents = Contents(
            tuple(one.seal for one in report.seals), report.objects, report.disclosures
        )
        shown = read_shown(contents, {one.id: one.chain for one in report.seals})
        language = language_of(contents.closing.manifest.layout)
        record = bounded(build_record(told(shown, progress), language), limits)
        if form == "pdf":
            found = compare_pages(data, report, contents, record)
        else:
            saved_again = report.verdict is Verdict.RESAVED
            found = compare_sheets(data, record, DEFAULT_LIMITS, saved_again=saved_again)
        return replace(found, renamed=shown.labels.otherwise(language)[:MAX_NAMED])
    except NotCheckedError as error:
        return VisibleCheck("not_checked", sentence_of(error))
    except (BadContentsError, AlteredFileError) as error:
        reason = Sentence("What it shows could not be checked: {why}.", why=str(error))
        return VisibleCheck("not_checked", reason)


def _layout(report: Report) -> Format:
    """Return the format of a package whose layout is the one of this program."""
    if not report.seals or report.kind == "":
        raise NotCheckedError(Sentence("What it shows is not checked, as the file cannot be used."))
    layout = report.seals[-1].seal.manifest.layout
    if layout != layout_name(report.kind, language_of(layout)):
        raise NotCheckedError(
            Sentence(
                "What it shows cannot be checked here: it was made by another version of Stocktake."
            )
        )
    return report.kind


def _check_size(report: Report, form: Format, limits: VisibleLimits) -> None:
    lines = sum(one.seal.manifest.raw_size for one in report.seals)
    if lines > (limits.pdf_bytes if form == "pdf" else limits.lines_bytes):
        raise NotCheckedError(
            Sentence("What it shows is not checked: it is too much to be made again here.")
        )
