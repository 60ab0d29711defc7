"""Fixed code lists of the product. What changes between cycles is data in ``resources/``."""

from enum import StrEnum


class Role(StrEnum):
    """The three tiers."""

    OFFICER = "officer"
    BUREAU = "bureau"
    HQ = "hq"


class FindingKind(StrEnum):
    """What kind of thing was said (preliminary considerations for the 2021 HLOM, Stocktaking)."""

    PROGRESS = "progress"
    CHALLENGE = "challenge"
    OPPORTUNITY = "opportunity"
    GOOD_PRACTICE = "good_practice"
    SUPPORT_NEEDED = "support_needed"
    RECOMMENDATION = "recommendation"
    COMMITMENT = "commitment"


class EntryStatus(StrEnum):
    """Where an entry stands with its author (the ``@state`` path)."""

    OPEN = "open"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What the verifier says of a file, worst last (design, section 7)."""

    VALID = "valid"
    SIGNER_UNKNOWN = "signer_unknown"
    SIGNER_EXPIRED = "signer_expired"
    SIGNER_REVOKED = "signer_revoked"
    RESAVED = "resaved"
    ALTERED = "altered"
    UNREADABLE = "unreadable"
