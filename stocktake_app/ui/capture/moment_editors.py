"""Dates and times: typed freely, read back with the month's name, or picked from a calendar."""

from datetime import date, time

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import QCalendarWidget, QFrame, QWidget

from stocktake_app.ui.capture.editors import Editor
from stocktake_app.ui.capture.reading_typed import long_date, read_date, read_time
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.parts import column, icon_button, line, scaled
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens


class DateEditor(Editor):
    """A day. The answer is ``2021-04-28``; the field shows 28 April 2021."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._value: str | None = None
        self._unread = ""
        self.box = DirectedLine()
        self.box.setPlaceholderText(_("day / month / year"))
        self.box.setFixedWidth(scaled(self, 200))
        self.box.textEdited.connect(self._typed)
        self.box.editingFinished.connect(self._tidy)
        self._pick = icon_button(_("Choose from a calendar"), "calendar", tokens, self._open)
        self.watch(self.box)
        self.setLayout(line(self.box, self._pick, 1, spacing=4))

    def _typed(self, text: str) -> None:
        day = read_date(text, self.locale())
        self._unread = "" if day or not text.strip() else text
        value = day.isoformat() if day else None
        if value != self._value:
            self._value = value
            self.edited.emit(value)

    def _tidy(self) -> None:
        if not self._unread:
            self.box.setText(_shown_day(self._value, self.locale()))

    def show_value(self, value: str | None) -> None:
        """Show a day by its month's name; what is being typed is left alone if it says the same."""
        self._value = value
        typed = read_date(self.box.text(), self.locale())
        if self.box.hasFocus() and (typed.isoformat() if typed else None) == value:
            return
        self._unread = ""
        self._tidy()

    def complaint(self) -> str:
        """Say that what was typed is no day."""
        if not self._unread:
            return ""
        return _("“{text}” is not a date and is not saved. Write it like 28/04/2021.").format(
            text=self._unread
        )

    def _open(self) -> None:
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget()
        calendar.setLocale(self.locale())
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setAccessibleName(_("Calendar"))
        if self._value:
            calendar.setSelectedDate(QDate.fromString(self._value[:10], Qt.DateFormat.ISODate))
        calendar.activated.connect(lambda day: self._picked(day, popup))
        calendar.clicked.connect(lambda day: self._picked(day, popup))
        popup.setLayout(column(calendar, margin=4))
        popup.move(self.box.mapToGlobal(self.box.rect().bottomLeft()))
        popup.show()
        calendar.setFocus()

    def _picked(self, day: QDate, popup: QWidget) -> None:
        popup.close()
        self.box.setText(long_date(date(day.year(), day.month(), day.day()), self.locale()))
        self._typed(self.box.text())

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch
        """Allow or forbid typing and picking."""
        self.box.setReadOnly(read_only)
        self._pick.setVisible(not read_only)

    def inputs(self) -> list[QWidget]:
        """Return the line; the calendar button names itself."""
        return [self.box]


def _shown_day(value: str | None, locale: QLocale) -> str:
    if not value:
        return ""
    try:
        return long_date(date.fromisoformat(value[:10]), locale)
    except ValueError:
        return value


class TimeEditor(Editor):
    """A time of day. The answer is ``14:30:00.000``; the field shows 14:30."""

    def __init__(self) -> None:
        super().__init__()
        self._value: str | None = None
        self._unread = ""
        self.box = DirectedLine()
        self.box.setPlaceholderText(_("hours : minutes"))
        self.box.setFixedWidth(scaled(self, 140))
        self.box.textEdited.connect(self._typed)
        self.box.editingFinished.connect(self._tidy)
        self.watch(self.box)
        self.setLayout(column(self.box))

    def _typed(self, text: str) -> None:
        moment = read_time(text)
        self._unread = "" if moment or not text.strip() else text
        value = _written(moment) if moment else None
        if value != self._value:
            self._value = value
            self.edited.emit(value)

    def _tidy(self) -> None:
        if not self._unread:
            self.box.setText((self._value or "")[:5])

    def show_value(self, value: str | None) -> None:
        """Show a time; what is being typed is left alone if it says the same."""
        self._value = value
        typed = read_time(self.box.text())
        if self.box.hasFocus() and (_written(typed) if typed else None) == value:
            return
        self._unread = ""
        self._tidy()

    def complaint(self) -> str:
        """Say that what was typed is no time."""
        if not self._unread:
            return ""
        return _("“{text}” is not a time and is not saved. Write it like 14:30.").format(
            text=self._unread
        )

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch
        """Allow or forbid typing."""
        self.box.setReadOnly(read_only)

    def inputs(self) -> list[QWidget]:
        """Return the line."""
        return [self.box]


def _written(moment: time) -> str:
    return f"{moment:%H:%M}:00.000"


class DateTimeEditor(Editor):
    """A day and a time of it: ``2021-04-28T14:30:00.000``; an answer once both are there."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._date, self._time = DateEditor(tokens), TimeEditor()
        self._parts: list[str | None] = [None, None]
        for number, part in enumerate((self._date, self._time)):
            part.edited.connect(lambda value, number=number: self._typed(number, value))
            part.left.connect(self.left)
        self.setLayout(line(self._date, self._time, 1))

    def _typed(self, number: int, value: str | None) -> None:
        self._parts[number] = value
        day, moment = self._parts
        if day and moment:
            self.edited.emit(f"{day}T{moment}")
        elif not day and not moment:
            self.edited.emit(None)

    def show_value(self, value: str | None) -> None:
        """Show both halves."""
        day, _separator, moment = (value or "").partition("T")
        if value is None and any(self._parts):
            return
        self._parts = [day or None, moment or None]
        self._date.show_value(day or None)
        self._time.show_value(moment or None)

    def complaint(self) -> str:
        """Say which half is no answer yet."""
        if any(self._parts) and not all(self._parts):
            return _("Both the date and the time are needed; it is not saved yet.")
        return self._date.complaint() or self._time.complaint()

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch
        """Allow or forbid typing."""
        self._date.set_read_only(read_only)
        self._time.set_read_only(read_only)

    def inputs(self) -> list[QWidget]:
        """Return both lines."""
        return [*self._date.inputs(), *self._time.inputs()]
