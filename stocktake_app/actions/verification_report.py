"""The one-page report on a checked file, in the language of whoever files it."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from stocktake_app.actions.checked import INSIDE, Checked, CheckedSeal, difference_words
from stocktake_app.actions.judgement import HEAPS
from stocktake_app.reports.verification import RecordLine, Verification, write_verification
from stocktake_app.store.files import atomic_write
from stocktake_app.translations import N_, Translator, said, translator

SHOWN = {
    "same": N_("Exactly what was signed"),
    "differs": N_("Something else than was signed"),
    "not_checked": N_("Not compared with what was signed"),
}
"""Whether a file shows what was signed."""


def write_report(checked: Checked, out: Path, *, language: str) -> Path:
    """Write the report as a PDF; its date is when the file was checked.

    Raises:
        RefusedError: some text in it cannot be set.
        MachineError: the file cannot be written.
    """
    pages = BytesIO()
    page = _page(checked, translator(language))
    at = datetime.fromisoformat(checked.checked_at)
    write_verification(page, pages, language=language, now=at)
    atomic_write(out, pages.getvalue())
    return out


def _page(checked: Checked, say: Translator) -> Verification:
    judged = checked.judged
    remarks = [said(one, say) for one in (*checked.reasons, *checked.remarks)]
    remarks += [difference_words(one, say) for one in checked.differences]
    return Verification(
        file=checked.file,
        sha256=checked.sha256,
        heap=say(HEAPS[judged.heap]),
        headline=say(judged.headline),
        next_step=say(judged.next_step),
        tone=judged.tone,
        signer=checked.signer,
        office=", ".join(part for part in (checked.office, checked.bureau) if part),
        fingerprint=checked.fingerprint,
        issuers=checked.issuers,
        signed_at=checked.signed_at,
        shown=say(SHOWN[checked.visible]) if checked.seals else "",
        remarks=tuple(remarks),
        records=tuple(_record(one, say) for one in checked.seals),
        practice=checked.practice,
        checked_at=checked.checked_at,
    )


def _record(one: CheckedSeal, say: Translator) -> RecordLine:
    state = INSIDE.get(one.verdict.value, "")
    return RecordLine(
        name=one.signer,
        office=one.office or one.bureau,
        number=one.number,
        made=one.created,
        changes=one.changes,
        state=say(state) if state else "",
    )
