"""Times as people read them; stored ones are RFC 3339."""

from datetime import datetime

from PySide6.QtCore import QDate, QLocale, QTime


def when(text: str) -> str:
    """Return a stored time as this laptop's day and clock; as it is if unreadable."""
    try:
        moment = datetime.fromisoformat(text).astimezone()
    except ValueError:
        return text
    day = QLocale().toString(QDate(moment.year, moment.month, moment.day), "d MMM yyyy")
    return f"{day}, {QTime(moment.hour, moment.minute).toString('HH:mm')}"


def day(text: str) -> str:
    """Return a stored day with its month's name; as it is if unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), "d MMM yyyy")
