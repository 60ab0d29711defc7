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
    """Return what to say of a file by its verdict alone, and the look to say it with."""
    from stocktake_app.actions.judgement import Facts, judgement

    judged = judgement(Facts(Verdict(verdict)))
    return _(judged.headline), judged.tone


def standing_words(standing: str) -> str:
    """Return how a package stands to this workspace."""
    return {
        "new": _("Everything in it is new here"),
        "partly_new": _("Some of it is new here"),
        "already_imported": _("It was taken in already"),
    }.get(standing, "")


def shown_words(visible: str) -> str:
    """Return whether a file shows what was signed."""
    from stocktake_app.actions.verification_report import SHOWN

    if visible == "checking":
        return _("Being compared with what was signed…")
    return _(SHOWN[visible]) if visible in SHOWN else ""


def reason_words(reason: str) -> str:
    """Return why a certificate is withdrawn."""
    return {
        "lost_laptop": _("The laptop was lost"),
        "stolen_key": _("Somebody else may have the key"),
        "left_office": _("The person left the office"),
        "replaced": _("A newer certificate took its place"),
        "closed": _("The office was closed"),
        "mistake": _("It was approved by mistake"),
    }.get(reason, reason)


def outcome_words(outcome: str) -> str:
    """Return what became of one of many requests."""
    return {
        "approved": _("Approved"),
        "compare": _("On the list without a fingerprint: compare it aloud and write it in"),
        "differs": _("On the list with another fingerprint: ask again"),
        "not_listed": _("Not on the list"),
        "refused": _("Not for this office"),
        "missing": _("On the list, but sent no request"),
    }.get(outcome, outcome)
