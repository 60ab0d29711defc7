"""The window's only look at the clock: everything below takes the time as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time on this laptop, with its offset."""
    return datetime.now(UTC).astimezone()
