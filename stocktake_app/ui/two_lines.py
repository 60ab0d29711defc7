"""List rows with a title and quiet words under it, both wrapped to the width of the list."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QTextOption
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from stocktake_app.ui.directed import reading_edge
from stocktake_app.ui.parts import scaled
from stocktake_app.ui.theme import Tokens

UNDER = Qt.ItemDataRole.UserRole + 1
"""The role of the quiet words; the title is the row's text."""

SMALLER = 0.88
ICON = 18


class TwoLines(QStyledItemDelegate):
    """Draws background and selection as the style does, and the words itself."""

    def __init__(self, view: QListWidget, tokens: Tokens) -> None:
        super().__init__(view)
        self._view, self._tokens = view, tokens
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setResizeMode(QListWidget.ResizeMode.Adjust)
        view.setItemDelegate(self)

    def _font(self, index: QModelIndex | QPersistentModelIndex) -> QFont:
        """Return the row's own font, where it has one."""
        own = index.data(Qt.ItemDataRole.FontRole)
        return own if isinstance(own, QFont) else self._view.font()

    def _small(self, font: QFont) -> QFont:
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * SMALLER)
        return small

    def _rooms(
        self, rect: QRect, index: QModelIndex | QPersistentModelIndex, font: QFont
    ) -> tuple[QRect, QRect]:
        """Return where title and quiet words go in a row of this width."""
        pad = scaled(self._view, 8)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        indent = scaled(self._view, ICON) + pad if icon else 0
        width = rect.width() - 2 * pad - indent
        left = rect.left() + pad + indent
        if self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left = rect.left() + pad
        title = self._bounds(QFontMetrics(font), index.data() or "", width)
        under = self._bounds(QFontMetrics(self._small(font)), index.data(UNDER) or "", width)
        top = rect.top() + scaled(self._view, 6)
        return (
            QRect(left, top, width, title),
            QRect(left, top + title, width, under),
        )

    @staticmethod
    def _bounds(metrics: QFontMetrics, text: str, width: int) -> int:
        if not text:
            return 0
        box = QRect(0, 0, max(width, 1), 10_000)
        return metrics.boundingRect(box, Qt.TextFlag.TextWordWrap, text).height()

    def sizeHint(  # noqa: N802 - Qt's name
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002 - the list's own width counts
        index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        """Return room for all lines at the list's width."""
        width = self._view.viewport().width()
        _title, under = self._rooms(QRect(0, 0, width, 0), index, self._font(index))
        return QSize(width, under.bottom() + 1 + scaled(self._view, 6))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the row."""
        back = QStyleOptionViewItem(option)
        self.initStyleOption(back, index)
        icon = QIcon(back.icon)
        back.icon = QIcon()
        back.text = ""
        back.features &= ~QStyleOptionViewItem.ViewItemFeature.HasDecoration
        self._view.style().drawControl(
            QStyle.ControlElement.CE_ItemViewItem, back, painter, self._view
        )
        font = self._font(index)
        title, under = self._rooms(option.rect, index, font)
        painter.save()
        painter.setLayoutDirection(self._view.layoutDirection())
        if index.data(Qt.ItemDataRole.DecorationRole):
            icon.paint(painter, self._icon_room(option.rect, title))
        painter.setFont(font)
        painter.setPen(QColor(self._tokens.ink))
        self._write(painter, title, index.data() or "")
        painter.setFont(self._small(font))
        painter.setPen(QColor(self._tokens.muted))
        self._write(painter, under, index.data(UNDER) or "")
        painter.restore()

    def _write(self, painter: QPainter, rect: QRect, text: str) -> None:
        """Write words at the reading edge, each paragraph in the direction of its own script."""
        how = QTextOption(reading_edge(self._view) | Qt.AlignmentFlag.AlignTop)
        how.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        how.setWrapMode(QTextOption.WrapMode.WordWrap)
        painter.drawText(QRectF(rect), text, how)

    def _icon_room(self, rect: QRect, title: QRect) -> QRect:
        size, pad = scaled(self._view, ICON), scaled(self._view, 8)
        line = QFontMetrics(self._view.font()).height()
        left = rect.left() + pad
        if self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left = rect.right() - pad - size
        return QRect(left, title.top() + (line - size) // 2, size, size)
