"""What a checked file means to whoever received it: one of three heaps, in their own words.

One table, read from the top: the first row that fits says heap, headline, tone and next step. The
window, the command line and the printed report all say what stands here; the sentences go through
translation where they are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from stocktake_app.model.codes import Verdict
from stocktake_app.translations import N_


class Heap(StrEnum):
    """What a person does with a file, best first."""

    TAKE_IN = "take_in"
    ASK = "ask_the_sender"
    DO_NOT_USE = "do_not_use"


class Step(StrEnum):
    """The next step as the window offers it on a button."""

    TAKE_IN = "take_in"
    APPROVE = "approve"
    ASK = "ask"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Judgement:
    """What to say of a file. ``tone`` is a colour of the window's (``good``, ``warn``, ``bad``).

    ``icon`` names a drawing in ``resources/icons``; ``headline`` and ``next_step`` are English
    sentences of the catalogue, and so is ``letter``, what to write to the sender ("" for nothing).
    """

    heap: Heap
    headline: str
    tone: str
    icon: str
    next_step: str
    step: Step
    letter: str = ""


@dataclass(frozen=True)
class Facts:
    """What a judgement goes by.

    ``inside`` are the verdicts of the signed records, ``practice`` says that the file is for
    practice, ``practising`` that this workspace is; ``locked`` that it is encrypted and not for us;
    ``early`` that the signer's certificate begins only after the time of the check.
    """

    verdict: Verdict
    inside: tuple[Verdict, ...] = ()
    visible: str = "not_checked"
    standing: str = ""
    practice: bool = False
    practising: bool = False
    locked: bool = False
    early: bool = False

    @property
    def signer(self) -> Verdict:
        """The verdict on the signer; of a file saved again, on the best signer inside."""
        if self.verdict is not Verdict.RESAVED or not self.inside:
            return self.verdict
        return min(self.inside, key=list(Verdict).index)

    @property
    def resaved(self) -> bool:
        """Whether the outer signature is gone."""
        return self.verdict is Verdict.RESAVED


def judgement(facts: Facts) -> Judgement:
    """Return what the first row that fits says."""
    return next(made for fits, made in ROWS if fits(facts))


AGAIN = N_(
    "Please send it again as Stocktake made it, without opening and saving it on the way. If e-mail"
    " changes files, put it into a zip file or on a stick."
)

ROWS: tuple[tuple[Callable[[Facts], bool], Judgement], ...] = (
    (
        lambda facts: facts.locked,
        Judgement(
            heap=Heap.ASK,
            headline=N_("This file is locked, and not for you"),
            tone="warn",
            icon="locked",
            next_step=N_(
                "Only the office it was made for can open it. Pass it on to them, or ask the sender"
                " for one that is meant for you."
            ),
            step=Step.ASK,
            letter=N_("It is locked for somebody else. Please make one that we can open."),
        ),
    ),
    (
        lambda facts: facts.verdict is Verdict.ALTERED,
        Judgement(
            heap=Heap.DO_NOT_USE,
            headline=N_("This file was changed after it was signed, or is damaged"),
            tone="bad",
            icon="bad",
            next_step=N_("Do not use it. Ask the sender for the file again."),
            step=Step.ASK,
            letter=AGAIN,
        ),
    ),
    (
        lambda facts: facts.verdict is Verdict.UNREADABLE,
        Judgement(
            heap=Heap.ASK,
            headline=N_("This file cannot be read"),
            tone="warn",
            icon="warn",
            next_step=N_("Ask the sender for the file that Stocktake made."),
            step=Step.ASK,
            letter=AGAIN,
        ),
    ),
    (
        lambda facts: facts.practice and not facts.practising,
        Judgement(
            heap=Heap.DO_NOT_USE,
            headline=N_("This file was made for practice; nothing in it is real"),
            tone="bad",
            icon="practice",
            next_step=N_("Put it away. Only a practice workspace takes it in."),
            step=Step.NOTHING,
        ),
    ),
    (
        lambda facts: facts.practising and not facts.practice,
        Judgement(
            heap=Heap.DO_NOT_USE,
            headline=N_("This file is real, and this workspace is for practice"),
            tone="bad",
            icon="practice",
            next_step=N_("Take it in where the real work is kept."),
            step=Step.NOTHING,
        ),
    ),
    (
        lambda facts: facts.signer is Verdict.SIGNER_REVOKED,
        Judgement(
            heap=Heap.DO_NOT_USE,
            headline=N_("The sender’s certificate was withdrawn"),
            tone="bad",
            icon="bad",
            next_step=N_("Do not use it. Ask the sender’s bureau what happened."),
            step=Step.ASK,
            letter=N_(
                "The certificate that it is signed with was withdrawn. Please talk to your bureau."
            ),
        ),
    ),
    (
        lambda facts: facts.visible == "differs" and not facts.resaved,
        Judgement(
            heap=Heap.DO_NOT_USE,
            headline=N_("This file shows something else than what was signed"),
            tone="bad",
            icon="bad",
            next_step=N_(
                "Do not believe what its pages show. Ask the sender, and tell headquarters."
            ),
            step=Step.ASK,
            letter=N_(
                "What it shows is not what was signed. Please make it again with the present"
                " Stocktake, and tell us how it was made."
            ),
        ),
    ),
    (
        lambda facts: facts.signer is Verdict.SIGNER_EXPIRED and facts.early,
        Judgement(
            heap=Heap.ASK,
            headline=N_("By this computer’s clock the sender’s certificate has not begun yet"),
            tone="warn",
            icon="warn",
            next_step=N_("Set the clock of this computer right, then check the file again."),
            step=Step.NOTHING,
        ),
    ),
    (
        lambda facts: facts.signer is Verdict.SIGNER_EXPIRED,
        Judgement(
            heap=Heap.ASK,
            headline=N_("The sender’s certificate has ended"),
            tone="warn",
            icon="warn",
            next_step=N_("Ask the sender to renew the certificate and to send the file again."),
            step=Step.ASK,
            letter=N_(
                "Your certificate has ended. Please ask your bureau for a new one (Exchange,"
                " Identity) and send the file again."
            ),
        ),
    ),
    (
        lambda facts: facts.signer is Verdict.SIGNER_UNKNOWN and facts.resaved,
        Judgement(
            heap=Heap.ASK,
            headline=N_("Somebody saved this file again, and we do not know the sender yet"),
            tone="warn",
            icon="warn",
            next_step=N_("Ask the sender for the file as Stocktake made it."),
            step=Step.ASK,
            letter=AGAIN,
        ),
    ),
    (
        lambda facts: facts.signer is Verdict.SIGNER_UNKNOWN,
        Judgement(
            heap=Heap.ASK,
            headline=N_("We do not know this sender yet"),
            tone="warn",
            icon="people",
            next_step=N_(
                "Call the sender, compare the fingerprint aloud, then approve the sender."
            ),
            step=Step.APPROVE,
            letter=N_(
                "We do not know your signature yet. Please call us and read your fingerprint"
                " aloud: it stands under Exchange, Identity."
            ),
        ),
    ),
    (
        lambda facts: facts.standing == "already_imported",
        Judgement(
            heap=Heap.TAKE_IN,
            headline=N_("This file was taken in already"),
            tone="good",
            icon="good",
            next_step=N_("There is nothing left to do with it."),
            step=Step.NOTHING,
        ),
    ),
    (
        lambda facts: facts.resaved,
        Judgement(
            heap=Heap.TAKE_IN,
            headline=N_("Somebody saved this file again; the signed records inside are whole"),
            tone="warn",
            icon="edit",
            next_step=N_(
                "Take the signed records in. What was changed on the sheets is no part of them: ask"
                " the sender whether it matters."
            ),
            step=Step.TAKE_IN,
            letter=N_(
                "Somebody saved it again after it was signed. We use what you signed; please tell"
                " us if something on the sheets was changed on purpose."
            ),
        ),
    ),
    (
        lambda _facts: True,
        Judgement(
            heap=Heap.TAKE_IN,
            headline=N_("This file is whole and we know who signed it"),
            tone="good",
            icon="good",
            next_step=N_("Take it in."),
            step=Step.TAKE_IN,
        ),
    ),
)
"""The table: what must be so, and what is said then."""

HEAPS = {
    Heap.TAKE_IN: N_("Take in"),
    Heap.ASK: N_("Ask the sender"),
    Heap.DO_NOT_USE: N_("Do not use"),
}
"""What the heaps are called."""
