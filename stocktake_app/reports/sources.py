"""The annex of a paper: where each reference leads, to entry, change, seal and signer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stocktake_app.documents.paper import Audience, Reference, Source
from stocktake_app.documents.record import Fact
from stocktake_app.model.codes import Verdict
from stocktake_app.model.references import entry_reference, evidence_reference
from stocktake_app.store.conflicts import SignedChange, Trace, trace
from stocktake_app.store.entries import EntrySummary
from stocktake_app.store.labels import Labels
from stocktake_app.store.workspace import Workspace
from stocktake_app.translations import Translator

SHORT_SEAL = 8


@dataclass
class Sources:
    """Gives references while a paper is written, and remembers what each leads to.

    ``entries`` are the entries that count, by id. In a public paper references are opaque and lead
    to the event and the bureau only.
    """

    workspace: Workspace
    audience: Audience
    labels: Labels
    translate: Translator
    entries: dict[str, EntrySummary]
    _found: dict[tuple[str, str], Source] = field(default_factory=dict)

    def refer(self, entry: str, row: str = "", mark: str = "") -> Reference:
        """Return the reference of an entry, or of one row of it that is marked ``F3``."""
        key = (entry, row)
        if key not in self._found:
            self._found[key] = self._source(entry, row, mark)
        return self._found[key].reference

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the annex holds, in the order in which it was first referred to."""
        return tuple(self._found.values())

    def _source(self, entry: str, row: str, mark: str) -> Source:
        anchor = f"{len(self._found) + 1}"
        summary = self.entries[entry]
        if self.audience is Audience.PUBLIC:
            reference = Reference(evidence_reference(entry, row), anchor)
            return Source(reference, self.labels.title(summary), self._public_facts(summary))
        found = trace(self.workspace, entry, row)
        name = entry_reference(entry, summary.bureau, summary.countries)
        seal = next((one.seal for one in reversed(found.changes) if one.seal), "")
        text = "/".join(part for part in (name, mark) if part)
        reference = Reference(f"{text} · {seal[:SHORT_SEAL]}" if seal else text, anchor)
        return Source(reference, self.labels.title(summary), self._facts(summary, found))

    def _public_facts(self, summary: EntrySummary) -> tuple[Fact, ...]:
        _ = self.translate
        return _filled(
            (_("Region"), self.labels.label("bureaux", summary.bureau)),
            (_("Kind of record"), self._form(summary)),
        )

    def _form(self, summary: EntrySummary) -> str:
        return self.labels.label("questionnaires", summary.form_id)

    def _facts(self, summary: EntrySummary, found: Trace) -> tuple[Fact, ...]:
        _ = self.translate
        facts = [
            (_("Entry"), summary.id),
            (_("Kind of record"), self._form(summary)),
            (_("Region"), self.labels.label("bureaux", summary.bureau)),
        ]
        for change in found.changes:
            facts += self._change_facts(change)
        return _filled(*facts)

    def _change_facts(self, change: SignedChange) -> Iterable[Fact]:
        _ = self.translate
        yield _("Number of the change"), f"{change.change}, {change.time}"
        if not change.seal:
            yield _("Signed record"), _("not signed yet")
            return
        yield _("Signed record"), change.seal
        signer = ", ".join(part for part in (change.signer_name, change.office) if part)
        yield _("Signed by"), signer or change.signer
        yield _("Certificate"), change.fingerprint
        yield _("Checked"), verdict_text(change.verdict, _)


def verdict_text(verdict: str, _: Translator) -> str:
    """Return what the check of a signature said, in the readers' words."""
    words = {
        Verdict.VALID: _("Valid: signed by a known sender, unchanged"),
        Verdict.SIGNER_UNKNOWN: _("Unchanged, but we do not know this sender yet"),
        Verdict.SIGNER_EXPIRED: _("Unchanged, but the sender’s certificate had expired"),
        Verdict.SIGNER_REVOKED: _("Not accepted: the sender’s certificate was withdrawn"),
        Verdict.ALTERED: _("Not accepted: it was changed after signing"),
    }
    return words.get(Verdict(verdict), verdict) if verdict in set(Verdict) else verdict


def _filled(*facts: Fact) -> tuple[Fact, ...]:
    return tuple((label, text) for label, text in facts if text)
