"""What a bureau may do to the seals of its officers, or an officer to the seal of a bureau."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from forged_seals import PDF, XLSX, add
from packages import (
    Made,
    bureau_contents,
    seal_of,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
)
from people import People

from stocktake_app.exchange.contents import Contents
from stocktake_app.model.seal import Seal
from stocktake_app.trust.cms import Signer, sign_detached


# Countersigning: what a bureau does to its officers' seals.
def countersigned(
    made: Made, *, change: Callable[[Made, tuple[Seal, ...]], tuple[Seal, ...]]
) -> tuple[Contents, Signer]:
    """Change the seals of a bureau's package after its closing seal named them."""
    contents, signer = bureau_contents(made.people)
    return Contents(change(made, contents.seals), contents.objects), signer


def resigned_by(people: People, forger: Signer) -> tuple[Contents, Signer]:
    """Return a bureau's contents whose first seal somebody else signed anew, word for word."""
    contents, signer = bureau_contents(people)
    first, *others = contents.seals
    cms = sign_detached(first.manifest.encoded, forger, people.now)
    return Contents((replace(first, cms=cms), *others), contents.objects), signer


def resigned(made: Made, seals: tuple[Seal, ...]) -> tuple[Seal, ...]:
    """Another genuine officer signs the first one's manifest."""
    forger = made.people.second_wca_officer
    cms = sign_detached(seals[0].manifest.encoded, forger, made.people.now)
    return (replace(seals[0], cms=cms), *seals[1:])


def _of_mena(made: Made, seals: tuple[Seal, ...]) -> tuple[Seal, ...]:
    return (seals[0], seal_of(made.people.mena_officer, made.people.now), *seals[2:])


def _reworded(made: Made, seals: tuple[Seal, ...]) -> tuple[Seal, ...]:
    """The same officer's seal, sealed anew with other words."""
    return (seal_of(made.people.wca_officer, made.people.now, "forged"), *seals[1:])


Seals = tuple[Seal, ...]
COUNTERSIGNED: dict[str, Callable[[Made, Seals], Seals]] = {
    "officer's seal removed": lambda _made, seals: seals[1:],
    "all officers' seals removed": lambda _made, seals: seals[-1:],
    "officer's seal swapped for a later one": _reworded,
    "officer's seal swapped for another bureau's": _of_mena,
    "officer's seal added": lambda made, s: (
        seal_of(made.people.mena_officer, made.people.now),
        *s,
    ),
    "officer's seal twice": lambda _made, seals: (seals[0], *seals),
    "closing seal twice": lambda _made, seals: (*seals, seals[-1]),
    "officer's seal signed by another officer": resigned,
    "officers' seals in another order": lambda _made, s: (s[1], s[0], *s[2:]),
    "closing seal before the others": lambda _made, s: (s[-1], *s[:-1]),
    "closing seal removed": lambda _made, seals: seals[:-1],
}
for _title, _change in COUNTERSIGNED.items():
    add(_title, partial(countersigned, change=_change))


def signed_by(made: Made, *, who: str) -> tuple[Contents, Signer]:
    """Sign a bureau's package as somebody else than the author of its closing seal."""
    contents, _ = bureau_contents(made.people)
    people = made.people
    signers = {
        "an officer whose seal it carries": people.wca_officer,
        "another bureau": people.mena.signer,
        "HQ": people.hq.signer,
        "a stranger": people.stranger,
    }
    return contents, signers[who]


for _who in ("an officer whose seal it carries", "another bureau", "HQ", "a stranger"):
    add(f"package signed by {_who}", partial(signed_by, who=_who))


def closed_by_another_author(made: Made) -> tuple[Contents, Signer]:
    contents, signer = bureau_contents(made.people)
    closing = seal_of(made.people.mena.signer, made.people.now, "x", contents.seals[:-1])
    return Contents((*contents.seals[:-1], closing), contents.objects), signer


XLSX.add(
    "closing seal by another bureau",
    lambda made: wrongly_signed_xlsx(*closed_by_another_author(made), made.people.now),
)
PDF.add(
    "closing seal by another bureau",
    lambda made: wrongly_signed_pdf(*closed_by_another_author(made), made.people.now),
)
