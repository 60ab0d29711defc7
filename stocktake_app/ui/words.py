"""Codes of the product as people read them, in the language of the window."""

from stocktake_app.model.codes import EntryStatus, Role, Verdict
from stocktake_app.ui.texts import _


def status_words(state: str) -> str:
    """Return where an entry stands."""
    return {
        EntryStatus.OPEN: _("In progress"),
        EntryStatus.FINISHED: _("Finished"),
        EntryStatus.WITHDRAWN: _("Withdrawn"),
    }.get(EntryStatus(state) if state in set(EntryStatus) else None, state)  # type: ignore[arg-type]


def role_words(role: str) -> str:
    """Return a tier's name."""
    return {
        Role.OFFICER.value: _("Officer"),
        Role.BUREAU.value: _("Regional bureau"),
        Role.HQ.value: _("Headquarters"),
    }.get(role, role)


def outbox_words(state: str) -> str:
    """Return where a package stands."""
    return {
        "waiting": _("Waiting to be sent"),
        "sending": _("Being sent"),
        "received": _("Received"),
        "refused": _("Not accepted"),
    }.get(state, state)


def judged_words(verdict: str) -> tuple[str, str]:
    """Return what to say of a checked file, and the look to say it with."""
    return {
        Verdict.VALID.value: (_("This file is whole and we know who signed it"), "good"),
        Verdict.SIGNER_UNKNOWN.value: (_("We do not know this sender yet"), "warn"),
        Verdict.SIGNER_EXPIRED.value: (_("The sender’s certificate has expired"), "warn"),
        Verdict.SIGNER_REVOKED.value: (_("The sender’s certificate was withdrawn"), "bad"),
        Verdict.RESAVED.value: (
            _("Somebody saved this file again; the signed records inside are whole"),
            "warn",
        ),
        Verdict.ALTERED.value: (_("This file was changed after it was signed"), "bad"),
        Verdict.UNREADABLE.value: (_("This file cannot be read"), "bad"),
    }.get(verdict, (verdict, "warn"))


def next_step_words(verdict: str) -> str:
    """Return what a person does next with a checked file."""
    return {
        Verdict.VALID.value: _("Take it in."),
        Verdict.SIGNER_UNKNOWN.value: _(
            "Call the sender, compare the fingerprint aloud, then approve the sender."
        ),
        Verdict.SIGNER_EXPIRED.value: _(
            "Ask the sender to renew the certificate and to send the file again."
        ),
        Verdict.SIGNER_REVOKED.value: _("Do not use it. Ask the sender’s bureau."),
        Verdict.RESAVED.value: _(
            "The signed records can be taken in. What was changed on the sheets is no part of them."
        ),
        Verdict.ALTERED.value: _("Do not use it. Ask the sender for the file again."),
        Verdict.UNREADABLE.value: _("Ask the sender for the file again."),
    }.get(verdict, "")


def standing_words(standing: str) -> str:
    """Return how a package stands to this workspace."""
    return {
        "new": _("Everything in it is new here"),
        "partly_new": _("Some of it is new here"),
        "already_imported": _("It was taken in already"),
    }.get(standing, "")
