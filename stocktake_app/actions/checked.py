"""What is known of a file that was checked, as data: verdict, signers, remarks, what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stocktake_app.actions.judgement import HEAPS, Judgement
from stocktake_app.actions.result import Result
from stocktake_app.model.codes import Verdict
from stocktake_app.translations import N_, Sentence, joined

INSIDE = {
    "signer_unknown": N_("We do not know this sender yet."),
    "signer_expired": N_("The sender’s certificate has ended."),
    "signer_revoked": N_("The sender’s certificate was withdrawn."),
}
"""What to say of a signed record inside whose verdict is not valid."""

RENAMED = N_("It calls “{name}” what this program calls “{known}”. Ask the sender why.")


@dataclass(frozen=True)
class CheckedSeal(Result):
    """One signed record inside a package."""

    id: str
    verdict: Verdict
    reasons: tuple[str, ...]
    signer: str
    office: str
    role: str
    bureau: str
    device: str
    number: int
    created: str
    changes: int


@dataclass(frozen=True)
class ShownDifference(Result):
    """One place where sheets or pages say something else than was signed; ``cell`` may be ""."""

    place: str
    cell: str
    shown: str
    signed: str


@dataclass(frozen=True)
class Checked(Result):
    """The verdict on one file. Its sentences are English, and ``translations.said`` says them.

    ``visible``: ``same``, ``differs`` or ``not_checked``, whether sheets or pages say what the
    records say; ``differences`` name the first places where they do not. ``standing``: ``new``,
    ``partly_new``, ``already_imported``, or "" without a workspace; ``notes`` then name what is
    odd: gap, replay, rollback, fork, mixed, two_people, clock. ``remarks`` say these and all else
    that does not decide, as sentences. ``issuers`` are the names that stand behind the signer's
    certificate, the nearest first. ``judged`` is what it means to the person who received it.
    """

    file: str
    verdict: Verdict
    reasons: tuple[str, ...]
    kind: str
    sha256: str
    signer: str
    office: str
    role: str
    bureau: str
    fingerprint: str
    issuers: tuple[str, ...]
    signed_at: str
    seals: tuple[CheckedSeal, ...]
    visible: str
    differences: tuple[ShownDifference, ...]
    standing: str
    notes: tuple[str, ...]
    remarks: tuple[str, ...]
    practice: bool
    withheld: int
    checked_at: str
    judged: Judgement

    @property
    def valid(self) -> bool:
        """Whether the file is whole, its signer trusted, and nothing else shown than was signed."""
        return self.verdict is Verdict.VALID and self.visible != "differs"

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain values, the judgement's three sentences among them."""
        judged = {
            "heap": self.judged.heap.value,
            "headline": self.judged.headline,
            "next_step": self.judged.next_step,
        }
        found = super().as_json() | judged
        del found["judged"]
        return found

    def sentence(self) -> str:
        """Return the verdict as text for people."""
        place = ", ".join(part for part in (self.office, self.bureau or self.role) if part)
        who = f"Signed by {self.signer} ({place})" * bool(self.signer)
        key = f"Fingerprint: {self.fingerprint}" * bool(self.fingerprint)
        lines = [f"{self.file}: {self.judged.headline} ({self.verdict.value})", who, key]
        lines += [*self.reasons, *self.remarks]
        lines += [difference_words(one, str) for one in self.differences]
        lines += ["It shows exactly what was signed."] if self.visible == "same" else []
        heap = HEAPS[self.judged.heap]
        step = self.judged.next_step
        lines += [step if step.startswith(heap) else f"{heap}. {step}"]
        return "\n".join(line for line in lines if line)


def difference_words(one: ShownDifference, say: Callable[[str], str]) -> str:
    """Return a difference as a sentence in the language that ``say`` speaks."""
    where = joined((one.place, one.cell) if one.cell else (one.place,), ", ")
    if not one.shown and not one.signed:
        return where.said(say)
    return Sentence(
        "{place} shows “{shown}”; signed was “{signed}”",
        place=where,
        shown=one.shown or "–",
        signed=one.signed or "–",
    ).said(say)
